"""Ask calendar objects for their instances, around Tuesday 3 March 2026 in Nouméa."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from calendars.model.component import parse
from calendars.model.instances import TimedInstance, instances
from calendars.model.recurrence import Budget
from calendars.model.window import Window
from tests.builders import NOUMEA, Moment, a_vevent

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
START = datetime(2026, 3, 3, 8, 0, tzinfo=NOUMEA)


def stamp(moment: datetime | date) -> int:
    """Epoch seconds; a date counts in Nouméa."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=NOUMEA)
    return int(moment.timestamp())


def window(start: datetime, end: datetime) -> Window:
    return Window(stamp(start), stamp(end))


MONTHS = window(START - 4 * WEEK, START + 12 * WEEK)


def found(text: str, during: Window = MONTHS, *, zone: ZoneInfo = NOUMEA) -> list[TimedInstance]:
    return list(instances(parse(text), during, zone=zone, budget=Budget()))


def starts(text: str, during: Window = MONTHS) -> list[datetime]:
    return [datetime.fromtimestamp(one.starts_at, NOUMEA) for one in found(text, during)]


def summaries(text: str) -> list[str | None]:
    return [one.component.value("SUMMARY") for one in found(text)]


def moved(original: Moment, start: Moment, summary: str = "moved", *extra: str) -> str:
    return a_vevent(recurrence_id=original, start=start, summary=summary, extra=extra)
