"""Delegates work in the diary of another person as far as their rights go."""

from __future__ import annotations

import pytest

from calendars.kernel.identifiers import Login
from calendars.model.principal import Rights
from calendars.storage import delegations, principals
from tests.builders import an_event
from tests.serving import CALDAV, CS, DAV, Client, Server, hrefs, precondition, text

AGENDA = "/dav/calendars/paul/agenda/"


def delegate(server: Server, owner: str, to: str, rights: Rights, *, private: bool = False) -> None:
    """The owner lets somebody into the diary."""
    with server.service.database.transaction() as db:
        delegations.grant(
            db,
            principals.get(db, Login(owner)).id,
            principals.get(db, Login(to)).id,
            rights,
            sees_private=private,
        )


@pytest.mark.rfc("3744 §5.4")
@pytest.mark.parametrize(
    ("rights", "privileges"),
    [
        (Rights.READ, {"read"}),
        (Rights.WRITE, {"read", "write", "write-content", "bind", "unbind"}),
    ],
)
def test_privileges_are_told_exactly(
    server: Server, anne: Client, paul: Client, rights: Rights, privileges: set[str]
) -> None:
    delegate(server, "paul", "anne", rights)
    found = anne.prop(AGENDA, "<D:current-user-privilege-set/>")

    assert found is not None
    names = {str(kind.tag).removeprefix(DAV) for privilege in found for kind in privilege}
    assert names & {"read", "write", "write-content", "bind", "unbind"} == privileges


@pytest.mark.rfc("3744 §7.1.1")
def test_a_reader_is_told_which_privilege_is_missing(
    server: Server, anne: Client, paul: Client
) -> None:
    delegate(server, "paul", "anne", Rights.READ)
    answer = anne.put(AGENDA + "e.ics", an_event())

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}need-privileges"
    assert AGENDA in answer.text


def test_a_writer_writes(server: Server, anne: Client, paul: Client) -> None:
    delegate(server, "paul", "anne", Rights.WRITE)

    assert anne.put(AGENDA + "e.ics", an_event()).status_code == 201
    assert paul.ask("GET", AGENDA + "e.ics").status_code == 200
    assert anne.ask("DELETE", AGENDA + "e.ics").status_code == 204


def test_who_may_see_busy_time_alone_sees_nothing_else(
    server: Server, anne: Client, paul: Client
) -> None:
    delegate(server, "paul", "anne", Rights.FREE_BUSY)
    answer = anne.report(
        AGENDA,
        '<C:free-busy-query><C:time-range start="20260301T000000Z" end="20260401T000000Z"/>'
        "</C:free-busy-query>",
    )

    assert answer.status_code == 200
    assert anne.ask("PROPFIND", AGENDA, headers={"Depth": "0"}).status_code == 404
    assert anne.ask("GET", AGENDA).status_code == 404


@pytest.mark.rfc("3744 §4.4")
def test_both_sides_of_a_proxy_are_told(server: Server, anne: Client, paul: Client) -> None:
    delegate(server, "paul", "anne", Rights.WRITE)

    mine = anne.prop("/dav/principals/anne/", "<CS:calendar-proxy-write-for/>")
    assert hrefs(mine) == ["/dav/principals/paul/"]
    groups = anne.prop("/dav/principals/anne/", "<D:group-membership/>")
    assert hrefs(groups) == ["/dav/principals/paul/calendar-proxy-write/"]
    members = paul.prop("/dav/principals/paul/calendar-proxy-write/", "<D:group-member-set/>")
    assert hrefs(members) == ["/dav/principals/anne/"]
    kinds = paul.prop("/dav/principals/paul/calendar-proxy-write/", "<D:resourcetype/>")
    assert kinds is not None
    assert f"{CS}calendar-proxy-write" in {str(kind.tag) for kind in kinds}


@pytest.mark.rfc("3744 §5.1")
def test_a_delegate_reads_owner_and_addresses(server: Server, anne: Client, paul: Client) -> None:
    delegate(server, "paul", "anne", Rights.WRITE)

    [owner] = hrefs(anne.prop(AGENDA, "<D:owner/>"))
    assert hrefs(anne.prop(owner, "<C:calendar-user-address-set/>"))[0] == "mailto:paul@example.org"


@pytest.mark.parametrize("private", [True, False])
def test_private_entries_are_for_those_who_see_them(
    server: Server, anne: Client, paul: Client, private: bool
) -> None:
    delegate(server, "paul", "anne", Rights.WRITE, private=private)
    paul.put(AGENDA + "p.ics", an_event(summary="Secret", visibility="PRIVATE"))

    answer = anne.ask("GET", AGENDA + "p.ics")
    assert ("Secret" in answer.text) is private
    assert ("Secret" in anne.ask("GET", AGENDA).text) is private
    if not private:
        assert anne.put(AGENDA + "p.ics", an_event()).status_code in {403, 404}
        assert anne.ask("DELETE", AGENDA + "p.ics").status_code in {403, 404}
        assert "Secret" in paul.ask("GET", AGENDA + "p.ics").text


def test_a_calendar_of_another_is_removed_by_its_owner_alone(
    server: Server, anne: Client, paul: Client
) -> None:
    delegate(server, "paul", "anne", Rights.WRITE)

    assert anne.ask("DELETE", AGENDA).status_code == 403
    assert text(paul.prop(AGENDA, "<D:displayname/>")) == "Agenda"


def test_a_revoked_delegation_ends_at_once(server: Server, anne: Client, paul: Client) -> None:
    delegate(server, "paul", "anne", Rights.READ)
    token = text(anne.prop(AGENDA, "<D:sync-token/>"))
    with server.service.database.transaction() as db:
        delegations.revoke(
            db, principals.get(db, Login("paul")).id, principals.get(db, Login("anne")).id
        )

    answer = anne.report(
        AGENDA,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:prop/></D:sync-collection>",
    )
    assert answer.status_code == 404


@pytest.mark.rfc("3744 §5.5")
def test_the_acl_names_owner_and_delegates(server: Server, anne: Client, paul: Client) -> None:
    delegate(server, "paul", "anne", Rights.READ)
    found = paul.prop(AGENDA, "<D:acl/>")

    assert found is not None
    assert len(found) == 2
    assert hrefs(found) == ["/dav/principals/anne/", "/dav/calendars/paul/"]  # inherited
    assert f"{CALDAV}read-free-busy" in {str(node.tag) for node in found.iter()}
