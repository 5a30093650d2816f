"""Who may act in whose name at this instant (SEC-5, DIR-3): asked when it is used, not before.

A message that waits, a link, a connection that is kept open: each asks here again, so that what
was taken back an hour ago is not done now.
"""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.principal import Principal, Rights
from calendars.storage import delegations, principals


def may_still_send(
    db: Db,
    actor: PrincipalId,
    owner: PrincipalId,
    *,
    calendar: CollectionId | None = None,
    now: int,
) -> bool:
    """What the actor wrote in the owner's name may leave now (RFC 6638 §6.1.2, threats D).

    Where it is not known from which calendar it comes, the right on any of them will do.
    """
    person = principals.get_by_id(db, actor)
    if person.disabled or actor == owner:
        return not person.disabled
    return any(
        one.rights.covers(Rights.SCHEDULE)
        and (calendar is None or one.collection in {None, calendar})
        for one in delegations.in_force(db, owner, actor, now=now)
    )


def acts_for(db: Db, actor: Principal, owner: PrincipalId, *, now: int) -> bool:
    """The actor is the owner, or takes his interim now (DIR-3): he decides in his stead."""
    if actor.disabled or actor.id == owner:
        return not actor.disabled
    return any(
        one.rights is Rights.ACT_FOR and one.collection is None
        for one in delegations.in_force(db, owner, actor.id, now=now)
    )


def interim_of(db: Db, owner: PrincipalId, *, now: int) -> list[Principal]:
    """Those who take the owner's interim now; outside of its dates there is nobody."""
    return [
        principals.get_by_id(db, row.delegate_id)
        for row in delegations.list_given(db, owner)
        if row.rights is Rights.ACT_FOR and row.holds_at(now)
    ]
