"""Appointments follow their events: what was moved or removed in a client is told once (RDV-1)."""

from __future__ import annotations

from calendars.kernel.database import Database, Db
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal_by_id
from scheduler.appointments import booking_messages as messages
from scheduler.appointments import booking_repository as shelf
from scheduler.appointments.book import taken_of
from scheduler.appointments.booking_model import AppointmentId, AppointmentState, Shown
from scheduler.choosing.model import House
from scheduler.choosing.take import taken_at


def follow_appointments(database: Database, house: House, *, now: int) -> int:
    """How many were touched in a diary since they were seen last."""
    with database.reading() as db:
        planned = shelf.list_planned(db, after=now)
        there = find_entries(db, [(one.owner_id, one.uid or "") for one in planned])
        due = [
            one.id
            for one in planned
            if (stored := there.get((one.owner_id, one.uid or ""))) is None
            or str(stored.etag) != one.seen_etag
        ]
    for number in due:
        with database.transaction() as db:
            _follow(db, number, house, now=now)
    return len(due)


def _follow(db: Db, number: AppointmentId, house: House, *, now: int) -> None:
    one = shelf.find(db, number, lock=True)
    if one is None or one.state is not AppointmentState.PLANNED or one.uid is None:
        return
    opening = shelf.find_opening(db, one.opening_id)
    if opening is None:
        return
    shown = Shown(one, opening, get_principal_by_id(db, one.owner_id))
    former, taken = taken_of(one), taken_at(db, one.owner_id, one.uid)
    if taken is None:
        one.cancel()
        messages.tell(db, shown, "cancelled", house, now=now)
    else:
        key = (one.owner_id, one.uid)
        stored = find_entries(db, [key]).get(key)
        one.seen_etag = None if stored is None else str(stored.etag)
        if former is None or (taken.starts_at, taken.ends_at) != former[1:3]:
            one.plan(taken.uid, taken.starts_at, taken.ends_at)
            there = shown._replace(location=taken.location)
            messages.tell(db, there, "moved", house, former=former, now=now)
    shelf.save(db, one)
