"""A year of a directorate's diaries: every series has the occurrences that people expect."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendars.model.component import Component, decode, parse
from calendars.model.instances import bounds, instances, is_recurring
from calendars.model.recurrence import Budget
from calendars.model.time_zones import local_to_epoch
from calendars.model.window import Window

DATA = Path(__file__).parents[2] / "data" / "dpass"
NOUMEA = ZoneInfo("Pacific/Noumea")
FOLDERS = ("people", "shared", "tasks")
EDGE = sorted(
    path.name for path in (DATA / "ics" / "edge").glob("*.ics") if "broken-" not in path.name
)
YEAR = Window(
    local_to_epoch(datetime(2026, 1, 1), NOUMEA),  # noqa: DTZ001 - wall clock
    local_to_epoch(datetime(2027, 1, 1), NOUMEA),  # noqa: DTZ001 - wall clock
)
COMMITTEE = "codir@dpass.example.org"
REPLACED = ("chef-spe", "2026-07-27")
"""Who does not attend one session of the management committee: the deputy does."""

Occurrences = list[tuple[str, str]]


@cache
def expected() -> dict[str, Occurrences]:
    found: dict[str, Occurrences] = defaultdict(list)
    with (DATA / "expected" / "series_occurrences_2026.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["uid"]].append((row["start"], row["end"]))
    return found


@cache
def copies() -> dict[str, dict[str, Component]]:
    """By UID and diary: the object that a client would have put there."""
    found: dict[str, dict[str, Component]] = defaultdict(dict)
    for path in sorted(path for folder in FOLDERS for path in (DATA / "ics" / folder).glob("*")):
        diary = parse(decode(path.read_bytes()))
        zones = diary.children("VTIMEZONE")
        for entry in diary.components:
            if entry.name != "VTIMEZONE":
                empty = Component("VCALENDAR", diary.lines, [*zones])
                copy = found[entry.value("UID") or ""].setdefault(path.stem, empty)
                copy.components.append(entry)
    return found


def occurrences(calendar: Component) -> Occurrences:
    """What takes place: a cancelled occurrence is one, but nobody expects it."""
    found: Occurrences = []
    for one in instances(calendar, YEAR, zone=NOUMEA, budget=Budget()):
        if one.component.value("STATUS") == "CANCELLED":
            continue
        times = (one.dtstart, one.dtend or one.due)
        start, end = (
            (time.astimezone(NOUMEA) if isinstance(time, datetime) else time) for time in times
        )
        found.append((str(start).replace(" ", "T"), str(end).replace(" ", "T")))
    return found


def is_series(calendar: Component) -> bool:
    return any(c.value("RRULE") or c.value("RDATE") for c in calendar.components)


def test_the_oracle_is_whole() -> None:
    assert (len(expected()), sum(map(len, expected().values()))) == (62, 1_406)


@pytest.mark.rule("acceptance 2")
@pytest.mark.shows("series_occurrences_2026.csv")
@pytest.mark.parametrize("uid", sorted(expected()))
def test_every_copy_of_a_series_has_its_occurrences(uid: str) -> None:
    diaries = {name: copy for name, copy in copies()[uid].items() if is_series(copy)}
    assert diaries
    for name, copy in diaries.items():
        lacking = REPLACED[1] if (uid, name) == (COMMITTEE, REPLACED[0]) else "never"
        attended = [times for times in expected()[uid] if not times[0].startswith(lacking)]
        assert sorted(occurrences(copy)) == sorted(attended)


@pytest.mark.rule("DIA-8")
def test_who_is_invited_to_one_session_holds_only_that() -> None:
    deputy = copies()[COMMITTEE]["adjointe-spe"]
    assert is_recurring(deputy)
    assert [start[:10] for start, _ in occurrences(deputy)] == ["2026-07-27"]


def test_a_cancelled_session_stays_in_the_series_and_takes_no_time() -> None:
    director = copies()[COMMITTEE]["directeur"]
    found = instances(director, YEAR, zone=NOUMEA, budget=Budget())
    cancelled = [one for one in found if one.component.value("STATUS") == "CANCELLED"]
    assert [(str(one.dtstart)[:10], one.busy) for one in cancelled] == [("2026-08-03", "F")]


def test_every_object_keeps_within_its_bounds() -> None:
    for diaries in copies().values():
        for calendar in diaries.values():
            whole = bounds(calendar, NOUMEA)
            for one in instances(calendar, YEAR, zone=NOUMEA, budget=Budget()):
                assert whole.start <= one.starts_at < one.ends_at <= whole.end


@pytest.mark.parametrize("name", EDGE)
def test_awkward_objects_can_be_shown(name: str) -> None:
    calendar = parse(decode((DATA / "ics" / "edge" / name).read_bytes()))
    later = YEAR._replace(end=YEAR.end + 3 * 366 * 86_400)
    assert list(instances(calendar, later, zone=NOUMEA, budget=Budget()))
