"""Scheduling messages go to those they are for: to colleagues at once, to others by transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.receive_itip import receive
from calendars.storage import principals


class ItipTransport(Protocol):
    """The way to those who have no account here: a mail queue."""

    def send(
        self, db: Db, actor: Principal, owner: Principal, message: ItipMessage, *, now: int
    ) -> ScheduleStatus:
        """Queue a message in the transaction that is open; `owner` is in whose name it goes."""
        ...


class Placed(NamedTuple):
    """What a write has put into a calendar, and what stood there before."""

    collection: CalendarCollection
    name: str
    before: bytes | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How scheduling leaves a write: the way out, and how many deletions at once are believed."""

    transport: ItipTransport
    believed_deletions: int | None = 5
    """None: somebody has decided on them one by one."""
    within_seconds: int = 300
    base_url: str = ""
    """Where the service is reached: what an event names by URL is fetched there."""
    placed: list[Placed] | None = None
    """Writes are noted here, for whoever looks at their dates before the commit (DIA-4)."""


@dataclass(slots=True)
class Delivered:
    """What became of each message, and who answered at once, as rooms do."""

    statuses: dict[str, ScheduleStatus] = field(default_factory=dict)
    replies: list[ItipMessage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the person that acts, the owner of the calendar, and the way out."""

    actor: Principal
    owner: Principal
    transport: ItipTransport


def recipients_of(db: Db, messages: Sequence[ItipMessage]) -> Mapping[str, Principal]:
    """Who of ours the messages are for, by address."""
    wanted = [calendar_user_address(message.recipient) for message in messages]
    found = find_calendar_users(db, wanted)
    # Who left is no stranger: nothing is mailed to him.
    gone = principals.list_by_address(db, [one for one in wanted if one not in found])
    return {str(address): person for address, person in (gone | found).items()}


def deliver(
    db: Db,
    sender: Sender,
    messages: Sequence[ItipMessage],
    ours: Mapping[str, Principal],
    *,
    now: int,
) -> Delivered:
    """Every message reaches its recipient or the transport (RFC 6638 §3.2.9)."""
    delivered = Delivered()
    for message in messages:
        status, replies = _deliver_one(db, sender, message, ours.get(message.recipient), now=now)
        delivered.statuses[message.recipient] = status
        delivered.replies.extend(replies)
    return delivered


def _deliver_one(
    db: Db, sender: Sender, message: ItipMessage, recipient: Principal | None, *, now: int
) -> tuple[ScheduleStatus, Sequence[ItipMessage]]:
    if recipient is None:
        status = sender.transport.send(db, sender.actor, sender.owner, message, now=now)
        return status, ()
    if recipient.kind is PrincipalKind.GROUP:
        # Its members are attendees themselves.
        return ScheduleStatus.DELIVERED, ()
    received = receive(db, sender.actor, recipient, message, now=now)
    if message.method is ItipMethod.REQUEST:
        return received.status, received.onward
    _tell_others(db, sender, received.onward, now=now)
    return received.status, ()


def _tell_others(db: Db, sender: Sender, messages: Sequence[ItipMessage], *, now: int) -> None:
    """Colleagues' copies learn what one of them answered; nobody is mailed for that."""
    ours = recipients_of(db, messages)
    for message in messages:
        recipient = ours.get(message.recipient)
        if recipient is not None and recipient.kind is not PrincipalKind.GROUP:
            receive(db, sender.actor, recipient, message, news=False, now=now)
