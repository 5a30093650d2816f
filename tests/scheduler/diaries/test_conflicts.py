"""The conflicts of a year in a directorate's diaries (acceptance 2)."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendars.model.component import Component, decode, parse
from calendars.model.window import Window
from scheduler.diaries.items import Item, items_of
from scheduler.diaries.rules import (
    Conflict,
    conflicts_of_person,
    conflicts_of_resource,
)
from scheduler.directory.model import Site, Travel, Way, travel_of
from scheduler.slots.codes import ConflictCode
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.rules import WorkingDays

DATA = Path(__file__).parents[2] / "data" / "dpass"
NOUMEA = ZoneInfo("Pacific/Noumea")
YEAR = Window(
    int(datetime(2026, 1, 1, tzinfo=NOUMEA).timestamp()),
    int(datetime(2027, 1, 1, tzinfo=NOUMEA).timestamp()),
)
WORKING = WorkingDays(
    public_holidays((2026,), country="FR", subdivision="NC"), {date(2026, 1, 2): "Pont"}
)
CODES = {
    "overlap": ConflictCode.OVERLAP,
    "resource": ConflictCode.RESOURCE,
    "travel": ConflictCode.TRAVEL,
    "holiday": ConflictCode.HOLIDAY,
    "absence": ConflictCode.ABSENT,
}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


@cache
def travel() -> Travel:
    return travel_of(
        [Site(row["code"], row["label"], row["commune"]) for row in rows("directory/sites")],
        [
            Way(row["commune_a"], row["commune_b"], int(row["minutes"]))
            for row in rows("directory/travel_times")
        ],
        [(row["label"], row["site"]) for row in rows("directory/resources")],
    )


@cache
def addresses() -> dict[str, frozenset[str]]:
    """By person or resource: as whom they answer."""
    known = (*rows("directory/people"), *rows("directory/resources"))
    return {row["id"]: frozenset((f"mailto:{row['email']}",)) for row in known}


@cache
def people() -> dict[str, list[Item]]:
    return _items("personal", "people")


@cache
def resources() -> dict[str, list[Item]]:
    return _items("resource", "resources")


def _items(kind: str, folder: str) -> dict[str, list[Item]]:
    """What takes the time of each, which is not what they declined."""
    return {
        row["owner"]: list(items_of(diary, YEAR, NOUMEA, addresses()[row["owner"]]))
        for row, diary in _calendars(kind, folder)
    }


def _calendars(kind: str, folder: str) -> Iterator[tuple[dict[str, str], Component]]:
    for row in rows("directory/calendars"):
        if row["kind"] == kind:
            path = DATA / "ics" / folder / f"{row['slug'].removeprefix('ressource-')}.ics"
            yield row, parse(decode(path.read_bytes()))


@cache
def conflicts() -> dict[str, list[Conflict]]:
    """By subject; a resource is asked about every request, the refused ones too."""
    return {
        subject: list(conflicts_of_person(items, travel(), WORKING))
        for subject, items in people().items()
    } | {
        row["owner"]: list(conflicts_of_resource(items_of(diary, YEAR, NOUMEA)))
        for row, diary in _calendars("resource", "resources")
    }


def local(instant: int) -> str:
    return datetime.fromtimestamp(instant, NOUMEA).isoformat()


def kind_of(one: Conflict) -> str:
    """As the sample calls it: put there on purpose, or somebody who is away."""
    declared = [frozenset((row["uid_a"], row["uid_b"])) for row in rows("known_conflicts")]
    if one.uids in declared:
        return "declared"
    return "absence" if one.code is ConflictCode.ABSENT else one.code


@pytest.mark.rule("acceptance 2")
@pytest.mark.rule("DIA-4")
@pytest.mark.shows("overlaps_2026.csv")
def test_the_overlaps_of_the_year_are_those_expected() -> None:
    wanted = [
        (
            row["subject"], row["start"], row["end"],
            frozenset((row["uid_a"], row["uid_b"])), row["kind"],
        )
        for row in rows("expected/overlaps_2026")
    ]  # fmt: skip
    overlaps = {
        subject: list(conflicts_of_person(items, Travel({}, {}), WorkingDays()))
        for subject, items in people().items()
    } | {subject: list(conflicts_of_resource(items)) for subject, items in resources().items()}
    found = [
        (subject, local(one.starts_at), local(one.ends_at), one.uids, kind_of(one))
        for subject, each in overlaps.items()
        for one in each
    ]
    assert len(wanted) == 79
    assert Counter(found) == Counter(wanted)


@pytest.mark.rule("acceptance 2")
@pytest.mark.rule("DIA-4")
@pytest.mark.shows("known_conflicts.csv")
@pytest.mark.parametrize("row", list(rows("known_conflicts")), ids=lambda row: row["conflict_id"])
def test_a_known_conflict_is_found_under_its_code(row: dict[str, str]) -> None:
    uids = {row["uid_a"], row["uid_b"]}
    found = [one for one in conflicts()[row["subject"]] if one.uids & uids and one.uids <= uids]
    assert [one.code for one in found] == [CODES[row["kind"]]]


@pytest.mark.rule("DIA-4")
def test_nothing_else_is_called_a_conflict() -> None:
    """The year was planned well: besides absences, only what was put there on purpose, and four
    meetings at the office right after a hearing in court, a quarter of an hour away."""
    told: dict[ConflictCode, set[frozenset[str]]] = defaultdict(set)
    for found in conflicts().values():
        for one in found:
            told[one.code].add(one.uids)
    del told[ConflictCode.ABSENT]
    hearings = {uids for uids in told[ConflictCode.TRAVEL] if any("audience" in u for u in uids)}
    told[ConflictCode.TRAVEL] -= hearings
    assert {code: len(which) for code, which in told.items()} == {
        ConflictCode.OVERLAP: 1,
        ConflictCode.RESOURCE: 2,
        ConflictCode.TRAVEL: 1,
        ConflictCode.HOLIDAY: 1,
    }
    assert len(hearings) == 4


@pytest.mark.rule("DIA-4")
def test_codes_of_what_the_sample_year_does_not_hold() -> None:
    hour = 3_600
    firm, option = Item(0, hour, "a"), Item(0, hour, "b", tentative=True)
    closed = Item(0, hour, "c", days=(date(2026, 1, 2),))
    away = Item(0, hour, "d", absence=True, days=(date(2026, 1, 2), date(2026, 5, 1)))
    no_travel = Travel({}, {})

    def codes(*items: Item) -> list[ConflictCode]:
        return [one.code for one in conflicts_of_person(items, no_travel, WORKING)]

    assert codes(firm, option) == [ConflictCode.OVERLAP_TENTATIVE]
    assert codes(closed) == [ConflictCode.CLOSURE]
    assert codes(away, away._replace(uid="e")) == []
    assert codes(firm, Item(hour, 2 * hour, "f")) == []
