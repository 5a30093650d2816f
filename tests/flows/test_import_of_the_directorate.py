"""A year of a directorate's diaries taken in from files (acceptance 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component, parse
from calendars.model.principal import Principal
from calendars.services.import_calendar import calendar_named
from calendars.services.import_objects import Tally, Target
from calendars.storage import calendar_objects, collections
from scheduler.connections.calendar_files import pieces_of
from scheduler.connections.import_run import import_pieces
from scheduler.demonstration.directorate import DATA
from tests.stores import NOW, a_person

FILES = sorted((DATA / "calendars").glob("*/*.ics"))


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db)


def _take_in(database: Database, anne: Principal, path: Path) -> Tally:
    with database.transaction() as db:
        target = Target(anne, calendar_named(db, anne, _name(path), now=NOW))
    total = Tally()
    with path.open("rb") as stream:
        for tally in import_pieces(database, target, pieces_of(stream), now=NOW):
            total.add(tally)
    return total


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def _calendar(database: Database, path: Path) -> CalendarCollection:
    with database.reading() as db:
        found = collections.find(db, "anne", _name(path))
    assert found is not None
    return found


def _stored(database: Database, path: Path) -> dict[str, Component]:
    with database.reading() as db:
        each = calendar_objects.each_of(db, _calendar(database, path).id)
        return {one.uid: parse(one.data.decode()) for one in each}


def _by_uid(components: Iterator[Component]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for component in components:
        found.setdefault(component.value("UID") or "", Counter())[_meaning(component)] += 1
    return found


def _meaning(component: Component) -> str:
    """Every property with its parameters, and every component inside."""
    inner = sorted(_meaning(child) for child in component.components)
    return "\n".join([component.name, *sorted(map(str, component.lines)), *inner])


def _entries(calendar: Component) -> Iterator[Component]:
    return (each for each in calendar.components if each.name != "VTIMEZONE")


def test_the_files_hold_what_the_test_is_about() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert len(FILES) == 51
    assert all(word in text for word in ("X-DPASS-REF", "RECURRENCE-ID", "EXDATE", "Europe/Paris"))


@pytest.mark.rule("acceptance 1")
def test_every_object_comes_back_unchanged_and_a_second_import_changes_nothing(
    database: Database, anne: Principal
) -> None:
    for path in FILES:
        source = parse(path.read_text(encoding="utf-8"))
        wanted = _by_uid(_entries(source))

        tally = _take_in(database, anne, path)

        assert (tally.added, tally.refused) == (len(wanted), {}), path.name
        stored = _stored(database, path)
        for uid, calendar in stored.items():
            assert _by_uid(_entries(calendar)) == {uid: wanted[uid]}, path.name
            _assert_zones(calendar, source)

        before = _calendar(database, path)
        again = _take_in(database, anne, path)
        assert (again.unchanged, again.total) == (len(wanted), len(wanted))
        assert _calendar(database, path) == before


def _assert_zones(calendar: Component, source: Component) -> None:
    """The object brings the definition of each zone that it names, as its file had it."""
    named = {
        tzid
        for component in calendar.walk()
        for line in component.lines
        if (tzid := line.parameter("TZID"))
    }
    defined = {zone.value("TZID"): _meaning(zone) for zone in calendar.children("VTIMEZONE")}
    assert defined.keys() == named
    for zone in source.children("VTIMEZONE"):
        assert defined.get(zone.value("TZID"), _meaning(zone)) == _meaning(zone)
