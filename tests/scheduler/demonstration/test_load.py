"""The demonstration: a directorate that opens with one password, and never in a real store."""

from __future__ import annotations

import time
from pathlib import Path
from shutil import copytree

import pytest

from calendars.kernel.database import Database
from calendars.model.principal import Privilege, Visibility
from calendars.services.authorize import access_to
from calendars.services.import_objects import Tally
from calendars.storage import calendar_objects, collections, principals
from scheduler.app.commands.refusals import tell_refused
from scheduler.demonstration.directorate import DATA, Directorate
from scheduler.demonstration.load import PASSWORD, StoreInUse, load
from tests.builders import an_event
from tests.serving import Client, running_server
from tests.stores import a_person, put

NOW = int(time.time())


@pytest.fixture(scope="module")
def directorate() -> Directorate:
    return Directorate()


def _load(database: Database, directorate: Directorate) -> Tally:
    return load(database, directorate, timezone_id="Pacific/Noumea", now=NOW, watch=lambda *_: None)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_everybody_signs_in_and_finds_a_diary(
    migrated_url: str, tmp_path: Path, directorate: Directorate
) -> None:
    with running_server(migrated_url, tmp_path) as server:
        tally = _load(server.service.database, directorate)
        assert tally.refused == {}

        director = Client(server.base, "aurelien.cagou", PASSWORD)
        [agenda] = director.propfind(director.agenda, "<D:displayname/>")
        assert agenda.found["{DAV:}displayname"].text == "Agenda, Aurélien CAGOU"
        assert len(director.propfind(director.agenda, "<D:getetag/>", depth="1")) > 40
        assistant = Client(server.base, "rosalie.frangipane", PASSWORD)
        assert assistant.propfind(director.agenda, "<D:getetag/>", depth="1")


def test_a_second_load_leaves_alone_what_people_changed(
    database: Database, directorate: Directorate
) -> None:
    _load(database, directorate)
    with database.transaction() as db:
        director = principals.get(db, "aurelien.cagou")
        agenda = collections.find(db, "aurelien.cagou", "agenda")
        assert agenda is not None
        first, *_ = calendar_objects.each_of(db, agenda.id)
        put(db, director, an_event(uid=first.uid, summary="Changé"), first.name)

    again = _load(database, directorate)

    assert again.total == 0
    with database.reading() as db:
        kept = calendar_objects.find(db, agenda.id, first.name)
        assert kept is not None
        assert "SUMMARY:Changé" in kept.data.decode()


def test_it_does_not_move_into_a_store_with_accounts_of_its_own(
    database: Database, directorate: Directorate
) -> None:
    with database.transaction() as db:
        a_person(db)
    with pytest.raises(StoreInUse):
        _load(database, directorate)


@pytest.mark.rule("DIR-2")
def test_rights_are_as_the_directorate_delegates_them(
    database: Database, directorate: Directorate
) -> None:
    _load(database, directorate)

    def sees(login: str, owner: str, name: str = "agenda") -> tuple[bool, frozenset[str]]:
        with database.reading() as db:
            collection = collections.find(db, owner, name)
            assert collection is not None
            access = access_to(db, principals.get(db, login), collection, now=NOW)
        return Privilege.WRITE_CONTENT in access.privileges, access.sees

    public = frozenset({Visibility.PUBLIC})
    private = frozenset({Visibility.PUBLIC, Visibility.PRIVATE})
    assert sees("rosalie.frangipane", "aurelien.cagou") == (True, private)
    assert sees("maelle.hibiscus", "aurelien.cagou") == (True, public)
    assert sees("hortense.niaouli", "aurelien.cagou") == (False, public)
    assert sees("camille.recif", "aurelien.cagou") == (False, frozenset())
    assert sees("camille.recif", "bise", "astreinte-bise") == (False, public)
    assert sees("isabelle.corail", "bise", "astreinte-bise")[0]
    assert sees("rosalie.frangipane", "salle-turquoise") == (True, public)


def test_partners_outside_have_no_account(directorate: Directorate) -> None:
    assert all(person.email.endswith("@dpass.example.org") for person in directorate.people)
    assert len({person.login for person in directorate.people}) == len(directorate.people) == 34


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_refused_is_told_with_its_reason_and_tried_again(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    copytree(DATA, folder)
    diary = folder / "calendars" / "people" / "stagiaire.ics"
    broken = "BEGIN:VEVENT\r\nUID:broken@x\r\nDTSTAMP:x\r\nEND:VEVENT\r\nEND:VCALENDAR"
    diary.write_text(diary.read_text(encoding="utf-8").replace("END:VCALENDAR", broken))

    first = _load(database, Directorate(folder))
    tell_refused(first)

    assert first.refused_count == 1
    assert (
        "1 × texte iCalendar incorrect, par exemple\N{NO-BREAK SPACE}: broken@x"
        in capsys.readouterr().err
    )
    again = _load(database, Directorate(folder))
    assert (again.refused_count, again.added) == (1, 0)
