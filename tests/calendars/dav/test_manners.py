"""What every place has in common: either slash, no redirect, the same refusal, less on request."""

from __future__ import annotations

import pytest
import requests

from tests.builders import an_event
from tests.serving import NAMESPACES, Client, Server

HOME = "/dav/calendars/anne"
PLACES = [HOME, f"{HOME}/inbox", f"{HOME}/outbox", f"{HOME}/agenda", "/dav/principals/anne"]
METHODS = [
    "OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT", "PUT", "DELETE", "POST", "PROPPATCH",
    "MKCALENDAR", "MKCOL", "MOVE", "COPY", "ACL",
]  # fmt: skip
PROP = "<D:prop><D:getetag/><D:displayname/><D:nonsense/></D:prop>"
REPORTS = {
    "sync": f"<D:sync-collection><D:sync-token/>{PROP}</D:sync-collection>",
    "query": f"<C:calendar-query>{PROP}<C:filter><C:comp-filter name='VCALENDAR'/></C:filter>"
    "</C:calendar-query>",
    "multiget": f"<C:calendar-multiget>{PROP}<D:href>{HOME}/agenda/a.ics</D:href>"
    "</C:calendar-multiget>",
    "expand": "<D:expand-property><D:property name='owner'><D:property name='displayname'/>"
    "<D:property name='nonsense'/></D:property><D:property name='nonsense'/></D:expand-property>",
    "search": f"<D:principal-property-search>{PROP}</D:principal-property-search>",
}


def test_every_place_answers_with_and_without_its_slash(anne: Client) -> None:
    for place in PLACES:
        told = []
        for path in (place, f"{place}/"):
            assert anne.ask("GET", path).status_code == 200, path
            assert anne.ask("HEAD", path).status_code == 200, path
            options = anne.ask("OPTIONS", path)
            assert options.status_code == 200, path
            assert "calendar-auto-schedule" in options.headers["DAV"]
            [found] = anne.propfind(path, "<D:resourcetype/>")
            told.append(found.href)
        assert told == [f"{place}/"] * 2


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nobody_learns_what_is_there_without_signing_in(server: Server, anne: Client) -> None:
    anne.put(f"{HOME}/agenda/a.ics", an_event())
    paths = ["/agenda/", "/agenda/a.ics", "/none/", "/agenda/none.ics", "/../%00"]

    for method in METHODS:
        answers = [
            requests.request(
                method, f"{server.base}{HOME}{path}", allow_redirects=False, timeout=10
            )
            for path in paths
        ]
        assert {one.status_code for one in answers} == {401}, method
        assert len({one.content for one in answers}) == 1, method
        assert len({one.headers["WWW-Authenticate"] for one in answers}) == 1, method


@pytest.mark.rfc("8144 §2.1")
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("body", REPORTS.values(), ids=REPORTS)
def test_every_report_leaves_out_what_is_missing_if_asked(anne: Client, body: str) -> None:
    anne.put(f"{HOME}/agenda/a.ics", an_event())
    head, _, rest = body.partition(">")
    text = f"{head} {NAMESPACES}>{rest}"

    usual = anne.ask("REPORT", anne.agenda, text, {"Depth": "1"})
    assert usual.status_code == 207, usual.text
    assert "nonsense" in usual.text
    for header in ({"Prefer": "return=minimal"}, {"Brief": "t"}):
        brief = anne.ask("REPORT", anne.agenda, text, {"Depth": "1", **header})
        assert "nonsense" not in brief.text
        assert brief.headers["Preference-Applied"] == "return=minimal"


@pytest.mark.rfc("6638 §4.1")
def test_a_message_that_was_read_is_deleted_without_a_word(anne: Client, paul: Client) -> None:
    anne.put(anne.agenda + "m.ics", an_event(
        organizer="anne@example.org", attendees=["paul@example.org"]
    ))  # fmt: skip
    inbox = "/dav/calendars/paul/inbox/"
    [_, message] = paul.propfind(inbox, "<D:getetag/>", depth="1")

    assert paul.ask("DELETE", message.href).status_code == 204

    assert len(paul.propfind(inbox, "<D:getetag/>", depth="1")) == 1
    assert len(paul.propfind(paul.agenda, "<D:getetag/>", depth="1")) == 2
    assert "PARTSTAT=DECLINED" not in anne.ask("GET", anne.agenda + "m.ics").text
