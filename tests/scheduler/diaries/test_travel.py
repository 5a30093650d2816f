"""Ways to an appointment: made from the table, in step with it, a car booked for them (DIA-5)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from calendars.model.principal import Rights, Role
from calendars.model.resource_policy import Category
from scheduler.diaries.warn import warn
from tests.builders import NOUMEA, a_calendar, a_vevent, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.slots.conftest import House, ask, at, put_busy
from tests.serving import Client

PATH = "/api/v1/diaries/anne/calendars/agenda/objects/visite.ics/travel"


@pytest.fixture
def bourail(house: House, admin: Client, anne: Client) -> House:
    """Anne works in Nouméa, two hours from Bourail, and has a visit there at ten."""
    for code, commune in (("SIEGE", "Nouméa"), ("CMS de Bourail", "Bourail")):
        body = {"label": code, "commune": commune}
        ask(admin, "PUT", f"/api/v1/directory/sites/{code}", body)
    way = {"commune_a": "Nouméa", "commune_b": "Bourail", "minutes": 120}
    ask(admin, "PUT", "/api/v1/directory/travel-times", {"items": [way]})
    ask(admin, "PUT", "/api/v1/directory/workplaces/anne", {"site": "SIEGE"})
    house.add_resource("voiture", Category.VEHICLE, 5)
    follow(house)
    put_busy(anne, "visite", 10, 12, location="CMS de Bourail")
    return house


def follow(house: House) -> None:
    dispatch = house.server.service.dispatch
    with house.server.service.database.transaction() as db:
        warn(db, NOUMEA, dispatch=dispatch, now=int(time.time()))


def blocks(client: Client) -> list[str]:
    """The entries about ways, by start, unfolded."""
    found = client.propfind(client.agenda, "<D:getetag/>", depth="1")
    texts = [client.ask("GET", one.href).text for one in found if one.href.endswith(".ics")]
    texts = [text.replace("\r\n ", "") for text in texts]
    return sorted((one for one in texts if "CATEGORIES:Trajet" in one), key=starting)


def starting(text: str) -> str:
    return next(line for line in text.split("\r\n") if line.startswith("DTSTART;")).split(":")[1]


@pytest.mark.rule("DIA-5")
def test_ways_stand_in_the_diary_and_move_and_go_with_the_appointment(
    bourail: House, anne: Client
) -> None:
    told = ask(anne, "PUT", PATH, {"vehicle": "voiture"})

    assert [one["leg"] for one in told["items"]] == ["out", "back", "vehicle"]
    assert told["items"][0]["start"] == f"{at(8):%Y-%m-%dT%H:%M:%S}+11:00"
    made = blocks(anne)
    assert len(made) == 3
    assert all("RELATED-TO;RELTYPE=PARENT:visite" in one for one in made)
    [car] = [one for one in made if "voiture@example.org" in one]
    assert "PARTSTAT=ACCEPTED" in next(x for x in car.split("\r\n") if "voiture" in x)
    assert "TRANSP:TRANSPARENT" in car

    moved = an_event(uid="visite", start=at(13), end=at(15), location="CMS de Bourail", sequence=1)
    assert anne.put(f"{anne.agenda}visite.ics", moved).status_code == 204
    follow(bourail)
    assert [starting(one)[-6:] for one in blocks(anne)] == ["110000", "110000", "150000"]

    here = an_event(uid="visite", start=at(13), end=at(15), location="SIEGE", sequence=2)
    assert anne.put(f"{anne.agenda}visite.ics", here).status_code == 204
    follow(bourail)
    assert blocks(anne) == []
    assert anne.put(f"{anne.agenda}visite.ics", moved).status_code == 204
    follow(bourail)
    assert len(blocks(anne)) == 3
    assert anne.ask("DELETE", f"{anne.agenda}visite.ics").status_code == 204
    follow(bourail)
    assert blocks(anne) == []


@pytest.mark.rule("DIA-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_way_is_made_with_a_car_that_is_taken_or_to_where_one_is(
    bourail: House, anne: Client, paul: Client
) -> None:
    taken = {"organizer": "paul", "title": "x", "start": at(11).isoformat(),
             "end": at(12).isoformat(), "resources": ["voiture"]}  # fmt: skip
    ask(paul, "POST", "/api/v1/slots/bookings", taken, 201)

    refused = ask(anne, "PUT", PATH, {"vehicle": "voiture"}, 409)

    assert refused["conflicts"][0]["code"] == "RESOURCE"
    assert "le véhicule est déjà réservé" in refused["conflicts"][0]["words"]
    assert blocks(anne) == []
    put_busy(anne, "ici", 15, 16, location="SIEGE")
    ask(anne, "PUT", PATH.replace("visite", "ici"), {}, 422)
    ask(paul, "PUT", PATH, {}, 404)
    ask(anne, "PUT", PATH, {})
    ask(anne, "DELETE", PATH, None, 204)
    assert blocks(anne) == []


@pytest.mark.rule("DIA-5")
@pytest.mark.rule("RES-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_ways_of_a_series_follow_each_of_its_dates_and_so_does_the_car(
    bourail: House, anne: Client
) -> None:
    def visits(*exceptions: str, sequence: int = 0, **more: Any) -> str:
        times = {"start": at(10), "end": at(12), "location": "CMS de Bourail", **more}
        master = a_vevent(uid="tour", rrule="FREQ=WEEKLY;COUNT=4", sequence=sequence, **times)
        return a_calendar(master, *exceptions)

    def there() -> list[str]:
        """When the car is away, by its own calendar."""
        first, last = (f"{at(0, day):%Y-%m-%d}T00:00:00Z" for day in (-1, 40))
        path = f"/api/v1/principals/voiture/calendars/agenda/objects?from={first}&to={last}"
        found = ask(car, "GET", path, None)["items"]
        return [one["start"][5:16] for one in found if one["status"] != "CANCELLED"]

    car = bourail.server.add_person("chef", role=Role.ADMIN)
    delegate(bourail.server, "voiture", "chef", Rights.READ)
    assert anne.put(f"{anne.agenda}tour.ics", visits()).status_code == 201
    anne.ask("DELETE", f"{anne.agenda}visite.ics")
    follow(bourail)

    told = ask(anne, "PUT", PATH.replace("visite", "tour"), {"vehicle": "voiture"})

    assert [one["repeats"] for one in told["items"]] == [True] * 3
    assert told["items"][0]["start"] == f"{at(8):%Y-%m-%dT%H:%M:%S}+11:00"
    weeks = [f"{at(8, day):%m-%dT%H:%M}" for day in (0, 7, 14, 21)]
    assert there() == weeks

    later = a_vevent(uid="tour", start=at(14, 8), end=at(15, 8), location="CMS de Bourail",
                     recurrence_id=at(10, 7))  # fmt: skip
    here = a_vevent(uid="tour", start=at(10, 14), end=at(12, 14), location="SIEGE",
                    recurrence_id=at(10, 14))  # fmt: skip
    text = visits(later, here, sequence=1, exdates=[at(10, 21)])
    assert anne.put(f"{anne.agenda}tour.ics", text).status_code == 204
    follow(bourail)

    assert there() == [weeks[0], f"{at(12, 8):%m-%dT%H:%M}"]
    assert [one.count("BEGIN:VEVENT") for one in blocks(anne)] == [2, 2, 2]

    assert anne.ask("DELETE", f"{anne.agenda}tour.ics").status_code == 204
    follow(bourail)
    assert (blocks(anne), there()) == ([], [])
