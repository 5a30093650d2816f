"""The sheets as data for their templates, in French as they are printed (DIA-6, FR-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from calendars.model.french_dates import hour, long_date
from calendars.model.wall_clock import epoch_to_local
from notifications.documents.pdf import Json, pdf
from notifications.wording.french import French
from scheduler.diary_sheets.model import (
    CLOSES,
    DAY,
    OPENS,
    Column,
    Item,
    Mark,
    Placed,
    columns,
    instant_of,
    is_on,
    monday_of,
)
from scheduler.working_time.model import WorkingCalendar

KEY_WEEKS = 3
MOST_KEY_DATES = 15
_SHORT_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class Sheets:
    """Prints for one diary: whose it is, by which clocks, and on which days nobody works."""

    def __init__(
        self, owner: str, organisation: str, zone: tzinfo, working: WorkingCalendar, *, posted: bool
    ) -> None:
        self._zone, self._working = zone, working
        self._wording = French(zone)
        self._head: dict[str, Json] = {
            "organisation": organisation,
            "owner": owner,
            "confidential": not posted,
        }

    def week(self, items: Sequence[Item], day: date, *, now: int) -> bytes:
        """Monday to Saturday, 7 to 19 h, with the key dates of the next three weeks."""
        monday = monday_of(day)
        days = [monday + number * DAY for number in range(6)]
        data: dict[str, Json] = {
            **self._head,
            "kind": "Agenda hebdomadaire",
            "title": f"Semaine {self._wording.days(days[0], days[-1])}",
            "reference": f"Semaine {monday.isocalendar().week}",
            "first_hour": OPENS.hour,
            "last_hour": CLOSES.hour,
            "days": [self._column(one) for one in columns(items, days, self._zone)],
            "key_dates": self._key_dates(items, monday + 7 * DAY),
        }
        return pdf("week", data, at=now)

    def day(self, items: Sequence[Item], day: date, *, now: int) -> bytes:
        """One day, line by line."""
        [column] = columns(items, [day], self._zone)
        on_day = [one for one in self._ordered(items) if is_on(one, day, self._zone)]
        data: dict[str, Json] = {
            **self._head,
            "kind": "Feuille du jour",
            "title": long_date(day),
            "reference": "",
            "notes": self._notes(day, always=True),
            "all_day": [one.title for one in column.band if one.all_day],
            "lines": [self._line(one, day) for one in on_day if not one.all_day],
        }
        return pdf("day", data, at=now)

    def month(self, items: Sequence[Item], first: date, *, now: int) -> bytes:
        """The weeks of a month, the busiest days with what fits."""
        days = weeks_of(first)
        ordered = self._ordered(items)
        data: dict[str, Json] = {
            **self._head,
            "kind": "Plan du mois",
            "title": self._wording.month(first),
            "reference": "",
            "heads": list(_DAYS),
            "weeks": [
                [self._cell(ordered, day, first.month) for day in days[start : start + 7]]
                for start in range(0, len(days), 7)
            ],
        }
        return pdf("month", data, at=now)

    def _column(self, column: Column) -> Json:
        day = column.day
        return {
            "name": f"{_DAYS[day.weekday()]} {_number(day)}",
            "notes": self._notes(day),
            "closed": self._working.days.closed(day) is not None,
            "band": [self._in_band(one, day) for one in column.band],
            "items": [self._placed(one, day) for one in column.placed],
        }

    def _placed(self, one: Placed, day: date) -> Json:
        return {
            "top": one.top,
            "height": one.height,
            "lane": one.lane,
            "lanes": one.lanes,
            "hours": self._hours(one.item, day),
            "start": self._start(one.item, day),
            "title": one.item.title,
            "place": one.item.place,
            "mark": one.item.mark.value,
        }

    def _in_band(self, item: Item, day: date) -> Json:
        hours = "" if item.all_day else self._hours(item, day)
        return {"hours": hours, "title": item.title, "mark": item.mark.value}

    def _hours(self, item: Item, day: date) -> str:
        """As far as they are hours of that day."""
        start, end = (self._clock(one) for one in (item.start, item.end))
        begun, goes_on = start.date() < day, instant_of(item.end, self._zone) > self._midnight(day)
        if begun and goes_on:
            return "toute la journée"
        if begun:
            return f"jusqu'à {hour(end)}"
        return f"dès {hour(start)}" if goes_on else f"{hour(start)} – {hour(end)}"

    def _start(self, item: Item, day: date) -> str:
        """The same where there is little room."""
        start = self._clock(item.start)
        return self._hours(item, day) if start.date() < day else hour(start)

    def _midnight(self, day: date) -> int:
        return instant_of(day + DAY, self._zone)

    def _clock(self, moment: date | int) -> datetime:
        return epoch_to_local(instant_of(moment, self._zone), self._zone)

    def _line(self, item: Item, day: date) -> Json:
        return {
            "hours": self._hours(item, day),
            "title": item.title,
            "place": item.place,
            "mark": item.mark.value,
            "note": "option" if item.mark is Mark.TENTATIVE else "",
        }

    def _cell(self, ordered: Sequence[Item], day: date, month: int) -> Json:
        found = [one for one in ordered if is_on(one, day, self._zone)]
        return {
            "day": day.day,
            "inside": day.month == month,
            "closed": self._working.days.closed(day) is not None,
            "notes": self._notes(day),
            "lines": [self._short(one, day) for one in found],
        }

    def _short(self, item: Item, day: date) -> Json:
        hours = "" if item.all_day else self._start(item, day)
        return {"hour": hours, "title": item.title, "mark": item.mark.value}

    def _notes(self, day: date, *, always: bool = False) -> list[Json]:
        closed = self._working.days.closed(day)
        notes: list[Json] = []
        if closed is not None and closed.label:
            notes.append({"text": closed.label, "closed": True})
        school = self._working.school_break(day)
        # Said once a week, and where it begins: nobody needs it on every day.
        if school is not None and (always or day.weekday() == 0 or day == school.first_day):
            notes.append({"text": "vacances scolaires", "closed": False})
        return notes

    def _key_dates(self, items: Sequence[Item], first: date) -> list[Json]:
        """What must not be forgotten, and the days on which nobody works."""
        behind = first + KEY_WEEKS * 7 * DAY
        days = [first + number * DAY for number in range((behind - first).days)]
        told: list[tuple[int, str, str]] = []
        for day in days:
            closed = self._working.days.closed(day)
            if closed is not None and closed.label:
                told.append((instant_of(day, self._zone), self._short_day(day), closed.label))
        for item in items:
            start = instant_of(item.start, self._zone)
            soon = instant_of(first, self._zone) <= start < instant_of(behind, self._zone)
            if item.is_key and soon:
                told.append((start, self._short_moment(item), item.title))
        return [[when, title] for _, when, title in sorted(told)[:MOST_KEY_DATES]]

    def _short_moment(self, item: Item) -> str:
        if isinstance(item.start, int):
            local = epoch_to_local(item.start, self._zone)
            return f"{self._short_day(local.date())}, {hour(local)}"
        return self._short_day(item.start)

    def _short_day(self, day: date) -> str:
        return f"{_SHORT_DAYS[day.weekday()]} {day:%d/%m}"

    def _ordered(self, items: Sequence[Item]) -> list[Item]:
        return sorted(
            items, key=lambda one: (not one.all_day, instant_of(one.start, self._zone), one.title)
        )


def weeks_of(first: date) -> list[date]:
    """The days of the whole weeks that a month lies in."""
    start = monday_of(first)
    last = (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    return [start + number * DAY for number in range((monday_of(last) - start).days + 7)]


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)
