"""What the service does for meetings by itself: events are followed, people reminded (MTG-6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from notifications.compose import Composers
from notifications.own_templates import sample_of
from notifications.tables import outbox
from scheduler.app.due_work import Watch, follow_meetings, remind_all
from scheduler.meetings.notices import TEMPLATE, Notice
from scheduler.reminders.rules import Policy
from scheduler.reminders.wishes import set_policy
from tests.builders import an_event
from tests.scheduler.meetings.conftest import OUTSIDER, Office, rest
from tests.scheduler.meetings.test_meetings import copies, value
from tests.scheduler.meetings.test_minutes import SECTIONS, held, sent

NOUMEA = ZoneInfo("Pacific/Noumea")


@pytest.fixture
def engine() -> str:
    return "sqlite"


class Clock:
    """What time the service has, and what it wrote since it was asked last."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self._office, self._patch = office, monkeypatch
        self._read = 0

    def turn(self, text: str) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Kind, reader and facts of each letter that the service posts at that hour."""
        now = datetime.fromisoformat(text).replace(tzinfo=NOUMEA)
        service = self._office.server.service
        self._patch.setattr(type(service.clock), "now", lambda _: now)
        follow_meetings(service)
        return self.posted()

    def posted(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        query = select(outbox).where(outbox.c.id > self._read, outbox.c.template.is_not(None))
        with self._office.server.service.database.reading() as db:
            rows = list(db.execute(query.order_by(outbox.c.id)).mappings())
        self._read = max([self._read, *(row["id"] for row in rows)])
        return [
            (row["kind"], row["recipient"].removeprefix("mailto:"), json.loads(row["body"]))
            for row in rows
            if row["state"] == "PENDING"
        ]


@pytest.fixture
def clock(office: Office, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(office, monkeypatch)
    clock.turn("2027-02-01T09:00:00")
    return clock


def waiting(office: Office) -> list[str]:
    """The scheduling messages that did not leave yet."""
    query = select(outbox.c.body).where(outbox.c.kind == "imip", outbox.c.state == "PENDING")
    with office.server.service.database.reading() as db:
        return [body.decode() for body in db.execute(query).scalars()]


def told(letters: list[tuple[str, str, Mapping[str, Any]]]) -> list[tuple[str, str]]:
    return sorted((kind, to) for kind, to, _ in letters)


@pytest.mark.rule("MTG-6")
def test_each_reminder_leaves_on_its_day_at_eight_and_once(office: Office, clock: Clock) -> None:
    ref = office.call(optional=["stranger"])["ref"]
    item = {"title": "Budget", "presenter": "other", "papers": ["DOC-2026-031"]}
    rest(office.assistant, "POST", f"/{ref}/agenda", item, 201)
    assert clock.turn("2027-03-04T07:59:00") == []

    letters = clock.turn("2027-03-04T08:00:00")
    assert told(letters) == [
        ("unanswered", "assistant@example.org"), ("unanswered", "director@example.org"),
    ]  # fmt: skip
    assert letters[0][2]["names"] == ["Solange Vanille", "Olivier Dugong", OUTSIDER]
    assert clock.turn("2027-03-04T08:01:00") == []

    # Three days before the Tuesday is a Saturday: the working day before it.
    letters = clock.turn("2027-03-05T08:00:00")
    assert [(kind, to, facts["papers"]) for kind, to, facts in letters] == [
        ("papers", "other@example.org", ["DOC-2026-031"])
    ]
    letters = clock.turn("2027-03-08T08:00:00")
    assert told(letters) == [
        ("tomorrow", one)
        for one in ("director@example.org", "head@example.org", "other@example.org",
                    OUTSIDER, "stranger@example.org")
    ]  # fmt: skip
    assert clock.turn("2027-03-08T12:00:00") == []


@pytest.mark.rule("MTG-6")
@pytest.mark.rule("TIM-11")
def test_on_the_eve_a_meeting_reminds_its_people_itself_whatever_the_policy_of_its_kind(
    office: Office, clock: Clock
) -> None:
    service = office.server.service
    with service.database.transaction() as db:
        set_policy(db, Policy("Direction", (7, 1), time(8)), by="admin", now=0)
    office.call(required=["head"])
    clock.turn("2027-02-26T08:00:00")
    remind_all(service)
    [href] = [one.href for one in office.director.propfind(
        office.director.agenda, "<D:getetag/>", depth="1")[1:]]  # fmt: skip
    text = office.director.ask("GET", href).text
    text = text.replace("END:VEVENT", "CATEGORIES:Direction\r\nEND:VEVENT")
    assert office.director.put(href, text).status_code == 204
    other = an_event(uid="other", start="20270309T030000Z").replace(
        "END:VEVENT", "CATEGORIES:Direction\r\nEND:VEVENT"
    )
    assert office.director.put(office.director.agenda + "other.ics", other).status_code == 201
    clock.turn("2027-02-26T09:00:00")
    remind_all(service)
    clock.posted()

    def at(text: str) -> list[tuple[str, str]]:
        letters = clock.turn(text)
        remind_all(service)
        return told(letters + clock.posted())

    director, head = "director@example.org", "head@example.org"
    week = at("2027-03-02T08:00:00")
    assert week == [("reminder", director), ("reminder", director)]
    eve = at("2027-03-08T08:00:00")
    # The other event is no meeting: of that the policy reminds.
    assert eve == [("reminder", director), ("tomorrow", director), ("tomorrow", head)]


@pytest.mark.rule("MTG-6")
def test_minutes_are_asked_for_and_late_actions_weekly(office: Office, clock: Clock) -> None:
    clock.turn("2027-03-09T10:00:00")
    ref = held(office)
    clock.turn("2027-03-09T10:01:00")

    assert clock.turn("2027-03-16T07:00:00") == []
    assert told(clock.turn("2027-03-16T08:00:00")) == [("minutes", "assistant@example.org")]
    sent(office, ref, SECTIONS)
    clock.posted()
    assert clock.turn("2027-03-17T09:00:00") == []
    letters = clock.turn("2027-03-22T08:00:00")  # a Monday
    assert told(letters) == [("actions", "other@example.org")]
    assert [one["label"] for one in letters[0][2]["actions"]] == ["Transmettre les arbitrages"]
    assert clock.turn("2027-03-22T09:00:00") == []
    assert told(clock.turn("2027-03-29T08:00:00")) == [("actions", "other@example.org")]


@pytest.mark.rule("MTG-4")
def test_an_event_that_a_client_touched_is_followed(office: Office, clock: Clock) -> None:
    made = office.call()
    rest(office.assistant, "POST", f"/{made['ref']}/agenda", {"title": "Budget"}, 201)
    path = f"/dav/calendars/director/agenda/{made['event']['object']}"
    text = office.director.ask("GET", path).text
    moved = text.replace("20270309T080000", "20270309T093000").replace(
        "20270309T100000", "20270309T113000"
    )
    watch = Watch(office.server.service)
    while watch.follow():
        continue
    assert office.director.put(path, moved).status_code == 204

    assert [watch.follow(), watch.follow(), watch.follow()] == [1, 0, 0]

    [copy] = copies(office.head)
    assert "1. Budget — 9\u00a0h\u00a030" in value(copy, "DESCRIPTION")
    [letter] = waiting(office)
    assert "1. Budget — 9\u00a0h\u00a030" in value(letter, "DESCRIPTION")
    assert office.director.ask("DELETE", path).status_code == 204
    clock.turn("2027-02-01T09:10:00")
    assert rest(office.assistant, "GET", f"/{made['ref']}")["state"] == "cancelled"


@pytest.mark.rule("MTG-6")
@pytest.mark.rule("MTG-8")
def test_the_agenda_closes_and_a_moved_order_is_one_letter_each(
    office: Office, clock: Clock
) -> None:
    ref = office.call(agenda_closes_at="2027-03-05T16:00:00+11:00")["ref"]
    for title, presenter in (("Budget", "other"), ("Locaux", "head"), ("Divers", "stranger")):
        item = {"title": title, "presenter": presenter, "minutes": 20}
        rest(office.assistant, "POST", f"/{ref}/agenda", item, 201)
    clock.turn("2027-03-05T15:59:00")
    assert rest(office.assistant, "GET", f"/{ref}")["state"] == "planned"

    letters = clock.turn("2027-03-05T16:00:00")

    assert rest(office.assistant, "GET", f"/{ref}")["state"] == "agenda_set"
    assert told(letters) == [
        ("passage", f"{one}@example.org") for one in ("head", "other", "stranger")
    ]
    items = rest(office.assistant, "GET", f"/{ref}/agenda")["items"]
    for order in ((1, 0, 2), (1, 2, 0), (1, 0, 2)):
        wanted = {"items": [items[place]["id"] for place in order]}
        rest(office.assistant, "PUT", f"/{ref}/agenda/order", wanted)
    # The last order has moved two of them; who is on as before is not written to again.
    letters = clock.turn("2027-03-05T16:30:00")
    assert [(to, facts["points"][0]["start"]) for _, to, facts in letters] == [
        ("head@example.org", "2027-03-08T21:00:00+00:00"),
        ("other@example.org", "2027-03-08T21:20:00+00:00"),
    ]


@pytest.mark.rule("FR-1")
@pytest.mark.parametrize("notice", list(Notice))
def test_each_notice_reads_as_it_should(notice: Notice) -> None:
    facts = {**sample_of(TEMPLATE), "notice": str(notice)}

    words = Composers(NOUMEA, "DPASS").of("fr").words(TEMPLATE, facts)

    plain = words.text.replace("\u00a0", " ")
    assert SAYS[notice] in plain
    assert "None" not in words.text + words.html
    english = Composers(NOUMEA, "DPASS").of("en").words(TEMPLATE, facts)
    assert english.text != words.text


SAYS = {
    Notice.UNANSWERED: "« Comité de direction » est prévue le lundi 9 mars 2026 à 8 h. "
    "N’ont pas encore répondu : Clémence Banian et Franck Bulime.",
    Notice.PAPERS: "Cette pièce n’est pas encore déposée : DOC-2026-031.",
    Notice.TOMORROW: "Rappel : la réunion « Comité de direction » se tiendra le lundi 9 mars 2026",
    Notice.MINUTES: "est attendu pour le lundi 16 mars 2026. Il n’est pas encore diffusé.",
    Notice.ACTIONS: "- Transmettre les arbitrages au secrétariat général, attendue le lundi 16",
    Notice.PASSAGE: "- point 2, « Budget supplémentaire : arbitrages », de 8 h 05 à 8 h 45",
}
