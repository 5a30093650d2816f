"""Implicit scheduling over HTTP: one writes, the others have it (RFC 6638 §3.2)."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from lxml import etree
from sqlalchemy import select

from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate
from notifications.tables import outbox
from tests.builders import NOUMEA, START, UID, a_series, a_vevent, an_event
from tests.serving import CALDAV, Client, Server, hrefs, precondition

ANNE, PAUL, ZOE = "anne@example.org", "paul@example.org", "zoe@example.org"


@pytest.fixture
def zoe(server: Server) -> Client:
    return server.add_person("zoe")


def meeting(**parts: object) -> str:
    return an_event(organizer=ANNE, attendees=[PAUL], **parts)  # type: ignore[arg-type]


def invite(anne: Client, text: str) -> requests.Response:
    answer = anne.put(anne.agenda + "m.ics", text)
    assert answer.status_code in {201, 204}, answer.text
    return answer


def copy_of(client: Client, path: str | None = None) -> str:
    """The only object of an agenda, unfolded."""
    [found] = [path] if path else objects(client, client.agenda)
    return client.ask("GET", found).text.replace("\r\n ", "").replace("\r\n", "\n")


def objects(client: Client, path: str) -> list[str]:
    return [one.href for one in client.propfind(path, "<D:getetag/>", depth="1") if one.found]


def inbox(client: Client) -> list[str]:
    return [
        client.ask("GET", path).text.replace("\r\n ", "")
        for path in objects(client, f"/dav/calendars/{client.login}/inbox/")
    ]


def answer(client: Client, partstat: str, **headers: str) -> requests.Response:
    [path] = objects(client, client.agenda)
    text = client.ask("GET", path).text
    own = re.compile(rf"(ATTENDEE[^:]*?PARTSTAT=)[A-Z-]+([^:]*:mailto:{client.login}@)", re.S)
    changed = own.sub(rf"\g<1>{partstat}\g<2>", text.replace("\r\n ", ""))
    assert changed != text.replace("\r\n ", "") or f"PARTSTAT={partstat}" in text
    return client.put(path, changed, **headers)


@pytest.mark.rfc("6638 §3.2.1")
def test_who_is_invited_has_the_meeting_and_its_message(anne: Client, paul: Client) -> None:
    told = invite(anne, meeting())

    assert "Schedule-Tag" in told.headers
    assert "ETag" not in told.headers  # SCHEDULE-STATUS was added: the client reads it
    assert "SCHEDULE-STATUS=1.2" in copy_of(anne, anne.agenda + "m.ics")
    copy = copy_of(paul)
    assert f"UID:{UID}" in copy
    assert "METHOD" not in copy
    assert "PARTSTAT=NEEDS-ACTION" in copy
    [message] = inbox(paul)
    assert "METHOD:REQUEST" in message


@pytest.mark.rfc("6638 §3.2.2")
def test_an_answer_comes_back_and_the_others_learn_of_it(
    anne: Client, paul: Client, zoe: Client
) -> None:
    invite(anne, an_event(organizer=ANNE, attendees=[PAUL, ZOE]))

    assert answer(paul, "ACCEPTED").status_code == 204

    for client in (anne, paul, zoe):
        copy = copy_of(client)
        assert re.search(r"ATTENDEE[^\n]*PARTSTAT=ACCEPTED[^\n]*:mailto:paul@", copy)
        assert re.search(r"ATTENDEE[^\n]*PARTSTAT=NEEDS-ACTION[^\n]*:mailto:zoe@", copy)
    assert any("METHOD:REPLY" in message for message in inbox(anne))
    assert len(inbox(zoe)) == 1  # others' answers are no message


@pytest.mark.rfc("6638 §3.2.10")
def test_answers_leave_the_schedule_tag(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    tags = [c.ask("HEAD", p).headers["Schedule-Tag"] for c, p in both(anne, paul)]

    answer(paul, "ACCEPTED")
    assert [c.ask("HEAD", p).headers["Schedule-Tag"] for c, p in both(anne, paul)] == tags

    invite(anne, meeting(start=START + timedelta(days=1)))
    moved = [c.ask("HEAD", p).headers["Schedule-Tag"] for c, p in both(anne, paul)]
    assert all(new != old for new, old in zip(moved, tags, strict=True))

    invite(anne, meeting(start=START + timedelta(days=1), summary="Un autre titre"))
    named = [c.ask("HEAD", p).headers["Schedule-Tag"] for c, p in both(anne, paul)]
    assert all(new != old for new, old in zip(named, moved, strict=True))


def both(anne: Client, paul: Client) -> list[tuple[Client, str]]:
    return [(anne, anne.agenda + "m.ics"), (paul, objects(paul, paul.agenda)[0])]


@pytest.mark.rfc("6638 §3.2.1.3")
def test_a_meeting_that_is_deleted_is_cancelled_for_all(anne: Client, paul: Client) -> None:
    invite(anne, meeting())

    assert anne.ask("DELETE", anne.agenda + "m.ics").status_code == 204

    assert "STATUS:CANCELLED" in copy_of(paul)
    assert any("METHOD:CANCEL" in message for message in inbox(paul))


@pytest.mark.rfc("6638 §8.1")
@pytest.mark.parametrize(("header", "told"), [({}, True), ({"Schedule-Reply": "F"}, False)])
def test_who_deletes_declines_unless_he_goes_without_a_word(
    anne: Client, paul: Client, header: dict[str, str], told: bool
) -> None:
    invite(anne, meeting())
    [path] = objects(paul, paul.agenda)

    assert paul.ask("DELETE", path, headers=header).status_code == 204

    assert ("PARTSTAT=DECLINED" in copy_of(anne)) is told


@pytest.mark.rule("DIA-8")
def test_who_is_invited_to_one_occurrence_has_only_that(anne: Client, paul: Client) -> None:
    second = START + timedelta(days=7)
    only = a_vevent(
        recurrence_id=second, start=second, organizer=ANNE, attendees=[PAUL], summary="Élargie"
    )
    invite(anne, a_series(only, organizer=ANNE, attendees=[ZOE]))

    copy = copy_of(paul)

    assert copy.count("BEGIN:VEVENT") == 1
    assert "RECURRENCE-ID" in copy
    assert "RRULE" not in copy


def test_who_has_no_account_is_queued_for_mail(server: Server, anne: Client) -> None:
    to_come = datetime.now(NOUMEA).replace(microsecond=0) + timedelta(days=30)
    invite(anne, an_event(organizer=ANNE, attendees=["juge@tribunal.example"], start=to_come))

    assert "SCHEDULE-STATUS=1.0" in copy_of(anne)
    with server.service.database.reading() as db:
        [row] = db.execute(select(outbox)).all()
    assert (row.recipient, row.method, row.state) == (
        "mailto:juge@tribunal.example", "REQUEST", "PENDING",
    )  # fmt: skip
    assert b"SCHEDULE-STATUS" not in row.body


def test_the_same_text_again_tells_nobody(anne: Client, paul: Client) -> None:
    invite(anne, meeting())

    invite(anne, meeting())

    assert len(inbox(paul)) == 1


@pytest.mark.rfc("6638 §3.2.4.1")
def test_a_meeting_stands_once_among_a_persons_calendars(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    assert anne.ask("MKCALENDAR", "/dav/calendars/anne/autre/").status_code == 201

    refused = anne.put("/dav/calendars/anne/autre/m.ics", meeting())

    assert refused.status_code == 403
    assert precondition(refused) == f"{CALDAV}unique-scheduling-object-resource"
    assert f"{anne.agenda}m.ics" in refused.text


def test_moving_a_meeting_between_ones_calendars_is_no_news(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    anne.ask("MKCALENDAR", "/dav/calendars/anne/autre/")
    target = "/dav/calendars/anne/autre/m.ics"

    moved = anne.ask("MOVE", anne.agenda + "m.ics", headers={"Destination": anne.base + target})

    assert moved.status_code == 201
    assert len(inbox(paul)) == 1
    answer(paul, "ACCEPTED")
    assert "PARTSTAT=ACCEPTED" in copy_of(anne, target)


@pytest.mark.rfc("6638 §3.2.4.3")
def test_an_attendee_does_not_move_the_meeting(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    [path] = objects(paul, paul.agenda)
    moved = paul.ask("GET", path).text.replace("T143000", "T153000").replace("T153000\r\nDT", "x")

    refused = paul.put(path, moved.replace("xEND", "T153000\r\nDTEND"))

    assert refused.status_code == 403
    assert precondition(refused) == f"{CALDAV}allowed-attendee-scheduling-object-change"


class TestStaleWrites:
    def test_an_edit_that_had_not_seen_an_answer_keeps_it(self, anne: Client, paul: Client) -> None:
        invite(anne, meeting())
        path = anne.agenda + "m.ics"
        seen = anne.ask("GET", path)
        answer(paul, "ACCEPTED")

        edited = seen.text.replace("Réunion de service", "Réunion du service")
        saved = anne.put(path, edited.encode(), if_match=seen.headers["ETag"])

        assert saved.status_code == 204
        copy = copy_of(anne)
        assert "Réunion du service" in copy
        assert "PARTSTAT=ACCEPTED" in copy

    @pytest.mark.rfc("6638 §8.3")
    def test_the_schedule_tag_guards_the_same_way(self, anne: Client, paul: Client) -> None:
        invite(anne, meeting())
        path = anne.agenda + "m.ics"
        seen = anne.ask("GET", path)
        answer(paul, "ACCEPTED")

        edited = seen.text.replace("Réunion de service", "Réunion du service").encode()
        tag = seen.headers["Schedule-Tag"]
        assert anne.put(path, edited, if_schedule_tag_match=tag).status_code == 204
        assert "PARTSTAT=ACCEPTED" in copy_of(anne)
        assert anne.put(path, edited, if_schedule_tag_match='"other"').status_code == 412

    def test_two_who_say_different_things_are_in_conflict(self, anne: Client, paul: Client) -> None:
        invite(anne, meeting())
        path = anne.agenda + "m.ics"
        seen = anne.ask("GET", path)
        invite(anne, meeting(summary="Une autre réunion"))

        refused = anne.put(path, seen.content, if_match=seen.headers["ETag"])

        assert refused.status_code == 412

    def test_an_answer_to_a_stale_copy_counts(
        self, anne: Client, paul: Client, zoe: Client
    ) -> None:
        invite(anne, an_event(organizer=ANNE, attendees=[PAUL, ZOE]))
        [path] = objects(paul, paul.agenda)
        seen = paul.ask("GET", path).headers["ETag"]
        answer(zoe, "DECLINED")

        assert answer(paul, "ACCEPTED", if_match=seen).status_code in {204, 412}


def test_a_group_is_its_members(server: Server, anne: Client, paul: Client) -> None:
    from calendars.kernel.audit import CONSOLE
    from calendars.kernel.identifiers import Login
    from calendars.model.principal import PrincipalKind
    from calendars.services.open_account import NewAccount, open_account
    from calendars.storage import principals

    with server.service.database.transaction() as db:
        group = open_account(
            db,
            NewAccount("codir", "CODIR", PrincipalKind.GROUP, email="codir@example.org"),
            timezone_id="Pacific/Noumea",
            by=CONSOLE,
            now=0,
        )
        principals.set_members(db, group.id, [principals.get(db, Login("paul")).id])

    invite(
        anne,
        an_event(
            organizer=ANNE,
            extra=["ATTENDEE;CUTYPE=GROUP;PARTSTAT=NEEDS-ACTION:mailto:codir@example.org"],
        ),
    )

    [member] = [line for line in copy_of(anne).splitlines() if "MEMBER=" in line]
    assert 'MEMBER="mailto:codir@example.org"' in member
    assert member.endswith(":mailto:paul@example.org")  # also for those elsewhere who are invited
    assert f"UID:{UID}" in copy_of(paul)


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize(
    ("rights", "status"), [(Rights.WRITE, 403), (Rights.SCHEDULE, 201)], ids=str
)
def test_writing_in_a_diary_is_not_speaking_in_its_owners_name(
    server: Server, anne: Client, paul: Client, zoe: Client, rights: Rights, status: int
) -> None:
    with server.service.database.transaction() as db:
        draft = DelegationDraft(rights)
        delegate(db, "anne", "zoe", draft, zone=UTC, now=int(time.time()))

    told = zoe.put(anne.agenda + "m.ics", meeting())

    assert told.status_code == status
    assert zoe.put(anne.agenda + "own.ics", an_event(uid="own")).status_code == 201
    assert len(objects(paul, paul.agenda)) == (status == 201)
    if status == 201:
        assert 'SENT-BY="mailto:zoe@example.org"' in copy_of(paul)
        assert 'SENT-BY="mailto:zoe@example.org"' in copy_of(anne, anne.agenda + "m.ics")


class TestEmptiedCalendar:
    def test_a_mass_of_deletions_is_held(self, anne: Client, paul: Client) -> None:
        for number in range(8):
            text = meeting(uid=f"m{number}", start=START + timedelta(days=number))
            assert anne.put(f"{anne.agenda}m{number}.ics", text).status_code == 201
        for number in range(8):
            assert anne.ask("DELETE", f"{anne.agenda}m{number}.ics").status_code == 204

        cancelled = [m for m in inbox(paul) if "METHOD:CANCEL" in m]

        assert len(cancelled) == 5
        held = anne.ask("GET", "/api/v1/principals/anne/held-messages").json()["items"]
        assert len(held) == 3

    def test_what_is_held_is_released_or_undone(self, anne: Client, paul: Client) -> None:
        self.test_a_mass_of_deletions_is_held(anne, paul)
        base = "/api/v1/principals/anne/held-messages"
        first, second, _ = anne.ask("GET", base).json()["items"]

        assert anne.ask("POST", f"{base}/{first['id']}/release").status_code == 200
        assert len([m for m in inbox(paul) if "METHOD:CANCEL" in m]) == 6
        assert anne.ask("POST", f"{base}/{second['id']}/undo").status_code == 200
        assert len(objects(anne, anne.agenda)) == 1
        assert len([m for m in inbox(paul) if "METHOD:CANCEL" in m]) == 6
        assert len(anne.ask("GET", base).json()["items"]) == 1
        assert anne.ask("POST", f"{base}/{first['id']}/release").status_code == 404

    def test_a_task_says_what_waits_until_it_is_decided(self, anne: Client, paul: Client) -> None:
        self.test_a_mass_of_deletions_is_held(anne, paul)
        task = "/dav/calendars/anne/taches/niaouli-annulations-retenues.ics"
        assert "3 réunions" in anne.ask("GET", task).text.replace("\r\n ", "")

        base = "/api/v1/principals/anne/held-messages"
        for held in anne.ask("GET", base).json()["items"]:
            assert anne.ask("POST", f"{base}/{held['id']}/release").status_code == 200

        assert anne.ask("GET", task).status_code == 404

    def test_a_calendar_with_many_meetings_goes_without_a_word(
        self, anne: Client, paul: Client
    ) -> None:
        anne.ask("MKCALENDAR", "/dav/calendars/anne/projet/")
        for number in range(6):
            anne.put(f"/dav/calendars/anne/projet/m{number}.ics", meeting(uid=f"m{number}"))

        assert anne.ask("DELETE", "/dav/calendars/anne/projet/").status_code == 204

        assert not [m for m in inbox(paul) if "METHOD:CANCEL" in m]
        base = "/api/v1/principals/anne/held-messages"
        first, *rest = anne.ask("GET", base).json()["items"]
        assert len(rest) == 5
        assert anne.ask("POST", f"{base}/{first['id']}/undo").status_code == 409
        assert anne.ask("POST", f"{base}/{first['id']}/release").status_code == 200
        assert len([m for m in inbox(paul) if "METHOD:CANCEL" in m]) == 1

    def test_strangers_see_nothing_of_it(self, anne: Client, paul: Client) -> None:
        self.test_a_mass_of_deletions_is_held(anne, paul)

        assert paul.ask("GET", "/api/v1/principals/anne/held-messages").status_code == 404


def test_answers_within_one_second_all_count(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    for partstat in ("ACCEPTED", "DECLINED", "TENTATIVE", "ACCEPTED"):
        answer(paul, partstat)
        assert f"PARTSTAT={partstat}" in copy_of(anne)


def test_an_inbox_item_says_what_it_changed(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    invite(anne, meeting(start=START + timedelta(days=1)))
    answer(paul, "ACCEPTED")

    def changes(client: Client) -> list[str]:
        found = client.propfind(
            f"/dav/calendars/{client.login}/inbox/", "<CS:schedule-changes/>", depth="1"
        )
        return [etree.tostring(value).decode() for one in found for value in one.found.values()]

    new, moved = changes(paul)
    assert "create" in new
    assert 'name="DTSTART"' in moved
    [replied] = changes(anne)
    assert "mailto:paul@example.org" in replied


def test_hrefs_of_the_inbox_are_there(anne: Client, paul: Client) -> None:
    invite(anne, meeting())
    found = objects(paul, "/dav/calendars/paul/inbox/")
    assert paul.ask("DELETE", found[0]).status_code == 204
    assert objects(paul, "/dav/calendars/paul/inbox/") == []
    assert hrefs(paul.prop("/dav/principals/paul/", "<C:calendar-home-set/>"))
