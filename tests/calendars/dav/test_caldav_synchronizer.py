"""Outlook with the add-in CalDav Synchronizer 4.6: its requests, one after the other.

The assistant Anne keeps the diary of the director Paul; Zoé is invited. The add-in finds the diary
by calendar-proxy, lists by time, may synchronise by token with Depth 0, sends tags without quotes,
and writes whole objects anew from what Outlook knows of them.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate
from tests.builders import NOUMEA, a_series, a_vevent, an_event
from tests.serving import (
    APPLE,
    CALDAV,
    DAV,
    NAMESPACES,
    Client,
    Server,
    error_of,
    hrefs,
    precondition,
    responses,
    text,
)

ANNE, PAUL, ZOE = "anne@example.org", "paul@example.org", "zoe@example.org"
DIARY = "/dav/calendars/paul/agenda/"
START = datetime(2026, 3, 3, 14, 30, tzinfo=NOUMEA)


class Outlook(Client):
    """Sends what the add-in sends with each request."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.base, client.login)
        self.http.headers.update({"User-Agent": "CalDavSynchronizer/4.6", "Expect": "100-continue"})

    def follow(self, path: str, inner: str) -> tuple[str, requests.Response]:
        """PROPFIND of one property; of redirects the add-in follows these alone."""
        body = f"<D:propfind {NAMESPACES}><D:prop>{inner}</D:prop></D:propfind>"
        for _ in range(5):
            answer = self.ask("PROPFIND", path, body, {"Depth": "0"})
            if answer.status_code not in {301, 302, 303, 307}:
                return path, answer
            path = urlsplit(answer.headers["Location"]).path
        raise AssertionError("redirects without end")

    def one(self, path: str, name: str) -> list[str]:
        """The hrefs of a property; the add-in puts them behind scheme and host."""
        found = hrefs(self.prop(path, f"<{name}/>"))
        assert all(href.startswith(("/", "mailto:", "urn:")) for href in found)
        return found

    def listing(self) -> dict[str, str]:
        """The default way to look for changes: entity tags of a stretch of time."""
        answer = self.report(
            DIARY,
            "<C:calendar-query><D:prop><D:getetag/></D:prop><C:filter>"
            '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
            '<C:time-range start="20260101T000000Z" end="20270301T000000Z"/>'
            "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        )
        assert answer.status_code == 207
        return {one.href: text(one.found[f"{DAV}getetag"]) for one in responses(answer)}

    def sync(self, token: str) -> requests.Response:
        """The fast way; sync-collection says its level itself, the header is wrong (O7)."""
        return self.report(
            DIARY,
            f"<D:sync-collection><D:sync-token>{token}</D:sync-token>"
            "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>",
            depth="0",
        )

    def write(self, name: str, body: str, tag: str | None = None) -> requests.Response:
        """A new object, or one rewritten; the tag goes without its quotes (O8)."""
        condition = {"if_none_match": "*"} if tag is None else {"if_match": tag.strip('"')}
        return self.put(DIARY + name, body, **condition)


@pytest.fixture
def zoe(server: Server) -> Client:
    return server.add_person("zoe")


@pytest.fixture
def outlook(server: Server, anne: Client, paul: Client) -> Outlook:
    """Anne's Outlook; Paul has given her his diary."""
    with server.service.database.transaction() as db:
        draft = DelegationDraft(Rights.SCHEDULE, sees_private=True)
        delegate(db, "paul", "anne", draft, zone=UTC, now=int(time.time()))
    return Outlook(anne)


def token_of(answer: requests.Response) -> str:
    found = re.search(r"<D:sync-token>([^<]+)", answer.text)
    assert found is not None, answer.text
    return found[1]


def unfolded(client: Client, path: str) -> str:
    return client.ask("GET", path).text.replace("\r\n ", "").replace("\r\n", "\n")


def only(client: Client) -> str:
    """The path of the one object in a diary."""
    found = client.propfind(client.agenda, "<D:getetag/>", depth="1")
    [path] = [one.href for one in found if one.href != client.agenda]
    return path


def answer_as(client: Client, partstat: str) -> None:
    """Somebody answers an invitation."""
    path = only(client)
    own = re.compile(rf"(ATTENDEE[^:]*?PARTSTAT=)[A-Z-]+([^\n]*:mailto:{client.login}@)")
    changed = own.sub(rf"\g<1>{partstat}\g<2>", unfolded(client, path))
    assert client.put(path, changed.replace("\n", "\r\n")).status_code == 204


def attendee(body: str, address: str) -> str:
    """The line of an attendee."""
    [line] = re.findall(rf"^ATTENDEE.*mailto:{address}$", body, re.MULTILINE)
    return str(line)


def test_the_diary_of_another_is_found_by_proxy(outlook: Outlook) -> None:
    _, first = outlook.follow("/.well-known/caldav", "<D:current-user-principal/>")
    [found] = responses(first)
    [principal] = hrefs(found.found[f"{DAV}current-user-principal"])
    assert principal == "/dav/principals/anne/"
    told = outlook.ask("OPTIONS", principal).headers["DAV"]
    assert {"calendar-access", "calendar-proxy"} <= set(told.replace(" ", "").split(","))
    [own_home] = outlook.one(principal, "C:calendar-home-set")
    assert own_home == "/dav/calendars/anne/"
    assert outlook.one(principal, "CS:calendar-proxy-read-for") == []

    [owner] = outlook.one(principal, "CS:calendar-proxy-write-for")
    [home] = outlook.one(owner, "C:calendar-home-set")
    calendars = {
        one.href: one.found
        for one in outlook.propfind(
            home,
            "<D:resourcetype/><D:displayname/><A:calendar-color/>"
            "<C:supported-calendar-component-set/><D:current-user-privilege-set/><D:owner/>",
            depth="1",
        )
        if f"{CALDAV}supported-calendar-component-set" in one.found
    }

    diary = calendars[DIARY]
    components = {c.get("name") for c in diary[f"{CALDAV}supported-calendar-component-set"]}
    assert "VEVENT" in components
    granted = {str(node.tag) for node in diary[f"{DAV}current-user-privilege-set"].iter()}
    assert f"{DAV}write" in granted or {
        f"{DAV}write-content", f"{DAV}bind", f"{DAV}unbind"
    } <= granted  # fmt: skip
    # Another owner than the user: the add-in offers to act on his behalf (O4).
    assert hrefs(diary[f"{DAV}owner"]) == [owner] != [principal]
    assert outlook.one(owner, "C:calendar-user-address-set")[0] == f"mailto:{PAUL}"


def test_the_diary_says_what_the_add_in_asks_before_it_starts(outlook: Outlook) -> None:
    assert "calendar-access" in outlook.ask("OPTIONS", DIARY).headers["DAV"]
    reports = outlook.prop(DIARY, "<D:supported-report-set/>")
    assert reports is not None
    names = {str(node.tag) for node in reports.iter()}
    assert {f"{CALDAV}calendar-query", f"{DAV}sync-collection"} <= names


def test_the_default_listing_is_by_time_and_never_an_error(outlook: Outlook) -> None:
    assert outlook.listing() == {}
    tag = outlook.write("a.ics", an_event(uid="a@x", start=START)).headers["ETag"]
    outlook.write("b.ics", an_event(uid="b@x", start=START + timedelta(days=800)))

    assert outlook.listing() == {DIARY + "a.ics": tag}


def test_synchronisation_by_token_with_depth_0(outlook: Outlook, paul: Client) -> None:
    outlook.write("a.ics", an_event(uid="a@x"))
    outlook.write("b.ics", an_event(uid="b@x"))
    first = outlook.sync("")
    assert {one.href for one in responses(first)} == {DIARY + "a.ics", DIARY + "b.ics"}

    paul.ask("DELETE", DIARY + "a.ics")
    paul.put(DIARY + "c.ics", an_event(uid="c@x"))
    second = outlook.sync(token_of(first))
    assert {one.href: one.status for one in responses(second)} == {
        DIARY + "a.ics": 404,
        DIARY + "c.ics": None,
    }
    assert responses(outlook.sync(token_of(second))) == []

    unknown = outlook.sync("urn:niaouli:sync:of:another:server")
    assert unknown.status_code == 403
    assert precondition(unknown) == f"{DAV}valid-sync-token"
    assert len(error_of(unknown)) == 1


def test_tags_come_and_go_without_quotes(outlook: Outlook, paul: Client) -> None:
    first = outlook.write("a.ics", an_event()).headers["ETag"]
    assert re.fullmatch(r'"[^"]+"', first)
    assert outlook.write("a.ics", an_event()).status_code == 412
    second = outlook.write("a.ics", an_event(summary="Deux"), first)
    assert second.status_code == 204

    paul.put(DIARY + "a.ics", an_event(summary="Trois"))
    stale = second.headers["ETag"].strip('"')
    assert outlook.write("a.ics", an_event(summary="Quatre"), stale).status_code == 412
    delete = {"If-Match": stale}
    assert outlook.ask("DELETE", DIARY + "a.ics", headers=delete).status_code == 412
    now = outlook.listing()[DIARY + "a.ics"].strip('"')
    delete = {"If-Match": now}
    assert outlook.ask("DELETE", DIARY + "a.ics", headers=delete).status_code == 204
    assert outlook.ask("DELETE", DIARY + "a.ics", headers=delete).status_code in {404, 412}


def test_a_calendar_is_made_by_extended_mkcol_and_gets_its_colour(outlook: Outlook) -> None:
    path = "/dav/calendars/anne/7f6c0f1e-outlook/"
    made = outlook.ask(
        "MKCOL",
        path,
        f"<D:mkcol {NAMESPACES}><D:set><D:prop><D:resourcetype><D:collection/><C:calendar/>"
        "</D:resourcetype><D:displayname>Congés</D:displayname></D:prop></D:set></D:mkcol>",
        {"Content-Type": "application/xml; charset=utf-8"},
    )
    assert made.status_code == 201, made.text
    colour = outlook.ask(
        "PROPPATCH",
        path,
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><A:calendar-color>#0E61B9FF"
        "</A:calendar-color></D:prop></D:set></D:propertyupdate>",
    )
    assert colour.status_code == 207
    [told] = outlook.propfind(path, "<D:displayname/><A:calendar-color/>")
    assert text(told.found[f"{DAV}displayname"]) == "Congés"
    assert text(told.found[f"{APPLE}calendar-color"]) == "#0E61B9FF"


@pytest.mark.rule("DIA-1")
def test_a_meeting_written_on_behalf_is_the_owner_s(outlook: Outlook, zoe: Client) -> None:
    """What the add-in writes with “act on behalf”, and what it forgets without (O4)."""
    body = an_event(attendees=[ZOE], extra=[f'ORGANIZER;SENT-BY="mailto:{ANNE}":mailto:{PAUL}'])
    assert outlook.write("m.ics", body).status_code == 201
    forgotten = an_event(uid="other@x", organizer=ANNE, attendees=[PAUL])
    assert outlook.write("n.ics", forgotten).status_code == 201

    for name in ("m.ics", "n.ics"):
        [organizer] = re.findall(r"^ORGANIZER.*$", unfolded(outlook, DIARY + name), re.MULTILINE)
        assert organizer.endswith(f":mailto:{PAUL}")
        assert f'SENT-BY="mailto:{ANNE}"' in organizer
    assert f":mailto:{PAUL}" in unfolded(zoe, only(zoe))


@pytest.mark.rfc("6638 §7.1")
def test_invitations_that_outlook_sends_are_not_sent_twice(outlook: Outlook, zoe: Client) -> None:
    """By default the add-in marks everybody as its own client's business (O10)."""
    client = "SCHEDULE-AGENT=CLIENT"
    body = an_event(
        extra=[
            f"ORGANIZER;{client}:mailto:{PAUL}",
            f"ATTENDEE;{client};PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{ZOE}",
        ]
    )
    assert outlook.write("m.ics", body).status_code == 201

    for place in (zoe.agenda, "/dav/calendars/zoe/inbox/"):
        found = zoe.propfind(place, "<D:getetag/>", depth="1")
        assert [one.href for one in found if one.href != place] == []


@pytest.mark.rfc("6638 §3.2.1")
def test_a_rewritten_object_keeps_what_the_server_owns(outlook: Outlook, zoe: Client) -> None:
    """Outlook did not hear of the answer: it writes the meeting anew from its old copy (O11)."""
    body = an_event(organizer=PAUL, attendees=[ZOE], start=START, sequence=0)
    outlook.write("m.ics", body)
    before = outlook.listing()[DIARY + "m.ics"]
    answer_as(zoe, "ACCEPTED")

    rewritten = an_event(
        organizer=PAUL, attendees=[ZOE], start=START, sequence=0, description="Salle du conseil"
    )
    assert outlook.write("m.ics", rewritten, before).status_code == 204

    kept = unfolded(outlook, DIARY + "m.ics")
    assert "DESCRIPTION:Salle du conseil" in kept
    assert "PARTSTAT=ACCEPTED" in attendee(kept, ZOE)
    assert "SCHEDULE-STATUS" in attendee(kept, ZOE)
    told = unfolded(zoe, only(zoe))
    assert "DESCRIPTION:Salle du conseil" in told
    assert "PARTSTAT=ACCEPTED" in attendee(told, ZOE)


@pytest.mark.rfc("6638 §3.2.1")
def test_each_component_with_a_sequence_of_its_own_is_taken(outlook: Outlook, zoe: Client) -> None:
    """The add-in counts the exceptions up beyond their master (O11)."""
    week = timedelta(days=7)

    def series(title: str, sequence: int) -> str:
        moved = [
            a_vevent(
                recurrence_id=START + number * week,
                start=START + number * week + timedelta(hours=1),
                summary=title,
                organizer=PAUL,
                attendees=[ZOE],
                sequence=sequence + number,
            )
            for number in (1, 2)
        ]
        master = {"organizer": PAUL, "attendees": [ZOE], "start": START, "summary": title}
        return a_series(*moved, sequence=sequence, **master)  # type: ignore[arg-type]

    outlook.write("s.ics", a_series(organizer=PAUL, attendees=[ZOE], start=START, sequence=0))
    for title, sequence in (("Bilan", 1), ("Bilan du mois", 2)):
        tag = outlook.listing()[DIARY + "s.ics"]
        assert outlook.write("s.ics", series(title, sequence), tag).status_code == 204

        told = unfolded(zoe, only(zoe))
        assert told.count("RECURRENCE-ID") == 2
        assert re.findall(r"^SUMMARY:(.*)$", told, re.MULTILINE) == [title] * 3
        assert len(re.findall(r"^DTSTART;.*T153000$", told, re.MULTILINE)) == 2
