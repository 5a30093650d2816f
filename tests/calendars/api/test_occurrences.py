"""What happens in a range of time, occurrence by occurrence."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.model.principal import Rights
from tests.builders import a_series, a_todo, a_vevent, an_event
from tests.calendars.api.conftest import Asker, Parameter

MARCH: dict[str, Parameter] = {
    "start": "2026-03-01T00:00:00+11:00",
    "end": "2026-04-01T00:00:00+11:00",
}


def told(asker: Asker, path: str = "", **parameters: Parameter) -> list[dict[str, object]]:
    """The items of one answer."""
    answer = asker.get(path or asker.objects, **{**MARCH, **parameters})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


def test_series_are_told_occurrence_by_occurrence_in_order(anne: Asker) -> None:
    override = a_vevent(
        recurrence_id="20260310T033000Z", start="20260311T040000Z", summary="Déplacée"
    )
    anne.store("serie.ics", a_series(override, exdates=["20260317T033000Z"]))
    anne.store("seul.ics", an_event(uid="x", start="20260305T000000Z", location="Ici"))

    items = told(anne)

    assert [(i["title"], i["start"], i["occurrence"]) for i in items] == [
        ("Réunion de service", "2026-03-03T14:30:00+11:00", "2026-03-03T14:30:00+11:00"),
        ("Réunion de service", "2026-03-05T11:00:00+11:00", None),
        ("Déplacée", "2026-03-11T15:00:00+11:00", "2026-03-10T14:30:00+11:00"),
        ("Réunion de service", "2026-03-24T14:30:00+11:00", "2026-03-24T14:30:00+11:00"),
    ]
    assert [i["recurring"] for i in items] == [True, False, True, True]
    assert items[1]["location"] == "Ici"


def test_what_is_of_days_is_told_in_days(anne: Asker) -> None:
    anne.store("conge.ics", an_event(start=date(2026, 3, 9), end=date(2026, 3, 14)))
    anne.store("chaque.ics", a_series(uid="y", start=date(2026, 3, 30), rrule="FREQ=DAILY;COUNT=9"))

    assert [(i["start"], i["end"], i["occurrence"]) for i in told(anne)] == [
        ("2026-03-09", "2026-03-14", None),
        ("2026-03-30", "2026-03-31", "2026-03-30"),
        ("2026-03-31", "2026-04-01", "2026-03-31"),
    ]


def test_an_event_without_length_ends_when_it_starts(anne: Asker) -> None:
    anne.store("a.ics", an_event(start="20260305T000000Z"))
    anne.store("b.ics", a_series(uid="b", start="20260306T000000Z", rrule="FREQ=DAILY;COUNT=2"))

    assert all(item["start"] == item["end"] for item in told(anne))
    assert len(told(anne)) == 3


def test_tasks_are_told_by_their_own_times(anne: Asker) -> None:
    anne.store("due.ics", a_todo(due="20260306T000000Z"))
    anne.store("none.ics", a_todo(uid="n"))
    weekly = a_todo(
        uid="w", start="20260302T000000Z", due="20260302T060000Z", rrule="FREQ=WEEKLY;COUNT=2"
    )
    anne.store("w.ics", weekly)

    items = told(anne, component="VTODO")

    assert [(i["start"], i["end"]) for i in items] == [
        (None, None),
        ("2026-03-02T11:00:00+11:00", "2026-03-02T17:00:00+11:00"),
        (None, "2026-03-06T11:00:00+11:00"),
        ("2026-03-09T11:00:00+11:00", "2026-03-09T17:00:00+11:00"),
    ]
    assert told(anne, component="VEVENT") == []


def test_a_long_answer_comes_in_slices_that_lose_and_repeat_nothing(
    anne: Asker, paul: Asker
) -> None:
    anne.store("a.ics", a_series(rrule="FREQ=DAILY;COUNT=20"))
    anne.store("b.ics", a_series(uid="b", rrule="FREQ=DAILY;COUNT=20", visibility="PRIVATE"))
    anne.store("c.ics", a_series(uid="c", rrule="FREQ=DAILY;COUNT=20"))
    anne.entrust(paul, Rights.READ)

    seen: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    for _ in range(20):
        answer = paul.get(anne.objects, limit=7, **MARCH, **cursor).json()
        seen += [(item["name"], item["start"]) for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}

    assert len(seen) == len(set(seen)) == 60
    assert [start for _, start in seen] == sorted(start for _, start in seen)
    assert {"a.ics", "c.ics"} < {name for name, _ in seen}


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        pytest.param({"end": "2027-04-01T00:00:00+11:00"}, "window-too-long", id="over a year"),
        pytest.param({"cursor": "bm9uZQ=="}, "invalid-input", id="a made-up cursor"),
        pytest.param({"start": "hier"}, "invalid-input", id="yesterday"),
        pytest.param({"component": "VALARM"}, "invalid-input", id="no entry"),
        pytest.param({"limit": 501}, "invalid-input", id="too many"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    anne: Asker, parameters: dict[str, Parameter], problem: str
) -> None:
    answer = anne.get(anne.objects, **{**MARCH, **parameters})

    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:niaouli:problem:{problem}"


def test_a_plus_sign_that_a_browser_did_not_escape_is_read(anne: Asker) -> None:
    query = "from=2026-03-01T00:00:00+11:00&to=2026-04-01T00:00:00+11:00"

    assert anne.raw("GET", f"/api/v1{anne.objects}?{query}").status_code == 200


def test_a_backwards_range_holds_nothing(anne: Asker) -> None:
    anne.make()

    assert told(anne, start=MARCH["end"], end=MARCH["start"]) == []
