"""A meeting and its event are one thing, whoever touches which (MTG-1, MTG-2, MTG-4)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from calendars.model.component import unescape
from notifications.tables import outbox
from tests.builders import a_series
from tests.scheduler.meetings.conftest import OUTSIDER, Office, rest
from tests.serving import Client, Server


def event_of(client: Client, made: dict[str, object]) -> str:
    event = made["event"]
    assert isinstance(event, dict)
    path = f"/dav/calendars/director/{event['calendar']}/{event['object']}"
    return client.ask("GET", path).text.replace("\r\n ", "")


def value(text: str, name: str) -> str:
    lines = text.replace("\r\n ", "").split("\r\n")
    found = [line.partition(":")[2] for line in lines if line.split(";")[0].split(":")[0] == name]
    return unescape(found[-1]) if found else ""


def mails(server: Server) -> list[tuple[str, str]]:
    """Those that will leave: one that is worded anew while it waits is one."""
    query = select(outbox).where(outbox.c.state != "CANCELLED")
    with server.service.database.reading() as db:
        return [(row.recipient, row.method) for row in db.execute(query)]


def copies(client: Client) -> list[str]:
    found = client.propfind(client.agenda, "<D:getetag/>", depth="1")
    paths = [one.href for one in found if one.href != client.agenda]
    return [client.ask("GET", path).text.replace("\r\n ", "") for path in paths]


@pytest.mark.rule("MTG-4")
@pytest.mark.rule("DIA-1")
def test_a_meeting_is_an_event_of_the_director_written_by_his_assistant(office: Office) -> None:
    made = office.call()

    assert (made["ref"], made["state"]) == ("CODIR-2027-01", "planned")
    text = event_of(office.director, made)
    assert "ORGANIZER" in text
    organizer = next(line for line in text.split("\r\n") if line.startswith("ORGANIZER"))
    assert 'SENT-BY="mailto:assistant@example.org"' in organizer
    assert organizer.endswith("mailto:director@example.org")
    assert [value(one, "SUMMARY") for one in copies(office.head)] == ["Comité de direction"]
    assert mails(office.server) == [(f"mailto:{OUTSIDER}", "REQUEST")]


@pytest.mark.rule("MTG-4")
def test_the_agenda_stands_in_every_copy_and_no_mail_leaves_for_it(office: Office) -> None:
    made = office.call()
    ref = made["ref"]
    before, sequence = mails(office.server), value(event_of(office.director, made), "SEQUENCE")

    for title in ("Budget", "Locaux"):
        item = {"title": title, "minutes": 40, "presenter": "other"}
        rest(office.assistant, "POST", f"/{ref}/agenda", item, 201)
    items = rest(office.assistant, "GET", f"/{ref}/agenda")["items"]
    order = {"items": [one["id"] for one in reversed(items)]}
    rest(office.assistant, "PUT", f"/{ref}/agenda/order", order)

    [copy] = copies(office.head)
    said = value(copy, "DESCRIPTION").replace("\u00a0", " ")
    assert "1. Locaux — 8 h, 40 min (information, Olivier Dugong)\n" in said
    assert "2. Budget — 8 h 40, 40 min (information, Olivier Dugong)\n" in said
    assert mails(office.server) == before
    assert value(event_of(office.director, made), "SEQUENCE") == sequence
    assert value(copy, "SEQUENCE") == sequence


@pytest.mark.rule("MTG-4")
def test_moved_in_a_client_the_meeting_has_moved_and_the_reverse(office: Office) -> None:
    made = office.call()
    ref, event = made["ref"], made["event"]
    rest(office.assistant, "POST", f"/{ref}/agenda", {"title": "Budget"}, 201)
    path = f"/dav/calendars/director/agenda/{event['object']}"
    text = office.director.ask("GET", path).text
    moved = text.replace("20270309T080000", "20270310T093000").replace(
        "20270309T100000", "20270310T113000"
    )
    assert office.director.put(path, moved).status_code == 204

    assert rest(office.head, "GET", f"/{ref}")["start"] == "2027-03-10T09:30:00+11:00"
    [item] = rest(office.head, "GET", f"/{ref}/agenda")["items"]
    assert item["start"] == "2027-03-10T09:30:00+11:00"

    rest(office.assistant, "PATCH", f"/{ref}", {"start": "2027-03-11T14:00:00+11:00"})
    text = office.director.ask("GET", path).text
    assert "DTSTART;TZID=Pacific/Noumea:20270311T140000" in text
    assert "DTEND;TZID=Pacific/Noumea:20270311T160000" in text
    [copy] = copies(office.other)
    assert "14\u00a0h" in value(copy, "DESCRIPTION")
    assert "20270311T140000" in copy


@pytest.mark.rule("MTG-2")
def test_what_people_wrote_into_the_description_stays(office: Office) -> None:
    made = office.call()
    path = f"/dav/calendars/director/agenda/{made['event']['object']}"
    text = office.director.ask("GET", path).text
    noted = text.replace("SUMMARY:", "DESCRIPTION:Apportez le dossier.\r\nSUMMARY:", 1)
    assert office.director.put(path, noted).status_code == 204

    for title in ("Budget", "Locaux"):
        rest(office.assistant, "POST", f"/{made['ref']}/agenda", {"title": title}, 201)

    said = value(office.director.ask("GET", path).text, "DESCRIPTION")
    assert said.startswith("Apportez le dossier.\n\nOrdre du jour (réf.")
    assert said.count("Ordre du jour") == 1


@pytest.mark.rule("MTG-1")
def test_called_off_everybody_is_told_and_the_meeting_keeps_its_reference(office: Office) -> None:
    ref = office.call()["ref"]

    rest(office.assistant, "POST", f"/{ref}/state", {"state": "held"}, 409)
    told = rest(office.assistant, "POST", f"/{ref}/state", {"state": "postponed"})

    assert (told["state"], told["event"]) == ("postponed", None)
    assert ["CANCELLED" in one for one in copies(office.head)] == [True]
    again = rest(office.assistant, "PATCH", f"/{ref}", {
        "start": "2027-04-06T08:00:00+11:00", "required": ["head"], "optional": [], "rooms": [],
    })  # fmt: skip
    assert (again["state"], again["start"]) == ("planned", "2027-04-06T08:00:00+11:00")


@pytest.mark.rule("SEC-5")
def test_who_is_no_part_of_it_finds_nothing(office: Office) -> None:
    ref = office.call()["ref"]

    for method, path, body in (
        ("GET", f"/{ref}", None),
        ("GET", f"/{ref}/agenda", None),
        ("PATCH", f"/{ref}", {"title": "X"}),
        ("POST", f"/{ref}/state", {"state": "cancelled"}),
        ("POST", f"/{ref}/agenda", {"title": "X"}),
        ("GET", f"/{ref}/attendance", None),
    ):
        rest(office.stranger, method, path, body, 404)
        if method != "GET":
            rest(office.head, method, path, body, 403)
        else:
            rest(office.head, method, path, body, 200)
    window = "?from=2027-01-01T00:00:00Z&to=2028-01-01T00:00:00Z"
    assert rest(office.stranger, "GET", window)["items"] == []
    assert [one["ref"] for one in rest(office.head, "GET", window)["items"]] == [ref]


@pytest.mark.rule("MTG-8")
def test_who_presents_a_point_sees_his_point_and_its_hour(office: Office) -> None:
    ref = office.call()["ref"]
    for title, presenter in (("Budget", "head"), ("Évaluation IS-2026-0421", "stranger")):
        item = {"title": title, "presenter": presenter, "minutes": 20,
                "visibility": "CONFIDENTIAL"}  # fmt: skip
        rest(office.assistant, "POST", f"/{ref}/agenda", item, 201)

    [seen] = rest(office.stranger, "GET", f"/{ref}/agenda")["items"]

    assert (seen["title"], seen["start"]) == (
        "Évaluation IS-2026-0421", "2027-03-09T08:20:00+11:00",
    )  # fmt: skip
    rest(office.stranger, "GET", f"/{ref}", None, 404)
    [copy] = copies(office.head)
    assert "IS-2026" not in copy
    assert "Point réservé" in copy


@pytest.mark.rule("MTG-2")
def test_one_occurrence_of_a_series_is_a_meeting_of_its_own(office: Office) -> None:
    office.director.put(office.director.agenda + "serie.ics", a_series(uid="serie"))
    event = {"object": "serie.ics", "occurrence": "2026-03-10T14:30:00+11:00"}
    made = office.call(event=event, start=None, series=None)

    rest(office.assistant, "POST", f"/{made['ref']}/agenda", {"title": "Budget"}, 201)

    assert (made["state"], made["start"]) == ("planned", "2026-03-10T14:30:00+11:00")
    text = office.director.ask("GET", office.director.agenda + "serie.ics").text
    assert text.count("BEGIN:VEVENT") == 2
    assert text.count("Ordre du jour") == 1
    assert value(text, "RECURRENCE-ID").startswith("20260310T143000")
    rest(office.assistant, "POST", "", {"kind": "X", "on_behalf_of": "director",
         "event": event}, 409)  # fmt: skip


@pytest.mark.rule("MTG-6")
def test_once_the_agenda_is_set_points_are_added_in_session(office: Office) -> None:
    ref = office.call()["ref"]
    rest(office.assistant, "POST", f"/{ref}/agenda", {"title": "Budget"}, 201)
    rest(office.assistant, "POST", f"/{ref}/state", {"state": "agenda_set"})

    shown = rest(office.assistant, "POST", f"/{ref}/agenda", {"title": "Locaux"}, 201)

    assert [(one["state"], one["added_in_session"]) for one in shown["items"]] == [
        ("retained", False), ("retained", True),
    ]  # fmt: skip


@pytest.mark.rule("MTG-2")
def test_papers_are_for_those_who_take_part(office: Office) -> None:
    ref = office.call()["ref"]
    item = {"title": "Budget", "presenter": "other", "papers": ["DOC-2026-031"]}
    [shown] = rest(office.assistant, "POST", f"/{ref}/agenda", item, 201)["items"]
    assert [one["missing"] for one in shown["papers"]] == [True]
    path = f"{office.other.base}/api/v1/meetings/{ref}/papers/DOC-2026-031"

    content = b"%PDF-1.7 arbitrages"
    for client, status in ((office.head, 404), (office.stranger, 404), (office.other, 200)):
        answer = client.http.put(f"{path}?filename=note.pdf", data=content,
                                 headers={"Content-Type": "application/pdf"})  # fmt: skip
        assert answer.status_code == status, answer.text

    read = office.head.http.get(path)
    assert (read.content, read.headers["content-type"]) == (content, "application/pdf")
    assert "attachment" in read.headers["content-disposition"]
    assert office.stranger.http.get(path).status_code == 404


@pytest.mark.rule("MTG-2")
def test_attendance_is_expected_from_answers_and_corrected_on_the_day(office: Office) -> None:
    made = office.call()
    ref = made["ref"]
    [copy] = office.head.propfind(office.head.agenda, "<D:getetag/>", depth="1")[1:]
    text = office.head.ask("GET", copy.href).text.replace("\r\n ", "")
    lines = [
        line.replace("NEEDS-ACTION", "DECLINED") if "mailto:head@" in line else line
        for line in text.split("\r\n")
    ]
    assert office.head.put(copy.href, "\r\n".join(lines)).status_code == 204

    found = rest(office.assistant, "GET", f"/{ref}/attendance")["items"]
    assert {one["person"]["login"] or "-": one["expected"] for one in found} == {
        "director": "present", "head": "excused", "other": None, "-": None,
    }  # fmt: skip
    rest(office.assistant, "PUT", f"/{ref}/attendance", {"items": [
        {"person": "head", "presence": "represented", "represented_by": "Lucas Letchi"},
        {"person": "other", "presence": "remote", "arrived_at": "2027-03-09T08:10:00+11:00"},
    ]})  # fmt: skip
    for state in ("agenda_set", "in_session", "held"):
        rest(office.assistant, "POST", f"/{ref}/state", {"state": state})

    found = rest(office.head, "GET", f"/{ref}/attendance")["items"]
    assert {one["person"]["login"] or "-": one["presence"] for one in found} == {
        "director": "present", "head": "represented", "other": "remote", "-": "absent",
    }  # fmt: skip
