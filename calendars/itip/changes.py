"""What is different between two versions of a meeting, and whether people must think again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache

from calendars.itip.copy import Copy, Key
from calendars.itip.people import address_of, part_stat
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.moments import moment, read_moment, tzid_of
from calendars.model.timing import Timing

_SINGLE_TIMES = frozenset(("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID"))
_SET = frozenset(("RRULE", "RDATE", "EXDATE", "EXRULE"))
_BOOKKEEPING = frozenset(
    ("DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "REQUEST-STATUS", "UID", "PRODID")
)
_TEXTS = frozenset(("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT"))
PERSONAL = frozenset(("TRANSP", "CLASS", "CATEGORIES", "COLOR", "COMMENT"))
"""What everybody says for himself in his own copy, besides alarms and X- properties."""
_END_OF_RULE = re.compile(r";?(?:UNTIL|COUNT)=[^;]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed in the series (`recurrence_id` None) or in one occurrence of it."""

    recurrence_id: int | None
    """The original start of the occurrence, epoch seconds."""
    properties: frozenset[str]
    """Names of properties; ATTENDEE also stands for PARTSTAT."""
    answers: frozenset[str] = frozenset()
    """Whose PARTSTAT changed, by lower-case address."""


class Weight(IntEnum):
    """How much a change means (RFC 5546 §2.1.4, RFC 6638 §3.2.8)."""

    NOTHING = 0
    WORDS = 1
    """Title, description, people: nobody has to think again."""
    SIGNIFICANT = 2
    """Place or status: SEQUENCE is raised."""
    RESCHEDULED = 3
    """The time: those who had answered are asked again."""


def is_own(name: str) -> bool:
    """A property that an attendee's copy has for its owner alone."""
    return name in PERSONAL or name.startswith("X-")


def changed_names(one: Copy, was: Component, two: Copy, now: Component) -> frozenset[str]:
    """The names of the properties that say another thing than before, one's own left out.

    CLASS is looked at: what the organizer makes confidential is confidential for everybody.
    """
    names = _different(was, now)
    times = names & _SINGLE_TIMES
    if times and span(one, was) == span(two, now):
        names -= times
    if names & _SET and recurrence(one, was) == recurrence(two, now):
        names -= _SET
    return frozenset(names)


def _different(was: Component, now: Component) -> set[str]:
    old, new = set(was.lines), set(now.lines)
    if old == new:
        return set()
    names = {line[0] for line in old ^ new} - _BOOKKEEPING
    return {
        name
        for name in names
        if (name == "CLASS" or not is_own(name)) and _said(was, name) != _said(now, name)
    }


def _said(component: Component, name: str) -> list[str]:
    """What the lines of a name say, whatever their order and spelling."""
    lines = component.all(name)
    if name in ("ATTENDEE", "ORGANIZER"):
        return sorted(_person(line) for line in lines)
    if name in _TEXTS:
        return sorted(" ".join(unescape(line.value).split()) for line in lines)
    if name == "STATUS":
        return [line.value.strip().upper() for line in lines]
    if name in {"PRIORITY", "PERCENT-COMPLETE"}:
        return [line.value.strip().lstrip("0") for line in lines if line.value.strip("0 ")]
    return sorted(f"{line.raw_parameters}:{line.value.strip()}" for line in lines)


@lru_cache(maxsize=1_024)
def _person(line: ContentLine) -> str:
    """Read once for all copies: each of a hundred people has a hundred of these lines."""
    told = [
        f"{name}={','.join(values).lower()}"
        for name, values in line.parameters
        if name in ("ROLE", "CUTYPE", "DELEGATED-TO", "DELEGATED-FROM", "SENT-BY", "CN")
    ]
    answer = part_stat(line) if line.name == "ATTENDEE" else ""
    return f"{address_of(line)} {answer} {sorted(told)}"


def span(copy: Copy, component: Component) -> tuple[object, ...]:
    """When a component is: instants, days of days; of a series also the clock it goes by."""
    timing = Timing(component, copy.zones)
    if timing.start is None:
        return ()
    start = timing.start
    length: object = timing.length.total
    clock: object = None
    if timing.recurs:
        clock = (start.wall, str(start.zone))
    return start.instant, length, timing.has_end, len(start.wall.isoformat()), clock


def recurrence(copy: Copy, component: Component) -> tuple[object, ...]:
    """RRULE, RDATE, EXDATE and EXRULE by what they mean."""
    rules = sorted(
        f"{line.name}:{';'.join(sorted(line.value.strip().upper().split(';')))}"
        for line in component.lines
        if line.name in ("RRULE", "EXRULE")
    )
    dates = sorted(
        (line.name, *_date(copy, line, text))
        for line in component.lines
        if line.name in ("RDATE", "EXDATE")
        for text in line.value.split(",")
    )
    return tuple(rules), tuple(dates)


def _date(copy: Copy, line: ContentLine, text: str) -> tuple[int, str]:
    begins, _, rest = text.strip().partition("/")
    named = read_moment(begins, tzid_of(line), copy.zones)
    return (named.instant if copy.set is None else copy.set.instant_of(named)), rest


def weigh(one: Copy, was: Component, two: Copy, now: Component) -> Weight:
    """How much a new version of one component means to those who are invited to it."""
    names = changed_names(one, was, two, now)
    if not names:
        return Weight.NOTHING
    if names & _SINGLE_TIMES:
        return Weight.RESCHEDULED
    if names & (_SET - {"EXDATE"}) and not _only_shorter(one, was, two, now):
        return Weight.RESCHEDULED
    if _revived(was, now):
        return Weight.RESCHEDULED
    if names & (_SET | {"LOCATION", "STATUS"}):
        return Weight.SIGNIFICANT
    return Weight.WORDS


def is_cancelled(component: Component) -> bool:
    """STATUS:CANCELLED."""
    return (component.value("STATUS") or "").strip().upper() == "CANCELLED"


def _revived(was: Component, now: Component) -> bool:
    return is_cancelled(was) and not is_cancelled(now)


def _only_shorter(one: Copy, was: Component, two: Copy, now: Component) -> bool:
    """The rule ends earlier and is the same otherwise: what is left was agreed on already."""
    old, new = was.all("RRULE"), now.all("RRULE")
    if len(old) != 1 or len(new) != 1 or _dates(one, was) != _dates(two, now):
        return False
    if _bare(old[0]) != _bare(new[0]):
        return False
    last, before = _stop(two), _stop(one)
    return last is not None and (before is None or last <= before)


def _dates(copy: Copy, component: Component) -> list[tuple[int, str]]:
    return sorted(
        _date(copy, line, text) for line in component.all("RDATE") for text in line.value.split(",")
    )


def _bare(line: ContentLine) -> list[str]:
    return sorted(_END_OF_RULE.sub("", line.value.strip().upper()).strip(";").split(";"))


def _stop(copy: Copy) -> datetime | None:
    if copy.set is None or not copy.set.bounded:
        return None
    first = copy.set.first
    day = first.on(first.wall)
    stops = [rule.stop(day, first.zone) for rule in copy.set.rules]
    known = [stop for stop in stops if stop is not None]
    return max(known) if known and len(known) == len(stops) else None


def key_of(copy: Copy, component: Component) -> Key:
    """The key of a component in the sense of a copy."""
    line = component.line("RECURRENCE-ID")
    return None if line is None else copy.key_of(line)


def start_of(copy: Copy, component: Component) -> int | None:
    """When it starts, epoch seconds."""
    line = component.line("DTSTART") or component.line("DUE")
    return None if line is None else moment(line, copy.zones).instant
