#!/usr/bin/env python3
"""PUTs and GETs every file of the valid corpus and compares semantically (icalendar library).

  roundtrip.py BASE_URL USER PASSWORD CALENDAR_URL [--corpus DIR ...] [--json OUT]

A file may hold several UIDs (an export); it is cut into one object per UID with
the VTIMEZONEs it needs, METHOD removed, as RFC 4791 wants. Loopback only.
Classes in the index: accept = conforms, must be accepted and come back unchanged;
accept-odd = breaks a rule but real programs write it, same demand;
invalid = may be refused with 4xx or stored, but never 5xx.
"""

import argparse
import base64
import collections
import csv
import http.client
import json
import os
import re
import socket
import sys
import time
from urllib.parse import urlsplit

import icalendar

LISTS = {"EXDATE", "RDATE", "CATEGORIES", "RESOURCES", "FREEBUSY"}
IGNORED = {"PRODID", "METHOD", "CALSCALE", "VERSION", "X-RADICALE-NAME"}
DEFAULTS = {
    ("VALUE", "DATE-TIME"),
    ("VALUE", "TEXT"),
    ("VALUE", "DURATION"),
    ("VALUE", "CAL-ADDRESS"),
    ("ENCODING", "8BIT"),
    ("CUTYPE", "INDIVIDUAL"),
    ("ROLE", "REQ-PARTICIPANT"),
    ("PARTSTAT", "NEEDS-ACTION"),
    ("RSVP", "FALSE"),
    ("VALUE", "URI"),
    ("CHARSET", "UTF-8"),
}


ENUMS = {
    "VALUE",
    "ENCODING",
    "CUTYPE",
    "PARTSTAT",
    "ROLE",
    "RSVP",
    "RELATED",
    "RANGE",
    "FBTYPE",
    "RELTYPE",
}


def raw_lines(data):
    t = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    return [l for l in re.sub(r"\r?\n[ \t]", "", t).replace("\r\n", "\n").split("\n") if l.strip()]


def tree(lines):
    """Minimal component tree of content lines: [name, [lines], [children]]; None when not well nested."""
    root, stack = ["", [], []], None
    stack = [root]
    for l in lines:
        u = l.strip().upper()
        if u.startswith("BEGIN:"):
            c = [u[6:].strip(), [], []]
            stack[-1][2].append(c)
            stack.append(c)
        elif u.startswith("END:"):
            if len(stack) == 1 or stack[-1][0] != u[4:].strip():
                return None
            stack.pop()
        else:
            stack[-1][1].append(l)
    return root if len(stack) == 1 else None


def prop(c, name):
    for l in c[1]:
        if re.match(name + r"[;:]", l, re.I):
            return l
    return None


def val(line):
    q = False
    for i, ch in enumerate(line):
        if ch == '"':
            q = not q
        elif ch == ":" and not q:
            return line[i + 1 :]
    return ""


def untext(s):
    return re.sub(r"\\([\\,;])", r"\1", s)


def dump(c):
    out = ["BEGIN:" + c[0]] + c[1]
    for k in c[2]:
        out += dump(k)
    return [*out, "END:" + c[0]]


def tzids(c):
    s = set()
    for l in c[1]:
        m = re.search(r';TZID=("[^"]*"|[^;:]*)', l, re.I)
        if m:
            s.add(m.group(1).strip('"'))
    for k in c[2]:
        s |= tzids(k)
    return s


def split(data):
    """One CalDAV object per (component type, UID). Returns list of bytes, or None when the text is not well nested."""
    t = tree(raw_lines(data))
    if t is None or not t[2]:
        return None
    objs = []
    for cal in t[2]:
        if cal[0] != "VCALENDAR":
            return None
        head = [
            l
            for l in cal[1]
            if not re.match(
                r"(METHOD|X-WR-|X-PUBLISHED|X-APPLE|X-MS-|NAME|DESCRIPTION|REFRESH|SOURCE|COLOR|URL|UID|LAST-MODIFIED|CATEGORIES|IMAGE|X-)",
                l,
                re.I,
            )
        ]
        zones = {untext(val(prop(z, "TZID") or "TZID:?")): z for z in cal[2] if z[0] == "VTIMEZONE"}
        groups = collections.OrderedDict()
        for c in cal[2]:
            if c[0] == "VTIMEZONE":
                continue
            u = prop(c, "UID")
            groups.setdefault((c[0], val(u) if u else "\0none%d" % id(c)), []).append(c)
        for (_name, _uid), cs in groups.items():
            need = set().union(*[tzids(c) for c in cs])
            zs = [z for k, z in zones.items() if k in need]
            objs.append(
                "\r\n".join(
                    [
                        *sum(
                            [dump(z) for z in zs] + [dump(c) for c in cs],
                            ["BEGIN:VCALENDAR", *head],
                        ),
                        "END:VCALENDAR",
                        "",
                    ]
                ).encode("utf-8")
            )
    return objs


def canon(comp):
    props = []
    for name, v in comp.property_items(recursive=False, sorted=False):
        n = name.upper()
        if n in ("BEGIN", "END") or n in IGNORED:
            continue
        params = []
        for k, x in getattr(v, "params", {}).items():
            xs = tuple(sorted(str(y) for y in (x if isinstance(x, (list, tuple)) else [x])))
            if k.upper() in ENUMS:
                xs = tuple(x.upper() for x in xs)
            if len(xs) == 1 and (k.upper(), xs[0].upper()) in DEFAULTS:
                continue
            params.append((k.upper(), xs))
        try:
            ical = v.to_ical()
        except Exception:
            ical = str(v).encode()
        ical = ical.decode("utf-8", "replace") if isinstance(ical, bytes) else str(ical)
        if n in ("ATTENDEE", "ORGANIZER"):
            ical = re.sub(r"^mailto:", "mailto:", ical, flags=re.I)
        if n == "RRULE":
            ical = ";".join(sorted(ical.upper().split(";")))
        vals = ical.split(",") if n in LISTS and "\\," not in ical else [ical]
        for x in vals:
            props.append((n, tuple(sorted(params)), x))
    subs = [canon(s) for s in comp.subcomponents]
    return (comp.name or "", tuple(sorted(props)), tuple(sorted(subs)))


def flat(c, path=""):
    """Multiset of (component path, property, params, value), VTIMEZONE apart."""
    main, tz = collections.Counter(), collections.Counter()
    here = path + "/" + c[0]
    for p in c[1]:
        (tz if "/VTIMEZONE" in here else main)[(here, *p)] += 1
    for s in c[2]:
        a, b = flat(s, here)
        main += a
        tz += b
    (tz if "/VTIMEZONE" in here else main)[(here, "", (), "")] += 1
    return main, tz


def compare(sent, got):
    """-> list of difference classes; empty list means semantically the same."""
    try:
        a, b = icalendar.Calendar.from_ical(sent), icalendar.Calendar.from_ical(got)
    except Exception as e:
        la = collections.Counter(
            l for l in raw_lines(sent) if not l.upper().startswith(tuple(IGNORED))
        )
        lb = collections.Counter(
            l for l in raw_lines(got) if not l.upper().startswith(tuple(IGNORED))
        )
        return [] if la == lb else [f"unparsed-differs ({type(e).__name__})"]
    (ma, ta), (mb, tb) = flat(canon(a)), flat(canon(b))
    out = []
    lost, added = ma - mb, mb - ma
    ln, an = {(k[0], k[1]) for k in lost}, {(k[0], k[1]) for k in added}
    for k in sorted(ln & an):
        out.append(f"changed {k[1]}")
    for k in sorted(ln - an):
        out.append("lost %s" % (k[1] or k[0]))
    for k in sorted(an - ln):  # a DTSTAMP the file lacked may be supplied
        out.append("~repaired" if k[1] == "DTSTAMP" else "added %s" % (k[1] or k[0]))
    if ta != tb:
        out.append("~vtimezone")
    return out


class Client:
    def __init__(self, base, user, pw, cal):
        u = urlsplit(base)
        for r in socket.getaddrinfo(u.hostname, None):
            if not (r[4][0].startswith("127.") or r[4][0] == "::1"):
                sys.exit("refused: not a loopback address")
        self.h, self.p = u.hostname, u.port or 80
        self.cal = urlsplit(cal).path.rstrip("/") + "/"
        self.auth = "Basic " + base64.b64encode((f"{user}:{pw}").encode()).decode()

    def req(self, m, path, body=None, ct="text/calendar; charset=utf-8"):
        c = http.client.HTTPConnection(self.h, self.p, timeout=20)
        try:
            h = {"Authorization": self.auth, "Connection": "close"}
            if body is not None:
                h["Content-Type"] = ct
            c.request(m, path, body, h)
            r = c.getresponse()
            return r.status, r.read()
        except (OSError, http.client.HTTPException) as e:
            return 0, str(e).encode()
        finally:
            c.close()


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for a in ("base_url", "user", "password", "calendar_url"):
        p.add_argument(a)
    p.add_argument("--corpus", action="append", required=True)
    p.add_argument("--json")
    p.add_argument("--only")
    p.add_argument("--max-objects", type=int, default=8, help="per file")
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    dirs = a.corpus
    cl = Client(a.base_url, a.user, a.password, a.calendar_url)
    res = collections.Counter()
    refused, changed, fives, tzsoft, classes = [], [], [], 0, collections.Counter()
    t0, n = time.time(), 0
    for d in dirs:
        for row in csv.DictReader(open(os.path.join(d, "index.csv"), newline="", encoding="utf-8")):
            if a.only and not re.search(a.only, row["file"]):
                continue
            data = open(os.path.join(d, row["file"]), "rb").read()
            cls = row["expect"]
            res["files"] += 1
            objs = split(data) if cls != "invalid" else [data]
            bad = False
            for i, o in enumerate((objs or [data])[: a.max_objects]):
                n += 1
                path = cl.cal + "rt-%d-%d.ics" % (os.getpid(), n)
                st, body = cl.req("PUT", path, o)
                res["objects_" + cls] += 1
                if st >= 500 or st == 0:
                    fives.append("%s#%d %d" % (row["file"], i, st))
                    res["5xx_" + cls] += 1
                    bad = True
                elif st not in (200, 201, 204):
                    res["refused_" + cls] += 1
                    if cls != "invalid":
                        bad = True
                        refused.append(
                            "%s#%d %d %s"
                            % (
                                row["file"],
                                i,
                                st,
                                re.sub(r"\s+", " ", body[-160:].decode("utf-8", "replace")),
                            )
                        )
                else:
                    res["stored_" + cls] += 1
                    st, got = cl.req("GET", path)
                    if st >= 500 or st == 0:
                        fives.append("%s#%d GET %d" % (row["file"], i, st))
                        res["5xx_" + cls] += 1
                        bad = True
                    elif cls != "invalid":
                        diff = compare(o, got) if st == 200 else ["GET %d" % st]
                        hard = [x for x in diff if not x.startswith("~")]
                        tzsoft += "~vtimezone" in diff
                        if hard:
                            changed.append("%s#%d %s" % (row["file"], i, "; ".join(hard[:6])))
                            classes.update(
                                h.split(" ")[0] + " " + ([*h.split(" "), ""])[1] for h in hard
                            )
                            res["changed_" + cls] += 1
                            bad = True
                        else:
                            res["unchanged_" + cls] += 1
                cl.req("DELETE", path)
            res[("files_ok_" if not bad else "files_bad_") + cls] += 1
    out = {
        "seconds": round(time.time() - t0, 1),
        **dict(sorted(res.items())),
        "vtimezone_rewritten": tzsoft,
    }
    print(json.dumps(out, indent=1))
    for t, l in (("5xx or no answer", fives), ("REFUSED", refused), ("CHANGED", changed)):
        if l:
            print("\n%s (%d)" % (t, len(l)))
            for x in l if a.verbose or len(l) < 60 else l[:60]:
                print("  " + x)
    if classes:
        print("\nmost frequent changes:", classes.most_common(15))
    if a.json:
        json.dump(
            {
                **out,
                "fives": fives,
                "refused": refused,
                "changed": changed,
                "change_classes": classes.most_common(40),
            },
            open(a.json, "w"),
            indent=1,
        )
    sys.exit(1 if fives or refused or changed else 0)


if __name__ == "__main__":
    main()
