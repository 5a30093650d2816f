"""What only people can judge waits for those who may: seen, applied or thrown away, and told of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendars.model.principal import Rights, Role
from scheduler.app.due_work import do_due_work
from scheduler.app.wiring import Service
from tests.calendars.api.conftest import Asker, Join
from tests.command_line import CommandLine
from tests.mailing import SERVICE, a_mail, proven
from tests.notifications.arriving.conftest import MovableClock, Post
from tests.notifications.arriving.test_invitations import (
    PARTNER,
    UID,
    invitation,
    items,
    message,
    waiting,
)


def tasks(asker: Asker, login: str) -> list[str]:
    found = asker.raw("PROPFIND", f"/dav/calendars/{login}/taches/", headers={"Depth": "1"}).text
    names = [part.split("<")[0] for part in found.split("/taches/")[1:] if ".ics" in part]
    path = f"/dav/calendars/{login}/taches/"
    return [asker.raw("GET", f"{path}{name}").text.replace("\r\n ", "") for name in set(names)]


def test_a_mail_waits_until_somebody_who_may_applies_it(
    post: Post, anne: Asker, paul: Asker, join: Join
) -> None:
    eve = join("eve")
    anne.entrust(paul, Rights.SCHEDULE)
    assert post(invitation()) == "quarantined: not-authenticated"
    assert items(anne) == []

    [one] = waiting(paul)
    number = one["decision"]["id"]
    assert (one["sender"], one["subject"], one["title"]) == (
        PARTNER,
        "Réunion",
        "Réunion de service",
    )
    assert one["start"] == "2026-03-03T14:30:00+11:00"
    assert any(
        "Courriels à examiner pour Anne Kaori\xa0: 1" in task for task in tasks(paul, "paul")
    )
    assert eve.get("/principals/anne/quarantined-mails").status_code == 404
    assert eve.get("/principals/anne/mail-decisions").status_code == 404
    assert eve.post(f"/quarantined-mails/{number}/release").status_code == 404
    assert eve.post(f"/quarantined-mails/{number}/drop").status_code == 404

    applied = paul.post(f"/quarantined-mails/{number}/release")

    assert applied.json()["why"] == "invited"
    assert [one["uid"] for one in items(anne)] == [UID]
    assert waiting(anne) == []
    assert tasks(paul, "paul") == []
    assert paul.post(f"/quarantined-mails/{number}/release").status_code == 404
    log = anne.get("/principals/anne/mail-decisions").json()["items"]
    assert [(one["decision"], one["why"], one["settled"]) for one in log] == [
        ("applied", "invited", None),
        ("quarantined", "not-authenticated", "released"),
    ]
    deeds = {(one["deed"], one["face"]) for one in anne.get("/audit").json()["items"]}
    assert {("receive-mail", "mail"), ("release", "rest")} <= deeds


def test_what_is_thrown_away_changes_nothing_and_is_gone(post: Post, anne: Asker) -> None:
    post(invitation())
    [one] = waiting(anne)

    assert anne.post(f"/quarantined-mails/{one['decision']['id']}/drop").status_code == 200

    assert (waiting(anne), items(anne)) == ([], [])
    assert anne.post(f"/quarantined-mails/{one['decision']['id']}/release").status_code == 404


def test_each_of_those_invited_decides_for_himself(post: Post, anne: Asker, paul: Asker) -> None:
    both = ["anne@example.org", "paul@example.org"]
    octets = a_mail(message(attendees=both), sender=PARTNER, to=", ".join(both), method="REQUEST")
    assert post(octets) == "quarantined: not-authenticated"
    [hers], [his] = waiting(anne), waiting(paul, "paul")

    anne.post(f"/quarantined-mails/{hers['decision']['id']}/release")
    paul.post(f"/quarantined-mails/{his['decision']['id']}/drop")

    assert len(items(anne)) == 1
    assert items(paul, login="paul") == []


def test_a_takeover_cannot_be_applied_even_by_mistake(post: Post, anne: Asker) -> None:
    post(proven(invitation()))
    forged = invitation(sender="m@evil.example", organizer="m@evil.example", location="evil")
    assert post(proven(forged)) == "quarantined: other-organizer"
    [one] = waiting(anne)

    answer = anne.post(f"/quarantined-mails/{one['decision']['id']}/release")

    assert answer.status_code == 409
    assert "Un autre organisateur" in answer.json()["detail"]
    assert items(anne)[0]["location"] is None
    assert len(waiting(anne)) == 1


def test_who_schedules_does_not_see_what_is_confidential(
    post: Post, anne: Asker, paul: Asker
) -> None:
    anne.entrust(paul, Rights.SCHEDULE)
    post(proven(invitation(visibility="CONFIDENTIAL")))
    post(invitation("CANCEL", visibility="CONFIDENTIAL", sequence=1))

    assert waiting(paul) == []
    assert paul.get("/principals/anne/mail-decisions").json()["items"] == []
    [one] = waiting(anne)
    assert paul.post(f"/quarantined-mails/{one['decision']['id']}/release").status_code == 404


def test_who_runs_the_service_sees_all_decisions_and_no_content(
    post: Post, anne: Asker, service: Service, join: Join
) -> None:
    admin = join("admin")
    with service.database.transaction() as db:
        db.exec_driver_sql(f"UPDATE principals SET role = '{Role.ADMIN}' WHERE id = {admin.id}")
    post(invitation())

    [one] = admin.get("/mail-decisions").json()["items"]

    assert (one["why"], one["sender"], one["uid"]) == ("not-authenticated", None, None)
    assert anne.get("/mail-decisions").status_code == 403
    assert admin.get("/principals/anne/quarantined-mails").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_console_lists_and_decides(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    niaouli.set(MAIL_FROM=SERVICE)
    assert niaouli("receive", "--json", stdin=invitation()).json["why"] == "not-authenticated"
    niaouli("receive", stdin=invitation(uid="second"))

    listed = niaouli("mail", "quarantine", "list", "--json").json
    niaouli("mail", "quarantine", "release", str(listed[1]["id"]))
    niaouli("mail", "quarantine", "drop", str(listed[0]["id"]))

    assert niaouli("mail", "quarantine", "list", "--json").json == []
    log = niaouli("mail", "decisions", "--json").json
    assert [(one["why"], one["settled"]) for one in log] == [
        ("invited", None), ("not-authenticated", "dropped"), ("not-authenticated", "released"),
    ]  # fmt: skip
    assert PARTNER not in str(log)
    assert "rien de ce nom" in niaouli("mail", "quarantine", "drop", "1", fails=1).err


def test_what_nobody_decides_on_goes_then_the_sender_then_the_decision(
    post: Post, anne: Asker, service: Service, clock: MovableClock
) -> None:
    post(invitation())
    post(proven(invitation(uid="second")))

    def log() -> list[tuple[str, str | None, str | None]]:
        found = anne.get("/principals/anne/mail-decisions").json()["items"]
        return [(one["why"], one["sender"], one["settled"]) for one in found]

    clock.let_pass(timedelta(days=31))
    do_due_work(service)
    assert log() == [("invited", PARTNER, None), ("not-authenticated", PARTNER, "expired")]
    assert (waiting(anne), tasks(anne, "anne")) == ([], [])
    clock.let_pass(timedelta(days=160))
    do_due_work(service)
    assert log() == [("invited", None, None), ("not-authenticated", None, "expired")]
    clock.let_pass(timedelta(days=180))
    do_due_work(service)
    assert log() == []
