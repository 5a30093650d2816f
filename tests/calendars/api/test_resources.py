"""What can be booked, how it answers, and when it is free (RES-1)."""

from __future__ import annotations

from typing import Any

import pytest

from calendars.model.principal import PrincipalKind, Rights
from tests.builders import HOUR, START, a_series, an_event
from tests.calendars.api.conftest import Asker, Join

POLICY = {
    "category": "room",
    "site": "SPE",
    "features": ["écran", "insonorisée"],
    "mode": "automatic",
    "max_attendees": 6,
    "buffer_after": 15,
    "hours": [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "07:30", "to": "16:00"}],
    "approvers": ["anne"],
}


@pytest.fixture
def ocre(join: Join, anne: Asker) -> Asker:
    """A room whose calendar Anne keeps."""
    room = join("salle-ocre", "Salle Ocre", PrincipalKind.ROOM)
    room.entrust(anne, Rights.WRITE)
    return room


@pytest.mark.rule("RES-1")
def test_the_policy_that_was_set_is_the_policy_that_holds(
    ocre: Asker, anne: Asker, paul: Asker
) -> None:
    before = paul.get("/resources/salle-ocre/policy").json()
    assert (before["mode"], before["category"], before["hours"]) == ("automatic", "room", [])

    told = anne.put("/resources/salle-ocre/policy", POLICY)

    assert told.status_code == 200, told.text
    assert {key: told.json()[key] for key in POLICY} == POLICY
    assert paul.get("/resources/salle-ocre/policy").json() == told.json()


@pytest.mark.rule("RES-1")
def test_only_who_keeps_the_calendar_sets_the_policy(ocre: Asker, anne: Asker, paul: Asker) -> None:
    refused = paul.put("/resources/salle-ocre/policy", POLICY)
    assert (refused.status_code, refused.json()["type"]) == (
        403, "urn:niaouli:problem:need-privileges",
    )  # fmt: skip
    closure = {"start": "2026-03-09T08:00:00+11:00", "end": "2026-03-09T16:00:00+11:00"}
    assert paul.post("/resources/salle-ocre/out-of-service", closure).status_code == 403
    assert anne.put("/resources/anne/policy", POLICY).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"approvers": ["personne"]}, "body.approvers"),
        ({"bookers": ["salle-ocre"]}, "body.bookers"),
        ({"max_ahead": 1, "min_notice": 4320}, "body.max_ahead"),
        ({"hours": [{"days": ["MO"], "from": "16:00", "to": "08:00"}]}, "body.hours.0"),
        ({"mode": "sometimes"}, "body.mode"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused_by_field(
    ocre: Asker, anne: Asker, change: dict[str, Any], field: str
) -> None:
    refused = anne.put("/resources/salle-ocre/policy", {**POLICY, **change})

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


@pytest.mark.rule("RES-1")
def test_resources_are_found_by_what_they_have(
    ocre: Asker, anne: Asker, join: Join, paul: Asker
) -> None:
    join("veh-02", "Véhicule 02", PrincipalKind.RESOURCE)
    anne.put("/resources/salle-ocre/policy", POLICY)

    def found(**query: Any) -> list[str]:
        return [one["login"] for one in paul.get("/resources", **query).json()["items"]]

    assert found() == ["salle-ocre", "veh-02"]
    assert found(category="room") == ["salle-ocre"]
    assert found(site="SPE", feature=["Écran", "insonorisée"]) == ["salle-ocre"]
    assert found(feature=["piscine"]) == []
    assert found(capacity=1) == []
    assert paul.get("/resources/anne").status_code == 404


@pytest.mark.rule("RES-1")
def test_the_next_free_periods_keep_clear_of_bookings_hours_and_closures(
    ocre: Asker, anne: Asker, paul: Asker
) -> None:
    anne.put("/resources/salle-ocre/policy", POLICY)
    ocre.store("a.ics", an_event())  # Tuesday 3 March, 14:30 to 15:30
    closure = {
        "start": "2026-03-04T00:00:00+11:00",
        "end": "2026-03-04T12:00:00+11:00",
        "reason": "peinture",
    }
    made = anne.post("/resources/salle-ocre/out-of-service", closure)
    assert made.status_code == 201, made.text

    def free(start: str, duration: int = 60, count: int = 1) -> list[str]:
        query: dict[str, Any] = {"start": start, "duration": duration, "count": count}
        answer = paul.get("/resources/salle-ocre/availability", **query)
        assert answer.status_code == 200, answer.text
        return [one["start"][5:16] for one in answer.json()["items"]]

    assert free("2026-03-03T13:00:00+11:00") == ["03-03T13:00"]
    # A quarter of an hour on both sides of the booking, then the doors close at four.
    assert free("2026-03-03T13:20:00+11:00") == ["03-04T12:00"]
    assert free("2026-03-03T13:20:00+11:00", count=2) == ["03-04T12:00", "03-04T13:00"]
    assert free("2026-03-03T13:00:00+11:00", duration=9 * 60) == []
    number = made.json()["id"]
    listed = paul.get("/resources/salle-ocre/out-of-service").json()["items"]
    assert [(one["id"], one["reason"]) for one in listed] == [(number, "peinture")]
    assert anne.delete(f"/resources/salle-ocre/out-of-service/{number}").status_code == 204
    assert free("2026-03-03T13:20:00+11:00") == ["03-04T07:30"]
    assert anne.delete(f"/resources/salle-ocre/out-of-service/{number}").status_code == 404


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize(
    ("status", "kinds"),
    [("ACCEPTED", ["busy"]), ("NEEDS-ACTION", ["tentative"]), ("DECLINED", [])],
)
def test_only_what_a_resource_accepted_takes_its_time(
    ocre: Asker, anne: Asker, status: str, kinds: list[str]
) -> None:
    """Whatever TRANSP and STATUS say: those speak of the organizer's time."""
    people = {"salle-ocre@example.org": status}
    texts = {
        "a.ics": an_event(uid="a", organizer="paul@example.org", attendees=people,
                          transparency="TRANSPARENT"),
        "b.ics": a_series(uid="b", organizer="paul@example.org", attendees=people,
                          status="TENTATIVE", rrule="FREQ=WEEKLY", start=START + HOUR),
    }  # fmt: skip
    for name, text in texts.items():
        assert ocre.store(name, text).status_code == 201
        for year in ("2026", "2040"):
            week = {"start": f"{year}-03-01T00:00:00+11:00", "end": f"{year}-03-08T00:00:00+11:00"}
            [told] = anne.get("/freebusy", login=["salle-ocre"], **week).json()["items"]
            expected = [] if (name, year) == ("a.ics", "2040") else kinds
            assert [one["kind"] for one in told["busy"]] == expected, (name, year)


@pytest.mark.rule("RES-1")
@pytest.mark.rfc("6638 §5")
def test_free_busy_shows_when_a_resource_cannot_be_had(
    ocre: Asker, anne: Asker, paul: Asker
) -> None:
    anne.put("/resources/salle-ocre/policy", {**POLICY, "buffer_before": 10, "buffer_after": 5})
    ocre.store("a.ics", an_event())  # Tuesday 3 March, 14:30 to 15:30
    closure = {"start": "2026-03-04T08:00:00+11:00", "end": "2026-03-04T12:00:00+11:00"}
    anne.post("/resources/salle-ocre/out-of-service", closure)

    week = {"start": "2026-03-02T00:00:00+11:00", "end": "2026-03-09T00:00:00+11:00"}
    [told] = paul.get("/freebusy", login=["salle-ocre"], **week).json()["items"]
    body = (
        '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">'
        '<C:time-range start="20260301T130000Z" end="20260308T130000Z"/></C:free-busy-query>'
    )
    path, depth = "/dav/calendars/salle-ocre/agenda/", {"Depth": "1"}
    report = anne.raw("REPORT", path, content=body.encode(), headers=depth).text

    assert [(one["start"][5:16], one["end"][11:16], one["kind"]) for one in told["busy"]] == [
        ("03-03T14:15", "14:30", "unavailable"),
        ("03-03T14:30", "15:30", "busy"),
        ("03-03T15:30", "15:45", "unavailable"),
        ("03-04T08:00", "12:00", "unavailable"),
    ]
    assert "FBTYPE=BUSY-UNAVAILABLE:20260303T031500Z/20260303T033000Z" in report
    assert "FBTYPE=BUSY-UNAVAILABLE:20260303T210000Z/20260304T010000Z" in report
