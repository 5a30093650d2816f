"""Acceptance 9, as far as diaries go: the interim of the sample year comes and goes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendars.model.principal import Rights
from calendars.services.act_for import acts_for, interim_of
from calendars.services.delegate import DelegationDraft, delegate
from calendars.storage import principals
from scheduler.demonstration.directorate import Directorate, Given
from tests.serving import Client, Server, running_server

NOUMEA = ZoneInfo("Pacific/Noumea")
LOADED = datetime(2026, 6, 1, 8, tzinfo=NOUMEA)
INSTANTS = [
    pytest.param("2026-07-19T23:59:59", False, id="the last evening before"),
    pytest.param("2026-07-20T00:00:00", True, id="from the first midnight of the site"),
    pytest.param("2026-08-01T12:00:00", True, id="during"),
    pytest.param("2026-08-07T23:59:59", True, id="to the end of the last day"),
    pytest.param("2026-08-08T00:00:00", False, id="given back"),
]


@pytest.fixture(scope="module")
def given() -> list[Given]:
    """Who keeps whose diary in the sample directorate."""
    return [one for one in Directorate().delegations if one.reason or one.first_day is not None]


@pytest.fixture
def server(migrated_url: str, tmp_path: Path, given: list[Given]) -> Iterator[Server]:
    """The people of the sample delegations, each with what was given."""
    with running_server(migrated_url, tmp_path / "data") as running:
        for login in sorted({login for one in given for login in (one.owner, one.delegate)}):
            running.add_person(login)
        with running.service.database.transaction() as db:
            for one in given:
                draft = DelegationDraft(
                    one.rights, one.sees_private, one.first_day, one.last_day, one.reason
                )
                now = int(LOADED.timestamp())
                delegate(db, one.owner, one.delegate, draft, zone=NOUMEA, now=now)
        yield running


@pytest.mark.rule("DIR-3")
@pytest.mark.rule("acceptance 9")
@pytest.mark.parametrize(("local", "acting"), INSTANTS)
def test_the_deputy_acts_for_the_head_from_the_first_to_the_last_day(
    server: Server,
    given: list[Given],
    monkeypatch: pytest.MonkeyPatch,
    local: str,
    acting: bool,
) -> None:
    [interim] = [one for one in given if one.rights is Rights.ACT_FOR]
    at = datetime.fromisoformat(local).replace(tzinfo=NOUMEA)
    monkeypatch.setattr(type(server.service.clock), "now", lambda _: at)
    now = int(at.timestamp())

    with server.service.database.reading() as db:
        head = principals.get(db, interim.owner)
        deputies = [one.login for one in interim_of(db, head.id, now=now)]
        assert deputies == [interim.delegate] * acting
        for login in {one.delegate for one in given}:
            person = principals.get(db, login)
            assert acts_for(db, person, head.id, now=now) is (acting and login == interim.delegate)

    deputy = Client(server.base, interim.delegate)
    received = deputy.ask("GET", "/api/v1/me/delegations").json()["received"]
    held = {one["rights"] for one in received if one["owner"] == interim.owner}
    assert held == {"schedule", "act_for"} if acting else {"schedule"}
    [days] = {(one.first_day, one.last_day) for one in given if one is interim}
    assert [str(day) for day in days] == ["2026-07-20", "2026-08-07"]
    # What the deputy keeps all year long does not end with the interim.
    home = f"/dav/calendars/{interim.delegate}/"
    listed = [one.href for one in deputy.propfind(home, "<D:owner/>", depth="1")]
    assert f"{home}{interim.owner}~agenda/" in listed
