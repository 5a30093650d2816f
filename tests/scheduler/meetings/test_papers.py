"""Papers of a meeting and attachments of its event are one (RFC 8607, MTG-2, MTG-4, MTG-8)."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import func, select

from calendars.model.limits import LIMITS
from calendars.storage.tables import octets
from tests.calendars.dav.test_attachments import act, lines, url_in
from tests.notifications.guests import posted
from tests.scheduler.meetings.conftest import Office, rest
from tests.serving import Client

PDF = b"%PDF-1.7 arbitrages"


def hand_in(
    client: Client, ref: str, paper: str, content: bytes = PDF, **more: object
) -> requests.Response:
    return client.http.put(
        f"{client.base}/api/v1/meetings/{ref}/papers/{paper}",
        params={"filename": "note.pdf", **{k: str(v) for k, v in more.items()}},
        data=content,
        headers={"Content-Type": "application/pdf"},
    )


def event_of(client: Client) -> str:
    [found] = client.propfind(client.agenda, "<D:getetag/>", depth="1")[1:]
    return found.href


def item_of(office: Office, ref: str, **more: object) -> int:
    shown = rest(office.assistant, "POST", f"/{ref}/agenda", {"title": "Budget", **more}, 201)
    number: int = shown["items"][-1]["id"]
    return number


def papers(office: Office, ref: str) -> dict[str, tuple[int | None, bool]]:
    """Of which point each is, and whether the event bears it."""
    shown = rest(office.assistant, "GET", f"/{ref}/agenda")
    loose = {one["ref"]: (None, one["on_event"]) for one in shown["papers"]}
    return loose | {
        one["ref"]: (item["id"], one["on_event"])
        for item in shown["items"]
        for one in item["papers"]
    }


@pytest.mark.rule("MTG-2")
@pytest.mark.rule("MTG-4")
@pytest.mark.rfc("8607 §3.12.2")
def test_a_paper_opens_from_the_diary_of_who_is_invited_and_invites_nobody_anew(
    office: Office,
) -> None:
    ref = office.call()["ref"]
    item = item_of(office, ref, presenter="other")
    mails, sequence = len(posted(office.server)), sequence_of(office.director)

    handed = hand_in(office.other, ref, "DOC-1", item=item)

    assert (handed.status_code, handed.json()["on_event"]) == (200, True), handed.text
    for client in (office.director, office.head, office.other):
        [line] = lines(client, event_of(client))
        assert "FMTTYPE=application/pdf" in line
        assert 'FILENAME="note.pdf"' in line
        assert f"SIZE={len(PDF)}" in line
        assert client.ask("GET", url_in(line)).content == PDF
        assert office.stranger.ask("GET", url_in(line)).status_code == 404
    assert (len(posted(office.server)), sequence_of(office.director)) == (mails, sequence)
    newer = hand_in(office.assistant, ref, "DOC-1", b"newer")
    assert newer.json()["on_event"]
    [line] = lines(office.head, event_of(office.head))
    assert office.head.ask("GET", url_in(line)).content == b"newer"
    assert papers(office, ref) == {"DOC-1": (item, True)}
    rest(office.assistant, "DELETE", f"/{ref}/papers/DOC-1")
    assert lines(office.head, event_of(office.head)) == []


def sequence_of(client: Client) -> list[str]:
    text = client.ask("GET", event_of(client)).text
    return [line for line in text.split("\r\n") if line.startswith("SEQUENCE")]


@pytest.mark.rule("MTG-2")
@pytest.mark.rfc("8607 §3.4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_client_attaches_is_a_paper_and_what_it_takes_off_is_none(office: Office) -> None:
    ref = office.call()["ref"]
    item = item_of(office, ref)
    href = event_of(office.director)

    added = act(office.director, href, "add", PDF)
    managed_id = added.headers["Cal-Managed-ID"]
    [name] = papers(office, ref)
    assert papers(office, ref) == {name: (None, True)}
    rest(office.assistant, "PATCH", f"/{ref}/agenda/{item}", {"papers": [name]})
    assert papers(office, ref) == {name: (item, True)}
    updated = act(office.director, href, "update", b"newer", managed_id=managed_id)
    assert papers(office, ref) == {name: (item, True)}
    read = office.head.http.get(f"{office.head.base}/api/v1/meetings/{ref}/papers/{name}")
    assert read.content == b"newer"

    # Where everybody would read it, the paper of a reserved point does not stand.
    rest(office.assistant, "PATCH", f"/{ref}/agenda/{item}", {"visibility": "CONFIDENTIAL"})
    assert papers(office, ref) == {name: (item, False)}
    assert lines(office.head, event_of(office.head)) == []
    url = f"/dav/attachments/{updated.headers['Cal-Managed-ID']}"
    assert office.head.ask("GET", url).status_code == 404
    rest(office.assistant, "PATCH", f"/{ref}/agenda/{item}", {"visibility": "PUBLIC"})
    [line] = lines(office.head, event_of(office.head))
    assert office.head.ask("GET", url_in(line)).content == b"newer"

    now_is = url_in(line).rpartition("/")[2]
    assert act(office.director, href, "remove", b"", managed_id=now_is).status_code == 204
    assert papers(office, ref) == {}
    rest(office.assistant, "POST", f"/{ref}/agenda", {"title": "Locaux"}, 201)
    assert papers(office, ref) == {}


@pytest.mark.rule("MTG-8")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_paper_of_a_reserved_point_is_for_those_at_the_table(office: Office) -> None:
    ref = office.call(required=["head"])["ref"]
    item = item_of(office, ref, visibility="CONFIDENTIAL", presenter="other")
    other = item_of(office, ref)

    assert not hand_in(office.other, ref, "DOC-1", item=item).json()["on_event"]

    assert lines(office.director, event_of(office.director)) == []
    path = f"/api/v1/meetings/{ref}/papers/DOC-1"
    for client, status in ((office.other, 200), (office.head, 200), (office.stranger, 404)):
        assert client.http.get(client.base + path).status_code == status
    assert hand_in(office.assistant, ref, "DOC-2", b"two", item=other).status_code == 200
    # Who presents one point writes into no other.
    assert hand_in(office.other, ref, "DOC-2", b"x", item=item).status_code == 404
    rest(office.assistant, "DELETE", f"/{ref}/agenda/{item}")
    assert papers(office, ref).keys() == {"DOC-2"}


@pytest.mark.rule("MTG-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_papers_stay_with_a_meeting_that_is_put_off_and_stand_on_its_next_date(
    office: Office,
) -> None:
    ref = office.call()["ref"]
    hand_in(office.assistant, ref, "DOC-1")
    act(office.director, event_of(office.director), "add", PDF)
    rest(office.assistant, "POST", f"/{ref}/state", {"state": "postponed"})
    assert [on for _, on in papers(office, ref).values()] == [False, False]

    change = {"start": "2027-03-16T08:00:00+11:00", "required": ["head"]}
    rest(office.assistant, "PATCH", f"/{ref}", change)

    assert [on for _, on in papers(office, ref).values()] == [True, True]
    for line in lines(office.director, event_of(office.director)):
        assert office.director.ask("GET", url_in(line)).content == PDF
    with office.server.service.database.reading() as db:
        assert db.execute(select(func.count()).select_from(octets)).scalar() == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_limits_are_those_of_attachments(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = office.call()["ref"]
    assert hand_in(office.assistant, ref, "DOC-1", b"x" * 2_000_000).status_code == 200
    large = hand_in(office.assistant, ref, "DOC-2", b"x" * (LIMITS.max_attachment_size + 1))
    assert (large.status_code, large.json()["title"]) == (413, "Le fichier est trop grand")
    object.__setattr__(LIMITS, "max_attachments", 1)
    try:
        many = hand_in(office.assistant, ref, "DOC-3")
    finally:
        object.__setattr__(LIMITS, "max_attachments", 20)
    assert (many.status_code, many.json()["type"]) == (409, "urn:niaouli:problem:too-many-files")
    assert papers(office, ref).keys() == {"DOC-1"}
