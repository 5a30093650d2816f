"""The XML that the requests bear, and what is looked for in the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_NAMES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/"'
)
XML = {"Content-Type": "application/xml; charset=utf-8"}
ICALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


def _document(root: str, inner: str) -> bytes:
    return f"{_HEAD}<{root} {_NAMES}>{inner}</{root}>".encode()


ETAGS = _document("D:propfind", "<D:prop><D:getetag/></D:prop>")
POLL = _document("D:propfind", "<D:prop><CS:getctag/><D:sync-token/></D:prop>")
MAKE_CALENDAR = _document(
    "C:mkcalendar",
    "<D:set><D:prop><D:displayname>banc</D:displayname><C:supported-calendar-component-set>"
    '<C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set>',
)


def synchronise(token: str) -> bytes:
    """DAV:sync-collection since a token."""
    return _document(
        "D:sync-collection",
        f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/></D:prop>",
    )


def multiget(hrefs: Iterable[str]) -> bytes:
    """CALDAV:calendar-multiget with texts."""
    asked = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    inner = f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{asked}"
    return _document("C:calendar-multiget", inner)


def query(window: tuple[str, str], *, expand: bool = False) -> bytes:
    """CALDAV:calendar-query for events of a time range, with texts, expanded or as stored."""
    bounds = f'start="{window[0]}" end="{window[1]}"'
    expansion = f"<C:expand {bounds}/>" if expand else ""
    return _document(
        "C:calendar-query",
        f"<D:prop><D:getetag/><C:calendar-data>{expansion}</C:calendar-data></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f"<C:time-range {bounds}/></C:comp-filter></C:comp-filter></C:filter>",
    )


def free_busy(window: tuple[str, str]) -> bytes:
    """CALDAV:free-busy-query."""
    return _document("C:free-busy-query", f'<C:time-range start="{window[0]}" end="{window[1]}"/>')


_RESPONSE = re.compile(rb"<(?:\w+:)?response[\s>]")
_HREF = re.compile(
    rb"<(?:\w+:)?response\b[^>]*>\s*<(?:\w+:)?href[^>]*>\s*([^<\s]+)\s*</", re.DOTALL
)
_TOKEN = re.compile(rb"<(?:\w+:)?sync-token[^>]*>\s*([^<\s]+)\s*<", re.DOTALL)
_PERIOD = re.compile(rb"\d{8}T\d{6}Z/")


def responses(body: bytes) -> int:
    """How many DAV:response elements an answer has."""
    return len(_RESPONSE.findall(body))


def hrefs(body: bytes) -> list[str]:
    """The hrefs of calendar objects in an answer."""
    return [href.decode() for href in _HREF.findall(body) if not href.endswith(b"/")]


def token(body: bytes) -> str:
    """The sync token of an answer, empty if there is none."""
    found = _TOKEN.search(body)
    return found[1].decode() if found else ""


def periods(body: bytes) -> int:
    """How many busy periods a VFREEBUSY has."""
    return len(_PERIOD.findall(body.replace(b"\r\n ", b"").replace(b"\n ", b"")))
