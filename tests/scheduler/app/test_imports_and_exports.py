"""`niaouli import` and `niaouli export` with files."""

from __future__ import annotations

from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.services import import_objects
from calendars.services.default_calendars import DEFAULT_CALENDAR
from calendars.storage import calendar_objects, collections, principals
from scheduler.connections import import_run
from tests.builders import a_calendar, a_component, a_todo, a_vevent, a_vtodo, an_event
from tests.command_line import CommandLine
from tests.stores import put


def _file(folder: Path, text: str, name: str = "agenda.ics") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def _uids(niaouli: CommandLine, calendar: str) -> set[str]:
    database = Database(niaouli.url)
    with database.reading() as db:
        found = collections.find(db, "anne", calendar)
        assert found is not None
        uids = {one.uid for one in calendar_objects.each_of(db, found.id)}
    database.close()
    return uids


def _modseq(niaouli: CommandLine) -> int:
    database = Database(niaouli.url)
    with database.reading() as db:
        found = collections.find(db, "anne", DEFAULT_CALENDAR)
    database.close()
    assert found is not None
    return found.modseq


@pytest.fixture
def anne(niaouli: CommandLine) -> CommandLine:
    niaouli.add_person("anne")
    return niaouli


def test_events_go_to_the_diary_and_tasks_to_the_list(anne: CommandLine, tmp_path: Path) -> None:
    text = a_calendar(a_vevent(uid="a@x"), a_vevent(uid="b@x"), a_vtodo(uid="t@x"))
    tally = anne("import", "anne", _file(tmp_path, text), "--json").json
    assert (tally["added"], tally["refused"]) == (3, [])
    assert _uids(anne, "agenda") == {"a@x", "b@x"}
    assert _uids(anne, "taches") == {"t@x"}


def test_a_named_calendar_takes_everything_and_is_made(anne: CommandLine, tmp_path: Path) -> None:
    text = a_calendar(a_vevent(uid="a@x"), a_vtodo(uid="t@x"))
    anne("import", "anne", _file(tmp_path, text), "--calendar", "Vacances scolaires")
    assert _uids(anne, "vacances-scolaires") == {"a@x", "t@x"}
    anne("import", "anne", _file(tmp_path, an_event(uid="b@x")), "--calendar", "vacances-scolaires")
    assert _uids(anne, "vacances-scolaires") == {"a@x", "t@x", "b@x"}


def test_a_second_import_changes_nothing_and_a_new_version_replaces(
    anne: CommandLine, tmp_path: Path
) -> None:
    path = _file(tmp_path, a_calendar(*(a_vevent(uid=f"{n}@x") for n in range(20))))
    anne("import", "anne", path)
    before = _modseq(anne)

    assert "inchangés : 20" in anne("import", "anne", path).out
    assert _modseq(anne) == before

    changed = _file(tmp_path, a_calendar(a_vevent(uid="3@x", summary="Autre"), a_vevent(uid="9@x")))
    tally = anne("import", "anne", changed, "--json").json
    assert (tally["added"], tally["replaced"], tally["unchanged"]) == (0, 1, 1)


def test_an_interrupted_import_goes_on_where_it_was(
    anne: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    parse = import_objects.parse_pieces
    calls = 0

    def interrupted(pieces: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return parse(pieces)  # type: ignore[arg-type]

    path = _file(tmp_path, a_calendar(*(a_vevent(uid=f"{n}@x") for n in range(50))))
    monkeypatch.setattr(import_run, "parse_pieces", interrupted)
    anne("import", "anne", path, fails=130)
    assert len(_uids(anne, "agenda")) == 20

    tally = anne("import", "anne", path, "--json").json
    assert (tally["added"], tally["unchanged"]) == (30, 20)


def test_what_is_refused_is_told_by_reason_without_titles(
    anne: CommandLine, tmp_path: Path
) -> None:
    bad = [a_vevent(uid=f"bad-{n}@x", summary="Secret", rrule="FREQ=DAILY;INTERVAL=0")
           for n in range(7)]  # fmt: skip
    nameless = a_component("VEVENT", ["DTSTAMP:20260101T000000Z", "DTSTART:20260101T000000Z"])
    path = _file(tmp_path, a_calendar(a_vevent(uid="good@x"), *bad, nameless))

    written = anne("import", "anne", path)
    tally = anne("import", "anne", path, "--json").json

    assert "Ajoutés : 1" in written.out.replace("\xa0", " ")
    assert "refusés : 8" in written.out.replace("\xa0", " ")
    assert "bad-0@x" in written.err
    assert "Secret" not in written.out + written.err + str(tally)
    rules, nobody = sorted(tally["refused"], key=lambda each: -each["count"])
    assert (rules["reason"], rules["count"]) == ("InvalidCalendarData", 7)
    assert rules["examples"] == [f"bad-{n}@x" for n in range(5)]
    assert (nobody["count"], nobody["examples"][0][:7]) == (1, "(ligne ")


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("Bonjour", id="no calendar"),
        pytest.param("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a@x\r\n", id="cut off"),
        pytest.param("\x00\xff" * 100, id="binary"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(
    anne: CommandLine, tmp_path: Path, content: str
) -> None:
    written = anne("import", "anne", _file(tmp_path, content), fails=1)
    assert "rien n'a pu être importé" in written.err
    assert _uids(anne, "agenda") == set()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_file_that_is_not_there_is_named(anne: CommandLine) -> None:
    assert "perdu.ics" in anne("import", "anne", "perdu.ics", fails=1).err


def test_the_name_of_another_object_is_left_alone(anne: CommandLine, tmp_path: Path) -> None:
    """Somebody stored one UID under the file name that another UID would get."""
    database = Database(anne.url)
    with database.transaction() as db:
        put(db, principals.get(db, "anne"), an_event(uid="first@x"), "second@x.ics")
    database.close()
    tally = anne("import", "anne", _file(tmp_path, an_event(uid="second@x")), "--json").json
    assert tally["added"] == 1
    assert _uids(anne, "agenda") == {"first@x", "second@x"}


def test_what_is_exported_can_be_imported_elsewhere(anne: CommandLine, tmp_path: Path) -> None:
    text = a_calendar(a_vevent(uid="a@x", summary="Été, à 16 h"), a_vevent(uid="b@x"))
    anne("import", "anne", _file(tmp_path, text))
    anne("import", "anne", _file(tmp_path, a_todo(uid="t@x")))
    exported = anne("export", "anne").out
    assert exported.count("BEGIN:VCALENDAR") == exported.count("BEGIN:VTIMEZONE") == 1
    only = anne("export", "anne", "--calendar", "taches").out
    assert ("UID:t@x" in only, "UID:a@x" in only) == (True, False)

    anne.add_person("paul")
    tally = anne("import", "paul", _file(tmp_path, exported, "export.ics"), "--json").json
    assert (tally["added"], tally["refused"]) == (3, [])
    assert anne("export", "paul").out.replace("Paul", "Anne") == exported


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_calendar_that_is_not_there_is_named(anne: CommandLine) -> None:
    assert "« perdu »" in anne("export", "anne", "--calendar", "perdu", fails=1).err
