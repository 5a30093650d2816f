"""The service under attack: requests to it, signs of life, its memory, and another user."""

import base64
import re
import socket
import statistics
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from wire import exchange, is_loopback

_NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_A_CALENDAR = re.compile(r"<(?:\w+:)?calendar(?:\s[^>]*)?/?>")
_NOUMEA = (
    "BEGIN:VTIMEZONE\r\nTZID:Pacific/Noumea\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+1100\r\nTZOFFSETTO:+1100\r\nTZNAME:+11\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def an_event(uid, lines, zone=""):
    """A calendar object with one VEVENT."""
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//corpus//EN\r\n{zone}BEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


_MORNING = (
    "DTSTART;TZID=Pacific/Noumea:20260615T090000\r\nDTEND;TZID=Pacific/Noumea:20260615T100000\r\n"
    "SUMMARY:control\r\n"
)
_CONTROL = an_event("control-event", _MORNING, _NOUMEA)
_WITHOUT_ZONE = an_event("control-event-2", _MORNING)


def a_query(wanted, start, end):
    """A calendar-query of events in a range."""
    return (
        f'<?xml version="1.0"?><C:calendar-query {_NAMES}><D:prop><D:getetag/>{wanted}</D:prop>'
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter>'
        "</C:calendar-query>"
    ).encode()


_WEEK = ("20260601T000000Z", "20260608T000000Z")
_CONTROL_QUERY = a_query("", "20260614T220500Z", "20260614T225500Z")
QUERY = a_query("<C:calendar-data/>", *_WEEK)
EXPAND = a_query(
    '<C:calendar-data><C:expand start="{}" end="{}"/></C:calendar-data>'.format(*_WEEK), *_WEEK
)
FREE_BUSY = (
    f'<?xml version="1.0"?><C:free-busy-query {_NAMES}>'
    '<C:time-range start="{}" end="{}"/></C:free-busy-query>'.format(*_WEEK)
).encode()
PROPFIND = (
    f'<?xml version="1.0"?><D:propfind {_NAMES}><D:prop><D:displayname/><D:resourcetype/>'
    "<D:getetag/><C:calendar-timezone/></D:prop></D:propfind>"
).encode()
_KIND = f"<D:propfind {_NAMES}><D:prop><D:resourcetype/></D:prop></D:propfind>".encode()


class Service:
    """Where it is, who asks, and what was measured of it."""

    def __init__(self, options):
        parts = urlsplit(options.base_url)
        if not is_loopback(parts.hostname):
            raise SystemExit(f"refused: {parts.hostname} is not a loopback address")
        self.options = options
        self.address = (parts.hostname, parts.port or 80)
        self.host = f"{parts.hostname}:{self.address[1]}"
        self.root = parts.path or "/"
        self.calendar = urlsplit(options.calendar_url).path.rstrip("/") + "/"
        self.authorization = _basic(options.user, options.password)
        self.canary, self.canary_hits = _canary()
        self.bystander = Bystander(self)

    def ask(self, method, target, body=b"", headers=None, timeout=10, *, chunked=False):
        """A request; a header that is None is left out."""
        named = {"Host": self.host, "Authorization": self.authorization, "Connection": "close"}
        for key, value in (headers or {}).items():
            for there in [name for name in named if name.lower() == key.lower()]:
                del named[there]
            if value is not None:
                named[key] = value
        if chunked:
            named["Transfer-Encoding"] = "chunked"
            body = _chunked(body)
        elif body or method in ("PUT", "POST"):
            named["Content-Length"] = str(len(body))
        head = "".join(f"{key}: {value}\r\n" for key, value in named.items())
        request = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape")
        return exchange(self.address, request + body, timeout, method)

    def report(self, body, timeout):
        """A REPORT on the calendar."""
        return self.ask(
            "REPORT",
            self.calendar,
            body,
            {"Depth": "1", "Content-Type": "application/xml"},
            timeout,
        )

    def look(self, timeout=10):
        """PROPFIND of the calendar: the answer, and whether a calendar is there."""
        headers = {"Depth": "0", "Content-Type": "application/xml"}
        answer = self.ask("PROPFIND", self.calendar, _KIND, headers, timeout)
        return answer, answer.status == 207 and bool(_A_CALENDAR.search(answer.text))

    def store_control(self):
        """The event that must be found whatever else is stored."""
        self.ask("PUT", self.calendar + "control.ics", _CONTROL, {"Content-Type": "text/calendar"})

    def find_control(self):
        """The answer to a query of a minute of that event, and whether it was found."""
        answer = self.report(_CONTROL_QUERY, self.options.timeout)
        return answer, "control.ics" in answer.text

    def places_noumea_rightly(self):
        """An event without a definition of its zone is found where it is."""
        path = self.calendar + "control2.ics"
        self.ask("PUT", path, _WITHOUT_ZONE, {"Content-Type": "text/calendar"})
        answer = self.report(_CONTROL_QUERY, self.options.timeout)
        self.ask("DELETE", path)
        return "control2.ics" in answer.text

    def memory(self):
        """Resident memory in MiB, 0 where the process is not known."""
        try:
            status = Path(f"/proc/{self.options.pid}/status").read_text()
        except OSError:
            return 0
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1_024

    def guess_passwords(self, tries=25):
        """Figures: is a login given away by the time it takes, are guessers slowed down?"""
        known, unknown, slowed = [], [], 0
        for number in range(tries):
            for who, times in ((self.options.user, known), (f"nobody{number}", unknown)):
                headers = {"Depth": "0", "Authorization": _basic(who, f"wrong{number}")}
                answer = self.ask("PROPFIND", self.calendar, b"", headers)
                times.append(answer.seconds)
                slowed += answer.status in (403, 423, 429, 503)
        return {
            "wrong_password_median_ms": round(1_000 * statistics.median(known), 1),
            "unknown_user_median_ms": round(1_000 * statistics.median(unknown), 1),
            "attempts": 2 * tries,
            "slowed_down": slowed,
            "right_password_still_works": self.look()[1],
        }


class Bystander:
    """Another client of the same service, that asks all the time: how long does it wait?"""

    def __init__(self, service):
        self._service = service
        self.waits, self.failed, self._stopped = [], 0, threading.Event()

    def start(self):
        threading.Thread(target=self._ask, daemon=True).start()

    def stop(self):
        self._stopped.set()

    def _ask(self):
        while not self._stopped.wait(0.4):
            started = time.monotonic()
            answer, alive = self._service.look()
            self.waits.append((started, answer.seconds))
            self.failed += not alive

    def longest_since(self, instant):
        """The longest wait that ended after an instant."""
        return max((wait for start, wait in self.waits if start + wait >= instant), default=0.0)

    def figures(self):
        waits = sorted(wait for _, wait in self.waits) or [0.0]
        return {
            "n": len(self.waits),
            "p50_ms": round(1_000 * waits[len(waits) // 2], 1),
            "max_s": round(waits[-1], 2),
            "failed": self.failed,
        }


def prepared(service, kind, names, body):
    """Store the object that a case starts from; its path, and whether it was taken."""
    path = f"{service.calendar}setup-{uuid.uuid4().hex[:8]}.ics"
    uid, start, extra = f"setup-{uuid.uuid4().hex}", "20261201T080000Z", ""
    names["SETUP"], names["SETUPUID"] = path, uid
    match kind:
        case "same-uid":
            uid = re.search(rb"UID:([^\r\n]+)", body)[1].decode()
        case "daily":
            start, extra = "20260101T080000Z", "RRULE:FREQ=DAILY\r\n"
        case "fat-hourly":
            start, extra = "20260101T080000Z", "RRULE:FREQ=HOURLY;COUNT=20000\r\n"
            extra += "DESCRIPTION:" + "fat " * 12_500 + "\r\n"
        case "organized":
            extra = f"ORGANIZER:mailto:{names['USER']}\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;"
            extra += f"RSVP=TRUE:mailto:{names['ATT']}\r\n"
        case "invited":
            extra = "ORGANIZER:mailto:boss@corpus.example\r\n"
            extra += f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{names['USER']}\r\n"
    lines = f"DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:setup\r\n{extra}"
    stored = service.ask("PUT", path, an_event(uid, lines), {"Content-Type": "text/calendar"})
    return path, stored.ok


def _basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _chunked(body):
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _canary():
    """A port that nobody has a reason to connect to, and who did."""
    listener, hits = socket.create_server(("127.0.0.1", 0)), []

    def wait():
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(1)
                try:
                    hits.append(connection.recv(80))
                except OSError:
                    hits.append(b"")

    threading.Thread(target=wait, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}", hits
