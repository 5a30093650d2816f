"""The owner sets who has rights through ACL; what a delegation cannot say is refused."""

from __future__ import annotations

import time
from datetime import UTC

import pytest
import requests

from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate
from tests.builders import an_event
from tests.serving import DAV, Client, Server, hrefs, precondition, responses

AGENDA, TASKS, HOME = (f"/dav/calendars/paul/{name}" for name in ("agenda/", "taches/", ""))
ANNE, LISE = "/dav/principals/anne/", "/dav/principals/lise/"
READ, WRITE = "<D:read/>", "<D:write/>"


def ace(principal: str, *privileges: str, verb: str = "grant", more: str = "") -> str:
    """One entry."""
    who = f"<D:href>{principal}</D:href>" if principal.startswith("/") else principal
    named = "".join(f"<D:privilege>{one}</D:privilege>" for one in privileges)
    body = f"<D:principal>{who}</D:principal><D:{verb}>{named}</D:{verb}>{more}"
    return f"<D:ace>{body}</D:ace>"


def set_acl(client: Client, path: str, *aces: str) -> int:
    """The status of an ACL request."""
    return _ask(client, path, *aces).status_code


def _ask(client: Client, path: str, *aces: str) -> requests.Response:
    body = f'<D:acl xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{"".join(aces)}</D:acl>'
    return client.ask("ACL", path, body)


def entries(client: Client, path: str) -> dict[str, tuple[set[str], bool]]:
    """Who is named in the ACL of a resource: privileges, and whether that is inherited."""
    found = client.prop(path, "<D:acl/>")
    assert found is not None
    return {
        (hrefs(one.find(f"{DAV}principal")) or ["owner"])[0]: (
            {str(kind.tag) for privilege in one.iter(f"{DAV}privilege") for kind in privilege},
            one.find(f"{DAV}inherited") is not None,
        )
        for one in found
    }


@pytest.mark.rfc("3744 §8.1")
def test_an_acl_opens_one_calendar_and_shuts_it_again(
    server: Server, anne: Client, paul: Client
) -> None:
    assert set_acl(paul, AGENDA, ace(ANNE, READ)) == 200
    assert anne.ask("GET", AGENDA).status_code == 200
    assert anne.ask("GET", TASKS).status_code == 404
    assert anne.put(f"{AGENDA}e.ics", an_event()).status_code == 403
    mounts = [one.href for one in anne.propfind("/dav/calendars/anne/", "<D:owner/>", depth="1")]
    assert "/dav/calendars/anne/paul~agenda/" in mounts

    assert set_acl(paul, AGENDA, ace(ANNE, WRITE)) == 200
    assert anne.put(f"{AGENDA}e.ics", an_event()).status_code == 201
    assert set_acl(paul, AGENDA) == 200
    assert anne.ask("GET", AGENDA).status_code == 404


@pytest.mark.rfc("3744 §5.5")
def test_what_is_read_can_be_sent_back(server: Server, anne: Client, paul: Client) -> None:
    server.add_person("lise")
    with server.service.database.transaction() as db:
        for to, draft in (
            ("anne", DelegationDraft(Rights.SCHEDULE)),
            ("lise", DelegationDraft(Rights.ACT_FOR, sees_private=True, calendar="agenda")),
        ):
            delegate(db, "paul", to, draft, zone=UTC, now=int(time.time()))
    before = entries(paul, AGENDA)
    assert before[ANNE][1] is True
    assert before[LISE][1] is False
    assert entries(paul, HOME)[ANNE][1] is False
    assert hrefs(paul.prop(AGENDA, "<D:inherited-acl-set/>")) == [HOME]

    echo = [ace(ANNE, READ, WRITE, more=f"<D:inherited><D:href>{HOME}</D:href></D:inherited>"),
            ace("<D:property><D:owner/></D:property>", "<D:all/>", more="<D:protected/>"),
            ace(LISE, READ, "<D:read-current-user-privilege-set/>", WRITE)]  # fmt: skip
    assert set_acl(paul, AGENDA, *echo) == 200
    assert entries(paul, AGENDA) == before
    assert set_acl(paul, HOME, ace(ANNE, READ)) == 200
    assert f"{DAV}write" not in entries(paul, HOME)[ANNE][0]
    assert entries(paul, AGENDA)[LISE] == before[LISE]


@pytest.mark.rfc("3744 §8.1.1")
@pytest.mark.parametrize(
    ("entry", "condition"),
    [
        pytest.param(ace(ANNE, READ, verb="deny"), "grant-only", id="deny"),
        pytest.param(ace("<D:all/>", READ), "allowed-principal", id="all"),
        pytest.param(ace("<D:authenticated/>", READ), "allowed-principal", id="authenticated"),
        pytest.param(ace("<D:unauthenticated/>", READ), "allowed-principal", id="the world"),
        pytest.param(ace("<D:self/>", READ), "allowed-principal", id="self"),
        pytest.param(ace("/dav/principals/nobody/", READ), "recognized-principal", id="nobody"),
        pytest.param(ace("/elsewhere/anne/", READ), "recognized-principal", id="elsewhere"),
        pytest.param(ace(ANNE, "<D:all/>"), "no-abstract", id="all privileges"),
        pytest.param(ace(ANNE, "<D:write-acl/>"), "no-abstract", id="passing rights on"),
        pytest.param(ace(ANNE, "<D:bind/>"), "no-abstract", id="a part of write"),
        pytest.param(ace(ANNE, "<D:unlock/>"), "not-supported-privilege", id="unlock"),
        pytest.param(ace(ANNE, '<x:own xmlns:x="urn:x"/>'), "not-supported-privilege", id="own"),
        pytest.param(
            f"<D:ace><D:invert><D:principal><D:href>{ANNE}</D:href></D:principal></D:invert>"
            f"<D:grant><D:privilege>{READ}</D:privilege></D:grant></D:ace>",
            "no-invert",
            id="everybody else",
        ),
    ],
)
def test_what_a_delegation_cannot_say_is_refused_whole(
    server: Server, anne: Client, paul: Client, entry: str, condition: str
) -> None:
    answer = _ask(paul, AGENDA, ace(ANNE, READ), entry)

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}{condition}"
    assert list(entries(paul, AGENDA)) == ["owner"]


@pytest.mark.rfc("3744 §3.8")
def test_the_owner_alone_reads_and_sets_it(server: Server, anne: Client, paul: Client) -> None:
    server.add_person("lise")
    assert set_acl(anne, AGENDA, ace(ANNE, READ)) == 404
    set_acl(paul, HOME, ace(ANNE, WRITE))

    for path in (AGENDA, HOME, "/dav/calendars/anne/paul~agenda/"):
        answer = _ask(anne, path, ace(LISE, READ))
        assert answer.status_code == 403
        assert precondition(answer) == f"{DAV}need-privileges"
        assert "write-acl" in answer.text
        [found] = anne.propfind(path, "<D:acl/>")
        assert f"{DAV}acl" in found.missing
    report = (
        "<D:acl-principal-prop-set><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>"
    )
    assert anne.report(AGENDA, report).status_code == 403
    assert [one.href for one in responses(paul.report(AGENDA, report))][1:] == [ANNE]


@pytest.mark.parametrize("place", ["inbox/", "outbox/"])
def test_scheduling_boxes_have_the_rights_of_their_home(
    server: Server, anne: Client, paul: Client, place: str
) -> None:
    assert set_acl(paul, HOME + place, ace(ANNE, READ)) == 403
    assert set_acl(paul, f"{AGENDA}e.ics", ace(ANNE, READ)) == 405
