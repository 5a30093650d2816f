"""Somebody elsewhere proposes another time, or asks how things stand (RFC 5546 §3.2.6-3.2.8)."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from calendars.model.principal import Rights
from scheduler.app.due_work import do_due_work
from scheduler.app.wiring import Service
from tests.builders import START, UID, a_calendar, a_series, a_vevent, an_event
from tests.calendars.api.conftest import Asker, Join
from tests.mailing import a_mail, proven
from tests.notifications.arriving.conftest import MovableClock, Post
from tests.notifications.arriving.test_invitations import items
from tests.notifications.arriving.test_quarantine import tasks

JUDGE = "juge@tribunal.example"
PARTNER = "sophie@partenaires.example"
OURS = "anne@example.org"


@pytest.fixture
def meeting(anne: Asker, paul: Asker) -> Asker:
    """Anne's meeting with a judge, a partner and Paul, who keeps her diary."""
    anne.entrust(paul, Rights.SCHEDULE)
    people = [JUDGE, PARTNER, "paul@example.org"]
    assert anne.store("m.ics", an_event(organizer=OURS, attendees=people)).status_code == 201
    return anne


def sent(service: Service, folder: Path) -> list[EmailMessage]:
    """What has left since the last time."""
    do_due_work(service)
    found = []
    for path in sorted((folder / "data" / "mail").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found.append(mail)
        path.unlink()
    return found


def calendar_in(mail: EmailMessage) -> str:
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    text: str = part.get_content()
    return text.replace("\r\n ", "")


def message(method: str, *, sender: str = JUDGE, **parts: Any) -> bytes:
    told = {"attendees": {sender: "TENTATIVE"}, "organizer": OURS, "sequence": 0, **parts}
    return proven(
        a_mail(a_calendar(a_vevent(**told), method=method), sender=sender, to=OURS, method=method)
    )


def proposals(asker: Asker) -> list[dict[str, Any]]:
    answer = asker.get("/principals/anne/proposals")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def later(**parts: Any) -> bytes:
    """As Outlook in Nouméa has it: its own name for the zone, and a definition of 1601."""
    octets = message("COUNTER", start=START + timedelta(days=1, hours=1), **parts)
    mail = message_from_bytes(octets, policy=policy.default)
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    text = part.get_content().replace("TZID=Pacific/Noumea", "TZID=Central Pacific Standard Time")
    text = text.replace("TZID:Pacific/Noumea", "TZID:Central Pacific Standard Time")
    return proven(a_mail(text, sender=parts.get("sender", JUDGE), to=OURS, method="COUNTER"))


def test_a_proposal_waits_and_is_accepted(
    post: Post, meeting: Asker, paul: Asker, service: Service, tmp_path: Path
) -> None:
    sent(service, tmp_path)

    assert post(later()) == "applied: proposed"

    assert [one["start"] for one in items(meeting)] == ["2026-03-03T14:30:00+11:00"]
    [one] = proposals(paul)
    assert one["by"] == JUDGE
    assert [(p["start"], p["outdated"]) for p in one["proposed"]] == [
        ("2026-03-04T15:30:00+11:00", False)
    ]
    [task] = tasks(paul, "paul")
    assert f"Autre horaire proposé par {JUDGE}\xa0: mercredi 4 mars 2026 à 15\xa0h\xa030" in task
    assert sent(service, tmp_path) == []  # nobody is written to for a mere proposal

    path = f"/principals/anne/proposals/{one['id']}/accept"
    other = an_event(uid="other", start=START + timedelta(days=1, hours=1))
    assert meeting.store("other.ics", other).status_code == 201
    assert [c["code"] for c in paul.post(path).json()["conflicts"]] == ["OVERLAP"]
    assert paul.post(path, {"override": "c'est plus important"}).json()["state"] == "accepted"
    assert meeting.delete("/principals/anne/calendars/agenda/objects/other.ics").status_code == 204

    assert items(meeting) == []
    [moved] = items(meeting, "2026-03-04")
    assert moved["start"] == "2026-03-04T15:30:00+11:00"
    text = meeting.text("m.ics")
    assert "DTSTART;TZID=Pacific/Noumea:20260304T153000" in text
    assert "Central Pacific" not in text
    requests = sent(service, tmp_path)
    assert {one["To"].addresses[0].addr_spec for one in requests} == {JUDGE, PARTNER}
    assert all("20260304T153000" in calendar_in(one) for one in requests)
    assert (proposals(paul), tasks(paul, "paul")) == ([], [])
    assert paul.post(f"/principals/anne/proposals/{one['id']}/accept").status_code == 404


def test_a_proposal_is_declined_to_who_made_it_alone(
    post: Post, meeting: Asker, service: Service, tmp_path: Path
) -> None:
    sent(service, tmp_path)
    post(later())
    [one] = proposals(meeting)

    answer = meeting.post(
        f"/principals/anne/proposals/{one['id']}/decline", {"comment": "L'horaire est maintenu."}
    )

    assert answer.json()["state"] == "declined"
    [mail] = sent(service, tmp_path)
    assert mail["To"].addresses[0].addr_spec == JUDGE
    assert "METHOD:DECLINECOUNTER" in calendar_in(mail)
    assert "L'horaire est maintenu." in calendar_in(mail)
    assert [one["start"] for one in items(meeting)] == ["2026-03-03T14:30:00+11:00"]
    assert proposals(meeting) == []


def test_only_those_who_schedule_decide_and_only_those_invited_propose(
    post: Post, meeting: Asker, join: Join
) -> None:
    eve = join("eve")
    stranger = message("COUNTER", sender="x@ailleurs.example", start=START + timedelta(hours=1))
    assert post(stranger) == "quarantined: uninvited"
    assert proposals(meeting) == []
    post(later())
    [one] = proposals(meeting)

    assert eve.get("/principals/anne/proposals").status_code == 404
    for deed in ("accept", "decline"):
        path = f"/principals/anne/proposals/{one['id']}/{deed}"
        assert eve.post(path).status_code == 404
        assert eve.post(path.replace("anne", "eve")).status_code == 404
    assert len(proposals(meeting)) == 1


def test_who_proposes_again_has_one_proposal(post: Post, meeting: Asker) -> None:
    post(later())
    post(message("COUNTER", start=START + timedelta(days=2)))

    [one] = proposals(meeting)
    assert one["proposed"][0]["start"] == "2026-03-05T14:30:00+11:00"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_another_time_for_one_occurrence_moves_that_one(post: Post, anne: Asker) -> None:
    anne.store("m.ics", a_series(organizer=OURS, attendees=[JUDGE]))
    second = START + timedelta(days=7)
    post(message("COUNTER", recurrence_id=second, start=second + timedelta(hours=2)))
    [one] = proposals(anne)

    anne.post(f"/principals/anne/proposals/{one['id']}/accept")

    assert [item["start"] for item in items(anne, "2026-03-10")] == ["2026-03-10T16:30:00+11:00"]
    assert [item["start"] for item in items(anne, "2026-03-17")] == ["2026-03-17T14:30:00+11:00"]


def test_who_asks_how_things_stand_is_told_alone_and_not_again_and_again(
    post: Post, meeting: Asker, service: Service, tmp_path: Path, clock: MovableClock
) -> None:
    sent(service, tmp_path)
    clock.let_pass(timedelta(hours=2))

    assert post(message("REFRESH")) == "applied: refreshed"
    [mail] = sent(service, tmp_path)
    assert mail["To"].addresses[0].addr_spec == JUDGE
    assert "METHOD:REQUEST" in calendar_in(mail)
    assert f"UID:{UID}" in calendar_in(mail)
    assert post(message("REFRESH")) == "ignored: stale"
    assert sent(service, tmp_path) == []
