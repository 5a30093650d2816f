"""Before a text is put into a calendar it can be seen whom that would tell, and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from calendars.model.principal import Rights
from scheduler.app.due_work import Outlet
from scheduler.app.wiring import Service
from tests.builders import START, an_event
from tests.calendars.api.conftest import Answer, Asker, Join
from tests.notifications.sending.test_messages import JUDGE, messages

FAMILY = "famille@example.net"
ICS = {"Content-Type": "text/calendar"}
SOON = START + timedelta(days=7)


def meeting(*attendees: str, **parts: Any) -> bytes:
    parts = {"start": SOON, **parts}
    return an_event(uid="m", organizer="anne@example.org", attendees=attendees, **parts).encode()


def put(asker: Asker, text: bytes) -> None:
    path = "/dav/calendars/anne/agenda/m.ics"
    assert asker.raw("PUT", path, content=text, headers=ICS).status_code in {201, 204}


def foresee(asker: Asker, text: bytes, calendar: str = "anne/calendars/agenda") -> Answer:
    return asker.ask("POST", f"/principals/{calendar}/preview", content=text, headers=ICS)


def told(answer: Answer) -> list[tuple[str, str, str]]:
    assert answer.status_code == 200, answer.text
    return sorted((one["recipient"], one["way"], one["news"]) for one in answer.json()["items"])


def test_what_would_go_to_whom(service: Service, anne: Asker, paul: Asker) -> None:
    first = meeting("paul@example.org", JUDGE)
    foreseen = foresee(anne, first)
    assert told(foreseen) == [(JUDGE, "mail", "new"), ("paul@example.org", "inside", "new")]
    [mail] = [one for one in foreseen.json()["items"] if one["way"] == "mail"]
    assert (mail["method"], mail["language"]) == ("REQUEST", "fr")
    assert "10/03/2026" in mail["subject"]

    # Nothing was written, nothing waits, paul knows of nothing.
    assert anne.raw("GET", "/dav/calendars/anne/agenda/m.ics").status_code == 404
    assert messages(anne) == []
    assert "m.ics" not in paul.raw("PROPFIND", "/dav/calendars/paul/agenda/").text

    put(anne, first)
    Outlet(service).deliver()
    later = meeting("paul@example.org", FAMILY, start=SOON + timedelta(hours=1), sequence=1)
    assert told(foresee(anne, later)) == [
        (FAMILY, "mail", "new"),
        (JUDGE, "mail", "cancelled"),
        ("paul@example.org", "inside", "changed"),
    ]
    assert [one["recipient"] for one in messages(anne)] == [JUDGE]


@pytest.mark.rule("SEC-5")
def test_who_may_not_write_does_not_look_ahead(anne: Asker, paul: Asker, join: Join) -> None:
    eve = join("eve")
    assert foresee(eve, meeting(JUDGE)).status_code == 404
    anne.entrust(paul, Rights.READ)
    assert foresee(paul, meeting(JUDGE)).status_code == 403
    anne.entrust(eve, Rights.WRITE)  # writes, but may not speak in her name
    assert foresee(eve, meeting(JUDGE)).status_code == 403
    assert foresee(eve, meeting()).status_code == 200
    assert foresee(anne, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n").status_code in {400, 403, 422}


# --- which edits tell somebody -------------------------------------------------------------------

ALARM = (
    "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM",
)  # fmt: skip
TRIVIAL: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an alarm": {"extra": ALARM},
    "categories": {"extra": ["CATEGORIES:Travail"]},
    "a colour": {"extra": ["COLOR:turquoise"]},
    "a client's own": {"extra": ["X-MOZ-GENERATION:3", "X-MOZ-LASTACK:20260303T030000Z"]},
    "notes": {"description": "Points : 1. budget"},
    "priority": {"extra": ["PRIORITY:5"]},
    "free or busy": {"extra": ["TRANSP:TRANSPARENT"]},
}
TOLD: dict[str, dict[str, Any]] = {
    "the time": {"start": SOON + timedelta(hours=1)},
    "the place": {"location": "Salle Turquoise"},
    "the title": {"summary": "Réunion de rentrée"},
    "called off": {"extra": ["STATUS:CANCELLED"]},
    "every week": {"rrule": "FREQ=WEEKLY;COUNT=3"},
}


@pytest.mark.rule("MTG-4")
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("edit", [*TRIVIAL, *TOLD])
def test_only_what_matters_to_those_invited_is_mailed(
    service: Service, anne: Asker, edit: str
) -> None:
    put(anne, meeting(JUDGE))
    Outlet(service).deliver()
    changes = TRIVIAL[edit] if edit in TRIVIAL else TOLD[edit]

    put(anne, meeting(JUDGE, stamp=SOON, sequence=1, **changes))

    assert (len(messages(anne)) > 1) == (edit in TOLD)


@pytest.mark.rule("NOT-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_nobody_is_mailed_about_what_is_over(service: Service, anne: Asker) -> None:
    past = START - timedelta(days=7)
    put(anne, meeting(JUDGE, start=past))
    assert messages(anne) == []
    put(anne, meeting(JUDGE, start=past, location="Ailleurs", sequence=1))
    assert messages(anne) == []
    # To come after all, and then moved into the past: who was told of the one learns of the other.
    put(anne, meeting(JUDGE, sequence=2))
    Outlet(service).deliver()
    put(anne, meeting(JUDGE, start=past, sequence=3))
    Outlet(service).deliver()
    assert len(messages(anne)) == 2
    anne.raw("DELETE", "/dav/calendars/anne/agenda/m.ics")
    assert len(messages(anne)) == 2


@pytest.mark.rule("NOT-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_as_it_was_told_when_its_time_comes_needs_no_mail(
    service: Service, anne: Asker
) -> None:
    put(anne, meeting(JUDGE))
    Outlet(service).deliver()
    put(anne, meeting(JUDGE, start=SOON + timedelta(hours=1), sequence=1))
    assert [one["state"] for one in messages(anne)] == ["PENDING", "SENT"]
    put(anne, meeting(JUDGE, sequence=2))
    assert [one["state"] for one in messages(anne)] == ["CANCELLED", "SENT"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_series_that_goes_on_is_not_over(service: Service, anne: Asker) -> None:
    past = START - timedelta(days=14)
    put(anne, meeting(JUDGE, start=past, rrule="FREQ=WEEKLY"))
    assert len(messages(anne)) == 1
