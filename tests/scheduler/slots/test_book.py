"""Taking a slot: everybody and everything at once, or nothing (DIA-4, acceptance 8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from calendars.kernel.audit import CONSOLE
from calendars.kernel.identifiers import Login
from calendars.model.principal import Rights
from calendars.model.resource_policy import Category, Closure, ResourcePolicy
from calendars.services.set_policy import close
from calendars.storage import principals
from calendars.storage.tables import calendar_objects, collections
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.slots.conftest import BOOK, House, ask, at, put_busy
from tests.serving import Client

AT_ONCE = 20


def wanted(organizer: str, **more: Any) -> dict[str, Any]:
    return {
        "organizer": organizer, "title": "Comité", "start": at(9).isoformat(),
        "end": at(10).isoformat(), **more,
    }  # fmt: skip


def agenda(client: Client, of: str) -> list[str]:
    """The events in an agenda, unfolded."""
    found = client.propfind(f"/dav/calendars/{of}/agenda/", "<D:getetag/>", depth="1")
    texts = [client.ask("GET", one.href).text for one in found if one.href.endswith(".ics")]
    return [text.replace("\r\n ", "") for text in texts]


@pytest.mark.rule("MTG-3")
def test_everybody_has_the_meeting_and_the_room_has_accepted(
    house: House, anne: Client, paul: Client
) -> None:
    house.add_resource("ocre", Category.ROOM, 10)

    body = wanted("anne", required=["paul"], resources=["ocre"], place="Salle Ocre")
    made = ask(anne, "POST", BOOK, body, 201)

    [mine], [his] = agenda(anne, "anne"), agenda(paul, "paul")
    assert f"UID:{made['uid']}" in mine
    assert f"UID:{made['uid']}" in his
    assert "CUTYPE=ROOM" in mine
    assert "PARTSTAT=ACCEPTED" in next(
        line for line in mine.split("\r\n") if "ocre@example.org" in line
    )


@pytest.mark.rule("DIA-4")
def test_what_was_taken_meanwhile_is_told_with_its_holder_if_that_may_be_known(
    house: House, anne: Client, paul: Client
) -> None:
    put_busy(paul, "secret", 9.5, 10.5, summary="Hospitalisation")

    body = wanted("anne", required=["paul"])
    refused = ask(anne, "POST", BOOK, body, 409)
    delegate(house.server, "paul", "anne", Rights.READ)
    known = ask(anne, "POST", BOOK, body, 409)

    [conflict] = refused["conflicts"]
    assert (conflict["code"], conflict["login"]) == ("OVERLAP", "paul")
    assert conflict["words"] == "Paul\xa0: Occupé"
    assert "holder" not in conflict
    assert known["conflicts"][0]["holder"] == "Paul"
    assert agenda(anne, "anne") == []
    assert len(agenda(paul, "paul")) == 1
    assert "Hospitalisation" not in str((refused, known))


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_nobody_books_in_the_name_of_somebody_whose_diary_he_does_not_keep(
    anne: Client, paul: Client
) -> None:
    ask(anne, "POST", BOOK, wanted("paul"), 404)
    assert agenda(paul, "paul") == []


@pytest.mark.rule("DIA-4")
@pytest.mark.rule("RES-1")
@pytest.mark.rule("acceptance 8")
def test_of_many_who_take_one_slot_room_or_car_at_once_one_does(house: House, paul: Client) -> None:
    """Each in a name of her own, so that they share nothing but Paul, or the room, or the car."""
    house.add_resource("ocre", Category.ROOM, 10)
    house.add_resource("pajero", Category.VEHICLE, 5)
    clients = [house.server.add_person(f"assistante{number}") for number in range(AT_ONCE)]
    contests: list[dict[str, Any]] = [
        {"required": ["paul"]}, {"resources": ["ocre"]}, {"resources": ["pajero"]}
    ]  # fmt: skip

    for number, contested in enumerate(contests):
        hours = {"start": at(9 + number).isoformat(), "end": at(10 + number).isoformat()}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [
                pool.submit(client.http.post, client.base + BOOK, timeout=60,
                            json=wanted(client.login, **contested) | hours)
                for client in clients
            ]  # fmt: skip
        statuses = [one.result().status_code for one in asked]

        assert sorted(statuses) == [201] + [409] * (AT_ONCE - 1), contested
        winner = clients[statuses.index(201)]
        uid = asked[statuses.index(201)].result().json()["uid"]
        holders = [login for login in (*(one.login for one in clients), "paul", "ocre", "pajero")
                   if uid in held_by(house, login)]  # fmt: skip
        [shared] = contested.get("required") or contested["resources"]
        assert holders == [winner.login, shared]
        booked = [uid for one in clients for uid in held_by(house, one.login)]
        assert len(booked) == number + 1, "who lost has nothing of it"


def held_by(house: House, login: str) -> list[str]:
    """The UIDs in a diary, or in the calendar of a room."""
    with house.server.service.database.reading() as db:
        owner = principals.get(db, Login(login))
        query = select(calendar_objects.c.uid).join(collections)
        mine = (collections.c.owner_id == owner.id, collections.c.name == "agenda")
        return list(db.execute(query.where(*mine)).scalars())


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_room_that_says_no_says_why(house: House, anne: Client, paul: Client) -> None:
    house.add_resource("ocre", Category.ROOM, 2, ResourcePolicy(max_attendees=2))
    start, end = (int(at(hour).timestamp()) for hour in (13, 15))
    with house.server.service.database.transaction() as db:
        close(db, CONSOLE, "ocre", Closure(start, end, "peinture"), now=start)
    mine = ask(anne, "POST", BOOK, wanted("anne", resources=["ocre"]), 201)
    others = {"outside": ["a@x.example", "b@x.example"]}
    closed = {"start": at(14).isoformat(), "end": at(15).isoformat()}

    refused = [
        ask(paul, "POST", BOOK, wanted("paul", resources=["ocre"], **more), 409)
        for more in (others, closed, {})
    ]
    path = f"/api/v1/principals/anne/calendars/agenda/objects/{mine['name']}"
    moved = ask(anne, "PATCH", path, closed, 409)

    told = [one["conflicts"][0]["words"].replace("\xa0", " ") for one in (*refused, moved)]
    assert told[0] == "Ocre n'est pas disponible : la salle n'a que 2 places"
    out = "la salle est hors service de 13 h à 15 h (peinture)"
    assert told[1].startswith(f"Ocre n'est pas disponible : {out}")
    assert told[2].startswith(
        "Ocre n'est pas disponible : la salle est déjà réservée de 9 h à 10 h."
    )
    assert told[3].startswith("la ressource demandée n'est pas disponible (Ocre), lundi ")
    assert f"de 14 h à 15 h : {out}" in told[3]
