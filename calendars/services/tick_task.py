"""Whether a task of the service's own is done, and ticking it: from either side it is one thing."""

from __future__ import annotations

from datetime import UTC

from calendars.kernel.database import Db
from calendars.model.component import Component, decode, parse
from calendars.model.entry import moment_of
from calendars.model.line_edit import drop_lines, put_value, stamp
from calendars.model.principal import Principal
from calendars.model.time_zones import Zones
from calendars.model.utc_text import utc_text
from calendars.services.find_entry import find_entry, lock_calendars_of
from calendars.services.place_entry import rewrite_entry
from calendars.storage.calendar_objects import StoredObject

OVER = frozenset({"COMPLETED", "CANCELLED"})


def done_at(stored: StoredObject, *, now: int) -> int | None:
    """When its owner ticked it, as his program wrote it; None while it is to be done
    (RFC 5545 §3.8.1.11).
    """
    task = parse(decode(stored.data)).children("VTODO")[0]
    status = (task.value("STATUS") or "").strip().upper()
    completed = task.line("COMPLETED")
    if status not in OVER and (completed is None or status == "NEEDS-ACTION"):
        return None
    told = moment_of(completed, Zones.of(Component("VCALENDAR"), UTC))
    return told if isinstance(told, int) else now


def tick_task(
    db: Db, actor: Principal, person: Principal, uid: str, *, done: bool, now: int
) -> bool:
    """The task says that it is done, or is to be done again; False where it is gone."""
    lock_calendars_of(db, [person.id])
    there = find_entry(db, person.id, uid)
    if there is None:
        return False
    if (done_at(there.stored, now=now) is not None) is done:
        return True
    calendar = parse(decode(there.stored.data))
    task = calendar.children("VTODO")[0]
    put_value(task, "STATUS", "COMPLETED" if done else "NEEDS-ACTION")
    if done:
        put_value(task, "COMPLETED", utc_text(now))
        put_value(task, "PERCENT-COMPLETE", "100")
    else:
        drop_lines(task, "COMPLETED", "PERCENT-COMPLETE")
    stamp(task, now, revised=False)
    rewrite_entry(db, actor, there, calendar, now=now)
    return True
