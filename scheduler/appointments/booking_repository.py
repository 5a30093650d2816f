"""The shelves of bookable time and of appointments."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.resource_policy import OpenHours
from scheduler.appointments.booking_model import (
    Appointment,
    AppointmentId,
    AppointmentState,
    Channel,
    Motive,
    Opening,
    OpeningId,
    Request,
)
from scheduler.appointments.tables import appointments, openings
from scheduler.working_time.hours import WorkingHours

_O, _A = openings.c, appointments.c
MOST = 500


class Period(NamedTuple):
    """From one instant up to another; None for no bound."""

    start: int | None = None
    end: int | None = None


def add_opening(db: Db, one: Opening, *, by: str, now: int) -> Opening:
    """Time is opened."""
    values = {**_rules(one), "owner_id": one.owner_id, "made_at": now, "made_by": by}
    row = insert(openings).values(values).returning(_O.id)
    one.id = OpeningId(db.execute(row).scalar_one())
    return one


def save_opening(db: Db, one: Opening) -> None:
    """By other rules, or closed."""
    db.execute(update(openings).where(_O.id == one.id).values(_rules(one)))


def find_opening(db: Db, number: OpeningId) -> Opening | None:
    """The opening of that number."""
    row = db.execute(select(openings).where(_O.id == number)).first()
    return None if row is None else _opening(row)


def list_openings(db: Db, owner: PrincipalId) -> list[Opening]:
    """What somebody has open."""
    query = select(openings).where(_O.owner_id == owner, _O.closed_at.is_(None)).order_by(_O.id)
    return [_opening(row) for row in db.execute(query.limit(MOST))]


def add(db: Db, one: Appointment, *, now: int) -> Appointment:
    """A new appointment."""
    values = {
        **one.request._asdict(), **_standing(one), "opening_id": one.opening_id,
        "owner_id": one.owner_id, "booked_by": one.booked_by, "made_at": now,
    }  # fmt: skip
    row = insert(appointments).values(values).returning(_A.id)
    one.id = AppointmentId(db.execute(row).scalar_one())
    return one


def save(db: Db, one: Appointment) -> None:
    """When it is, and what became of it."""
    db.execute(update(appointments).where(_A.id == one.id).values(_standing(one)))


def find(db: Db, number: AppointmentId, *, lock: bool = False) -> Appointment | None:
    """The appointment of that number."""
    query = select(appointments).where(_A.id == number)
    return next(iter(_appointments(db, query.with_for_update() if lock else query)), None)


def list_of(
    db: Db, owner: PrincipalId, period: Period, states: Collection[AppointmentState]
) -> list[Appointment]:
    """Somebody's appointments by time; what has no date stands first."""
    query = select(appointments).where(_A.owner_id == owner)
    if states:
        query = query.where(_A.state.in_(states))
    if period.start is not None:
        query = query.where(or_(_A.ends_at.is_(None), _A.ends_at > period.start))
    if period.end is not None:
        query = query.where(or_(_A.starts_at.is_(None), _A.starts_at < period.end))
    ordered = query.order_by(_A.starts_at.is_not(None), _A.starts_at, _A.id)
    return _appointments(db, ordered.limit(MOST))


def list_booked_by(db: Db, person: PrincipalId) -> list[Appointment]:
    """What somebody booked for others, the newest first."""
    query = select(appointments).where(_A.booked_by == person).order_by(_A.id.desc())
    return _appointments(db, query.limit(MOST))


def list_planned(db: Db, *, after: int) -> list[Appointment]:
    """Those that are to come."""
    planned = (_A.state == AppointmentState.PLANNED, _A.ends_at > after)
    return _appointments(db, select(appointments).where(*planned).order_by(_A.id))


def no_shows(db: Db, owner: PrincipalId, references: Collection[str]) -> dict[str, int]:
    """How often nobody came, by reference."""
    query = (
        select(_A.reference, func.count())
        .where(
            _A.owner_id == owner,
            _A.reference.in_({one for one in references if one}),
            _A.state == AppointmentState.NO_SHOW,
        )
        .group_by(_A.reference)
    )
    return {row[0]: int(row[1]) for row in db.execute(query)}


def _rules(one: Opening) -> dict[str, Any]:
    return {
        "label": one.label,
        "hours": [[list(span.weekdays), span.start, span.end] for span in one.hours.spans],
        "minutes": one.minutes,
        "motives": [list(motive) for motive in one.motives],
        "channels": [channel.value for channel in one.channels],
        "buffer_before": one.buffer_before,
        "buffer_after": one.buffer_after,
        "notice": one.notice,
        "change_notice": one.change_notice,
        "horizon_days": one.horizon_days,
        "rooms": list(one.rooms),
        "place": one.place,
        "visibility": one.visibility,
        "closed_at": one.closed_at,
    }


def _opening(row: Row[Any]) -> Opening:
    spans = tuple(OpenHours(tuple(days), start, end) for days, start, end in row.hours)
    return Opening(
        OpeningId(row.id), PrincipalId(row.owner_id), row.label, WorkingHours(spans), row.minutes,
        tuple(Motive(*one) for one in row.motives), tuple(map(Channel, row.channels)),
        row.buffer_before, row.buffer_after, row.notice, row.change_notice, row.horizon_days,
        tuple(row.rooms), row.place, row.visibility, row.closed_at,
    )  # fmt: skip


def _standing(one: Appointment) -> dict[str, Any]:
    return {
        "state": one.state, "uid": one.uid, "starts_at": one.starts_at, "ends_at": one.ends_at,
        "seen_etag": one.seen_etag,
    }  # fmt: skip


def _appointments(db: Db, query: Select[Any]) -> list[Appointment]:
    return [
        Appointment(
            AppointmentId(row.id), OpeningId(row.opening_id), PrincipalId(row.owner_id),
            Request(row.motive, row.reference, Channel(row.channel), row.contact),
            PrincipalId(row.booked_by), AppointmentState(row.state), row.uid, row.starts_at,
            row.ends_at, row.seen_etag,
        )
        for row in db.execute(query)
    ]  # fmt: skip
