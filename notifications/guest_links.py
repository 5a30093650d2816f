"""Links that were given to people without an account are taken back (SEC-7)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.principal import Principal
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_principals import get_principal
from calendars.services.record_guard import record_links_revoked
from notifications.links import Purpose, revoke_links


def take_back_links(
    db: Db, actor: Principal, login: str, uid: str, recipient: str | None, *, now: int
) -> int:
    """The pages of one invitation open no more, or those of one person; how many there were.

    For the organizer, and for those who schedule for him. A later mail carries another link.
    Raises NotFound.
    """
    owner = get_principal(db, login)
    charged = {owner.id, *(one.id for one in in_charge_of(db, owner.id, uid, now=now))}
    if actor.id not in charged:
        raise NotFound("there is nothing here")
    address = None if recipient is None else str(calendar_user_address(recipient))
    gone = revoke_links(
        db, purpose=Purpose.ANSWER, owner=owner.id, about=uid, recipient=address, now=now
    )
    if not gone:
        raise NotFound("there is no such link")
    record_links_revoked(db, actor, owner.id, gone, now=now)
    return gone
