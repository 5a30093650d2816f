"""Appointments: booked by a colleague or by a link, moved, called off, held or not (RDV-1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Visibility
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.note_deed import note_deed
from notifications.links import Link
from scheduler.appointments import booking_messages as messages
from scheduler.appointments import booking_repository as shelf
from scheduler.appointments.booking_model import (
    Appointment,
    AppointmentId,
    AppointmentState,
    OpeningId,
    Request,
    Shown,
)
from scheduler.appointments.booking_repository import Period
from scheduler.appointments.openings import get_opening
from scheduler.choosing.model import ChoiceOver, Free, House, Taken
from scheduler.choosing.offer import free_slots
from scheduler.choosing.rights import Nearness, is_near, nearness_of
from scheduler.choosing.take import Chooser, give_up, move, take, taken_at


def book(
    db: Db, actor: Principal, number: OpeningId, wanted: Request, starts_at: int, house: House,
    *, now: int,
) -> Shown:  # fmt: skip
    """A colleague books; a contact is written to. Raises NotFound, NoLongerFree, InvalidInput."""
    made = _new(db, actor, number, wanted, now=now)
    return _place(db, actor, made, starts_at, house, now=now)


def offer(
    db: Db, actor: Principal, number: OpeningId, wanted: Request, house: House, *, now: int
) -> Shown:
    """A contact is sent a link of his own, by which he chooses. Raises NotFound, InvalidInput."""
    if not wanted.contact:
        raise InvalidInput("a contact is written to")
    opening, owner = get_opening(db, number)
    if not is_near(db, actor, owner, opening.visibility, now=now):
        raise NotFound("there is nothing here")
    made = _new(db, actor, number, wanted, now=now)
    messages.offer(db, made, house, now=now)
    return made


def _new(db: Db, actor: Principal, number: OpeningId, wanted: Request, *, now: int) -> Shown:
    opening, owner = get_opening(db, number)
    opening.check_request(wanted)
    made = Appointment(AppointmentId(0), opening.id, owner.id, wanted, actor.id)
    shelf.add(db, made, now=now)
    return Shown(made, opening, owner)


def offered(db: Db, asker: Principal, shown: Shown, house: House, *, now: int) -> list[Free]:
    """What can be chosen for it now; nothing where it is too late, or the time is closed."""
    one, opening = shown.appointment, shown.opening
    if opening.closed_at is not None or not one.is_changeable(opening, now=now):
        return []
    terms = opening.terms(shown.owner, one.request.channel, house.zone, now=now)
    found = free_slots(db, asker, terms, house, moving=one.uid, now=now)
    return [free for free in found if free.starts_at != one.starts_at]


def choose(
    db: Db, asker: Principal, shown: Shown, starts_at: int, house: House, *, now: int
) -> Shown:
    """By its link: not later than its rules let it. Raises as `_place` does."""
    if not shown.appointment.is_changeable(shown.opening, now=now):
        raise ChoiceOver("this appointment can no longer be changed")
    return _place(db, asker, shown, starts_at, house, now=now)


def _place(
    db: Db, asker: Principal, shown: Shown, starts_at: int, house: House, *, now: int
) -> Shown:
    """The slot is its own, in place of the one that it had. Chosen twice, it changes nothing.

    Raises ChoiceOver, NoLongerFree, SlotTaken, WrongState.
    """
    one, opening, owner = shown.appointment, shown.opening, shown.owner
    if one.starts_at == starts_at and one.state is AppointmentState.PLANNED:
        return shown
    if opening.closed_at is not None:
        raise ChoiceOver("these slots are closed")
    terms = opening.terms(owner, one.request.channel, house.zone, now=now)
    who, former = Chooser.of(asker, owner), taken_of(one)
    if one.uid is None:
        words = opening.wording(one.request)
        taken = take(db, who, terms, words, starts_at, house, now=now)
    else:
        taken = move(db, who, terms, one.uid, starts_at, house, now=now)
    one.plan(taken.uid, taken.starts_at, taken.ends_at)
    shelf.save(db, one)
    done = shown._replace(location=taken.location)
    messages.tell(db, done, "moved" if former else "booked", house, former=former, now=now)
    details: dict[str, int | str | list[str]] = {"appointment": one.id}
    note_deed(db, asker, Deed.CHOOSE, owner=owner.id, details=details, now=now)
    return done


def move_to(
    db: Db, actor: Principal, number: AppointmentId, starts_at: int, house: House, *, now: int
) -> Shown:
    """Another slot, by who booked it or keeps the diary, until it begins; links end before.

    Raises NotFound and as `_place` does.
    """
    shown = _open(db, actor, number, now=now)
    if not shown.appointment.is_to_come(now=now):
        raise ChoiceOver("it has begun, or is not planned any more")
    return _place(db, actor, shown, starts_at, house, now=now)


def call_off(db: Db, actor: Principal, number: AppointmentId, house: House, *, now: int) -> Shown:
    """By who booked it or keeps the diary. Raises NotFound, WrongState."""
    shown = _open(db, actor, number, now=now)
    return cancel(db, actor, shown, house, now=now)


def cancel(db: Db, asker: Principal, shown: Shown, house: House, *, now: int) -> Shown:
    """It does not take place: the event goes, the contact is told. Raises WrongState."""
    one = shown.appointment
    one.cancel()
    if one.uid is not None:
        give_up(db, Chooser.of(asker, shown.owner), one.uid, house, now=now)
    shelf.save(db, one)
    messages.tell(db, shown, "cancelled", house, now=now)
    return shown


def mark(
    db: Db, actor: Principal, number: AppointmentId, state: AppointmentState, *, now: int
) -> Shown:
    """It was held, or nobody came: for whose it is. Raises NotFound, WrongState."""
    shown = _open(db, actor, number, now=now)
    if not is_near(db, actor, shown.owner, shown.opening.visibility, now=now):
        raise NotFound("there is nothing here")
    shown.appointment.mark(state, now=now)
    shelf.save(db, shown.appointment)
    return _counted(db, [shown])[0]


def get_appointment(db: Db, actor: Principal, number: AppointmentId, *, now: int) -> Shown:
    """One of them. Raises NotFound."""
    return _counted(db, [_open(db, actor, number, lock=False, now=now)])[0]


def list_appointments(
    db: Db, actor: Principal, login: str, period: Period,
    states: Collection[AppointmentState], *, now: int,
) -> list[Shown]:  # fmt: skip
    """Somebody's appointments, by time: those whose diary the actor keeps. Raises NotFound."""
    owner = get_principal(db, login)
    near = {one: nearness_of(db, actor, owner, one, now=now) for one in Visibility}
    if not any(near.values()):
        raise NotFound("there is nothing here")
    shown = [_shown(db, one) for one in shelf.list_of(db, owner.id, period, states)]
    return _counted(
        db,
        [
            _as_told(one, actor, how)
            for one in shown
            if (how := near[Visibility(one.opening.visibility)]) is not Nearness.STRANGER
        ],
    )


def list_booked(db: Db, actor: Principal) -> list[Shown]:
    """What the actor booked for others."""
    return [_shown(db, one) for one in shelf.list_booked_by(db, actor.id)]


def open_by_link(db: Db, link: Link, *, lock: bool = False) -> Shown:
    """What the holder of a link may choose, move or call off. Raises NotFound."""
    found = shelf.find(db, AppointmentId(int(link.about)), lock=lock)
    if found is None or found.request.contact != link.recipient:
        raise NotFound("there is nothing here")
    shown = _shown(db, found)
    if shown.owner.disabled:
        raise NotFound("there is nothing here")
    return shown


def taken_of(one: Appointment) -> Taken | None:
    """When it is, as the row knows it."""
    if one.uid is None or one.starts_at is None or one.ends_at is None:
        return None
    return Taken(one.uid, one.starts_at, one.ends_at)


def _open(db: Db, actor: Principal, number: AppointmentId, *, lock: bool = True, now: int) -> Shown:
    found = shelf.find(db, number, lock=lock)
    if found is None:
        raise NotFound("there is nothing here")
    shown = _shown(db, found)
    near = nearness_of(db, actor, shown.owner, shown.opening.visibility, now=now)
    if found.booked_by != actor.id and near is Nearness.STRANGER:
        raise NotFound("there is nothing here")
    return _as_told(shown, actor, near)


def _as_told(shown: Shown, actor: Principal, near: Nearness) -> Shown:
    """Who booked it knows what for; who merely keeps the diary does not (SEC-2)."""
    return shown._replace(told=near is Nearness.HOST or shown.appointment.booked_by == actor.id)


def _shown(db: Db, one: Appointment) -> Shown:
    """As the diary has it now: moved there is moved, removed there is called off."""
    opening = shelf.find_opening(db, one.opening_id)
    if opening is None:
        raise NotFound("there is nothing here")
    shown = Shown(one, opening, get_principal_by_id(db, one.owner_id))
    if one.state is not AppointmentState.PLANNED or one.uid is None:
        return shown
    taken = taken_at(db, one.owner_id, one.uid)
    if taken is None:
        one.cancel()
        return shown
    one.plan(one.uid, taken.starts_at, taken.ends_at)
    return shown._replace(location=taken.location)


def _counted(db: Db, found: Sequence[Shown]) -> list[Shown]:
    by_owner: dict[PrincipalId, set[str]] = {}
    for one in found:
        by_owner.setdefault(one.owner.id, set()).add(one.appointment.request.reference)
    counts = {owner: shelf.no_shows(db, owner, refs) for owner, refs in by_owner.items()}
    return [
        one._replace(no_shows=counts[one.owner.id].get(one.appointment.request.reference, 0))
        for one in found
    ]
