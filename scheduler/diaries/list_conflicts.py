"""What stands against what in a diary, for who may read it (DIA-4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.model.component import decode, parse
from calendars.model.principal import Principal, Privilege, Role
from calendars.model.window import Window
from calendars.services.authorize import open_collection
from calendars.services.find_principals import get_principal
from calendars.services.follow_calendars import read_followed
from calendars.services.gather_busy_time import BusyQuestion, gather_engagements
from calendars.services.guard_dates import DateConflict
from calendars.services.note_deed import note_deed
from calendars.services.tell_holder import sees_content, tell_holder
from scheduler.diaries import conflict_repository as shelf
from scheduler.diaries.conflict_words import words_of
from scheduler.diaries.examine import Examiner
from scheduler.diaries.severity import Override, Weighing
from scheduler.slots.codes import ConflictCode

MAX_DAYS = 62
_DAY = 86_400


class NotForYou(Forbidden):
    """Administrators alone say how conflicts weigh."""

    words = "réservé à l'administration"


def list_conflicts(
    db: Db, actor: Principal, login: str, window: Window, *, zone: tzinfo, now: int
) -> list[DateConflict]:
    """The conflicts to come in somebody's diary, once each. Raises NotFound, NeedPrivileges."""
    open_collection(db, actor, (login, ""), Privilege.READ, now=now)
    owner = get_principal(db, login)
    since = max(now, window.start)
    until = min(window.end, since + MAX_DAYS * _DAY)
    if since >= until:
        return []
    found = gather_engagements(db, [owner.id], BusyQuestion(Window(since, until)))[owner.id]
    numbers = sorted({one.object_id for one in found if one.object_id is not None})
    examiner, weighings = Examiner(db, zone, now=since), shelf.weighings(db)
    told: dict[tuple[object, ...], DateConflict] = {}
    for stored in read_followed(db, numbers).values():
        if stored.component != "VEVENT":
            continue
        for one in examiner.examine(owner, parse(decode(stored.data)), stored.uid):
            conflict = one.conflict
            if conflict.starts_at >= until:
                continue
            key = (conflict.code, conflict.uids, conflict.starts_at)
            holder = None if one.other is None else tell_holder(db, actor, one.other, now=now)
            final = one.immovable or weighings[conflict.code].override is Override.NOBODY
            if conflict.answer and not sees_content(db, actor, stored.id, now=now):
                conflict = conflict._replace(answer="")
            words = words_of(conflict, zone)
            told[key] = DateConflict(
                str(conflict.code),
                login,
                words,
                conflict.starts_at,
                conflict.ends_at,
                holder,
                final,
            )
    return sorted(told.values(), key=lambda each: (each.starts_at, each.code))


def list_weighings(db: Db) -> Iterator[tuple[ConflictCode, Weighing]]:
    """How each code weighs."""
    yield from sorted(shelf.weighings(db).items())


def set_weighing(
    db: Db, actor: Principal | Origin, code: ConflictCode, weighing: Weighing, *, now: int
) -> None:
    """How one code weighs from now on. Raises NotForYou."""
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone say how conflicts weigh")
    shelf.set_weighing(db, code, weighing)
    details = {"conflict": str(code), "severity": str(weighing.severity)}
    note_deed(db, actor, Deed.SET_WORKING_TIME, details=details, now=now)
