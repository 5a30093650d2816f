"""A diary that somebody was let into stands in his own home, as Thunderbird looks for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from calendars.kernel.identifiers import Login
from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate, revoke_delegation
from calendars.storage import delegations, principals
from tests.builders import an_event
from tests.serving import APPLE, CALDAV, DAV, Client, Response, Server, hrefs, responses, text

HOME = "/dav/calendars/anne/"
MOUNT = f"{HOME}paul~agenda/"
OWN = "/dav/calendars/paul/agenda/"


def give(server: Server, rights: Rights, to: str = "anne", **draft: object) -> None:
    """Paul lets somebody into his diary."""
    wanted = DelegationDraft(rights, **draft)  # type: ignore[arg-type]
    with server.service.database.transaction() as db:
        delegate(db, "paul", to, wanted, zone=UTC, now=int(time.time()))


def take_back(server: Server, to: str = "anne") -> None:
    """Paul shuts his diary again."""
    with server.service.database.transaction() as db:
        revoke_delegation(db, "paul", to, now=int(time.time()))


def calendars(client: Client, home: str = HOME) -> dict[str, Response]:
    """The calendars that a plain listing of the home finds."""
    found = client.propfind(
        home,
        "<D:resourcetype/><D:displayname/><A:calendar-color/><D:owner/>"
        "<D:current-user-privilege-set/><D:sync-token/>",
        depth="1",
    )
    return {
        one.href: one
        for one in found
        if any(kind.tag == f"{CALDAV}calendar" for kind in one.found[f"{DAV}resourcetype"])
    }


def sync(client: Client, path: str, token: str = "") -> tuple[dict[str, int | None], str]:
    """The status of each member that changed, and the token to go on from."""
    answer = client.report(
        path,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:resourcetype/><D:getetag/></D:prop></D:sync-collection>",
    )
    assert answer.status_code == 207, answer.text
    [new] = [e for e in answer.text.split("sync-token>") if e.startswith("urn:")]
    return {one.href: one.status for one in responses(answer)}, new.removesuffix("</D:")


@pytest.mark.rule("SEC-5")
def test_a_plain_listing_of_the_own_home_finds_the_diary(
    server: Server, anne: Client, paul: Client
) -> None:
    assert set(calendars(anne)) == {f"{HOME}agenda/", f"{HOME}taches/"}
    give(server, Rights.WRITE)

    found = calendars(anne)
    assert {MOUNT, f"{HOME}paul~taches/"} < set(found)
    mounted = found[MOUNT].found
    assert text(mounted[f"{DAV}displayname"]) == "Agenda — Paul Niaouli"
    assert hrefs(mounted[f"{DAV}owner"]) == ["/dav/principals/paul/"]
    assert f"{DAV}write" in {
        str(node.tag) for node in mounted[f"{DAV}current-user-privilege-set"].iter()
    }
    assert text(mounted[f"{APPLE}calendar-color"]).startswith("#")


def test_a_reader_is_not_told_that_he_may_write(server: Server, anne: Client, paul: Client) -> None:
    give(server, Rights.READ)

    privileges = calendars(anne)[MOUNT].found[f"{DAV}current-user-privilege-set"]
    names = {str(node.tag).removeprefix(DAV) for node in privileges.iter()}
    assert not names & {"write", "write-content", "write-properties", "bind", "unbind", "all"}
    refused = anne.put(f"{MOUNT}e.ics", an_event())
    assert refused.status_code == 403
    assert MOUNT in refused.text
    assert "/dav/calendars/paul/" not in refused.text


def test_who_may_see_busy_time_alone_finds_nothing(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.FREE_BUSY)

    assert MOUNT not in calendars(anne)
    assert anne.ask("PROPFIND", MOUNT, headers={"Depth": "0"}).status_code == 404


def test_what_is_written_there_is_in_the_diary_and_in_the_other_assistants_sync(
    server: Server, anne: Client, paul: Client
) -> None:
    lise = server.add_person("lise")
    give(server, Rights.WRITE)
    give(server, Rights.WRITE, to="lise")
    other = "/dav/calendars/lise/paul~agenda/"
    _, token = sync(lise, other)

    assert anne.put(f"{MOUNT}e.ics", an_event(), if_none_match="*").status_code == 201
    assert paul.ask("GET", f"{OWN}e.ics").status_code == 200
    changed, token = sync(lise, other, token)
    assert set(changed) == {f"{other}e.ics"}

    tag = lise.ask("GET", f"{other}e.ics").headers["ETag"]
    assert lise.put(f"{other}e.ics", an_event(summary="Moved"), if_match=tag).status_code == 204
    assert anne.put(f"{MOUNT}e.ics", an_event(), if_match=tag).status_code == 412
    assert anne.ask("DELETE", f"{MOUNT}e.ics").status_code == 204
    assert sync(lise, other, token)[0] == {f"{other}e.ics": 404}


def test_every_answer_names_the_path_that_was_asked(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.WRITE)
    paul.put(f"{OWN}e.ics", an_event(uid="one"))
    whole = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    everything = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
    one = f"<D:href>{MOUNT}e.ics</D:href>"
    asked = [
        anne.ask("PROPFIND", MOUNT, headers={"Depth": "1"}),
        anne.report(MOUNT, f"<C:calendar-query>{whole}{everything}</C:calendar-query>"),
        anne.report(MOUNT, f"<C:calendar-multiget>{whole}{one}</C:calendar-multiget>"),
        anne.report(MOUNT, f"<D:sync-collection><D:sync-token/>{whole}</D:sync-collection>"),
        anne.put(f"{MOUNT}other.ics", an_event(uid="one")),
    ]  # fmt: skip

    for answer in asked:
        assert f"{MOUNT}e.ics" in answer.text, answer.text
        assert "/dav/calendars/paul/" not in answer.text


def test_its_look_is_the_members_own(server: Server, anne: Client, paul: Client) -> None:
    give(server, Rights.READ)
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/" xmlns:x="urn:x">'
        "<D:set><D:prop><D:displayname>Directeur</D:displayname>"
        "<A:calendar-color>#112233FF</A:calendar-color><A:calendar-order>4</A:calendar-order>"
        "<x:alarm>mine</x:alarm></D:prop></D:set></D:propertyupdate>"
    )
    assert anne.ask("PROPPATCH", MOUNT, body).status_code == 207

    asked = '<D:displayname/><A:calendar-color/><A:calendar-order/><x:alarm xmlns:x="urn:x"/>'
    [mine] = anne.propfind(MOUNT, asked)
    assert [text(value) for value in mine.found.values()] == [
        "Directeur", "#112233FF", "4", "mine"
    ]  # fmt: skip
    [his] = paul.propfind(OWN, asked)
    assert [text(value) for value in his.found.values()] == ["Agenda"]
    refused = body.replace("D:displayname", "C:calendar-description")
    declared = '<D:propertyupdate xmlns:C="urn:ietf:params:xml:ns:caldav" '
    answer = anne.ask("PROPPATCH", MOUNT, refused.replace("<D:propertyupdate ", declared))
    assert answer.status_code == 403  # that is the calendar's, and he may only read it


def test_a_member_takes_it_out_of_his_home_and_the_calendar_stays(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.WRITE)
    paul.put(f"{OWN}e.ics", an_event())
    _, token = sync(anne, HOME)

    assert anne.ask("DELETE", MOUNT).status_code == 204
    assert MOUNT not in calendars(anne)
    assert sync(anne, HOME, token)[0][MOUNT] == 404
    assert paul.ask("GET", f"{OWN}e.ics").status_code == 200
    assert anne.ask("GET", f"{OWN}e.ics").status_code == 200  # his rights are what they were

    give(server, Rights.WRITE)
    assert MOUNT in calendars(anne)


@pytest.mark.rule("DIR-2")
def test_a_revoked_delegation_is_gone_at_once_and_the_home_says_so(
    server: Server, anne: Client, paul: Client
) -> None:
    _, token = sync(anne, HOME)
    give(server, Rights.WRITE)
    came, token = sync(anne, HOME, token)
    assert came[MOUNT] is None
    assert sync(anne, HOME, token) == ({}, token)
    inside = sync(anne, MOUNT)[1]

    take_back(server)
    gone, token = sync(anne, HOME, token)
    assert gone[MOUNT] == 404
    assert sync(anne, HOME, token) == ({}, token)
    assert MOUNT not in calendars(anne)
    body = f"<D:sync-collection><D:sync-token>{inside}</D:sync-token><D:prop/></D:sync-collection>"
    assert anne.report(MOUNT, body).status_code == 404
    assert anne.ask("GET", f"{MOUNT}e.ics").status_code == 404
    assert anne.put(f"{MOUNT}e.ics", an_event()).status_code == 409  # no such calendar


@pytest.mark.rule("DIR-2")
def test_a_dated_delegation_comes_and_goes_by_itself(
    server: Server, anne: Client, paul: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    give(server, Rights.WRITE, first_day=today + timedelta(1), last_day=today + timedelta(2))
    _, token = sync(anne, HOME)
    seen: list[int | str | None] = []
    for days in range(4):
        later = datetime.combine(today + timedelta(days), datetime.now(UTC).time(), UTC)
        monkeypatch.setattr(type(server.service.clock), "now", lambda _, at=later: at)
        changed, token = sync(anne, HOME, token)
        seen.append(changed.get(MOUNT, "same"))
        assert (MOUNT in calendars(anne)) is (days in {1, 2})

    assert seen == ["same", None, "same", 404]


def test_what_the_owner_makes_renames_and_removes_shows_in_the_home(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.READ)
    _, token = sync(anne, HOME)
    visits = f"{HOME}paul~visites/"

    assert paul.ask("MKCALENDAR", "/dav/calendars/paul/visites/").status_code == 201
    changed, token = sync(anne, HOME, token)
    assert changed == {visits: None}
    assert paul.ask("DELETE", "/dav/calendars/paul/visites/").status_code == 204
    changed, token = sync(anne, HOME, token)
    assert changed == {visits: 404}


def test_nobody_else_goes_through_that_door(server: Server, anne: Client, paul: Client) -> None:
    lise = server.add_person("lise")
    give(server, Rights.WRITE)
    with server.service.database.transaction() as db:
        ids = [principals.get(db, Login(login)).id for login in ("anne", "lise")]
        delegations.grant(db, ids[0], ids[1], Rights.WRITE)

    assert set(calendars(lise, HOME)) == {f"{HOME}agenda/", f"{HOME}taches/"}
    for path in (MOUNT, OWN, "/dav/calendars/lise/paul~agenda/", f"{HOME}lise~agenda/"):
        assert lise.ask("PROPFIND", path, headers={"Depth": "0"}).status_code == 404


def test_no_calendar_of_ones_own_takes_such_a_name(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.WRITE)

    for path in (MOUNT, f"{HOME}nobody~x/"):
        assert anne.ask("MKCALENDAR", path).status_code == 403


@pytest.mark.rule("DIR-2")
def test_a_delegation_of_one_calendar_opens_that_one(
    server: Server, anne: Client, paul: Client
) -> None:
    give(server, Rights.WRITE, calendar="taches")

    assert set(calendars(anne)) == {
        f"{HOME}{name}/" for name in ("agenda", "taches", "paul~taches")
    }
    assert set(calendars(anne, "/dav/calendars/paul/")) == {"/dav/calendars/paul/taches/"}
    assert anne.ask("GET", OWN).status_code == 404
    assert anne.ask("MKCALENDAR", "/dav/calendars/paul/new/").status_code == 403


@pytest.mark.rfc("4918 §9.9")
@pytest.mark.parametrize("method", ["MOVE", "COPY"])
def test_an_object_does_not_go_where_it_is_by_another_path(
    server: Server, anne: Client, paul: Client, method: str
) -> None:
    give(server, Rights.WRITE)
    paul.put(f"{OWN}e.ics", an_event())

    answer = anne.ask(method, f"{MOUNT}e.ics", headers={"Destination": f"{OWN}e.ics"})
    assert answer.status_code == 403
    assert paul.ask("GET", f"{OWN}e.ics").status_code == 200
    moved = anne.ask("MOVE", f"{MOUNT}e.ics", headers={"Destination": f"{HOME}agenda/e.ics"})
    assert moved.status_code == 201
    assert paul.ask("GET", f"{OWN}e.ics").status_code == 404


@pytest.mark.rule("SEC-3")
def test_what_is_private_is_masked_there_too(server: Server, anne: Client, paul: Client) -> None:
    give(server, Rights.WRITE)
    paul.put(f"{OWN}p.ics", an_event(summary="Canari", visibility="PRIVATE"))

    [masked] = [path for path in sync(anne, MOUNT)[0] if path.endswith(".ics")]
    assert masked.startswith(MOUNT)
    assert "Canari" not in anne.ask("GET", masked).text
    assert anne.ask("GET", f"{MOUNT}p.ics").status_code == 404
    assert anne.put(masked, an_event()).status_code in {403, 404}
    assert anne.ask("DELETE", masked).status_code in {403, 404}
    assert "Canari" in paul.ask("GET", f"{OWN}p.ics").text
