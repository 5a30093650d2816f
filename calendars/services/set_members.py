"""Say who belongs to a group (RFC 3744 §4.3)."""

from __future__ import annotations

from collections.abc import Collection

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Principal, PrincipalKind
from calendars.storage import audit, group_periods, principals
from calendars.storage.audit import Acting


class NotAGroup(InvalidInput):
    """Only groups have members."""


def change_members(
    db: Db,
    group: str,
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    by: Acting,
    now: int,
) -> list[Principal]:
    """Add and remove direct members by their logins; the members from now on.

    Raises NotFound, NotAGroup.
    """
    found = principals.get(db, group)
    if found.kind is not PrincipalKind.GROUP:
        raise NotAGroup("only groups have members")
    principals.lock(db, found.id)
    before = {member.id for member in principals.members_of(db, found.id)}
    members = set(before)
    members |= {principals.get(db, login).id for login in add}
    members -= {principals.get(db, login).id for login in remove}
    if found.id in members:
        raise NotAGroup("a group cannot be its own member")
    # Who is added or removed by hand has no days any more: that holds until further notice.
    named = {principals.get(db, login).id for login in (*add, *remove)}
    group_periods.remove(db, found.id, named)
    principals.set_members(db, found.id, sorted(members))
    details = {
        "added": [str(one) for one in sorted(members - before)],
        "removed": [str(one) for one in sorted(before - members)],
    }
    audit.record(db, by, Deed.CHANGE_MEMBERS, Target(found.id, details=details), now=now)
    return principals.members_of(db, found.id)
