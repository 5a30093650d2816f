"""Organizers elsewhere invite people here by mail, change their minds, and are answered."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Rights
from calendars.services.date_members import set_period
from calendars.services.disable_account import disable_account
from calendars.services.set_members import change_members
from scheduler.app.due_work import do_due_work
from scheduler.app.wiring import Service
from tests.builders import START, a_calendar, a_vevent
from tests.calendars.api.conftest import Asker, Join
from tests.mailing import DATA, SERVICE, a_mail, proven
from tests.notifications.arriving.conftest import Post

PARTNER = "etienne@partenaires.example"
UID = "convention-2027@partenaires.example"


def message(
    method: str = "REQUEST", *, organizer: str = PARTNER, to: str = "", **parts: Any
) -> str:
    told: dict[str, Any] = {
        "attendees": ["anne@example.org"],
        "uid": UID,
        "organizer": organizer,
        **parts,
    }
    if to:
        told["attendees"] = [to]
    return a_calendar(a_vevent(**told), method=method)


def invitation(
    method: str = "REQUEST", *, sender: str = PARTNER, mailbox: str = "", **parts: Any
) -> bytes:
    calendar = message(method, **parts)
    return a_mail(calendar, sender=sender, to=mailbox or "anne@example.org", method=method)


def items(asker: Asker, day: str = "2026-03-03", login: str = "anne") -> list[dict[str, object]]:
    answer = asker.get(
        f"/principals/{login}/calendars/agenda/objects",
        start=f"{day}T00:00:00+11:00", end=f"{day}T23:59:59+11:00",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


def waiting(asker: Asker, login: str = "anne") -> list[dict[str, Any]]:
    answer = asker.get(f"/principals/{login}/quarantined-mails")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.rule("DIR-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_whoever_invites_a_group_from_outside_invites_its_members(
    post: Post, join: Join, anne: Asker, paul: Asker, service: Service, tmp_path: Path
) -> None:
    group, gone, other = join("equipe", "Équipe", PrincipalKind.GROUP), join("jean"), join("lise")
    new, today = join("rose"), date(2026, 3, 3)
    now = int(service.clock.now().timestamp())
    with service.database.transaction() as db:
        for one in (anne, paul, gone):
            change_members(db, group.login, add=[one.login], by=CONSOLE, now=now)
        disable_account(db, gone.login, by=CONSOLE, now=now)
        # From this morning on, which is yesterday evening by UTC.
        set_period(db, CONSOLE, group.login, new.login, (today, None), today=today, now=now)

    to = "equipe@example.org"
    assert post(proven(invitation(to=to, mailbox=to))) == "applied: invited"

    assert [len(items(one, login=one.login)) for one in (anne, paul, other)] == [1, 1, 0]
    assert "mailto:rose@example.org" in anne.text(str(items(anne)[0]["name"])).replace("\r\n ", "")
    name = str(items(paul, login="paul")[0]["name"])
    text = paul.text(name).replace("\r\n ", "")
    mine = next(line for line in text.splitlines() if "mailto:paul@example.org" in line)
    assert 'MEMBER="mailto:equipe@example.org"' in mine
    assert "jean@example.org" not in text
    answered = text.replace(mine, mine.replace("NEEDS-ACTION", "ACCEPTED"))
    assert paul.store(name, answered).status_code == 204
    do_due_work(service)
    [path] = (tmp_path / "data" / "mail").glob("*.eml")
    reply = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert reply["To"] == PARTNER

    assert post(proven(invitation("CANCEL", to=to, mailbox=to, sequence=1))) == "applied: cancelled"
    assert [one["status"] for one in items(anne)] == ["CANCELLED"]


@pytest.mark.rfc("6047 §2", "5546 §3.2.2")
def test_an_invitation_is_answered_and_the_answer_leaves_by_mail(
    post: Post, anne: Asker, service: Service, tmp_path: Path
) -> None:
    assert post(proven(invitation())) == "applied: invited"

    [item] = items(anne)
    assert item["start"] == "2026-03-03T14:30:00+11:00"
    inbox = anne.raw("PROPFIND", "/dav/calendars/anne/inbox/", headers={"Depth": "1"})
    assert inbox.text.count(".ics") == 1
    text = anne.text(str(item["name"]))
    assert "PARTSTAT=NEEDS-ACTION" in text
    answered = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    assert anne.store(str(item["name"]), answered).status_code == 204

    do_due_work(service)

    [path] = (tmp_path / "data" / "mail").glob("*.eml")
    reply = message_from_bytes(path.read_bytes(), policy=policy.default)
    [part] = [one for one in reply.walk() if one.get_content_type() == "text/calendar"]
    assert reply["To"].addresses[0].addr_spec == PARTNER
    assert part.get_param("method") == "REPLY"
    calendar = part.get_content().replace("\r\n ", "")
    assert f"UID:{UID}" in calendar
    assert "PARTSTAT=ACCEPTED" in calendar
    assert "X-NIAOULI" not in calendar


def test_assistants_see_it_in_the_diary_that_they_keep(
    post: Post, anne: Asker, paul: Asker
) -> None:
    anne.entrust(paul, Rights.SCHEDULE)
    post(proven(invitation(mailbox=SERVICE)))

    assert [one["uid"] for one in items(paul)] == [UID]


def test_only_the_organizer_changes_what_he_has_sent(post: Post, anne: Asker) -> None:
    later = START + timedelta(hours=2)
    first = proven(invitation())
    post(first)

    assert post(proven(invitation(start=later, sequence=1))) == "applied: updated"
    for forged, why in (
        (invitation("CANCEL", sequence=2, sender="mallory@evil.example"), "wrong-sender"),
        (invitation("CANCEL", sequence=2), "not-authenticated"),
        (
            invitation(sequence=9, sender="m@evil.example", organizer="m@evil.example"),
            "other-organizer",
        ),
    ):
        octets = forged if why == "not-authenticated" else proven(forged)
        assert post(octets) == f"quarantined: {why}"
        assert [one["start"] for one in items(anne)] == ["2026-03-03T16:30:00+11:00"]
        assert items(anne)[0]["status"] != "CANCELLED"
    assert post(first) == "applied: invited"  # known: nothing is done again
    assert post(proven(invitation(summary="Bis"))) == "ignored: stale"
    assert post(proven(invitation("CANCEL", sequence=2))) == "applied: cancelled"
    assert items(anne)[0]["status"] == "CANCELLED"


def test_acting_for_an_organizer_is_not_believed_of_who_says_so_himself(
    post: Post, anne: Asker
) -> None:
    post(proven(invitation()))
    claimed = f'ORGANIZER;SENT-BY="mailto:mallory@evil.example":mailto:{PARTNER}'
    forged = message("CANCEL", sequence=2).replace(f"ORGANIZER:mailto:{PARTNER}", claimed)
    octets = a_mail(
        forged.replace("\r\n ", ""),
        sender="mallory@evil.example",
        to="anne@example.org",
        method="CANCEL",
    )

    assert post(proven(octets)) == "quarantined: wrong-sender"
    assert items(anne)[0]["status"] != "CANCELLED"


def test_a_room_that_is_invited_from_outside_answers_by_mail(
    post: Post, join: Join, service: Service, tmp_path: Path
) -> None:
    join("salle", kind=PrincipalKind.ROOM)
    to = "salle@example.org"

    assert post(proven(invitation(to=to, mailbox=to))) == "applied: invited"
    post(proven(invitation(to=to, mailbox=to, uid="other@x", summary="Autre")))
    do_due_work(service)

    answers = [one.read_bytes() for one in sorted((tmp_path / "data" / "mail").glob("*.eml"))]
    calendars = [_calendar(one) for one in answers]
    assert sorted("PARTSTAT=ACCEPTED" in one for one in calendars) == [False, True]
    assert all("METHOD:REPLY" in one for one in calendars)


def _calendar(octets: bytes) -> str:
    mail = message_from_bytes(octets, policy=policy.default)
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    text: str = part.get_content()
    return text.replace("\r\n ", "")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_other_programs_send_is_understood(post: Post, join: Join) -> None:
    """Whole samples: Google, Exchange in French, an exception without its series, a cancellation
    with a mistake in it."""
    bob, karim, _ = join("bob"), join("karim"), join("receiver")
    google = (DATA / "mail" / "google-request-mixed.eml").read_bytes()
    exchange = (DATA / "mail" / "exchange-request-fr.ics").read_text()
    exchange = exchange.replace("karim@example.com", "karim@example.org").replace("\n", "\r\n")
    mail = a_mail(exchange, sender="test2@example.com", to="karim@example.org", method="REQUEST")
    exception = _to_here((DATA / "mail" / "exception-request.eml").read_bytes())
    cancel = _to_here((DATA / "mail" / "cancel-single.eml").read_bytes())

    assert post(proven(google)) == "applied: invited"
    assert post(proven(mail)) == "applied: invited"
    assert post(proven(exception)) == "applied: invited"
    assert post(proven(cancel)) == "applied: cancelled"

    assert items(bob, "2025-02-21", "bob")[0]["start"] == "2025-02-21T05:00:00+11:00"
    assert items(karim, "2015-04-02", "karim")[0]["start"] == "2015-04-02T01:00:00+11:00"


def _to_here(octets: bytes) -> bytes:
    return octets.replace(b"receiver@example.com", b"receiver@example.org")
