"""Busy time without its reasons: VFREEBUSY (RFC 5545 §3.6.4, RFC 4791 §7.10, RFC 6638 §5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from calendars.model.component import fold
from calendars.model.utc_text import utc_text
from calendars.model.window import Window

BUSY, TENTATIVE, UNAVAILABLE = "B", "T", "U"
FBTYPES = {BUSY: "BUSY", TENTATIVE: "BUSY-TENTATIVE", UNAVAILABLE: "BUSY-UNAVAILABLE"}

_PRODID = "-//Niaouli//FR"


class BusyInterval(NamedTuple):
    """A stretch of busy time; `busy` is one letter of FBTYPES, every other letter is free."""

    starts_at: int
    ends_at: int
    busy: str


def merge(intervals: Iterable[BusyInterval], window: Window, grain: int = 1) -> list[BusyInterval]:
    """The fewest intervals that say the same, inside the window, sorted by start.

    Intervals of one type that overlap or touch become one; the types stay apart. The marker of
    an event without length, one second, takes no time. With a grain, starts go down and ends up
    to a multiple of that many seconds, so that the answer tells less of what lies behind it.
    """
    by_type: dict[str, list[tuple[int, int]]] = {busy: [] for busy in FBTYPES}
    first, last = window
    for starts_at, ends_at, busy in intervals:
        stretches = by_type.get(busy)
        if stretches is None or ends_at - starts_at <= 1:
            continue
        start = starts_at - starts_at % grain
        end = ends_at + -ends_at % grain
        # Written out: a question about many people has ten thousand of them.
        start = max(start, first)
        end = min(end, last)
        if start < end:
            stretches.append((start, end))
    merged = [
        BusyInterval(start, end, busy)
        for busy, stretches in by_type.items()
        for start, end in _union(stretches)
    ]
    merged.sort()
    return merged


def _union(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    stretches.sort()
    out: list[tuple[int, int]] = []
    for start, end in stretches:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def free_busy(
    merged: Iterable[BusyInterval],
    window: Window,
    *,
    stamp: int,
    method: str | None = None,
    lines: Sequence[str] = (),
) -> str:
    """A VCALENDAR with one VFREEBUSY for a window that has both bounds, of merged intervals.

    `lines` are the unfolded content lines that the occasion asks for besides the times: UID,
    ORGANIZER and ATTENDEE of a reply (RFC 5546 §3.3.3), URL of a published one.
    """
    out = ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:", _PRODID, "\r\n"]
    if method is not None:
        out.append(f"METHOD:{method}\r\n")
    out.append(
        f"BEGIN:VFREEBUSY\r\nDTSTAMP:{utc_text(stamp)}\r\n"
        f"DTSTART:{utc_text(window.start)}\r\nDTEND:{utc_text(window.end)}\r\n"
    )
    out.extend(map(fold, lines))
    out.extend(
        f"FREEBUSY;FBTYPE={FBTYPES[busy]}:{utc_text(start)}/{utc_text(end)}\r\n"
        for start, end, busy in merged
    )
    out.append("END:VFREEBUSY\r\nEND:VCALENDAR\r\n")
    return "".join(out)
