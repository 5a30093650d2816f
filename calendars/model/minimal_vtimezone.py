"""The shortest VTIMEZONE that tells how a zone keeps time for good (RFC 5545 §3.6.5, TIM-2).

Outlook squeezes a definition into one yearly rule, so the history of a zone could become its
present. Only the rule that the tz database foresees for the years to come is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, pairwise
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.recurrence import LAST, Rule
from calendars.model.recurrence_rule import WEEKDAYS
from calendars.model.values import utc_offset_text
from calendars.model.wall_clock import local_to_epoch

# Beyond 2037 the tz database gives its rule for good; 28 years show each date on each weekday.
_FIRST_YEAR, _YEARS = 2040, 28
_LISTED_FROM, _LISTED_YEARS = 2020, 30
_FORTNIGHT = 14 * 86_400
_NO_TIME = timedelta(0)
_RULES_START = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock


class _Change(NamedTuple):
    before: timedelta
    after: timedelta
    wall: datetime


def vtimezone_text(tzid: str, zone: tzinfo) -> str:
    """BEGIN:VTIMEZONE … END:VTIMEZONE of a zone under that name, with line ends."""
    changes = list(_changes(zone, _FIRST_YEAR, _YEARS))
    kinds = sorted({change[:2] for change in changes})
    parts = [_yearly(kind, [c.wall for c in changes if c[:2] == kind]) for kind in kinds]
    if not kinds:
        offset = _offset_at(zone, _start_of(_FIRST_YEAR))
        parts = ["\r\n".join(_observance((offset, offset), _RULES_START))]
    elif None in parts:
        # No yearly rule holds (Ramadan moves through the year): the coming changes, one by one.
        changes = list(_changes(zone, _LISTED_FROM, _LISTED_YEARS))
        kinds = sorted({change[:2] for change in changes})
        parts = [_listed(kind, [c.wall for c in changes if c[:2] == kind]) for kind in kinds]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}", *(part for part in parts if part), "END:VTIMEZONE"]
    return "\r\n".join(lines) + "\r\n"


def _observance(kind: tuple[timedelta, timedelta], start: datetime, *extra: str) -> Iterator[str]:
    before, after = kind
    name = "DAYLIGHT" if after > before else "STANDARD"
    yield f"BEGIN:{name}"
    yield f"DTSTART:{start:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{utc_offset_text(before)}"
    yield f"TZOFFSETTO:{utc_offset_text(after)}"
    yield from extra
    yield f"END:{name}"


def _yearly(kind: tuple[timedelta, timedelta], walls: list[datetime]) -> str | None:
    """The change as a yearly rule, None if it does not follow one."""
    alike = {(wall.month, wall.weekday(), wall.time()) for wall in walls}
    if len(alike) != 1 or len(walls) != _YEARS:
        return None
    month, weekday, clock = alike.pop()
    days = sorted({wall.day for wall in walls})
    weeks = {(day + 6) // 7 for day in days}
    name = WEEKDAYS[weekday]
    if len(weeks) == 1:
        which = f"BYDAY={weeks.pop()}{name}"
    elif all((wall + timedelta(days=7)).month != month for wall in walls):
        which = f"BYDAY=-1{name}"
    elif days[-1] - days[0] == 6:
        which = f"BYMONTHDAY={','.join(map(str, days))};BYDAY={name}"
    else:
        return None
    rule = f"FREQ=YEARLY;BYMONTH={month};{which}"
    # The engine counts any DTSTART as the first instance; the next one is the rule's own.
    found = Rule.parse(rule).between(
        datetime.combine(_RULES_START, clock), _RULES_START, LAST, Budget()
    )
    start = next(islice(found, 1, 2))
    return "\r\n".join(_observance(kind, start, f"RRULE:{rule}"))


def _listed(kind: tuple[timedelta, timedelta], walls: list[datetime]) -> str:
    dates = (f"RDATE:{wall:%Y%m%dT%H%M%S}" for wall in walls[1:])
    return "\r\n".join(_observance(kind, walls[0], *dates))


def _changes(zone: tzinfo, first_year: int, years: int) -> Iterator[_Change]:
    """Each change of offset, with the wall clock just before it."""
    samples = range(_start_of(first_year), _start_of(first_year + years), _FORTNIGHT)
    for low, high in pairwise(samples):
        before, after = _offset_at(zone, low), _offset_at(zone, high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if _offset_at(zone, middle) == before:
                low = middle  # noqa: PLW2901 - bisection
            else:
                high = middle  # noqa: PLW2901 - bisection
        instant = datetime.fromtimestamp(high, UTC).replace(tzinfo=None)
        yield _Change(before, after, instant + before)


def _start_of(year: int) -> int:
    return local_to_epoch(datetime(year, 1, 1), UTC)  # noqa: DTZ001 - wall clock


def _offset_at(zone: tzinfo, instant: int) -> timedelta:
    return datetime.fromtimestamp(instant, zone).utcoffset() or _NO_TIME
