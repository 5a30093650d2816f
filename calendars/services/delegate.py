"""Give and take back rights on one's diary (DIR-2); they start and end by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import CollectionId, DelegationId
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.mount_calendars import mount_again, tell_homes
from calendars.services.share_notices import end_share
from calendars.storage import audit, collections, delegations, principals, shares
from calendars.storage.audit import Acting
from calendars.storage.delegations import SHARING, Delegation, Terms


class InvalidPeriod(InvalidInput):
    """A delegation that would end before it starts."""


class OwnDiary(InvalidInput):
    """Nobody delegates to himself."""


class NotAPerson(InvalidInput):
    """Rights are given to people one by one: none are inherited by way of a group (SEC-5)."""


@dataclass(frozen=True, slots=True)
class DelegationDraft:
    """What is given, from the first day to the last one, both included."""

    rights: Rights
    sees_private: bool = False
    first_day: date | None = None
    last_day: date | None = None
    reason: str = ""
    calendar: str | None = None
    """The name of one calendar; without it all are meant."""


def delegate(
    db: Db,
    owner: str,
    to: str,
    draft: DelegationDraft,
    *,
    zone: tzinfo,
    now: int,
    by: Acting | None = None,
) -> DelegationId:
    """The owner gives rights on his calendars; days begin at midnight in the zone of the site.

    It takes the place of a delegation between the two that starts the same day and is about the
    same calendar. Raises NotFound, OwnDiary, NotAPerson, InvalidPeriod.
    """
    giver, taker = principals.get(db, owner), principals.get(db, to)
    first, last = draft.first_day, draft.last_day
    if first is not None and last is not None and last < first:
        raise InvalidPeriod("a delegation ends after it starts")
    valid = (
        None if first is None else _midnight(first, zone),
        None if last is None else _midnight(last + timedelta(days=1), zone),
    )
    given = Given(giver, taker, draft.rights, draft.sees_private, valid)
    terms = Terms(draft.reason, _calendar(db, giver, draft.calendar))
    return give(db, by or giver, given, terms, now=now)


@dataclass(frozen=True, slots=True)
class Given:
    """Rights of one person in the diary of another."""

    giver: Principal
    taker: Principal
    rights: Rights
    sees_private: bool = False
    valid: tuple[int | None, int | None] = (None, None)


def give(db: Db, by: Acting, given: Given, terms: Terms, *, now: int) -> DelegationId:
    """Put a delegation in force, and the calendars into the home of who holds it.

    Raises OwnDiary, NotAPerson.
    """
    giver, taker = given.giver, given.taker
    if giver.id == taker.id:
        raise OwnDiary("the owner of a diary has every right on it already")
    if taker.kind is not PrincipalKind.INDIVIDUAL:
        raise NotAPerson("rights are given to people, not to groups, rooms or things")
    added = delegations.grant(
        db,
        giver.id,
        taker.id,
        given.rights,
        sees_private=given.sees_private,
        valid=given.valid,
        terms=terms,
    )
    mount_again(db, taker.id, giver.id, terms.calendar)
    tell_homes(db, giver.login, [taker.id], now=now)
    details = {"delegate": taker.id, "rights": given.rights.value, "origin": terms.origin}
    target = Target(giver.id, terms.calendar, details=details)
    audit.record(db, by, Deed.DELEGATE, target, now=now)
    return added


def revoke_delegation(db: Db, owner: str, to: str, *, now: int, by: Acting | None = None) -> int:
    """Take back all that the owner gave, calendars that he shared included.

    How many delegations that were. Raises NotFound.
    """
    giver, taker = principals.get(db, owner), principals.get(db, to)
    ended = delegations.list_given(db, giver.id, to=taker.id)
    take_back(db, by or giver, giver, ended, now=now)
    return len(ended)


def revoke_one(
    db: Db, owner: str, delegation: DelegationId, *, now: int, by: Acting | None = None
) -> None:
    """Take back one delegation. Raises NotFound."""
    giver = principals.get(db, owner)
    ended = [row for row in delegations.list_given(db, giver.id) if row.id == delegation]
    if not ended:
        raise NotFound("there is no such delegation")
    take_back(db, by or giver, giver, ended, now=now)


def take_back(
    db: Db,
    by: Acting,
    giver: Principal,
    rows: Iterable[Delegation],
    *,
    offer_stays: bool = False,
    now: int,
) -> None:
    """These delegations of the giver's end now, with effect on the next request of whoever.

    With a shared calendar the share ends, unless it was its sharee who gave it back.
    """
    for row in rows:
        delegations.remove(db, row.id)
        if row.origin == SHARING and row.calendar_id is not None and not offer_stays:
            share = shares.find(db, row.calendar_id, row.delegate_id)
            if share is not None:
                end_share(db, share, now=now)
        tell_homes(db, giver.login, [row.delegate_id], now=now)
        details = {"delegate": row.delegate_id, "rights": row.rights.value, "origin": row.origin}
        target = Target(giver.id, row.calendar_id, details=details)
        audit.record(db, by, Deed.REVOKE_DELEGATION, target, now=now)


def _calendar(db: Db, owner: Principal, name: str | None) -> CollectionId | None:
    if name is None:
        return None
    found = collections.find(db, owner.login, name)
    if found is None or not found.is_calendar:
        raise NotFound("there is no such calendar")
    return found.id


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
