"""The shelf of dated memberships: who belongs to a group from when to when (DIR-1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.storage.tables import group_periods

_P = group_periods.c


class GroupPeriod(NamedTuple):
    """One membership with its days, both included; None: open on that side."""

    group_id: PrincipalId
    member_id: PrincipalId
    valid_from: date | None
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """He belongs to the group on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


def list_of(db: Db, group: PrincipalId | None = None) -> list[GroupPeriod]:
    """Those of one group, or of all."""
    query = select(_P.group_id, _P.member_id, _P.valid_from, _P.valid_to)
    if group is not None:
        query = query.where(_P.group_id == group)
    return [GroupPeriod(*row) for row in db.execute(query.order_by(_P.group_id, _P.member_id))]


def put(db: Db, one: GroupPeriod) -> None:
    """These are his days from now on."""
    remove(db, one.group_id, [one.member_id])
    db.execute(insert(group_periods).values(one._asdict()))


def remove(db: Db, group: PrincipalId, members: Collection[PrincipalId]) -> None:
    """They have no days of their own any more."""
    db.execute(delete(group_periods).where(_P.group_id == group, _P.member_id.in_(members)))
