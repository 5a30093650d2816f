"""Conflicts act on every write: REST asks back, a calendar program's user finds a task (DIA-4)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from calendars.model.principal import Rights
from calendars.storage.tables import audit_lines as lines
from scheduler.diaries.tables import conflict_overrides
from scheduler.diaries.warn import warn
from tests.builders import NOUMEA, a_series, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.slots.conftest import BOOK, House, ask, at, put_busy
from tests.serving import Client, Server


def objects(login: str) -> str:
    return f"/api/v1/principals/{login}/calendars/agenda/objects"


def draft(hour: float, *, day: int = 0, minutes: int = 60, **more: Any) -> dict[str, Any]:
    start = at(hour, day)
    return {
        "title": "Point", "start": start.isoformat(),
        "end": (start + timedelta(minutes=minutes)).isoformat(), **more,
    }  # fmt: skip


def follow(server: Server) -> int:
    with server.service.database.transaction() as db:
        return warn(db, NOUMEA, now=int(time.time()))


@pytest.fixture
def settled(house: House, anne: Client, paul: Client) -> House:
    """The store as it was before the first round: taken as it is."""
    put_busy(anne, "before", 8, 9, day=2)
    put_busy(anne, "before2", 8, 9, day=2)
    assert follow(house.server) == 0
    return house


def tasks(client: Client) -> list[str]:
    """What stands in the list of tasks, unfolded."""
    path = f"/dav/calendars/{client.login}/taches/"
    found = client.propfind(path, "<D:getetag/>", depth="1")
    texts = [client.ask("GET", one.href).text for one in found if one.href.endswith(".ics")]
    return [text.replace("\r\n ", "").replace("\xa0", " ") for text in texts]


@pytest.mark.rule("DIA-4")
def test_rest_refuses_with_codes_and_takes_a_reason(house: House, anne: Client) -> None:
    put_busy(anne, "first", 9, 10, location="Bourail", summary="Secret")

    refused = ask(anne, "POST", objects("anne"), draft(9.5), 409)
    taken = ask(anne, "POST", objects("anne"), draft(9.5, override="la directrice insiste"), 201)

    [conflict] = refused["conflicts"]
    assert (conflict["code"], conflict["login"], conflict["holder"]) == ("OVERLAP", "anne", "Anne")
    assert "deux engagements à la fois" in conflict["words"]
    assert "Secret" not in str(refused)
    with house.server.service.database.reading() as db:
        [row] = db.execute(select(conflict_overrides)).all()
        told = db.execute(select(lines.c.details).where(lines.c.deed == "override")).scalars().all()
    assert (row.reason, row.codes, row.by) == ("la directrice insiste", "OVERLAP", "anne")
    assert [f'"override":{row.id}' in one for one in told] == [True]
    assert "insiste" not in str(told)
    name = taken["name"]
    ask(anne, "PATCH", f"{objects('anne')}/{name}", {"title": "Autre"}, 200)
    ask(anne, "PATCH", f"{objects('anne')}/{name}", draft(9.25), 409)
    ask(anne, "PATCH", f"{objects('anne')}/{name}", draft(14), 200)


@pytest.mark.rule("DIA-4")
@pytest.mark.rule("TIM-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_closed_days_absences_and_weights_are_data(
    house: House, admin: Client, anne: Client
) -> None:
    day = f"{at(0, 1):%Y-%m-%d}"
    closed = {"kind": "closure", "label": "Pont"}
    ask(admin, "PUT", f"/api/v1/working-time/days/{day}", closed)
    put_busy(anne, "conges", 7, 17, day=2, categories=["Absence"])

    def codes(told: Any) -> list[str]:
        return [one["code"] for one in told["conflicts"]]

    assert codes(ask(anne, "POST", objects("anne"), draft(9, day=1), 409)) == ["CLOSURE"]
    assert codes(ask(anne, "POST", objects("anne"), draft(9, day=2), 409)) == ["ABSENT"]
    path = "/api/v1/conflict-codes/CLOSURE"
    ask(anne, "PUT", path, {"severity": "note"}, 403)
    ask(admin, "PUT", path, {"severity": "refuse", "override": "nobody"})
    final = ask(anne, "POST", objects("anne"), draft(9, day=1, override="si"), 409)
    assert final["conflicts"][0]["final"] is True
    ask(admin, "PUT", path, {"severity": "note"})
    ask(anne, "POST", objects("anne"), draft(9, day=1), 201)


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_hearing_wins_and_nothing_is_put_over_it(settled: House, anne: Client) -> None:
    put_busy(anne, "small", 9, 10)
    hearing = draft(9, categories=["Audience"])
    ask(anne, "POST", objects("anne"), hearing, 201)

    over = ask(anne, "POST", objects("anne"), draft(9.5, override="quand même"), 409)

    assert [one["final"] for one in over["conflicts"] if one["code"] == "OVERLAP"].count(True) == 1


@pytest.mark.rule("DIA-4")
def test_a_calendar_programs_user_finds_a_task_that_goes_with_the_conflict(
    settled: House, anne: Client
) -> None:
    put_busy(anne, "one", 9, 10, summary="Secret")
    put_busy(anne, "two", 9.5, 10.5, summary="Secret aussi")
    assert follow(settled.server) == 2

    first, second = tasks(anne)
    for text in (first, second):
        assert "SUMMARY:Conflit de dates dans votre agenda" in text
        assert "deux engagements à la fois" in text
        assert "Secret" not in text
    assert follow(settled.server) == 0

    answer = anne.ask("DELETE", f"{anne.agenda}two.ics")
    assert answer.status_code == 204
    follow(settled.server)
    assert tasks(anne) == []


@pytest.mark.rule("DIA-4")
def test_the_writer_is_told_not_the_diarys_owner(
    settled: House, anne: Client, paul: Client
) -> None:
    delegate(settled.server, "paul", "anne", Rights.WRITE)
    put_busy(paul, "his", 9, 10)
    follow(settled.server)
    text = "/dav/calendars/paul/agenda/hers.ics"
    answer = anne.put(text, an_event(uid="hers", start=at(9.5), end=at(10.5)))
    assert answer.status_code == 201
    follow(settled.server)

    [told] = tasks(anne)
    assert "dans l'agenda de Paul" in told
    assert tasks(paul) == []


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_invitation_without_an_answer_warns_nobody(
    settled: House, anne: Client, paul: Client
) -> None:
    put_busy(paul, "his", 9, 10)
    body = {"organizer": "anne", "title": "x", "start": at(9).isoformat(),
            "end": at(10).isoformat(), "optional": ["paul"]}  # fmt: skip
    ask(anne, "POST", BOOK, body, 201)
    follow(settled.server)

    assert tasks(paul) == []
    assert tasks(anne) == []


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_conflicts_of_a_diary_are_listed_for_its_readers(
    house: House, anne: Client, paul: Client
) -> None:
    put_busy(anne, "one", 9, 10)
    put_busy(anne, "two", 9.5, 10.5)
    put_busy(anne, "early", 5, 6, day=1)
    first, last = (f"{at(0, day):%Y-%m-%d}T00:00:00Z" for day in (-1, 7))
    path = f"/api/v1/diaries/anne/conflicts?from={first}&to={last}"

    told = ask(anne, "GET", path, None)

    assert [one["code"] for one in told["items"]] == ["OVERLAP", "HOURS"]
    ask(paul, "GET", path, None, 404)


@pytest.mark.rule("DIA-4")
@pytest.mark.rule("TIM-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_series_is_told_its_bad_dates_at_once_and_later_only_new_ones(
    settled: House, admin: Client, anne: Client
) -> None:
    def close(day: int) -> None:
        path = f"/api/v1/working-time/days/{at(0, day):%Y-%m-%d}"
        ask(admin, "PUT", path, {"kind": "closure", "label": "Pont"})

    def write(sequence: int, hour: int = 9) -> None:
        start = at(hour)
        text = a_series(uid="suivi", start=start, end=start + timedelta(hours=1),
                        rrule="FREQ=WEEKLY;COUNT=8", sequence=sequence)  # fmt: skip
        assert anne.put(f"{anne.agenda}suivi.ics", text).status_code in {201, 204}
        follow(settled.server)

    for week in (1, 2, 4, 5, 6):
        close(7 * week)
    put_busy(anne, "other", 9.5, 10.5, day=21)
    write(0)

    [told] = [one for one in tasks(anne) if "Pont" in one]
    assert "Pont" in told
    assert "et 2 autres dates" in told
    assert "deux engagements à la fois\\, lundi" in told
    assert told.count("BEGIN:VTODO") == 1

    # Ticked, it stays so while there is nothing new, whatever else is written.
    name = next(one[4:] for one in told.split("\r\n") if one.startswith("UID:"))
    lines = [one for one in told.split("\r\n") if not one.startswith("STATUS:")]
    done = "\r\n".join(lines).replace("END:VTODO", "STATUS:COMPLETED\r\nEND:VTODO")
    path = f"/dav/calendars/anne/taches/{name}.ics"
    assert anne.put(path, done).status_code == 204
    write(1)
    assert ["STATUS:COMPLETED" in one for one in tasks(anne) if "Pont" in one] == [True]

    close(49)
    write(2)
    [again] = [one for one in tasks(anne) if "Pont" in one]
    assert "STATUS:COMPLETED" not in again
    assert "autres dates" not in again
    assert again.count("Pont") == 1
