"""The sheets as facts for pages: days and instants, which their templates word (DIA-6, DIA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import NamedTuple, TypeAlias

from calendars.model.principal import Principal
from notifications.wording.moments import written
from scheduler.diary_sheets.model import (
    CLOSES,
    DAY,
    OPENS,
    Item,
    Mark,
    Placed,
    Profile,
    columns,
    instant_of,
    is_on,
    monday_of,
)
from scheduler.diary_sheets.printed import weeks_of
from scheduler.working_time.model import WorkingCalendar

Facts: TypeAlias = dict[str, object]
FIRST, LAST = date(1950, 1, 1), date(2100, 1, 1)
"""Pages lead neither further back nor further on."""


class Diary(NamedTuple):
    """What a reader may know of a diary, with the days on which nobody works."""

    owner: Principal
    items: Sequence[Item]
    working: WorkingCalendar
    profile: Profile


def month_facts(diary: Diary, first: date, zone: tzinfo, *, today: date) -> Facts:
    """The whole weeks that a month lies in."""
    days = weeks_of(first)
    cells = [_day(diary, day, zone, today=today, inside=day.month == first.month) for day in days]
    weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
    before = (first - DAY).replace(day=1)
    after = (first.replace(day=28) + 4 * DAY).replace(day=1)
    return {
        **_head(diary, today),
        "first": written(first),
        "before": f"{before:%Y-%m}" if before >= FIRST else "",
        "after": f"{after:%Y-%m}" if after < LAST else "",
        "this": f"{first:%Y-%m}",
        "now": f"{today:%Y-%m}",
        "weeks": [
            {
                "number": days[7 * at].isocalendar().week,
                "idle": not any(one["inside"] and one["entries"] for one in week),
                "days": week,
            }
            for at, week in enumerate(weeks)
        ],
        # Days of the week on which there is nothing all month long need no room.
        "resting": [at for at in (5, 6) if not any(one["entries"] for one in cells[at::7])],
    }


def week_facts(diary: Diary, day: date, zone: tzinfo, *, today: date) -> Facts:
    """Monday to Saturday, and Sunday where something is on it; hours at their places."""
    monday = monday_of(day)
    found = columns(diary.items, [monday + number * DAY for number in range(7)], zone)
    shown = found if found[6].band or found[6].placed else found[:6]
    days = []
    number = 0
    for column in shown:
        placed = [
            _placed(one, number + at, column.day, zone) for at, one in enumerate(column.placed)
        ]
        number += len(placed)
        band = [_entry(one, column.day, zone) for one in column.band]
        days.append({**_about(diary, column.day, today), "band": band, "placed": placed})
    before, after = monday - 7 * DAY, monday + 7 * DAY
    return {
        **_head(diary, today),
        "first": written(monday),
        "last": written(shown[-1].day),
        "number": monday.isocalendar().week,
        "month": f"{day:%Y-%m}",
        "before": written(before) if before >= FIRST else "",
        "after": written(after) if after < LAST else "",
        "this": written(monday),
        "hours": [written(instant_of(monday, zone) + at * 3600) for at in _hours()],
        "days": days,
    }


def _hours() -> range:
    return range(OPENS.hour, CLOSES.hour)


def _head(diary: Diary, today: date) -> Facts:
    return {
        "owner": diary.owner.display_name,
        "login": diary.owner.login,
        "posted": diary.profile is Profile.POSTED,
        "today": written(today),
    }


def _about(diary: Diary, day: date, today: date) -> Facts:
    closed, school = diary.working.days.closed(day), diary.working.school_break(day)
    return {
        "day": written(day),
        "number": day.day,
        "is_today": day == today,
        "closed": closed is not None,
        "holiday": closed.label if closed else "",
        "school_break": school.label if school else "",
        # Said once a week, and where it begins; a stripe says the rest.
        "tells_break": school is not None
        and day.weekday() < 5
        and (day.weekday() == 0 or day == school.first_day),
    }


def _day(diary: Diary, day: date, zone: tzinfo, *, today: date, inside: bool) -> Facts:
    found = [one for one in diary.items if is_on(one, day, zone)]
    found.sort(key=lambda one: (not one.all_day, instant_of(one.start, zone), one.title))
    return {
        **_about(diary, day, today),
        "inside": inside,
        "entries": [_entry(one, day, zone) for one in found],
    }


def _entry(item: Item, day: date, zone: tzinfo) -> Facts:
    start, end = instant_of(item.start, zone), instant_of(item.end, zone)
    behind = instant_of(day + DAY, zone)
    return {
        "title": item.title,
        "place": item.place,
        "mark": item.mark.value,
        "all_day": item.all_day,
        "starts": "" if start < instant_of(day, zone) else written(start),
        "ends": "" if end > behind else written(end),
        "option": item.mark is Mark.TENTATIVE,
    }


def _placed(one: Placed, number: int, day: date, zone: tzinfo) -> Facts:
    return {
        **_entry(one.item, day, zone),
        "number": number,
        "top": one.top,
        "height": one.height,
        "lane": one.lane,
        "lanes": one.lanes,
    }
