"""Giving and taking back rights, and asking when people are busy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from calendars.model.principal import Rights
from tests.builders import UID, a_series, an_event
from tests.calendars.api.conftest import Answer, Asker

MINE = "/me/delegations"
WEEK = {"start": "2026-03-02T00:00:00+11:00", "end": "2026-03-09T00:00:00+11:00"}


def busy(asker: Asker, *logins: str, **window: str) -> Answer:
    """Who is busy when."""
    return asker.get("/freebusy", login=list(logins), **{**WEEK, **window})


def test_a_delegation_opens_a_diary_and_closes_it_again(anne: Asker, paul: Asker) -> None:
    given = anne.put(f"{MINE}/paul", {"rights": "read", "reason": "Secrétariat"})

    assert given.status_code == 200
    assert anne.get(MINE).json()["given"] == [given.json()]
    assert paul.get(MINE).json()["received"] == [given.json()]
    assert paul.get(anne.agenda).status_code == 200
    assert anne.delete(f"{MINE}/paul").status_code == 204
    assert paul.get(anne.agenda).status_code == 404
    assert anne.get(f"{MINE}/paul").status_code == 404


@pytest.mark.rule("DIR-2")
@pytest.mark.parametrize(
    ("first", "last", "open_"),
    [
        pytest.param("2026-03-03", "2026-03-03", True, id="today alone"),
        pytest.param("2026-03-04", None, False, id="from tomorrow"),
        pytest.param(None, "2026-03-02", False, id="until yesterday"),
        pytest.param(None, "2026-03-03", True, id="until today"),
    ],
)
def test_a_delegation_starts_and_ends_by_itself_at_midnight_of_the_site(
    anne: Asker, paul: Asker, first: str | None, last: str | None, open_: bool
) -> None:
    told = anne.put(
        f"{MINE}/paul", {"rights": "read", "valid_from": first, "valid_to": last}
    ).json()

    assert (told["valid_from"], told["valid_to"]) == (first, last)
    assert paul.get(anne.agenda).status_code == (200 if open_ else 404)
    assert anne.get(f"{MINE}/paul").json()["items"] == [told]


def test_a_delegation_takes_the_place_of_the_former_ones(anne: Asker, paul: Asker) -> None:
    anne.put(f"{MINE}/paul", {"rights": "act_for", "valid_from": "2026-03-01"})

    anne.put(f"{MINE}/paul", {"rights": "freebusy"})

    [row] = anne.get(f"{MINE}/paul").json()["items"]
    assert (row["rights"], row["valid_from"]) == ("freebusy", None)
    assert paul.get(anne.agenda).status_code == 404


@pytest.mark.parametrize(
    ("login", "body", "status"),
    [
        pytest.param("nobody", {"rights": "read"}, 404, id="nobody"),
        pytest.param("anne", {"rights": "read"}, 409, id="oneself"),
        pytest.param("paul", {"rights": "all"}, 422, id="no such right"),
        pytest.param(
            "paul",
            {"rights": "read", "valid_from": "2026-03-02", "valid_to": "2026-03-01"},
            422,
            id="backwards",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_delegation_that_cannot_be(
    anne: Asker, paul: Asker, login: str, body: dict[str, Any], status: int
) -> None:
    assert anne.put(f"{MINE}/{login}", body).status_code == status
    assert anne.get(MINE).json()["given"] == []


def test_busy_time_is_told_merged_and_without_its_reasons(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.FREE_BUSY)
    secret = an_event(
        start="20260303T000700Z",
        end="20260303T005500Z",
        summary="Canari-7319",
        location="Canari-7319",
        visibility="CONFIDENTIAL",
    )
    anne.store("a.ics", secret)
    anne.store("b.ics", an_event(uid="b", start="20260303T010000Z", end="20260303T020000Z"))
    anne.store("c.ics", an_event(uid="c", start="20260304T010000Z", status="TENTATIVE"))
    anne.store("d.ics", an_event(uid="d", start="20260305T010000Z", transparency="TRANSPARENT"))
    anne.store("e.ics", an_event(uid="e", start=date(2026, 3, 6), end=date(2026, 3, 7)))

    answer = busy(paul, "anne")

    assert "Canari" not in answer.text
    [told] = answer.json()["items"]
    assert told["found"] is True
    assert [(p["start"][:16], p["end"][:16], p["kind"]) for p in told["busy"]] == [
        ("2026-03-03T11:00", "2026-03-03T13:00", "busy"),
        ("2026-03-06T00:00", "2026-03-07T00:00", "busy"),
    ]


def test_own_busy_time_is_told_to_the_minute(anne: Asker) -> None:
    anne.store("s.ics", a_series(start="20260303T000700Z", end="20260303T001200Z"))

    [told] = busy(anne, "anne").json()["items"]

    assert [(p["start"], p["end"]) for p in told["busy"]] == [
        ("2026-03-03T11:07:00+11:00", "2026-03-03T11:12:00+11:00")
    ]


@pytest.mark.rule("SEC-5")
def test_colleagues_are_told_to_the_quarter_of_an_hour(anne: Asker, paul: Asker) -> None:
    anne.store("a.ics", an_event(start="20260303T000700Z", end="20260303T001200Z"))

    told = busy(paul, "anne", "nobody", "paul").json()["items"]

    assert [(one["login"], one["found"], len(one["busy"])) for one in told] == [
        ("anne", True, 1),
        ("nobody", False, 0),
        ("paul", True, 0),
    ]
    [period] = told[0]["busy"]
    assert (period["start"][11:16], period["end"][11:16]) == ("11:00", "11:15")
    [moved] = busy(paul, "anne", without=UID).json()["items"]
    assert moved == {"login": "anne", "found": True, "busy": []}


@pytest.mark.rule("SEC-5")
def test_who_maps_the_house_is_slowed_down(anne: Asker) -> None:
    asked = [busy(anne, *["anne"] * 50).status_code for _ in range(25)]

    assert asked == [200] * 24 + [429]


def test_a_calendar_that_makes_nobody_busy_does_not_count(anne: Asker) -> None:
    anne.make()
    anne.patch(anne.agenda, {"transparent": True})

    assert busy(anne, "anne").json()["items"][0]["busy"] == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_more_than_a_year_or_nobody_at_all_is_refused(anne: Asker) -> None:
    assert busy(anne, "anne", end="2027-04-01T00:00:00+11:00").status_code == 422
    assert busy(anne).status_code == 422


@pytest.mark.rule("DIR-3")
def test_a_dated_interim_stands_beside_what_is_delegated_for_good(anne: Asker, paul: Asker) -> None:
    anne.put(f"{MINE}/paul", {"rights": "schedule"})
    body = {"rights": "act_for", "valid_from": "2026-07-20", "valid_to": "2026-08-07"}
    interim = anne.post(f"{MINE}/paul", body)

    assert interim.status_code == 201
    items = anne.get(f"{MINE}/paul").json()["items"]
    assert [row["rights"] for row in items] == ["schedule", "act_for"]
    assert anne.delete(f"{MINE}/paul/{interim.json()['id']}").status_code == 204
    assert anne.delete(f"{MINE}/paul/{interim.json()['id']}").status_code == 404
    assert [row["rights"] for row in anne.get(f"{MINE}/paul").json()["items"]] == ["schedule"]
    assert paul.delete(f"{MINE}/paul/{items[0]['id']}").status_code == 404


@pytest.mark.rule("DIR-2")
def test_one_calendar_alone_is_delegated(anne: Asker, paul: Asker) -> None:
    told = anne.post(f"{MINE}/paul", {"rights": "read", "calendar": "taches"}).json()

    assert told["calendar"] == "taches"
    assert paul.get("/principals/anne/calendars/taches").status_code == 200
    assert paul.get(anne.agenda).status_code == 404
    refused = anne.post(f"{MINE}/paul", {"rights": "read", "calendar": "nothing"})
    assert refused.status_code == 404


def test_a_calendar_that_was_taken_out_is_brought_back(anne: Asker, paul: Asker) -> None:
    anne.put(f"{MINE}/paul", {"rights": "read"})
    [agenda, _] = paul.get("/me/mounts").json()["items"]
    assert (agenda["name"], agenda["hidden"]) == ("anne~agenda", False)
    assert (agenda["calendar"]["owner"], agenda["calendar"]["name"]) == ("anne", "agenda")

    change = {"title": "Anne", "color": "#112233", "hidden": True}
    told = paul.patch("/me/mounts/anne~agenda", change).json()
    assert told["hidden"] is True
    assert told["calendar"]["title"] == "Anne"
    assert paul.get("/principals/paul/calendars/anne~agenda").status_code == 404
    assert paul.get(anne.agenda).status_code == 200

    assert paul.patch("/me/mounts/anne~agenda", {"hidden": False}).json()["hidden"] is False
    assert paul.get("/principals/paul/calendars/anne~agenda").json()["color"] == "#112233"
    assert anne.get(anne.agenda).json()["color"] is None
    anne.delete(f"{MINE}/paul")
    assert paul.get("/me/mounts").json()["items"] == []
    assert paul.patch("/me/mounts/anne~agenda", {"title": "x"}).status_code == 404
