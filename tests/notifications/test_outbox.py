"""What waits to be sent in somebody's name is sent as long as its author may speak in it."""

from __future__ import annotations

from datetime import UTC

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Db
from calendars.model.principal import Principal, Rights
from calendars.services.delegate import DelegationDraft, delegate, revoke_delegation
from calendars.services.disable_account import disable_account
from notifications import claims, outbox
from notifications.message import Fate, State
from notifications.outbox import Outgoing
from tests.stores import NOW, a_person


@pytest.fixture
def director(db: Db) -> Principal:
    """In whose name."""
    return a_person(db, "directrice")


@pytest.fixture
def assistant(db: Db) -> Principal:
    """By whom."""
    return a_person(db, "assistante")


def queue(db: Db, owner: Principal, actor: Principal, uid: str = "m") -> None:
    """A message to a partner."""
    sender = f"mailto:{owner.login}@example.org"
    to = "mailto:partenaire@example.net"
    message = Outgoing("imip", owner.id, actor.id, sender, None, to, uid, "REQUEST", b"")
    assert outbox.add(db, message, now=NOW)


def due(db: Db, now: int = NOW) -> list[str]:
    """What would be sent."""
    claimed = [one.message for one in claims.claim_due(db, limit=10, now=now)]
    return [one.uid if isinstance(one, Outgoing) else one.occasion for one in claimed]


@pytest.mark.rule("NOT-1")
def test_what_is_due_is_claimed_in_its_order(db: Db, director: Principal) -> None:
    for uid in ("b", "a"):
        queue(db, director, director, uid)
    assert due(db, NOW - 1) == []
    assert due(db) == ["b", "a"]


@pytest.mark.rule("SEC-5")
def test_a_message_of_whom_the_right_was_taken_from_is_not_sent(
    db: Db, director: Principal, assistant: Principal
) -> None:
    delegate(db, "directrice", "assistante", DelegationDraft(Rights.SCHEDULE), zone=UTC, now=NOW)
    queue(db, director, assistant)
    queue(db, director, director, "own")
    assert due(db) == ["m", "own"]

    revoke_delegation(db, "directrice", "assistante", now=NOW)
    later = NOW + claims.LEASE_SECONDS + 1
    assert due(db, later) == ["own"]
    # Nor is it when the right comes back: what was cancelled stays so.
    delegate(db, "directrice", "assistante", DelegationDraft(Rights.SCHEDULE), zone=UTC, now=NOW)
    assert due(db, later + claims.LEASE_SECONDS + 1) == ["own"]


@pytest.mark.rule("NOT-1")
def test_what_somebody_sends_nobody_else_does(db: Db, director: Principal) -> None:
    queue(db, director, director)
    assert due(db) == ["m"]
    assert due(db) == []
    assert due(db, NOW + claims.LEASE_SECONDS + 1) == ["m"]  # whoever had it is gone


@pytest.mark.rule("SEC-5")
def test_a_right_on_one_calendar_is_enough(
    db: Db, director: Principal, assistant: Principal
) -> None:
    draft = DelegationDraft(Rights.SCHEDULE, calendar="agenda")
    delegate(db, "directrice", "assistante", draft, zone=UTC, now=NOW)
    queue(db, director, assistant)
    assert due(db) == ["m"]


def test_nobody_sends_from_a_disabled_account(db: Db, director: Principal) -> None:
    queue(db, director, director)
    disable_account(db, "directrice", by=CONSOLE, now=NOW)
    assert due(db) == []


@pytest.mark.rule("NOT-3")
def test_what_is_on_its_way_when_it_is_withdrawn_is_not_tried_again(
    db: Db, director: Principal
) -> None:
    queue(db, director, director)
    [claimed] = claims.claim_due(db, limit=10, now=NOW)

    assert outbox.withdraw(db, about="m", kinds={"imip"}, now=NOW) == 1

    assert claims.mark(db, claimed, Fate(State.PENDING, "451"), now=NOW) is State.CANCELLED
    assert due(db, NOW + 86_400) == []
