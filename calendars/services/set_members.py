"""Say who belongs to a group (RFC 3744 §4.3)."""

from __future__ import annotations

from collections.abc import Collection

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Principal, PrincipalKind
from calendars.storage import principals


class NotAGroup(InvalidInput):
    """Only groups have members."""


def change_members(
    db: Db, group: str, *, add: Collection[str] = (), remove: Collection[str] = ()
) -> list[Principal]:
    """Add and remove direct members by their logins; the members from now on.

    Raises NotFound, NotAGroup.
    """
    found = principals.get(db, group)
    if found.kind is not PrincipalKind.GROUP:
        raise NotAGroup("only groups have members")
    members = {member.id for member in principals.members_of(db, found.id)}
    members |= {principals.get(db, login).id for login in add}
    members -= {principals.get(db, login).id for login in remove}
    if found.id in members:
        raise NotAGroup("a group cannot be its own member")
    principals.set_members(db, found.id, sorted(members))
    return principals.members_of(db, found.id)
