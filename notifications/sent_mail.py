"""People look at what was sent in their names, and send once more what failed.

Each sees his own messages, and whoever schedules for him those about what she may read. Who runs
the service sees that something was sent and what became of it, but neither to whom nor about what.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from calendars.kernel.audit import Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal
from calendars.services.find_principals import get_principal
from calendars.services.schedules_for import schedules_for
from notifications import failure, queued
from notifications.message import State
from notifications.queued import Queued


class Page(NamedTuple):
    """Some messages, and from where the rest is told."""

    items: list[Queued]
    next: int | None


def list_messages(
    db: Db,
    actor: Principal,
    login: str,
    *,
    states: Collection[State] = (),
    before: int | None = None,
    limit: int,
    now: int,
) -> Page:
    """What was queued in a person's name, the newest first. Raises NotFound."""
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there is nothing here")
    found = queued.list_of(db, [owner.id], states=states, before=before, limit=limit)
    known: dict[str, bool] = {}
    for one in found:
        if one.uid not in known:
            known[one.uid] = schedules_for(db, actor, owner.id, one.uid, now=now)
    following = found[-1].id if len(found) == limit else None
    return Page([one for one in found if known[one.uid]], following)


def list_all_messages(db: Db, *, states: Collection[State] = (), limit: int) -> list[Queued]:
    """All of them without recipient and object: for the console of the service."""
    found = queued.list_of(db, states=states, limit=limit)
    return [one._replace(recipient="", uid="") for one in found]


def retry_message(db: Db, who: Principal | Origin, number: int, *, now: int) -> Queued:
    """A message that failed is sent again under its Message-ID. Raises NotFound, NotFailed."""
    message = queued.find(db, number)
    if message is None or not _may_retry(db, who, message, now=now):
        raise NotFound("there is nothing here")
    failure.try_again(db, message, now=now)
    again = queued.find(db, number)
    return again or message


def _may_retry(db: Db, who: Principal | Origin, message: Queued, *, now: int) -> bool:
    if isinstance(who, Origin):
        return True
    return schedules_for(db, who, message.owner_id, message.uid, now=now)
