"""Secret links to calendars, over real HTTP: what they give, to whom, until when (SEC-7)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from calendars.kernel.identifiers import Login
from calendars.model.principal import Rights
from calendars.storage import delegations, principals
from tests.builders import a_series, a_valarm, a_vevent, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

CANARY = "Canari-4711"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    """The service on a fresh store."""
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    """A person with a diary."""
    return server.add_person("anne", name="Anne Kaori")


def a_link(client: Client, **members: object) -> dict[str, Any]:
    """A new link: paths, and what else is told."""
    body = {"calendars": [{"login": client.login, "calendar": "agenda"}], **members}
    answer = client.http.post(f"{client.base}/api/v1/me/feeds", json=body, timeout=30)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def fetch(client: Client, path: str, **headers: str) -> requests.Response:
    """As a program that signs in as nobody."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return requests.get(client.base + path, headers=named, timeout=30)


def of_all_classes(client: Client) -> None:
    """One entry of each class, each full of what should not go out."""
    for visibility in ("PUBLIC", "PRIVATE", "CONFIDENTIAL"):
        client.put(
            f"{client.agenda}{visibility}.ics",
            an_event(
                uid=visibility,
                summary=f"{CANARY} {visibility}",
                visibility=visibility,
                start="20261203T020000Z",
                end="20261203T030000Z",
                alarms=[a_valarm()],
            ),
        )


@pytest.mark.rfc("7986 §5.7")
def test_a_link_gives_a_subscription(anne: Client) -> None:
    series = a_series(
        a_vevent(recurrence_id="20261210T020000Z", start="20261210T050000Z", end=None),
        rrule="FREQ=WEEKLY",
        start="20261203T020000Z",
        end="20261203T030000Z",
    )
    assert anne.put(f"{anne.agenda}s.ics", series).status_code == 201
    link = a_link(anne, level="full", label="Agenda d'Anne")

    answer = fetch(anne, link["calendar_path"])

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Last-Modified"].endswith("GMT")
    for line in (
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Agenda d'Anne",
        "REFRESH-INTERVAL;VALUE=DURATION:PT30M",
        "X-PUBLISHED-TTL:PT30M",
        "RRULE:FREQ=WEEKLY",
    ):
        assert f"{line}\r\n" in answer.text
    assert answer.text.count("BEGIN:VEVENT") == 2  # the series and its exception, not expanded
    assert answer.text.count("RRULE") == 1


@pytest.mark.rfc("9110 §13.1.2")
def test_who_has_it_already_is_told_so(anne: Client) -> None:
    of_all_classes(anne)
    path = a_link(anne, level="times")["calendar_path"]
    first = fetch(anne, path)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]

    assert fetch(anne, path, If_None_Match=tag).status_code == 304
    assert fetch(anne, path, If_Modified_Since=date).status_code == 304
    assert requests.head(anne.base + path, timeout=30).headers["ETag"] == tag

    # What changes out of sight is no change; what shows is one, under the same UIDs.
    anne.put(
        f"{anne.agenda}PRIVATE.ics",
        an_event(
            uid="PRIVATE", summary="Autre", visibility="PRIVATE",
            start="20261203T020000Z", end="20261203T030000Z",
        ),
    )  # fmt: skip
    assert fetch(anne, path, If_None_Match=tag).status_code == 304
    anne.ask("DELETE", f"{anne.agenda}PUBLIC.ics")
    second = fetch(anne, path, If_None_Match=tag)
    assert second.status_code == 200
    assert uids(second.text) < uids(first.text)


def uids(text: str) -> set[str]:
    """The UIDs of a calendar."""
    return {line for line in text.splitlines() if line.startswith("UID:")}


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize(
    ("level", "titles"),
    [
        ("full", [f"{CANARY} PUBLIC", f"{CANARY} PRIVATE", "Occupé"]),
        ("times", ["Occupé", "Privé", "Occupé"]),
    ],
)
def test_a_link_tells_as_much_as_it_was_made_for(
    anne: Client, level: str, titles: list[str]
) -> None:
    of_all_classes(anne)
    text = fetch(anne, a_link(anne, level=level)["calendar_path"]).text

    told = [line[8:] for line in text.splitlines() if line.startswith("SUMMARY:")]
    assert sorted(told) == sorted(titles)
    assert ("UID:CONFIDENTIAL" in text, "UID:PUBLIC" in text) == (False, level == "full")


@pytest.mark.rule("SEC-8")
def test_what_is_read_by_a_link_stands_in_the_trail(anne: Client) -> None:
    of_all_classes(anne)
    fetch(anne, a_link(anne, level="full")["calendar_path"])

    trail = anne.http.get(f"{anne.base}/api/v1/me/audit", params={"deed": "read"}, timeout=30)
    told = [(one["face"], one["visibility"], one["owner"]) for one in trail.json()["items"]]
    assert told == [("link", "PRIVATE", "anne")]


@pytest.mark.rule("SEC-2")
def test_a_delegate_gives_away_no_more_than_he_sees(server: Server, anne: Client) -> None:
    paul = server.add_person("paul")
    of_all_classes(anne)
    delegate(server, "anne", "paul", Rights.READ)
    calendars = [{"login": "anne", "calendar": "agenda"}]
    link = a_link(paul, level="full", calendars=calendars)

    text = fetch(paul, link["calendar_path"]).text
    assert (f"{CANARY} PUBLIC" in text, f"{CANARY} PRIVATE" in text) == (True, False)
    assert text.count("SUMMARY:Privé") == 1

    # What was given to him is asked for again at every use.
    with server.service.database.transaction() as db:
        ids = [principals.get(db, Login(login)).id for login in ("anne", "paul")]
        delegations.revoke(db, *ids)
    assert fetch(paul, link["calendar_path"]).status_code == 404
    refused = paul.http.post(
        f"{paul.base}/api/v1/me/feeds", json={"calendars": calendars}, timeout=30
    )
    assert refused.status_code == 404


def test_busy_time_and_nothing_else(anne: Client) -> None:
    of_all_classes(anne)
    link = a_link(anne, level="freebusy")
    assert link["calendar_path"] is None

    for path in (link["busy_path"], link["busy_path"].replace(".ifb", ".vfb")):
        answer = fetch(anne, path)
        assert answer.status_code == 200
        assert "METHOD:PUBLISH" in answer.text
        assert "ORGANIZER:mailto:anne@example.org" in answer.text
        assert "FREEBUSY;FBTYPE=BUSY:20261203T020000Z/20261203T030000Z" in answer.text
        assert CANARY not in answer.text
        assert fetch(anne, path, If_None_Match=answer.headers["ETag"]).status_code == 304
    calendar = link["busy_path"].replace("/freebusy/", "/feeds/").replace(".ifb", ".ics")
    assert fetch(anne, calendar).status_code == 404


def test_the_days_are_those_of_the_link_and_of_the_request(anne: Client) -> None:
    of_all_classes(anne)
    near = a_link(anne, past_days=0, future_days=0)["calendar_path"]
    path = a_link(anne)["calendar_path"]

    assert "BEGIN:VEVENT" not in fetch(anne, near).text
    assert "BEGIN:VEVENT" in fetch(anne, path).text
    narrow = f"{path}?from=2026-12-04T00:00:00Z&to=2026-12-31T00:00:00Z"
    assert "BEGIN:VEVENT" not in fetch(anne, narrow).text
    assert "BEGIN:VEVENT" not in fetch(anne, f"{near}?to=2027-12-31T00:00:00Z").text


@pytest.mark.rule("SEC-7")
def test_wrong_revoked_and_expired_links_are_one(server: Server, anne: Client) -> None:
    of_all_classes(anne)
    revoked, expired, good = (a_link(anne) for _ in range(3))
    assert anne.ask("DELETE", f"/api/v1/me/feeds/{revoked['id']}").status_code == 204
    with server.service.database.transaction() as db:
        db.exec_driver_sql(f"UPDATE feeds SET expires_at = 1 WHERE id = {expired['id']}")
    wrong = good["calendar_path"][:-8] + "AAAA.ics"

    answers = [fetch(anne, path) for path in (wrong, revoked["calendar_path"])]
    answers += [fetch(anne, expired["calendar_path"]), fetch(anne, "/feeds/x.ics")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers) - {"Date"})) for answer in answers}) == 1
    told = anne.http.get(f"{anne.base}/api/v1/me/feeds", timeout=30).json()["items"]
    assert [one["id"] for one in told] == [expired["id"], good["id"]]


@pytest.mark.rule("SEC-7")
def test_who_tries_tokens_is_slowed_down_and_who_has_one_is_not(anne: Client) -> None:
    good = a_link(anne)["calendar_path"]

    tried = [fetch(anne, f"/feeds/{number:043}.ics") for number in range(22)]

    assert [answer.status_code for answer in tried] == [404] * 20 + [429] * 2
    assert tried[-1].headers["Retry-After"]
    assert fetch(anne, good).status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("method", ["PROPFIND", "PUT", "POST", "DELETE"])
def test_outlook_cannot_publish_there(anne: Client, method: str) -> None:
    path = a_link(anne)["calendar_path"]

    assert requests.request(method, anne.base + path, timeout=30).status_code == 405


@pytest.mark.rule("SEC-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_token_stands_in_no_log(
    server: Server, anne: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all_classes(anne)
    link = a_link(anne, level="full")
    token = link["calendar_path"].removeprefix("/feeds/").removesuffix(".ics")
    caplog.set_level(logging.INFO)
    logging.getLogger("urllib3").setLevel(logging.WARNING)

    fetch(anne, link["calendar_path"])
    fetch(anne, link["calendar_path"] + "?from=never")
    fetch(anne, f"/feeds/{token}")
    monkeypatch.setattr("calendars.services.publish_feed.written", lambda *_: 1 / 0)
    assert fetch(anne, link["calendar_path"]).status_code == 500

    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert token not in "".join(logged) + caplog.text
    assert token not in requests.get(f"{anne.base}/metrics", timeout=30).text
    with server.service.database.reading() as db:
        rows = db.exec_driver_sql("SELECT * FROM feeds").all()
        lines = db.exec_driver_sql("SELECT * FROM audit_lines").all()
    assert token not in repr(rows) + repr(lines)
