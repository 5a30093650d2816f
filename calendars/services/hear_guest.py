"""One who is invited answers without an account, by a link that only he was given (SEC-7).

What he says goes the way that an answer by mail goes (RFC 6047): into the organizer's diary, its
history and the audit trail, in the transaction that is open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from calendars.itip.changes import is_cancelled
from calendars.itip.guest import Guest, guest_of
from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.itip.people import organizer_of
from calendars.kernel.audit import Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse
from calendars.model.principal import Principal
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch, Sender, deliver, recipients_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.receive_outside import receive_outside
from calendars.storage import calendar_objects, collections


class Standing(StrEnum):
    """How it stands with an invitation."""

    VALID = "valid"
    CANCELLED = "cancelled"
    UNINVITED = "uninvited"
    """The meeting is on, without him."""


class Invitation(NamedTuple):
    """What a link leads to."""

    owner: Principal
    standing: Standing
    guest: Guest | None
    """None where there is nothing to answer any more."""


class NotTaken(NotFound):
    """The meeting changed while he was answering: he is to look again."""


def find_invitation(
    db: Db, owner_id: PrincipalId, uid: str, address: str, *, now: int
) -> Invitation:
    """How the organizer's diary has it now. Raises NotFound: nobody is left to ask."""
    owner = get_principal_by_id(db, owner_id)
    if owner.disabled:
        raise NotFound("there is nothing here")
    held = calendar_objects.list_of_person(db, owner_id, uid)
    if not held:
        return Invitation(owner, Standing.CANCELLED, None)
    calendar = parse(decode(held[0].data))
    if not _organizes(owner, calendar):
        return Invitation(owner, Standing.UNINVITED, None)
    zone = zone_of(collections.get_by_id(db, held[0].collection_id))
    guest = guest_of(calendar, address, zone=zone, now=now)
    if guest is not None:
        return Invitation(owner, Standing.VALID, guest)
    over = all(is_cancelled(part) for part in calendar.components if part.name != "VTIMEZONE")
    return Invitation(owner, Standing.CANCELLED if over else Standing.UNINVITED, None)


def hear_guest(
    db: Db, owner: Principal, message: ItipMessage, *, dispatch: Dispatch, source: str, now: int
) -> None:
    """His message is applied as if it had come by mail; `source` is the address that it came from.

    Colleagues' copies learn of it, nobody is mailed. Raises NotTaken.
    """
    by = Origin(Face.LINK, source)
    received = receive_outside(db, owner, message, by=by, now=now)
    if received.status is ScheduleStatus.REJECTED:
        raise NotTaken("the meeting has changed meanwhile")
    ours = recipients_of(db, received.onward)
    inside = [one for one in received.onward if one.recipient in ours]
    acting = owner.acting(by)
    deliver(db, Sender(acting, acting, dispatch.transport), inside, ours, now=now)


def _organizes(owner: Principal, calendar: Component) -> bool:
    mine = frozenset[str](addresses_of(owner))
    organizers = {found for part in calendar.components if (found := organizer_of(part))}
    return bool(organizers) and organizers <= mine
