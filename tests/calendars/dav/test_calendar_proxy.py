"""Clients set who may read or keep a diary through the calendar-proxy groups, and find them."""

from __future__ import annotations

import time
from datetime import UTC

import pytest

from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate
from tests.builders import an_event
from tests.serving import CS, DAV, Client, Server, hrefs, responses

PAUL = "/dav/principals/paul/"
ANNE = "/dav/principals/anne/"
WRITE, READ = f"{PAUL}calendar-proxy-write/", f"{PAUL}calendar-proxy-read/"
AGENDA = "/dav/calendars/paul/agenda/"


def set_members(client: Client, group: str, *members: str) -> int:
    """The status of the property when these are set as the members of a group."""
    named = "".join(f"<D:href>{member}</D:href>" for member in members)
    body = (
        '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>'
        f"<D:group-member-set>{named}</D:group-member-set></D:prop></D:set></D:propertyupdate>"
    )
    answer = client.ask("PROPPATCH", group, body)
    if answer.status_code != 207:
        return answer.status_code
    [response] = responses(answer)
    [status] = response.by_status
    return status


def members(client: Client, group: str) -> list[str]:
    """Who is in a group."""
    return hrefs(client.prop(group, "<D:group-member-set/>"))


def test_setting_the_members_gives_and_takes_back(
    server: Server, anne: Client, paul: Client
) -> None:
    assert set_members(paul, WRITE, ANNE) == 200
    assert members(paul, WRITE) == [ANNE]
    assert members(paul, READ) == []
    assert hrefs(anne.prop(ANNE, "<CS:calendar-proxy-write-for/>")) == [PAUL]
    assert hrefs(anne.prop(ANNE, "<CS:calendar-proxy-read-for/>")) == []
    assert anne.put(f"{AGENDA}e.ics", an_event()).status_code == 201

    # Apple's client moves somebody from one group to the other in two steps, in either order.
    assert set_members(paul, READ, ANNE) == 200
    assert set_members(paul, WRITE) == 200
    assert (members(paul, WRITE), members(paul, READ)) == ([], [ANNE])
    assert hrefs(anne.prop(ANNE, "<CS:calendar-proxy-read-for/>")) == [PAUL]
    assert anne.put(f"{AGENDA}e.ics", an_event(summary="x")).status_code == 403
    assert anne.ask("GET", f"{AGENDA}e.ics").status_code == 200

    assert set_members(paul, READ) == 200
    assert anne.ask("GET", f"{AGENDA}e.ics").status_code == 404


@pytest.mark.rule("DIR-3")
def test_a_person_with_several_delegations_is_one_member(
    server: Server, anne: Client, paul: Client
) -> None:
    with server.service.database.transaction() as db:
        for draft in (
            DelegationDraft(Rights.SCHEDULE),
            DelegationDraft(Rights.ACT_FOR, first_day=None, last_day=None, calendar="agenda"),
            DelegationDraft(Rights.READ, calendar="taches"),
        ):
            delegate(db, "paul", "anne", draft, zone=UTC, now=int(time.time()))

    assert (members(paul, WRITE), members(paul, READ)) == ([ANNE], [])
    assert hrefs(anne.prop(ANNE, "<D:group-membership/>")) == [WRITE]


@pytest.mark.parametrize(
    "named",
    ["/dav/principals/nobody/", "/dav/calendars/anne/", "mailto:anne@example.org", PAUL],
)
def test_nobody_unknown_and_not_oneself(
    server: Server, anne: Client, paul: Client, named: str
) -> None:
    assert set_members(paul, WRITE, ANNE, named) == 403
    assert members(paul, WRITE) == []


def test_the_owner_alone_sets_them(server: Server, anne: Client, paul: Client) -> None:
    assert set_members(paul, WRITE, ANNE) == 200
    assert set_members(anne, WRITE, ANNE, "/dav/principals/anne/") == 403
    assert set_members(anne, f"{PAUL}calendar-proxy-read/", ANNE) == 403


def test_the_add_in_for_outlook_finds_the_diary(server: Server, anne: Client, paul: Client) -> None:
    """CalDav Synchronizer 4.6: the DAV header of the principal, then both -for properties."""
    set_members(paul, WRITE, ANNE)

    assert "calendar-proxy" in anne.ask("OPTIONS", ANNE).headers["DAV"]
    [found] = anne.propfind(ANNE, "<CS:calendar-proxy-read-for/><CS:calendar-proxy-write-for/>")
    [owner] = hrefs(found.found[f"{CS}calendar-proxy-write-for"])
    [home] = hrefs(anne.prop(owner, "<C:calendar-home-set/>"))
    listed = [one.href for one in anne.propfind(home, "<D:owner/><D:resourcetype/>", depth="1")]
    assert AGENDA in listed
    assert hrefs(anne.prop(AGENDA, "<D:owner/>")) == [PAUL]
    assert hrefs(anne.prop(PAUL, "<C:calendar-user-address-set/>"))[0].startswith("mailto:paul@")


def test_apples_client_expands_the_groups_in_one_report(
    server: Server, anne: Client, paul: Client
) -> None:
    set_members(paul, WRITE, ANNE)
    body = (
        '<D:expand-property><D:property name="calendar-proxy-write-for" '
        'namespace="http://calendarserver.org/ns/"><D:property name="displayname"/>'
        '<D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav"/>'
        '<D:property name="principal-URL"/></D:property>'
        '<D:property name="calendar-proxy-read-for" namespace="http://calendarserver.org/ns/"/>'
        "</D:expand-property>"
    )
    answer = anne.report(ANNE, body, depth="0")

    assert answer.status_code == 207
    [mine] = responses(answer)
    owners = mine.found[f"{CS}calendar-proxy-write-for"]
    assert "/dav/calendars/paul/" in hrefs(owners)
    assert owners.findtext(f".//{DAV}displayname") == "Paul Niaouli"
