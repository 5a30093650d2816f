"""What a client reads before it invites anybody, and what a person sets on the scheduling inbox."""

from __future__ import annotations

import pytest
from lxml import etree

from calendars.model.principal import Rights
from calendars.storage import delegations
from tests.serving import (
    CALDAV,
    DAV,
    NAMESPACES,
    Client,
    Server,
    hrefs,
    precondition,
    responses,
    text,
)

HOME = "/dav/calendars/anne/"
INBOX, OUTBOX = HOME + "inbox/", HOME + "outbox/"
DELIVER = {"schedule-deliver", "schedule-deliver-invite", "schedule-deliver-reply",
           "schedule-query-freebusy"}  # fmt: skip
SEND = {"schedule-send", "schedule-send-invite", "schedule-send-reply", "schedule-send-freebusy"}
AVAILABILITY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Niaouli//Tests//FR
BEGIN:VAVAILABILITY
UID:hours
DTSTAMP:20260101T000000Z
BEGIN:AVAILABLE
UID:morning
DTSTART;TZID=Pacific/Noumea:20260105T073000
DTEND;TZID=Pacific/Noumea:20260105T113000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"""


def patch(client: Client, path: str, inner: str) -> tuple[int, set[str]]:
    """PROPPATCH of one property: its status, and the preconditions that it broke."""
    instruction = inner if inner.startswith("<D:remove>") else f"<D:set>{inner}</D:set>"
    body = f"<D:propertyupdate {NAMESPACES}>{instruction}</D:propertyupdate>"
    answer = client.ask("PROPPATCH", path, body)
    assert answer.status_code == 207, answer.text
    [(status, _)] = responses(answer)[0].by_status.items()
    root = etree.fromstring(answer.content)
    return status, {str(e.tag) for error in root.iter(f"{DAV}error") for e in error}


def choose(client: Client, name: str, target: str) -> tuple[int, set[str]]:
    """Set one of the two default calendars."""
    return patch(client, INBOX, f"<D:prop><C:{name}><D:href>{target}</D:href></C:{name}></D:prop>")


@pytest.mark.rfc("6638 §2.1.1")
@pytest.mark.rfc("6638 §2.2.1")
def test_a_principal_names_its_boxes_and_what_it_is(anne: Client, paul: Client) -> None:
    for client in (anne, paul):
        [found] = client.propfind(
            "/dav/principals/anne/",
            "<C:schedule-inbox-URL/><C:schedule-outbox-URL/><C:calendar-user-type/>"
            "<CS:email-address-set/>",
        )
        assert hrefs(found.found[f"{CALDAV}schedule-inbox-URL"]) == [INBOX]
        assert hrefs(found.found[f"{CALDAV}schedule-outbox-URL"]) == [OUTBOX]
        assert text(found.found[f"{CALDAV}calendar-user-type"]) == "INDIVIDUAL"
        assert not found.missing


@pytest.mark.rfc("6638 §6.1")
def test_privileges_of_the_boxes_are_told_to_who_has_them(
    server: Server, anne: Client, paul: Client
) -> None:
    def names(client: Client, path: str) -> set[str]:
        found = client.prop(path, "<D:current-user-privilege-set/>")
        assert found is not None
        return {str(e.tag).removeprefix(CALDAV) for p in found for e in p if CALDAV in str(e.tag)}

    assert names(anne, INBOX) >= DELIVER
    assert names(anne, OUTBOX) >= SEND
    with server.service.database.transaction() as db:
        people = {p: server.principal(p).id for p in ("anne", "paul")}
        delegations.grant(db, people["anne"], people["paul"], Rights.WRITE)
    assert names(paul, OUTBOX).isdisjoint(SEND)
    with server.service.database.transaction() as db:
        delegations.grant(db, people["anne"], people["paul"], Rights.SCHEDULE)
    assert names(paul, OUTBOX) >= SEND

    for path, wanted in ((INBOX, DELIVER), (OUTBOX, SEND)):
        supported = anne.prop(path, "<D:supported-privilege-set/>")
        acl = anne.prop(path, "<D:acl/>")
        assert supported is not None
        assert acl is not None
        for element in (supported, acl):
            assert {str(e.tag).removeprefix(CALDAV) for e in element.iter()} >= wanted


@pytest.mark.rfc("6638 §9.2")
def test_the_default_calendar_can_be_chosen(anne: Client) -> None:
    name = "schedule-default-calendar-URL"
    assert hrefs(anne.prop(INBOX, f"<C:{name}/>")) == [anne.agenda]
    anne.ask("MKCALENDAR", HOME + "travail/")

    assert choose(anne, name, HOME + "travail/") == (200, set())
    assert hrefs(anne.prop(INBOX, f"<C:{name}/>")) == [HOME + "travail/"]

    back = f"<D:remove><D:prop><C:{name}/></D:prop></D:remove>"
    assert patch(anne, INBOX, back) == (200, set())
    assert hrefs(anne.prop(INBOX, f"<C:{name}/>")) == [anne.agenda]


@pytest.mark.rfc("6638 §9.2")
@pytest.mark.parametrize(
    "target",
    [HOME + "taches/", HOME + "none/", INBOX, HOME, "/dav/calendars/paul/agenda/", "x", ""],
)
def test_a_default_calendar_is_an_own_one_that_takes_events(
    anne: Client, paul: Client, target: str
) -> None:
    assert paul.login == "paul"
    status, errors = choose(anne, "schedule-default-calendar-URL", target)

    assert (status, errors) == (403, {f"{CALDAV}valid-schedule-default-calendar-URL"})
    assert hrefs(anne.prop(INBOX, "<C:schedule-default-calendar-URL/>")) == [anne.agenda]


def test_tasks_may_go_elsewhere(anne: Client) -> None:
    name = "schedule-default-tasks-URL"
    assert hrefs(anne.prop(INBOX, f"<C:{name}/>")) == [HOME + "taches/"]

    assert choose(anne, name, anne.agenda) == (200, set())
    assert hrefs(anne.prop(INBOX, f"<C:{name}/>")) == [anne.agenda]


@pytest.mark.rfc("6638 §4.3")
def test_the_default_calendar_stays_until_another_is_chosen(anne: Client) -> None:
    refused = anne.ask("DELETE", anne.agenda)
    assert refused.status_code == 403
    assert precondition(refused) == f"{CALDAV}default-calendar-needed"

    anne.ask("MKCALENDAR", HOME + "travail/")
    choose(anne, "schedule-default-calendar-URL", HOME + "travail/")
    assert anne.ask("DELETE", anne.agenda).status_code == 204
    assert anne.ask("DELETE", HOME + "travail/").status_code == 403


@pytest.mark.rfc("7953 §7.2.4")
def test_a_person_says_when_to_be_reached(anne: Client) -> None:
    name = "calendar-availability"
    [unset] = anne.propfind(INBOX, f"<C:{name}/>")
    assert unset.missing == {f"{CALDAV}{name}"}

    value = f"<D:prop><C:{name}>{AVAILABILITY}</C:{name}></D:prop>"
    assert patch(anne, INBOX, value) == (200, set())
    for prefix in ("C", "CS"):
        assert "UID:morning" in text(anne.prop(INBOX, f"<{prefix}:{name}/>"))


@pytest.mark.rfc("7953 §7.2.4")
@pytest.mark.parametrize(
    "value",
    [
        "x",
        AVAILABILITY.replace("VAVAILABILITY", "VEVENT"),
        AVAILABILITY.replace("FREQ=WEEKLY", "FREQ=X"),
    ],
    ids=["no calendar", "an event", "a rule that is none"],
)
def test_an_availability_that_cannot_be_read_is_refused(anne: Client, value: str) -> None:
    inner = f"<D:prop><C:calendar-availability>{value}</C:calendar-availability></D:prop>"

    assert patch(anne, INBOX, inner) == (403, {f"{CALDAV}valid-calendar-data"})
