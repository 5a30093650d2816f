"""Give and take back rights on one's diary (DIR-2); they start and end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import CollectionId
from calendars.model.principal import Principal, Rights
from calendars.services.mount_calendars import mount_again, tell_homes
from calendars.storage import collections, delegations, principals
from calendars.storage.delegations import Terms


class InvalidPeriod(InvalidInput):
    """A delegation that would end before it starts."""


class OwnDiary(InvalidInput):
    """Nobody delegates to himself."""


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
    db: Db, owner: str, to: str, draft: DelegationDraft, *, zone: tzinfo, now: int
) -> None:
    """The owner gives rights on his calendars; days begin at midnight in the zone of the site.

    It takes the place of a delegation between the two that starts the same day and is about the
    same calendar. Raises NotFound, OwnDiary, InvalidPeriod.
    """
    giver, taker = principals.get(db, owner), principals.get(db, to)
    if giver.id == taker.id:
        raise OwnDiary("the owner of a diary has every right on it already")
    first, last = draft.first_day, draft.last_day
    if first is not None and last is not None and last < first:
        raise InvalidPeriod("a delegation ends after it starts")
    valid = (
        None if first is None else _midnight(first, zone),
        None if last is None else _midnight(last + timedelta(days=1), zone),
    )
    calendar = _calendar(db, giver, draft.calendar)
    delegations.grant(
        db,
        giver.id,
        taker.id,
        draft.rights,
        sees_private=draft.sees_private,
        valid=valid,
        terms=Terms(draft.reason, calendar),
    )
    mount_again(db, taker.id, giver.id)
    tell_homes(db, giver.login, [taker.id], now=now)


def revoke_delegation(db: Db, owner: str, to: str, *, now: int) -> int:
    """Take back all that the owner gave; how many delegations that were. Raises NotFound."""
    giver, taker = principals.get(db, owner), principals.get(db, to)
    ended = delegations.revoke(db, giver.id, taker.id)
    if ended:
        tell_homes(db, giver.login, [taker.id], now=now)
    return ended


def _calendar(db: Db, owner: Principal, name: str | None) -> CollectionId | None:
    if name is None:
        return None
    found = collections.find(db, owner.login, name)
    if found is None or not found.is_calendar:
        raise NotFound("there is no such calendar")
    return found.id


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
