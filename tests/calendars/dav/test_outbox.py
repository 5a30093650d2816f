"""POST to the scheduling outbox: when colleagues, rooms and groups are busy, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Rights
from calendars.services.open_account import NewAccount, open_account
from calendars.storage import delegations, principals
from tests.builders import a_series, an_event
from tests.calendars.dav.test_scheduling_properties import AVAILABILITY, patch
from tests.serving import CALDAV, DAV, NAMESPACES, Client, Server, precondition

OUTBOX = "/dav/calendars/anne/outbox/"
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNE, PAUL = "mailto:anne@example.org", "mailto:paul@example.org"


def a_request(
    *attendees: str,
    organizer: str = ANNE,
    window: tuple[str, str] = ("20260301T000000Z", "20260401T000000Z"),
    extra: Sequence[str] = (),
    method: str = "REQUEST",
) -> str:
    """VFREEBUSY REQUEST, as clients write it."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Niaouli//Tests//FR", f"METHOD:{method}",
        "BEGIN:VFREEBUSY", "UID:asked", "DTSTAMP:20260202T000000Z",
        f"DTSTART:{window[0]}", f"DTEND:{window[1]}", f"ORGANIZER:{organizer}",
        *(f"ATTENDEE:{one}" for one in attendees), *extra,
        "END:VFREEBUSY", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


def ask(client: Client, body: str, path: str = OUTBOX) -> dict[str, tuple[str, list[str]]]:
    """Status and `kind period` by recipient."""
    answer = client.ask("POST", path, body, {"Content-Type": "text/calendar; charset=utf-8"})
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    assert root.tag == f"{CALDAV}schedule-response"
    told = {}
    for response in root:
        assert response.tag == f"{CALDAV}response"
        text = (response.findtext(f"{CALDAV}calendar-data") or "").replace("\r\n", "\n")
        lines = re.findall(r"^FREEBUSY;FBTYPE=(\S+):(\S+)", text.replace("\n ", ""), re.MULTILINE)
        recipient = response.findtext(f"{CALDAV}recipient/{DAV}href")
        status = response.findtext(f"{CALDAV}request-status") or ""
        told[recipient or ""] = (status, [f"{kind} {period}" for kind, period in lines])
        assert ("METHOD:REPLY" in text) == status.startswith("2.0")
        assert "SUMMARY" not in text
    return told


@pytest.fixture
def house(server: Server, paul: Client) -> Server:
    """Paul has a meeting; there is a room, and a group with Paul in it."""
    now = 1_770_000_000
    with server.service.database.transaction() as db:
        for login, kind in (("salle", PrincipalKind.ROOM), ("equipe", PrincipalKind.GROUP)):
            new = NewAccount(login, login.title(), kind, email=f"{login}@example.org")
            open_account(db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=now)
        group = principals.get(db, "equipe").id
        principals.set_members(db, group, [principals.get(db, "paul").id])
    meeting = an_event(start=START + timedelta(minutes=10), end=START + HOUR, uid="m@x")
    assert paul.put(paul.agenda + "m.ics", meeting).status_code == 201
    return server


@pytest.mark.rfc("6638 §5")
@pytest.mark.rule("SEC-5")
def test_colleagues_rooms_and_groups_answer_without_a_delegation(
    house: Server, anne: Client
) -> None:
    assert house.base
    room, group = "mailto:salle@example.org", "MAILTO:Equipe@example.org"
    path, nobody = "/dav/principals/paul/", "mailto:nobody@example.org"
    told = ask(anne, a_request(PAUL, room, group, path, nobody, ANNE))

    busy = "BUSY 20260303T080000Z/20260303T090000Z"  # to the quarter of an hour
    assert told == {
        PAUL: ("2.0;Success", [busy]),
        room: ("2.0;Success", []),
        group: ("2.0;Success", [busy]),
        path: ("2.0;Success", [busy]),
        nobody: ("3.7;Invalid calendar user", []),
        ANNE: ("2.0;Success", []),
    }


@pytest.mark.rfc("6638 §5")
@pytest.mark.parametrize(
    ("partstat", "kinds"),
    [
        ("ACCEPTED", ["BUSY"]),
        ("TENTATIVE", ["BUSY-TENTATIVE"]),
        ("NEEDS-ACTION", ["BUSY-TENTATIVE"]),
        ("DECLINED", []),
        ("DELEGATED", []),
    ],
)
def test_what_one_is_invited_to_counts_as_one_answered(
    anne: Client, paul: Client, partstat: str, kinds: list[str]
) -> None:
    invited = a_series(
        start=START, rrule="FREQ=DAILY;COUNT=2", organizer=ANNE, attendees={PAUL: partstat}
    )
    # Paul's copy comes by hand: this is about what it does to his time.
    extra = invited.replace("ORGANIZER:", "ORGANIZER;SCHEDULE-AGENT=NONE:")
    assert paul.put(paul.agenda + "i.ics", extra).status_code == 201

    _, told = ask(anne, a_request(PAUL))[PAUL]
    assert [one.split()[0] for one in told] == kinds * 2


@pytest.mark.rfc("6638 §9.1")
def test_a_transparent_calendar_and_the_meeting_that_is_moved_do_not_count(
    house: Server, anne: Client, paul: Client
) -> None:
    assert house.base
    moved = a_request(PAUL, extra=["X-CALENDARSERVER-MASK-UID:m@x"])
    # Of a meeting that the asker does not have, an answer would tell whether Paul is in it.
    assert len(ask(anne, moved)[PAUL][1]) == 1
    assert anne.put(anne.agenda + "m.ics", an_event(uid="m@x")).status_code == 201
    assert ask(anne, moved)[PAUL][1] == []
    assert len(ask(anne, a_request(PAUL))[PAUL][1]) == 1

    body = (
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><C:schedule-calendar-transp>"
        "<C:transparent/></C:schedule-calendar-transp></D:prop></D:set></D:propertyupdate>"
    )
    assert paul.ask("PROPPATCH", paul.agenda, body).status_code == 207
    assert ask(anne, a_request(PAUL))[PAUL][1] == []


@pytest.mark.rfc("7953 §7.2")
def test_out_of_hours_nobody_is_reached(house: Server, anne: Client, paul: Client) -> None:
    assert house.base
    value = f"<D:prop><C:calendar-availability>{AVAILABILITY}</C:calendar-availability></D:prop>"
    assert patch(paul, "/dav/calendars/paul/inbox/", value) == (200, set())

    # Tuesday 3 March in Nouméa, a whole day: 7:30 to 11:30 is 20:30 to 00:30 UTC.
    day = ("20260302T130000Z", "20260303T130000Z")
    assert ask(anne, a_request(PAUL, window=day))[PAUL][1] == [
        "BUSY-UNAVAILABLE 20260302T130000Z/20260302T203000Z",
        "BUSY-UNAVAILABLE 20260303T003000Z/20260303T130000Z",
        "BUSY 20260303T080000Z/20260303T090000Z",
    ]


@pytest.mark.rfc("6638 §5")
@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (a_request(PAUL, organizer=PAUL), "valid-organizer"),
        (a_request(PAUL, method="REPLY"), "valid-scheduling-message"),
        (a_request(), "valid-scheduling-message"),
        (a_request(PAUL, window=("20260401T000000Z", "20260301T000000Z")), "valid-calendar-data"),
        (a_request(PAUL, window=("20260101T000000Z", "20270201T000000Z")), "max-date-time"),
        (a_request(*(f"mailto:{n}@example.org" for n in range(301))), "max-attendees-per-instance"),
        (an_event().replace("VERSION", "METHOD:REQUEST\r\nVERSION"), "valid-scheduling-message"),
        ("BEGIN:VCALENDAR", "valid-calendar-data"),
    ],
    ids=["organizer", "reply", "nobody", "backwards", "years", "crowd", "event", "no calendar"],
)
def test_what_is_no_request_is_refused(anne: Client, body: str, condition: str) -> None:
    answer = anne.ask("POST", OUTBOX, body, {"Content-Type": "text/calendar"})

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}{condition}"


@pytest.mark.rfc("6638 §6.1.2")
def test_who_may_invite_for_somebody_may_ask_for_him(
    server: Server, anne: Client, paul: Client
) -> None:
    body = a_request(ANNE)
    headers = {"Content-Type": "text/calendar", "Originator": PAUL, "Recipient": ANNE}
    assert paul.ask("POST", OUTBOX, body, headers).status_code == 404
    ids = server.principal("anne").id, server.principal("paul").id
    with server.service.database.transaction() as db:
        delegations.grant(db, *ids, Rights.WRITE)
    refused = paul.ask("POST", OUTBOX, body, headers)
    assert refused.status_code == 403
    assert precondition(refused) == f"{DAV}need-privileges"
    with server.service.database.transaction() as db:
        delegations.grant(db, *ids, Rights.SCHEDULE)
    assert ask(paul, body)[ANNE][0] == "2.0;Success"
    assert anne.ask("POST", OUTBOX, body, {"Content-Type": "application/json"}).status_code == 403
