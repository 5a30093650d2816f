"""Who decides on what comes for somebody by mail: himself, and who schedules for him (SEC-5)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import access_to
from calendars.services.default_calendars import calendar_for
from calendars.services.find_meeting import find_held_meeting
from calendars.storage import principals


def schedules_for(
    db: Db, actor: Principal, owner_id: PrincipalId, uid: str = "", *, now: int
) -> bool:
    """The actor may invite and answer in the owner's name, and reads the meeting if there is one:
    being a delegate is not enough for what is confidential (SEC-2).
    """
    if actor.id == owner_id:
        return not actor.disabled
    owner = principals.get_by_id(db, owner_id)
    held = find_held_meeting(db, owner, uid) if uid else None
    calendar = calendar_for(db, owner.login, "VEVENT") if held is None else held.collection
    if calendar is None:
        return False
    access = access_to(db, actor, calendar, now=now)
    seen = held is None or held.stored.visibility in access.sees
    return seen and Privilege.SCHEDULE in access.privileges
