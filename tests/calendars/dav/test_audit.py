"""Who reads what is not PUBLIC in the diary of another, and who tries to (SEC-8)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from calendars.model.principal import Rights
from calendars.storage import delegations, principals
from tests.builders import an_event
from tests.serving import Client, Server

QUERY = (
    "<C:calendar-query><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter "
    'name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>'
)
WORD = (
    "<C:calendar-query><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter "
    'name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>'
    "dentiste</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter>"
    "</C:calendar-query>"
)
SYNC = (
    "<D:sync-collection><D:sync-token/><D:sync-level>1</D:sync-level>"
    "<D:prop><D:getetag/></D:prop></D:sync-collection>"
)
PUBLIC, PRIVATE, HIDDEN = "a.ics", "b.ics", "c.ics"


@pytest.fixture
def diary(server: Server, anne: Client, paul: Client) -> Client:
    """Paul's diary with one of each class, read by Anne, who sees what is private."""
    for name, visibility in (
        (PUBLIC, "PUBLIC"), (PRIVATE, "PRIVATE"), (HIDDEN, "CONFIDENTIAL"),
    ):  # fmt: skip
        text = an_event(uid=name, visibility=visibility, summary=f"dentiste {name}")
        assert paul.put(paul.agenda + name, text).status_code == 201
    with server.service.database.transaction() as db:
        ids = [principals.get(db, login).id for login in ("paul", "anne")]
        delegations.grant(db, ids[0], ids[1], Rights.READ, sees_private=True)
    return paul


def lines(reader: Client, **query: str | int) -> list[dict[str, Any]]:
    """What the reader's own trail says, oldest first."""
    answer = reader.http.get(f"{reader.base}/api/v1/me/audit", params=query, timeout=30)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found[::-1]


def refused(reader: Client, count: int) -> list[dict[str, Any]]:
    """Refusals are written behind the answer: wait for as many."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = lines(reader, result="refused")
        if len(found) >= count:
            return found
        time.sleep(0.02)
    return lines(reader, result="refused")


EXITS = {
    "GET": ("GET", PRIVATE, ""),
    "query": ("REPORT", "", QUERY),
    "query by a word": ("REPORT", "", WORD),
    "multiget": (
        "REPORT",
        "",
        (
            "<C:calendar-multiget><D:prop><C:calendar-data/></D:prop>"
            f"<D:href>/dav/calendars/paul/agenda/{PUBLIC}</D:href>"
            f"<D:href>/dav/calendars/paul/agenda/{PRIVATE}</D:href></C:calendar-multiget>"
        ),
    ),
    "export": ("GET", "", ""),
}


@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize(("method", "name", "body"), EXITS.values(), ids=EXITS.keys())
def test_who_is_handed_private_content_of_another_leaves_one_line(
    diary: Client, anne: Client, method: str, name: str, body: str
) -> None:
    before = len(lines(diary))
    path = diary.agenda + name
    answer = anne.report(path, body) if body else anne.ask(method, path)
    assert answer.status_code in {200, 207}

    reads = [one for one in lines(diary)[before:] if one["deed"] == "read"]
    assert [(one["actor"], one["visibility"], one["face"]) for one in reads] == [
        ("anne", "PRIVATE", "caldav")
    ]
    assert [one["deed"] for one in lines(diary, calendar="agenda", object=PRIVATE)] == [
        "create",
        "read",
    ]
    assert [one["deed"] for one in lines(diary, calendar="agenda", object=HIDDEN)] == ["create"]


def test_polls_that_hand_nothing_on_and_readers_of_their_own_leave_no_line(
    diary: Client, anne: Client
) -> None:
    before = len(lines(diary))
    anne.report(diary.agenda, SYNC)
    anne.propfind(diary.agenda, "<D:getetag/><D:getcontentlength/>", "1")
    anne.ask("GET", diary.agenda + PUBLIC)
    diary.ask("GET", diary.agenda + HIDDEN)
    diary.report(diary.agenda, QUERY)

    assert lines(diary)[before:] == []


def test_many_objects_of_one_answer_are_told_in_few_lines(diary: Client, anne: Client) -> None:
    for number in range(205):
        text = an_event(uid=str(number), visibility="PRIVATE")
        diary.put(f"{diary.agenda}{number}.ics", text)
    before = lines(diary, limit=500)[-1]["id"]
    assert anne.report(diary.agenda, QUERY).status_code == 207

    reads = [one for one in lines(diary, limit=500) if one["id"] > before]
    assert [len(one["details"]["objects"]) for one in reads] == [200, 6]
    assert [one["deed"] for one in lines(diary, calendar="agenda", object="7.ics")] == [
        "create",
        "read",
    ]


@pytest.mark.rule("SEC-8")
def test_what_the_rights_do_not_cover_is_noted(diary: Client, anne: Client) -> None:
    assert anne.ask("DELETE", diary.agenda + PUBLIC).status_code == 403
    assert anne.ask("DELETE", diary.agenda + PUBLIC).status_code == 403  # told once
    assert anne.ask("PROPFIND", "/dav/calendars/paul/inbox/").status_code in {207, 404}
    assert anne.put(diary.agenda + "new.ics", an_event(uid="n")).status_code == 403

    found = [one for one in refused(diary, 2) if one["details"]["method"] != "PROPFIND"]
    assert [(one["actor"], one["deed"], one["details"]["method"]) for one in found] == [
        ("anne", "access", "DELETE"),
        ("anne", "access", "PUT"),
    ]


@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize("path", ["agenda/a.ics", "agenda/", "", "none/"])
def test_a_stranger_who_finds_nothing_is_noted(server: Server, diary: Client, path: str) -> None:
    eve = server.add_person("eve")
    for method in ("GET", "PROPFIND"):
        assert eve.ask(method, f"/dav/calendars/paul/{path}").status_code == 404

    found = refused(diary, 2)
    assert [(one["actor"], one["details"]["method"]) for one in found] == [
        ("eve", "GET"),
        ("eve", "PROPFIND"),
    ]


def test_a_reader_who_finds_nothing_where_nothing_is_was_not_refused(
    diary: Client, anne: Client
) -> None:
    assert anne.ask("GET", diary.agenda + "none.ics").status_code == 404
    assert anne.ask("DELETE", diary.agenda + PUBLIC).status_code == 403

    assert [one["details"]["method"] for one in refused(diary, 1)] == ["DELETE"]
