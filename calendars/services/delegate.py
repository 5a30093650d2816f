"""Give and take back rights on one's diary (DIR-2); they start and end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Rights
from calendars.storage import delegations, principals


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


def delegate(db: Db, owner: str, to: str, draft: DelegationDraft, *, zone: tzinfo) -> None:
    """The owner gives rights on all his calendars; days begin at midnight in the zone of the site.

    It takes the place of a delegation between the two that starts the same day.
    Raises NotFound, OwnDiary, InvalidPeriod.
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
    delegations.grant(
        db,
        giver.id,
        taker.id,
        draft.rights,
        sees_private=draft.sees_private,
        valid=valid,
        reason=draft.reason,
    )


def revoke_delegation(db: Db, owner: str, to: str) -> int:
    """Take back all that the owner gave; how many delegations that were. Raises NotFound."""
    return delegations.revoke(db, principals.get(db, owner).id, principals.get(db, to).id)


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
