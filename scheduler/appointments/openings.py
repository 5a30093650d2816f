"""Open one's time, or somebody's whose diary one keeps; see what is free of it (RDV-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.set_policy import get_resource
from scheduler.appointments import booking_repository as shelf
from scheduler.appointments.booking_model import Channel, Opening, OpeningId
from scheduler.choosing.model import Free, House
from scheduler.choosing.offer import free_slots
from scheduler.choosing.rights import is_near


def publish(db: Db, actor: Principal, login: str, wanted: Opening, *, now: int) -> Opening:
    """Slots of somebody can be booked from now on. Raises NotFound, InvalidInput."""
    owner = get_principal(db, login)
    if owner.kind is not PrincipalKind.INDIVIDUAL:
        raise InvalidInput("a person's time is opened")
    _check_near(db, actor, owner, wanted, now=now)
    made = replace(_checked(db, wanted), owner_id=owner.id)
    return shelf.add_opening(db, made, by=actor.login, now=now)


def change(db: Db, actor: Principal, number: OpeningId, wanted: Opening, *, now: int) -> Opening:
    """Other rules from now on; what is booked stands. Raises NotFound, InvalidInput."""
    had = _own(db, actor, number, now=now)
    changed = replace(
        _checked(db, wanted), id=had.id, owner_id=had.owner_id, closed_at=had.closed_at
    )
    owner = get_principal_by_id(db, had.owner_id)
    _check_near(db, actor, owner, changed, now=now)
    shelf.save_opening(db, changed)
    return changed


def close(db: Db, actor: Principal, number: OpeningId, *, now: int) -> None:
    """Nothing is booked by them any more; what is booked stands. Raises NotFound."""
    had = _own(db, actor, number, now=now)
    had.closed_at = had.closed_at or now
    shelf.save_opening(db, had)


def list_openings(db: Db, login: str) -> list[Opening]:
    """What a colleague has open: for everybody with an account. Raises NotFound."""
    return shelf.list_openings(db, get_principal(db, login).id)


def get_opening(db: Db, number: OpeningId) -> tuple[Opening, Principal]:
    """One that is open, and whose. Raises NotFound."""
    found = shelf.find_opening(db, number)
    if found is None or found.closed_at is not None:
        raise NotFound("there is nothing here")
    owner = get_principal_by_id(db, found.owner_id)
    if owner.disabled:
        raise NotFound("there is nothing here")
    return found, owner


def list_slots(
    db: Db, actor: Principal, number: OpeningId, channel: Channel | None,
    between: tuple[date | None, date | None], house: House, *, now: int,
) -> list[Free]:  # fmt: skip
    """What is free of it for that channel, the first one by default. Raises NotFound."""
    opening, owner = get_opening(db, number)
    terms = opening.terms(owner, channel or opening.channels[0], house.zone, now=now)
    first, last = between
    bounded = replace(
        terms,
        first=max(terms.first, first or terms.first),
        last=min(terms.last, last or terms.last),
    )
    return free_slots(db, actor, bounded, house, now=now)


def _own(db: Db, actor: Principal, number: OpeningId, *, now: int) -> Opening:
    found = shelf.find_opening(db, number)
    if found is None:
        raise NotFound("there is nothing here")
    _check_near(db, actor, get_principal_by_id(db, found.owner_id), found, now=now)
    return found


def _check_near(db: Db, actor: Principal, owner: Principal, opening: Opening, *, now: int) -> None:
    if not is_near(db, actor, owner, opening.visibility, now=now):
        raise NotFound("there is nothing here")


def _checked(db: Db, wanted: Opening) -> Opening:
    wanted.check()
    rooms = tuple(str(get_resource(db, one).principal.login) for one in wanted.rooms)
    return replace(wanted, rooms=rooms)
