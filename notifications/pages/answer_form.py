"""What a person fills in: read strictly, and every slip told by name (WCAG 2.2, 3.3.1).

Pure. A form that says nothing has no answer chosen beforehand: programs that press buttons answer
nothing by it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.itip.guest import ANSWERS, Occasion, Said
from calendars.model.wall_clock import local_to_epoch
from notifications.pages.page import Form

MAX_COMMENT = 1_000
FURTHEST_DAYS = 731

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")
_DAY = timedelta(days=1)


class Proposed(NamedTuple):
    """Another time: days, the end being the one behind the last, or instants."""

    start: date | int
    end: date | int


def comment_in(form: Form) -> str:
    """His own words, without what no keyboard writes."""
    lines = form.get("comment", "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", lines).strip()


def answer_in(form: Form) -> tuple[Said, list[str]]:
    """The answer, and the names of what is wrong with it."""
    said = Said(form.get("answer", ""), comment_in(form))
    wrong = [] if said.part_stat in ANSWERS else ["answer"]
    return said, wrong + _too_long(said.comment)


def proposal_in(
    form: Form, about: Occasion, zone: tzinfo, *, now: int
) -> tuple[Proposed | None, list[str]]:
    """The time by the clocks of a zone, and the names of what is wrong with it."""
    found = _days(form) if isinstance(about.start, date) else _hours(form, zone)
    wrong = [found] if isinstance(found, str) else _out_of_reach(found, about, zone, now)
    wrong += _too_long(comment_in(form))
    return (None if isinstance(found, str) or wrong else found), wrong


def _too_long(comment: str) -> list[str]:
    return ["comment"] if len(comment) > MAX_COMMENT else []


def _days(form: Form) -> Proposed | str:
    first, last = _day(form.get("day", "")), _day(form.get("last", ""))
    if first is None:
        return "day"
    if last is None or last < first:
        return "last"
    return Proposed(first, last + _DAY)


def _hours(form: Form, zone: tzinfo) -> Proposed | str:
    day = _day(form.get("day", ""))
    if day is None:
        return "day"
    start, end = (_instant(day, form.get(name, ""), zone) for name in ("start", "end"))
    if start is None:
        return "start"
    if end is None or end <= start:
        return "end"
    return Proposed(start, end)


def _out_of_reach(found: Proposed, about: Occasion, zone: tzinfo, now: int) -> list[str]:
    today = datetime.fromtimestamp(now, zone).date()
    start = found.start
    day = start if isinstance(start, date) else datetime.fromtimestamp(start, zone).date()
    if day > today + timedelta(days=FURTHEST_DAYS):
        return ["far"]
    if day < today or (isinstance(start, int) and start <= now):
        return ["past"]
    return ["same"] if found == (about.start, about.end) else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if len(text.strip()) == 10 else None
    except ValueError:
        return None


def _instant(day: date, text: str, zone: tzinfo) -> int | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    clock = time(int(found[1]), int(found[2]))
    return local_to_epoch(datetime.combine(day, clock), zone)
