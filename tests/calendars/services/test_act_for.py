"""Who may act in whose name is asked when it is done, and dated rights end by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from calendars.kernel.database import Db
from calendars.model.principal import Principal, Rights
from calendars.services.act_for import acts_for, interim_of, may_still_send
from calendars.services.delegate import DelegationDraft, delegate, revoke_delegation
from tests.stores import NOW, a_person

NOUMEA = ZoneInfo("Pacific/Noumea")


@pytest.fixture
def head(db: Db) -> Principal:
    """The head of the service."""
    return a_person(db, "cheffe")


@pytest.fixture
def deputy(db: Db) -> Principal:
    """Who takes the interim."""
    return a_person(db, "adjointe")


@pytest.mark.rule("DIR-3")
@pytest.mark.parametrize(
    ("local", "acting"),
    [
        pytest.param("2026-07-19T23:59", False, id="the evening before"),
        pytest.param("2026-07-20T00:00", True, id="from the first midnight"),
        pytest.param("2026-08-07T23:59", True, id="to the end of the last day"),
        pytest.param("2026-08-08T00:00", False, id="given back by itself"),
    ],
)
def test_the_interim_begins_and_ends_by_itself(
    db: Db, head: Principal, deputy: Principal, local: str, acting: bool
) -> None:
    days = date(2026, 7, 20), date(2026, 8, 7)
    for draft in (
        DelegationDraft(Rights.SCHEDULE, reason="suppléance permanente"),
        DelegationDraft(Rights.ACT_FOR, False, *days, "intérim"),
    ):
        delegate(db, "cheffe", "adjointe", draft, zone=NOUMEA, now=NOW)
    at = int(datetime.fromisoformat(local).replace(tzinfo=NOUMEA).astimezone(UTC).timestamp())

    assert acts_for(db, deputy, head.id, now=at) is acting
    assert [one.login for one in interim_of(db, head.id, now=at)] == ["adjointe"] * acting
    assert may_still_send(db, deputy.id, head.id, now=at)
    assert acts_for(db, head, head.id, now=at)


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("rights", list(Rights))
def test_sending_in_anothers_name_needs_the_right_to(
    db: Db, head: Principal, deputy: Principal, rights: Rights
) -> None:
    draft = DelegationDraft(rights)
    delegate(db, "cheffe", "adjointe", draft, zone=NOUMEA, now=NOW)
    assert may_still_send(db, deputy.id, head.id, now=NOW) is rights.covers(Rights.SCHEDULE)

    revoke_delegation(db, "cheffe", "adjointe", now=NOW)
    assert not may_still_send(db, deputy.id, head.id, now=NOW)
    assert may_still_send(db, head.id, head.id, now=NOW)
