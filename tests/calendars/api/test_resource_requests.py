"""Requests for a resource that wait for a person: who sees them, yes, no (RES-1)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from calendars.model.principal import PrincipalKind, Rights
from tests.builders import HOUR, START, an_event
from tests.calendars.api.conftest import Answer, Asker, Join

ROOM = "veh-03"
PAUL, ZOE = "paul@example.org", "zoe@example.org"


@pytest.fixture
def zoe(join: Join) -> Asker:
    return join("zoe", "Zoé Banian")


@pytest.fixture
def vehicle(join: Join, anne: Asker) -> Asker:
    """A vehicle that Anne lends."""
    vehicle = join(ROOM, "Véhicule 03", PrincipalKind.RESOURCE)
    vehicle.entrust(anne, Rights.SCHEDULE)
    policy = {"category": "vehicle", "mode": "approval", "approvers": ["anne"]}
    assert anne.put(f"/resources/{ROOM}/policy", policy).status_code == 200
    return vehicle


def ask(asker: Asker, uid: str, **parts: Any) -> None:
    """A request for the vehicle, an hour on 3 March at 14:30 unless told."""
    address = f"{asker.login}@example.org"
    text = an_event(uid=uid, organizer=address, attendees=[f"{ROOM}@example.org"], **parts)
    assert asker.store(f"{uid}.ics", text).status_code == 201


def answer_to(asker: Asker, uid: str) -> str:
    """What the vehicle says in the organizer's own entry."""
    text = asker.text(f"{uid}.ics").replace("\r\n ", "")
    [line] = [line for line in text.split("\r\n") if line.endswith(f"mailto:{ROOM}@example.org")]
    found = re.search(r"PARTSTAT=([A-Z-]+)", line)
    return found[1] if found else "NEEDS-ACTION"


def waiting(asker: Asker) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = asker.get("/resource-requests").json()["items"]
    return items


def say(asker: Asker, name: str, deed: str, body: dict[str, Any] | None = None) -> Answer:
    return asker.post(f"/resources/{ROOM}/requests/{name}/{deed}", body)


def tasks(asker: Asker) -> list[str]:
    """The titles in the task list, with plain spaces."""
    path = f"/principals/{asker.login}/calendars/taches/objects"
    year = {"start": "2026-01-01T00:00:00+11:00", "end": "2026-12-31T00:00:00+11:00"}
    items = asker.get(path, type="task", **year).json()["items"]
    return [one["title"].replace("\u00a0", " ") for one in items]


def comments(asker: Asker) -> str:
    """Everything that lies in the scheduling inbox, with plain spaces."""
    body = b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
    inbox = f"/dav/calendars/{asker.login}/inbox/"
    listed = asker.raw("PROPFIND", inbox, content=body, headers={"Depth": "1"}).text
    paths = [path for path in re.findall(r"<D:href>([^<]+)", listed) if path.endswith(".ics")]
    texts = [asker.raw("GET", path).text.replace("\r\n ", "") for path in paths]
    return "".join(texts).replace("\u00a0", " ").replace("\\", "")


@pytest.mark.rule("RES-1")
def test_who_lends_it_finds_the_request_and_says_yes(
    vehicle: Asker, anne: Asker, paul: Asker
) -> None:
    ask(paul, "m", summary="Visite à domicile")
    assert answer_to(paul, "m") == "NEEDS-ACTION"
    [request] = waiting(anne)
    assert (request["resource"], request["start"][:16]) == (ROOM, "2026-03-03T14:30")
    assert request["organizer"] == f"mailto:{PAUL}"
    assert waiting(paul) == []
    assert tasks(anne) == ["Réservation à valider : Véhicule 03, mardi 3 mars 2026 à 14 h 30"]

    assert say(anne, request["name"], "approve").status_code == 204

    assert answer_to(paul, "m") == "ACCEPTED"
    assert (waiting(anne), tasks(anne)) == ([], [])
    assert say(anne, request["name"], "approve").status_code == 404


@pytest.mark.rule("RES-1")
def test_no_comes_with_a_reason_and_frees_the_time(
    vehicle: Asker, anne: Asker, paul: Asker, zoe: Asker
) -> None:
    ask(paul, "m")
    [request] = waiting(anne)
    assert say(anne, request["name"], "decline", {}).status_code == 422

    answer = say(anne, request["name"], "decline", {"reason": "Le véhicule part en révision."})

    assert answer.status_code == 204
    assert answer_to(paul, "m") == "DECLINED"
    assert "COMMENT:Le véhicule part en révision." in comments(paul)
    assert tasks(anne) == []
    ask(zoe, "z")
    assert [one["organizer"] for one in waiting(anne)] == [f"mailto:{ZOE}"]


@pytest.mark.rule("RES-1")
def test_of_two_requests_for_one_time_the_other_is_refused_with_the_first_yes(
    vehicle: Asker, anne: Asker, paul: Asker, zoe: Asker
) -> None:
    """Conflict C4 of the sample data: the second waits, then must be refused."""
    ask(paul, "m")
    ask(zoe, "z", start=START + HOUR / 2)
    assert (answer_to(paul, "m"), answer_to(zoe, "z")) == ("NEEDS-ACTION", "NEEDS-ACTION")
    first = next(one for one in waiting(anne) if one["organizer"] == f"mailto:{PAUL}")

    assert say(anne, first["name"], "approve").status_code == 204

    assert (answer_to(paul, "m"), answer_to(zoe, "z")) == ("ACCEPTED", "DECLINED")
    assert "La ressource" not in comments(zoe)
    assert (
        "COMMENT:Le véhicule est déjà réservé de 14 h 30 à 15 h 30. "
        "Prochain créneau libre : mardi 3 mars 2026 à 15 h 30."
    ) in comments(zoe)
    assert (waiting(anne), tasks(anne)) == ([], [])


@pytest.mark.rule("RES-1")
def test_nobody_says_yes_to_what_is_taken_meanwhile(
    vehicle: Asker, anne: Asker, paul: Asker
) -> None:
    ask(paul, "m")
    [request] = waiting(anne)
    own = an_event(uid="own", start=START + HOUR / 2, summary="Affaire privée")
    assert vehicle.store("own.ics", own).status_code == 201

    refused = say(anne, request["name"], "approve")

    assert refused.status_code == 409
    told = refused.json()
    assert (told["type"], told["code"]) == ("urn:niaouli:problem:resource-taken", "busy")
    assert told["next_free"]["start"] == "2026-03-03T05:00:00+00:00"
    assert "privée" not in refused.text
    assert answer_to(paul, "m") == "NEEDS-ACTION"


@pytest.mark.rule("RES-1")
def test_a_direct_booking_over_another_is_refused_with_the_next_free_period(
    vehicle: Asker, anne: Asker
) -> None:
    path = f"/principals/{ROOM}/calendars/agenda/objects"
    body = {"title": "Révision", "start": "2026-03-03T14:30:00+11:00", "duration": 60}
    assert anne.post(path, body).status_code == 201

    refused = anne.post(path, {**body, "start": "2026-03-03T15:00:00+11:00"})

    assert (refused.status_code, refused.json()["code"]) == (409, "busy")
    assert refused.json()["next_free"]["start"] == "2026-03-03T04:30:00+00:00"


@pytest.mark.rule("RES-1")
def test_an_approver_may_be_a_group_and_strangers_see_nothing(
    vehicle: Asker, anne: Asker, paul: Asker, zoe: Asker, join: Join
) -> None:
    from calendars.kernel.audit import CONSOLE
    from calendars.services.set_members import change_members

    join("parc", "Parc automobile", PrincipalKind.GROUP)
    with anne.service.database.transaction() as db:
        change_members(db, "parc", add=("zoe",), by=CONSOLE, now=0)
    policy = {"category": "vehicle", "mode": "approval", "approvers": ["parc"]}
    assert anne.put(f"/resources/{ROOM}/policy", policy).status_code == 200

    ask(paul, "m")

    [request] = waiting(zoe)
    assert len(tasks(zoe)) == 1
    assert tasks(anne) == []  # only those who are named are asked, though Anne may answer too
    assert say(paul, request["name"], "approve").status_code == 404
    assert say(paul, "nothing.ics", "approve").status_code == 404
    assert say(zoe, request["name"], "approve").status_code == 204
    assert answer_to(paul, "m") == "ACCEPTED"


@pytest.mark.rule("RES-1")
def test_a_request_that_is_called_off_waits_no_longer(
    vehicle: Asker, anne: Asker, paul: Asker
) -> None:
    ask(paul, "m")
    assert len(tasks(anne)) == 1

    assert paul.delete(f"{paul.objects}/m.ics").status_code == 204

    assert (waiting(anne), tasks(anne)) == ([], [])


@pytest.mark.rule("RES-1")
def test_who_answers_in_the_calendar_of_the_resource_answers_as_well(
    vehicle: Asker, anne: Asker, paul: Asker
) -> None:
    ask(paul, "m")
    [request] = waiting(anne)
    path = f"/dav/calendars/{ROOM}/agenda/{request['name']}"
    text = anne.raw("GET", path).text
    changed = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    assert changed != text

    put = anne.raw("PUT", path, content=changed.encode(),
                   headers={"Content-Type": "text/calendar"})  # fmt: skip

    assert put.status_code == 204, put.text
    assert answer_to(paul, "m") == "ACCEPTED"
    assert (waiting(anne), tasks(anne)) == ([], [])
