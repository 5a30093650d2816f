"""Managed attachments: kept by the service, named by the event, seen with it (RFC 8607)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import func, select

from calendars.model.limits import LIMITS
from calendars.model.principal import Rights
from calendars.services.forget_old import forget_old
from calendars.storage.tables import attachments
from tests.builders import an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

PEOPLE = (
    "ORGANIZER:mailto:anne@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anne@example.org\r\n"
    "ATTENDEE;RSVP=TRUE:mailto:paul@example.org\r\n"
)
PDF = b"%PDF-1.7 agenda"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    return server.add_person("anne")


@pytest.fixture
def paul(server: Server) -> Client:
    return server.add_person("paul")


def act(
    client: Client, href: str, action: str, octets: bytes = PDF, **more: str
) -> requests.Response:
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=UTF-8''ordre%20du%20jour%C3%A9.pdf",
    }
    asked = {"action": f"attachment-{action}", **{k.replace("_", "-"): v for k, v in more.items()}}
    return client.http.post(client.base + href, params=asked, data=octets, headers=headers)


def lines(client: Client, href: str) -> list[str]:
    text = client.ask("GET", href).text.replace("\r\n ", "")
    return [line for line in text.split("\r\n") if line.startswith("ATTACH")]


def url_in(line: str) -> str:
    return urlsplit(line[line.index("http") :]).path


@pytest.mark.rfc("8607 §3.4")
def test_a_paper_is_added_replaced_and_removed(anne: Client) -> None:
    href = anne.agenda + "e.ics"
    anne.put(href, an_event(uid="e"))

    added = act(anne, href, "add")

    assert added.status_code == 201, added.text
    managed_id = added.headers["Cal-Managed-ID"]
    [line] = lines(anne, href)
    assert f"MANAGED-ID={managed_id}" in line
    assert f"SIZE={len(PDF)}" in line
    assert 'FILENAME="ordre du jouré.pdf"' in line
    assert added.headers["ETag"] == anne.ask("GET", href).headers["ETag"]
    got = anne.ask("GET", url_in(line))
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["Content-Type"] == "application/pdf"
    assert "attachment" in got.headers["Content-Disposition"]

    updated = act(anne, href, "update", b"new", managed_id=managed_id)
    assert updated.status_code == 204
    [line] = lines(anne, href)
    assert anne.ask("GET", url_in(line)).content == b"new"
    removed = act(anne, href, "remove", b"", managed_id=updated.headers["Cal-Managed-ID"])
    assert removed.status_code == 204
    assert lines(anne, href) == []


@pytest.mark.rfc("8607 §3.4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_single_occurrences_bear_papers_of_their_own(anne: Client) -> None:
    href = anne.agenda + "s.ics"
    series = an_event(uid="s", start="20270301T090000Z", rrule="FREQ=WEEKLY;COUNT=5")
    anne.put(href, series)

    answered = act(anne, href, "add", rid="20270308T090000Z")
    assert answered.status_code == 201, answered.text
    text = anne.ask("GET", href).text
    assert text.count("BEGIN:VEVENT") == 2
    assert text.count("MANAGED-ID") == 1
    assert "RECURRENCE-ID:20270308T090000Z" in text
    act(anne, href, "add", rid="M")
    assert anne.ask("GET", href).text.count("MANAGED-ID") == 2
    for rid in ("20270309T090000Z", "gestern"):
        refused = act(anne, href, "add", rid=rid)
        assert (refused.status_code, "valid-rid-parameter" in refused.text) == (403, True), rid


@pytest.mark.rfc("8607 §3.12.2")
def test_who_sees_the_event_sees_its_papers_and_nobody_else(
    server: Server, anne: Client, paul: Client
) -> None:
    rose, zoe = server.add_person("rose"), server.add_person("zoe")
    delegate(server, "anne", "rose", Rights.READ)
    href, secret = anne.agenda + "m.ics", anne.agenda + "c.ics"
    anne.put(href, an_event(uid="m").replace("SUMMARY", PEOPLE + "SUMMARY", 1))
    anne.put(secret, an_event(uid="c").replace("SUMMARY", "CLASS:CONFIDENTIAL\r\nSUMMARY", 1))
    act(anne, href, "add")
    act(anne, secret, "add")
    [line], [hidden] = lines(anne, href), lines(anne, secret)

    seen = {who.login: who.ask("GET", url_in(line)).status_code for who in (paul, rose, zoe)}
    assert seen == {"paul": 200, "rose": 200, "zoe": 404}
    assert rose.ask("GET", url_in(hidden)).status_code == 404
    assert act(rose, href, "add").status_code == 403
    assert act(zoe, href, "add").status_code == 404
    assert requests.get(server.base + url_in(line), timeout=10).status_code == 401

    stolen = an_event(uid="z").replace("SUMMARY", f"{hidden}\r\nSUMMARY", 1)
    refused = zoe.ask("PUT", zoe.agenda + "z.ics", stolen)
    assert (refused.status_code, "valid-managed-id" in refused.text) == (403, True)
    copied = an_event(uid="p").replace("SUMMARY", f"{line}\r\nSUMMARY", 1)
    assert paul.ask("PUT", paul.agenda + "p.ics", copied).status_code == 201


@pytest.mark.rfc("8607 §3.11")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_refusals_name_what_is_wrong(anne: Client) -> None:
    href = anne.agenda + "e.ics"
    anne.put(href, an_event(uid="e"))
    stale = {"If-Match": '"other"'}
    asked = {"action": "attachment-add"}

    assert "valid-action-parameter" in act(anne, href, "burn").text
    assert "valid-managed-id-parameter" in act(anne, href, "remove", managed_id="none").text
    assert "valid-managed-id-parameter" in act(anne, href, "update").text
    too_large = act(anne, href, "add", b"x" * (LIMITS.max_attachment_size + 1))
    assert (too_large.status_code, "max-attachment-size" in too_large.text) == (403, True)
    answer = anne.http.post(anne.base + href, params=asked, data=PDF, headers=stale)
    assert answer.status_code == 412
    for _ in range(LIMITS.max_attachments):
        assert act(anne, href, "add").status_code == 201
    assert "max-attachments-per-resource" in act(anne, href, "add").text
    assert "calendar-managed-attachments" in anne.ask("OPTIONS", href).headers["DAV"]


def test_what_no_event_bears_any_more_is_forgotten_in_time(server: Server, anne: Client) -> None:
    href = anne.agenda + "e.ics"
    anne.put(href, an_event(uid="e"))
    act(anne, href, "add")
    anne.ask("DELETE", href)

    def kept(days: int) -> int:
        with server.service.database.transaction() as db:
            now = server.service.clock.now().timestamp() + days * 86_400
            forget_old(db, removed_days=400, now=int(now))
            return int(db.execute(select(func.count()).select_from(attachments)).scalar_one())

    assert [kept(0), kept(399), kept(401)] == [1, 1, 0]


def test_a_page_that_somebody_attached_is_no_page_of_ours(anne: Client) -> None:
    href = anne.agenda + "e.ics"
    anne.put(href, an_event(uid="e"))
    headers = {"Content-Type": "text/html", "Content-Disposition": 'attachment; filename="../x"'}
    anne.http.post(f"{anne.base}{href}?action=attachment-add", data=b"<script>", headers=headers)
    [line] = lines(anne, href)

    got = anne.ask("GET", url_in(line))

    assert re.search(r'FILENAME="[^"/]*x"', line)
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Content-Disposition"].startswith("attachment;")
