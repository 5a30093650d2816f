"""Papers that an event names reach those without an account as files of the letter (RFC 8607)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notifications.imip import cover
from tests.builders import an_event
from tests.notifications.guests import JUDGE, NEXT_WEEK, Browser, link_in, posted
from tests.serving import Server, running_server

PDF = b"%PDF-1.7 ordre du jour"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data", mail_delay_seconds=0) as running:
        yield running


@pytest.mark.rfc("8607 §3.12.6")
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("visibility", ["PUBLIC", "CONFIDENTIAL"])
def test_a_paper_goes_along_once_and_nobody_is_sent_to_a_door_that_is_closed(
    server: Server, visibility: str
) -> None:
    anne = server.add_person("anne")
    text = an_event(
        uid="m", start=NEXT_WEEK, organizer="anne@example.org", attendees=[JUDGE],
        visibility=visibility,
    )  # fmt: skip
    href = anne.agenda + "m.ics"
    anne.put(href, text)
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename=o.pdf",
    }
    path = f"{anne.base}{href}?action=attachment-add"
    assert anne.http.post(path, data=PDF, headers=headers).status_code == 201

    mails = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in posted(server)]

    parts = [part for mail in mails for part in mail.walk()]
    files = [part for part in parts if part.get_filename() == "o.pdf"]
    assert [part.get_content() for part in files] == ([PDF] if visibility == "PUBLIC" else [])
    calendars = [
        p for mail in mails for p in mail.walk() if p.get_content_type() == "text/calendar"
    ]
    assert calendars
    assert not any("ATTACH" in part.get_content() for part in calendars)
    # On his own page he finds it either way; of what is not public under a neutral name (SEC-6).
    name = "o.pdf" if visibility == "PUBLIC" else "piece-1.pdf"
    link, browser = link_in(posted(server)[-1]), Browser(server.base)
    page = browser.open(link).text
    assert name in page
    [step] = re.findall(rf'href="({link}/papers/[^"]+)"', page)
    got = browser.open(step)
    assert (got.content, name in got.headers["Content-Disposition"]) == (PDF, True)
    assert browser.open(f"{link}/papers/f0000000000000000").status_code == 404


@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_no_mail_can_carry_is_told_of_and_waits_on_the_page(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover, "MOST_OCTETS", 100)
    anne = server.add_person("anne")
    href = anne.agenda + "m.ics"
    anne.put(
        href, an_event(uid="m", start=NEXT_WEEK, organizer="anne@example.org", attendees=[JUDGE])
    )
    for name, octets in (("plan.pdf", PDF * 9), ("o.pdf", PDF)):
        headers = {
            "Content-Type": "application/pdf",
            "Content-Disposition": f"attachment; filename={name}",
        }
        path = f"{anne.base}{href}?action=attachment-add"
        assert anne.http.post(path, data=octets, headers=headers).status_code == 201

    [last] = posted(server)[-1:]

    mail = message_from_bytes(last.read_bytes(), policy=policy.default)
    names = {part.get_filename() for part in mail.iter_attachments()}
    assert names == {"o.pdf", "invitation.ics"}
    body = mail.get_body(("plain",))
    assert body is not None
    said = " ".join(body.get_content().split())
    assert "Pièce jointe : o.pdf. D’autres pièces, trop volumineuses pour un courriel, se" in said
    page = Browser(server.base).open(link_in(last)).text
    assert "plan.pdf" in page
