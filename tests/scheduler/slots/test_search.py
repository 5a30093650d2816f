"""Looking for a slot over HTTP: who is free, what the answer tells, and what it does not."""

from __future__ import annotations

import pytest

from calendars.model.principal import Rights
from calendars.model.resource_policy import AnswerMode, Category, ResourcePolicy
from tests.calendars.dav.test_delegation import delegate
from tests.command_line import CommandLine
from tests.scheduler.slots.conftest import MONDAY, House, ask, at, put_busy, search, starts
from tests.serving import Client


@pytest.mark.rule("MTG-3")
@pytest.mark.rule("TIM-6")
def test_the_first_common_hours_in_working_time_come_first(anne: Client, paul: Client) -> None:
    put_busy(anne, "a", 8, 10)
    put_busy(paul, "p", 14, 16)

    told = search(anne, required=["anne", "paul"], limit=20)

    assert starts(told) == ["10:00", "12:15", "11:00"]
    assert told["slots"][0] | {"penalty": 0} == {
        "start": f"{at(10):%Y-%m-%dT%H:%M:%S}+11:00", "end": f"{at(11):%Y-%m-%dT%H:%M:%S}+11:00",
        "penalty": 0, "missing": [], "resources": [], "reasons": [],
    }  # fmt: skip
    assert told["slots"][2]["reasons"] == ["pause déjeuner réduite pour Anne et Paul"]
    assert told["refusal"] is None


@pytest.mark.rule("MTG-3")
def test_who_may_be_missing_costs_rank_and_is_named(anne: Client, paul: Client) -> None:
    put_busy(paul, "p", 7, 15)

    told = search(anne, required=["anne"], optional=["paul"], limit=2)

    assert starts(told) == ["15:00", "07:30"]
    assert told["slots"][1]["missing"] == ["paul"]
    assert told["slots"][1]["reasons"] == ["il manque Paul"]


@pytest.mark.rule("MTG-3")
def test_a_refusal_says_without_whom_there_would_be_slots(anne: Client, paul: Client) -> None:
    put_busy(paul, "p", 7, 17)

    told = search(anne, required=["anne", "paul"])

    assert told["slots"] == []
    assert told["refusal"].replace("\xa0", " ").startswith("Aucun créneau : sans Paul, ")
    assert told["hindrances"][0]["who"] == "paul"
    assert told["hindrances"][0]["codes"] == ["OVERLAP"]


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_why_somebody_is_busy_is_told_to_readers_of_the_diary_alone(
    house: House, anne: Client, paul: Client
) -> None:
    put_busy(paul, "p", 7, 17, categories=["Absence"], summary="Hospitalisation")
    house.follow()

    stranger = search(anne, required=["anne"], optional=["paul"], limit=1)
    delegate(house.server, "paul", "anne", Rights.READ)
    reader = search(anne, required=["anne"], optional=["paul"], limit=1)

    assert stranger["slots"][0]["reasons"] == ["il manque Paul"]
    assert reader["slots"][0]["reasons"] == ["il manque Paul (absence)"]
    assert "Hospitalisation" not in str((stranger, reader))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nobody_is_found_who_is_not_there(anne: Client) -> None:
    body = {"first_day": f"{MONDAY:%Y-%m-%d}", "last_day": f"{MONDAY:%Y-%m-%d}", "minutes": 60}
    ask(anne, "POST", "/api/v1/slots/search", {**body, "required": ["nobody"]}, 422)
    ask(anne, "POST", "/api/v1/slots/search", body, 422)
    backwards = {**body, "last_day": "2020-01-01", "required": ["anne"]}
    ask(anne, "POST", "/api/v1/slots/search", backwards, 422)


@pytest.mark.rule("RES-1")
@pytest.mark.rule("MTG-3")
def test_a_room_is_chosen_by_seats_and_equipment_and_a_car_comes_along(
    house: House, anne: Client, paul: Client
) -> None:
    lent = ResourcePolicy(buffer_after=30)
    house.add_resource("petite", Category.ROOM, 4)
    house.add_resource("ocre", Category.ROOM, 10, lent, features=("écran",))
    approval = ResourcePolicy(mode=AnswerMode.APPROVAL)
    house.add_resource("conseil", Category.ROOM, 24, approval, features=("écran",))
    house.add_resource("voiture", Category.VEHICLE, 5)
    booked = {"organizer": "paul", "title": "x", "resources": ["ocre"],
              "start": at(7.5).isoformat(), "end": at(15).isoformat()}  # fmt: skip
    ask(paul, "POST", "/api/v1/slots/bookings", booked, 201)

    needs = [{"category": "room", "capacity": 8, "features": ["Écran"]}, {"category": "vehicle"}]
    told = search(anne, required=["anne"], resources=needs, limit=2, minutes=30)

    assert [one["resources"] for one in told["slots"]] == [
        ["ocre", "voiture"], ["conseil", "voiture"],
    ]  # fmt: skip
    assert starts(told) == ["15:30", "07:30"]
    assert told["slots"][1]["reasons"] == ["Conseil\xa0: réservation à faire valider"]
    impossible = search(anne, required=["anne"], resources=[{"category": "room", "capacity": 99}])
    assert impossible["slots"] == []
    assert "ressource" in impossible["refusal"]


@pytest.mark.rule("DIA-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_way_there_and_back_is_kept_free(house: House, admin: Client, anne: Client) -> None:
    ask(admin, "PUT", "/api/v1/directory/sites/SIEGE", {"label": "Siège", "commune": "Nouméa"})
    ask(admin, "PUT", "/api/v1/directory/sites/BRL", {"label": "CMS de Bourail",
                                                      "commune": "Bourail"})  # fmt: skip
    way = {"commune_a": "Nouméa", "commune_b": "Bourail", "minutes": 120}
    ask(admin, "PUT", "/api/v1/directory/travel-times", {"items": [way]})
    ask(admin, "PUT", "/api/v1/directory/workplaces/anne", {"site": "SIEGE"})
    put_busy(anne, "a", 8, 9, location="CMS de Bourail")
    house.follow()

    there = search(anne, required=["anne"], place="CMS de Bourail", limit=1)
    here = search(anne, required=["anne"], place="Siège", limit=1)
    refused = search(anne, required=["anne"], place="Siège", minutes=240)

    assert starts(there) == ["09:00"]
    assert starts(here) == ["12:15"]
    assert {"TRAVEL", "OVERLAP", "LUNCH"} >= set(refused["hindrances"][0]["codes"])
    put_busy(anne, "b", 13, 14)
    elsewhere = search(anne, required=["anne"], place="CMS de Bourail", limit=5)
    assert starts(elsewhere) == ["09:00", "10:00"]


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_two_who_must_not_be_away_together(
    house: House, admin: Client, anne: Client, paul: Client
) -> None:
    for code, commune in (("SIEGE", "Nouméa"), ("BRL", "Bourail")):
        body = {"label": code, "commune": commune}
        ask(admin, "PUT", f"/api/v1/directory/sites/{code}", body)
    for login in ("anne", "paul"):
        ask(admin, "PUT", f"/api/v1/directory/workplaces/{login}", {"site": "SIEGE"})
    pair = {"first": "anne", "second": "paul"}
    ask(admin, "PUT", "/api/v1/directory/not-together", {"items": [pair]})
    put_busy(paul, "p", 7, 12, categories=["Absence"])
    house.follow()

    away = search(anne, required=["anne"], place="BRL", limit=1)
    home = search(anne, required=["anne"], place="SIEGE", limit=1)

    assert starts(away) == ["12:15"]
    assert starts(home) == ["07:30"]
    both = search(anne, required=["anne", "paul"], place="BRL")
    assert both["slots"] == []
    assert "NOT_TOGETHER" in both["hindrances"][0]["codes"]


@pytest.mark.rule("TIM-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_closed_days_are_left_out_and_breaks_lose_rank(admin: Client, anne: Client) -> None:
    day = f"{MONDAY:%Y-%m-%d}"
    closed = {"kind": "closure", "label": "Pont"}
    ask(admin, "PUT", f"/api/v1/working-time/days/{day}", closed)
    tuesday = f"{at(0, 1):%Y-%m-%d}"
    a_break = {"label": "Mars", "first_day": tuesday, "last_day": tuesday}
    ask(admin, "POST", "/api/v1/working-time/school-breaks", a_break, 201)

    told = search(anne, days=3, required=["anne"], limit=1)

    assert told["slots"][0]["start"].startswith(f"{at(0, 2):%Y-%m-%d}T07:30")
    assert "Pont" in told["closed"][0]
    week = search(anne, days=2, required=["anne"], limit=1)
    assert week["slots"][0]["reasons"] == ["vacances scolaires\xa0: Mars"]


@pytest.mark.rule("MTG-2")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_group_is_its_members(house: House, niaouli_beside: CommandLine, anne: Client,
                                paul: Client) -> None:  # fmt: skip
    niaouli_beside("group", "add", "bureau", "--name", "Bureau")
    niaouli_beside("group", "members", "bureau", "--add", "anne", "--add", "paul")
    put_busy(paul, "p", 7, 15)

    told = search(anne, required=["bureau"], limit=1)

    assert told["participants"] == ["anne", "paul"]
    assert starts(told) == ["15:00"]
    day = f"{MONDAY:%Y-%m-%d}"
    printed = niaouli_beside("slots", "find", "--from", day, "--to", day, "--required", "bureau",
                             "--as", "anne", "--json").json  # fmt: skip
    assert printed["slots"][0]["start"] == told["slots"][0]["start"]


@pytest.mark.rule("DIA-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_options_lose_rank_unless_they_count_as_taken(anne: Client) -> None:
    put_busy(anne, "t", 7, 14, status="TENTATIVE")

    assert starts(search(anne, required=["anne"], limit=1)) == ["14:00"]
    later = search(anne, required=["anne"], limit=3)
    assert later["slots"][2]["reasons"][0].endswith("pour Anne")
    assert len(search(anne, required=["anne"], firm=True)["slots"]) == 2


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_meeting_that_is_moved_does_not_stand_in_its_own_way(anne: Client) -> None:
    put_busy(anne, "m", 7, 16)
    assert search(anne, required=["anne"])["slots"] == []
    assert starts(search(anne, required=["anne"], moving="m", limit=1)) == ["07:30"]
