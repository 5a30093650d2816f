"""The cases of a corpus: tests/data/corpus/hostile/FORMAT.md says how they are written."""

import base64
import csv
import json
import re
import zlib
from pathlib import Path

csv.field_size_limit(10**8)

_ARITHMETIC = re.compile(r"\{([i0-9+\-*/%() ]*i[i0-9+\-*/%() ]*)(?::(\d+))?\}")
_VOLATILE = {"PRODID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "CALSCALE"}
_VOLATILE |= {"BEGIN", "END", "VERSION", "METHOD"}


class Case:
    """One row of the index, with its body; placeholders are filled by `fill`."""

    def __init__(self, folder, row):
        self.id, self.category, self.method = row["id"], row["category"], row["method"]
        self.heavy = row["tier"] == "heavy"
        self.needs = _split(row["requires"], ",")
        self.setup = row["setup"]
        self.expected = row["expect"]
        self.preconditions = _split(row["precondition"], "|")
        self.follow_ups = _split(row["followup"], ",")
        self.checks = _split(row["check"], " && ")
        self.options = json.loads(row["opts"] or "{}")
        self.limit = float(row["max_seconds"])
        self.body = _body(folder / row["file"])
        target, headers = row["target"], row["headers"]
        self.target = (folder / target[1:]).read_text() if target.startswith("@") else target
        side = (folder / headers[1:]).read_text() if headers.startswith("@") else headers
        self.headers = json.loads(side or "{}")

    def fill(self, names):
        """Put names in the place of {NAMES}, in credentials too."""
        if len(self.body) <= 4_000_000 or b"{" in self.body[:4_000]:
            for name, value in names.items():
                self.body = self.body.replace(b"{%s}" % name.encode(), value.encode())
        self.target = _filled(self.target, names)
        self.headers = {
            key: _filled_header(key, value, names) for key, value in self.headers.items()
        }


def cases(folders):
    """The cases of all corpora, in the order of their indexes."""
    for folder in map(Path, folders):
        with (folder / "index.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                yield Case(folder, row)


def _split(text, separator):
    return [part for part in text.split(separator) if part]


def _filled(text, names):
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _filled_header(key, value, names):
    if not isinstance(value, str):
        return value
    value = _filled(value, names)
    if key == "Authorization" and value.startswith("Basic "):
        try:
            decoded = base64.b64decode(value[6:]).decode()
        except ValueError:
            return value
        if "{USERNAME}" in decoded:
            return "Basic " + base64.b64encode(_filled(decoded, names).encode()).decode()
    if key == "Destination" and value.startswith("/"):
        return f"http://{names['HOST']}{value}"
    return value


def _body(path):
    data = path.read_bytes()
    match path.suffix:
        case ".gen":
            return _generated(json.loads(data))
        case ".genz":
            return _compressed(json.loads(data))
        case ".emlgen":
            return _mail(json.loads(data))
        case ".req":
            return b""
    return data


def _generated(spec):
    pieces = []
    for part in spec["parts"]:
        if "t" in part:
            pieces.append(part["t"])
        elif "r" in part:
            pieces.append(_repeated(part["r"], part["n"]))
        else:
            before, after, number, inner = part["nest"]
            pieces.append(before * number + inner + after * number)
    return "".join(pieces).encode()


def _repeated(template, number):
    if not _ARITHMETIC.search(template):
        return template * number
    pieces, last = [], 0
    for found in _ARITHMETIC.finditer(template):
        pieces.append(repr(template[last : found.start()]))
        width = f".zfill({int(found[2])})" if found[2] else ""
        pieces.append(f"str({found[1]}){width}")
        last = found.end()
    pieces.append(repr(template[last:]))
    # Only digits, operators and i come here: see _ARITHMETIC.
    line = eval(f"lambda i: {'+'.join(pieces)}", {"__builtins__": {}, "str": str})
    return "".join(map(line, range(number)))


def _compressed(spec):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if spec["kind"] == "gzip" else 15)
    pieces = [packer.compress(spec["prefix"].encode())]
    block, left = (spec["fill"] * 100_000).encode(), len(spec["fill"]) * spec["n"]
    while left > 0:
        pieces.append(packer.compress(block[:left]))
        left -= len(block)
    return b"".join([*pieces, packer.flush()])


def _mail(spec):
    top = (
        "From: {ATT}\r\nTo: {ORG}\r\nSubject: gen\r\nMessage-ID: <{MID}@corpus.example>\r\n"
        "MIME-Version: 1.0\r\n"
    )
    if spec["kind"] == "nest":
        return (top + "Content-Type: message/rfc822\r\n\r\n" * (spec["n"] + 1) + "x\r\n").encode()
    if spec["kind"] == "wide":
        part = "--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
        part += "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        return (top + head + part * spec["n"] + "--b--\r\n").encode()
    return (top + "X-Big: " + "A" * spec["n"] + "\r\n\r\nbody\r\n").encode()


def unfolded(data):
    """Content lines without folds."""
    return re.sub(rb"\r?\n[ \t]", b"", data).replace(b"\r\n", b"\n").split(b"\n")


def is_same(sent, got):
    """Every content line comes back; order, escapes, quotes and the order in a rule apart."""
    pool = {_normal(line) for line in unfolded(got)}
    return all(
        _normal(line) in pool
        for line in unfolded(sent)
        if line.strip() and _name(line) not in _VOLATILE
    )


def _name(line):
    return re.split(rb"[:;]", line, maxsplit=1)[0].upper().decode("latin-1")


def _normal(line):
    head, _, value = line.strip().partition(b":")
    name, *parameters = head.upper().split(b";")
    if name in (b"RRULE", b"EXRULE"):
        value = b";".join(sorted(value.upper().strip(b";").split(b";")))
    value = re.sub(rb"\\([,;\\nN])", lambda found: b"\n" if found[1] in b"nN" else found[1], value)
    # What the service owns of a meeting: the fate of its messages, who is asked to answer.
    ours = (b"SCHEDULE-STATUS", b"X-NIAOULI-", b"RSVP", b"PARTSTAT=NEEDS-ACTION")
    written = sorted(
        parameter.replace(b'"', b"") for parameter in parameters if not parameter.startswith(ours)
    )
    return b";".join([name, *written]) + b":" + value.strip()
