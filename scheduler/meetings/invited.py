"""Who is to come to a meeting: names become the people of its event."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_user_address import preferred_address
from calendars.model.principal import RESOURCE_KINDS, Principal, PrincipalKind
from scheduler.meetings import people
from scheduler.meetings.invitation import Invitee

MAX_PEOPLE = 300


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is to come, by login or e-mail; rooms by login."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()


NOBODY = Invited()


def invitees_of(db: Db, invited: Invited) -> list[Invitee]:
    """People and rooms as the event names them; who is needed is not optional too.

    Raises UnknownPerson, InvalidInput.
    """
    if len(invited.required) + len(invited.optional) + len(invited.rooms) > MAX_PEOPLE:
        raise InvalidInput(
            "that are too many people for one meeting",
            words="trop de personnes pour une réunion",
            field="required",
        )
    found: dict[str, Invitee] = {}
    for names, optional in ((invited.required, False), (invited.optional, True)):
        for one in people.resolve(db, names):
            group = one.principal is not None and one.principal.kind is PrincipalKind.GROUP
            asked = Invitee(one.address, _name(one), "NEEDS-ACTION", optional=optional, group=group)
            found.setdefault(one.address, asked)
    for one in people.resolve(db, invited.rooms):
        if one.principal is None or one.principal.kind not in RESOURCE_KINDS:
            raise InvalidInput(
                "rooms and vehicles are named by their login",
                words="salles et véhicules se nomment par leur identifiant",
                field="rooms",
            )
        found[one.address] = Invitee(one.address, one.name, "NEEDS-ACTION", place=True)
    return list(found.values())


def _name(one: people.Somebody) -> str:
    return one.name if one.name != one.email else ""


def organizer_of(owner: Principal) -> Invitee:
    """In whose name the meeting is called."""
    return Invitee(preferred_address(owner), owner.display_name, "ACCEPTED", inside=True)
