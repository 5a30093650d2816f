"""Events, tasks and notes made, read, changed and removed as JSON; CalDAV sees the same objects."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import icalendar
import pytest

from tests.builders import a_series, a_todo, a_vevent, an_event
from tests.calendars.api.conftest import Asker


def test_an_event_made_here_is_one_that_caldav_and_its_clients_read(anne: Asker) -> None:
    made = anne.make(
        title="Commission d'agrément",
        location="Salle Niaouli",
        description="Première ligne\nSeconde ; avec, des signes",
        categories=["COM", "Séance, plénière"],
        alarms=[60, 15],
        repeat={"freq": "monthly", "byday": ["1TU"], "until": "2026-06-30"},
        **{"class": "CONFIDENTIAL"},
    )

    read = icalendar.Calendar.from_ical(anne.text(made["name"]))
    event: Any = read.walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == "Commission d'agrément"
    assert str(event["DESCRIPTION"]) == "Première ligne\nSeconde ; avec, des signes"
    assert [str(c) for c in event["CATEGORIES"].cats] == ["COM", "Séance, plénière"]
    assert event["DTSTART"].dt.isoformat() == "2026-03-03T14:30:00+11:00"
    assert event["CLASS"] == "CONFIDENTIAL"
    assert sorted(a["TRIGGER"].dt.total_seconds() for a in event.walk("VALARM")) == [-3600, -900]
    assert not event.errors
    assert not read.errors


def test_what_was_made_is_told_back_at_its_location(anne: Asker) -> None:
    answer = anne.post(
        anne.objects, {"title": "Pont", "start": "2026-05-15", "end": "2026-05-17", "busy": False}
    )
    assert answer.status_code == 201

    again = anne.raw("GET", answer.headers["Location"])

    assert again.headers["ETag"] == answer.headers["ETag"]
    assert again.json() == answer.json()
    told = again.json()
    assert (told["start"], told["end"], told["all_day"]) == ("2026-05-15", "2026-05-17", True)
    assert told["busy"] is False


def test_an_event_of_another_zone_is_told_by_the_clocks_of_the_calendar(anne: Asker) -> None:
    made = anne.make(start="2026-03-03T08:00:00+01:00", timezone="Europe/Paris")

    assert made["start"] == "2026-03-03T18:00:00+11:00"
    assert made["timezone"] == "Europe/Paris"
    assert "DTSTART;TZID=Europe/Paris:20260303T080000" in anne.text(made["name"])


def test_a_task_and_a_note(anne: Asker) -> None:
    task = anne.make(type="task", title="Répondre", start=None, duration=None, percent=40)
    done = anne.patch(f"{anne.objects}/{task['name']}", {"status": "COMPLETED"}).json()
    note = anne.make(type="journal", title="Accueil", start="2026-03-03", duration=None)

    assert (task["type"], task["percent"]) == ("task", 40)
    assert (done["status"], done["percent"]) == ("COMPLETED", 100)
    assert "BEGIN:VJOURNAL" in anne.text(note["name"])


def test_a_task_list_takes_no_events(anne: Asker) -> None:
    answer = anne.post(
        "/principals/anne/calendars/taches/objects",
        {"title": "Réunion", "start": "2026-03-03", "end": "2026-03-04"},
    )

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:niaouli:problem:unsupported-component"


def test_a_change_keeps_what_a_client_wrote_and_nobody_here_understands(anne: Asker) -> None:
    anne.store("a.ics", an_event(extra=["X-SALSA-REF:3134-25-0973/SR", "X-A;X-B=c:d"]))

    answer = anne.patch(f"{anne.objects}/a.ics", {"title": "Autre", "location": "Salle 2"})

    assert answer.status_code == 200
    text = anne.text("a.ics")
    assert "X-SALSA-REF:3134-25-0973/SR\r\n" in text
    assert "X-A;X-B=c:d\r\n" in text
    assert "SUMMARY:Autre\r\n" in text
    assert (
        answer.headers["ETag"]
        == anne.raw("HEAD", "/dav/calendars/anne/agenda/a.ics").headers["ETag"]
    )


def test_a_change_that_changes_nothing_is_no_new_version(anne: Asker) -> None:
    made = anne.make()

    answer = anne.patch(f"{anne.objects}/{made['name']}", {"title": made["title"]})

    assert answer.json()["etag"] == made["etag"]


@pytest.mark.rfc("9110 §13.1.1")
def test_an_object_that_changed_in_the_meantime_is_neither_changed_nor_removed(
    anne: Asker,
) -> None:
    made = anne.make()
    path = f"{anne.objects}/{made['name']}"
    stale = f'"{made["etag"]}"'
    anne.patch(path, {"title": "Entre-temps"}, if_match=stale).raise_for_status()

    changed = anne.patch(path, {"title": "Trop tard"}, if_match=stale)
    removed = anne.delete(path, if_match=stale)

    assert (changed.status_code, removed.status_code) == (412, 412)
    assert changed.json()["type"] == "urn:niaouli:problem:precondition-failed"
    assert anne.get(path).json()["title"] == "Entre-temps"


def test_of_several_changes_to_one_version_exactly_one_is_made(anne: Asker) -> None:
    made = anne.make()
    path, tag = f"{anne.objects}/{made['name']}", f'"{made["etag"]}"'

    with ThreadPoolExecutor(4) as people:
        answers = people.map(lambda n: anne.patch(path, {"title": f"{n}"}, if_match=tag), range(4))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


def test_changes_at_once_to_different_fields_all_count(anne: Asker) -> None:
    path = f"{anne.objects}/{anne.make()['name']}"
    changes = {"title": "Un", "location": "Deux", "description": "Trois", "status": "CONFIRMED"}

    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda change: anne.patch(path, dict([change])), changes.items()))

    told = anne.get(path).json()
    assert {name: told[name] for name in changes} == changes


@pytest.mark.rfc("9110 §13.1.2")
def test_an_object_that_is_known_is_not_sent_again(anne: Asker) -> None:
    made = anne.make()

    answer = anne.ask(
        "GET",
        f"{anne.objects}/{made['name']}",
        headers={"If-None-Match": f'"{made["etag"]}"'},
    )

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == f'"{made["etag"]}"'


def test_a_removed_object_is_gone_on_both_faces(anne: Asker) -> None:
    name = anne.make()["name"]

    assert anne.delete(f"{anne.objects}/{name}").status_code == 204

    assert anne.get(f"{anne.objects}/{name}").status_code == 404
    assert anne.raw("GET", f"/dav/calendars/anne/agenda/{name}").status_code == 404
    assert anne.delete(f"{anne.objects}/{name}").status_code == 404


def test_one_occurrence_is_changed_alone_and_found_by_caldav(anne: Asker) -> None:
    made = anne.make(repeat={"freq": "weekly", "count": 3})
    path = f"{anne.objects}/{made['name']}"

    answer = anne.ask(
        "PATCH",
        path,
        params={"occurrence": "2026-03-10T14:30:00+11:00"},
        json={"start": "2026-03-11T08:00:00+11:00"},
    )

    assert answer.status_code == 200, answer.text
    [exception] = answer.json()["exceptions"]
    assert exception["occurrence"] == "2026-03-10T14:30:00+11:00"
    assert (exception["start"], exception["end"]) == (
        "2026-03-11T08:00:00+11:00",
        "2026-03-11T09:00:00+11:00",
    )
    assert "RECURRENCE-ID;TZID=Pacific/Noumea:20260310T143000" in anne.text(made["name"])


def test_one_occurrence_is_removed_alone_and_the_last_one_takes_the_object_with_it(
    anne: Asker,
) -> None:
    made = anne.make(repeat={"freq": "weekly", "count": 2})
    path = f"{anne.objects}/{made['name']}"
    first, second = ("2026-03-03T14:30:00+11:00", "2026-03-10T14:30:00+11:00")

    assert anne.ask("DELETE", path, params={"occurrence": first}).status_code == 204
    assert anne.ask("DELETE", path, params={"occurrence": first}).status_code == 404
    assert "EXDATE;TZID=Pacific/Noumea:20260303T143000" in anne.text(made["name"])
    assert anne.ask("DELETE", path, params={"occurrence": second}).status_code == 204
    assert anne.get(path).status_code == 404


def test_a_series_of_a_client_is_told_with_its_exceptions(anne: Asker) -> None:
    override = a_vevent(
        recurrence_id="20260310T033000Z", start="20260310T040000Z", summary="Plus tard"
    )
    anne.store("serie.ics", a_series(override, attendees={"paul@example.org": "ACCEPTED"}))

    told = anne.get(f"{anne.objects}/serie.ics").json()

    assert told["repeat"] == {
        "freq": "weekly",
        "interval": 1,
        "until": None,
        "count": 4,
        "byday": [],
        "rule": "FREQ=WEEKLY;COUNT=4",
    }
    assert told["attendees"] == [
        {"address": "mailto:paul@example.org", "name": None, "status": "ACCEPTED"}
    ]
    assert [e["title"] for e in told["exceptions"]] == ["Plus tard"]


def test_a_task_of_a_client_without_any_date(anne: Asker) -> None:
    anne.store("t.ics", a_todo(), "taches")

    told = anne.get("/principals/anne/calendars/taches/objects/t.ics").json()

    assert (told["start"], told["end"], told["all_day"]) == (None, None, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"title": "x"}, "body.start", id="no start"),
        pytest.param({"title": "x", "start": 0}, "body.start", id="a number"),
        pytest.param({"title": "x", "start": "0"}, "body.start", id="a digit"),
        pytest.param({"title": "x", "start": "2026-03-03T14:30:00"}, "body.start", id="no offset"),
        pytest.param({"title": "x", "start": "1815-06-18"}, "body.start", id="too early"),
        pytest.param({"start": "2026-03-03"}, "body.title", id="no title"),
        pytest.param({"title": "a\x00b", "start": "2026-03-03"}, "body.title", id="NUL"),
        pytest.param({"title": "\ud800", "start": "2026-03-03"}, "body.title", id="half a pair"),
        pytest.param({"title": "x", "start": "2026-03-03", "x": 1}, "body.x", id="unknown"),
        pytest.param(
            {"title": "x", "start": "2026-03-03", "end": "2026-03-01"}, "body.end", id="backwards"
        ),
        pytest.param(
            {"title": "x", "start": "2026-03-03", "all_day": False}, "body", id="not all day"
        ),
        pytest.param(
            {"title": "x", "start": "2026-03-03", "timezone": "../etc/passwd"},
            "body.timezone",
            id="no zone",
        ),
        pytest.param(
            {"title": "x", "start": "2026-03-03", "repeat": {"freq": "secondly"}},
            "body.repeat.freq",
            id="each second",
        ),
        pytest.param(
            {
                "title": "x",
                "start": "2026-03-03",
                "repeat": {"freq": "daily", "count": 2, "until": "2026-04-01"},
            },
            "body.repeat",
            id="two ends",
        ),
        pytest.param(
            {"title": "x", "start": "2026-03-03", "class": "SECRET"}, "body.class", id="class"
        ),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_cannot_be_is_refused_with_the_field_that_is_wrong(
    anne: Asker, body: dict[str, object], field: str
) -> None:
    answer = anne.post(anne.objects, body)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in {fault["field"] for fault in answer.json()["errors"]}
