"""Scheduling messages for those who have no account here: they go by mail (RFC 6047)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import NamedTuple

from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Db
from calendars.model.component import Component, parse, serialize
from calendars.model.entry import entries_of
from calendars.model.invalid import InvalidCalendarData, TooManyInstances
from calendars.model.principal import Principal
from notifications import outbox
from notifications.imip.facts import told_before
from notifications.imip.parcels import Packing, Parcel, Told, parcels
from notifications.imip.past import is_over
from notifications.imip.singles import is_single
from notifications.imip.slight import is_slight
from notifications.outbox import Outgoing, Said

MOST_SINGLES = 30


MOST_MAILS = 1_200
"""A series makes no more single meetings than that, for all who are invited together."""

_ONE_THING = frozenset({ItipMethod.REQUEST, ItipMethod.CANCEL})


class _Ready(NamedTuple):
    """What a message became for somebody who had heard nothing yet."""

    calendar: Component
    now: int
    bodies: list[tuple[ItipMethod, bytes]]


class MailQueue:
    """Rows of the outbox, written in the transaction of the calendar's change.

    They wait for `delay` seconds, so that several edits become one mail.
    """

    def __init__(self, delay: int = 0, *, zone: tzinfo = UTC, singles: int = MOST_SINGLES) -> None:
        self._delay, self._zone, self._singles = delay, zone, singles
        self._ready: _Ready | None = None

    def send(
        self, db: Db, actor: Principal, owner: Principal, message: ItipMessage, *, now: int
    ) -> ScheduleStatus:
        """Pending (RFC 6638 §3.2.9) until it is sent; what mail cannot reach is said at once, and
        so is what needs none.
        """
        if not message.recipient.startswith("mailto:"):
            return ScheduleStatus.UNKNOWN_USER
        outgoing = Outgoing(
            kind="imip",
            owner_id=owner.id,
            actor_id=actor.id,
            sender=message.sender,
            sent_by=message.sent_by,
            recipient=message.recipient,
            uid=message.uid,
            method=message.method,
            body=b"",
        )
        found = self._bodies(db, outgoing, message, now=now)
        if not found:
            return ScheduleStatus.SUCCESS
        held = False
        for method, body in found:
            one = outgoing._replace(method=method, body=body)
            outbox.add(db, one, now=now, delay=self._delay)
            held = held or outbox.is_held(db, one)
        if held:
            # The organizer's program shows that it did not leave (SEC-6).
            return ScheduleStatus.NOT_DELIVERED
        return ScheduleStatus.PENDING

    def _bodies(
        self, db: Db, outgoing: Outgoing, message: ItipMessage, *, now: int
    ) -> list[tuple[ItipMethod, bytes]]:
        """What goes as one is one; a series that goes in pieces makes waiting pieces needless.

        Of what is over, and of what hardly changed, nobody is told.
        """
        if message.method not in _ONE_THING:
            return [(message.method, serialize(message.calendar).encode())]
        said, ready = outbox.said(db, outgoing), self._ready
        # Those who are invited in the same words share one calendar (`itip/plan_organizer.py`).
        if ready and not said and ready.calendar is message.calendar and ready.now == now:
            return ready.bodies
        whole = any(p.line("RECURRENCE-ID") is None for p in entries_of(message.calendar))
        told = _told(one for one in said if one.sent or not whole)
        found = self._parcels(message, told, now)
        alone = any(is_single(part) for one in found for part in entries_of(one.calendar))
        waits = any(not one.sent for one in said)
        kept = [one for one in found if self._is_worth(one, told, waits=waits, now=now)]
        if whole and (alone or not kept):
            outbox.stop_waiting(db, outgoing, now=now)
        bodies = [(one.method, serialize(one.calendar).encode()) for one in kept]
        if not said:
            self._ready = _Ready(message.calendar, now, bodies)
        return bodies

    def _parcels(self, message: ItipMessage, told: Sequence[Told], now: int) -> Sequence[Parcel]:
        parts = entries_of(message.calendar)
        people = max((len(part.all("ATTENDEE")) for part in parts), default=0)
        most = min(self._singles, max(1, MOST_MAILS // max(people, 1)))
        packing = Packing(self._zone, now, most)
        try:
            return parcels(message.method, message.calendar, told, packing)
        except (InvalidCalendarData, TooManyInstances):  # its dates cannot be told one by one
            return [Parcel(message.method, message.calendar)]

    def _is_worth(self, parcel: Parcel, told: Sequence[Told], *, waits: bool, now: int) -> bool:
        method, calendar = parcel
        former = told_before(told, calendar)
        if is_over(method, calendar, former, zone=self._zone, now=now):
            return False
        if method is not ItipMethod.REQUEST:
            return True
        return not is_slight(calendar, former, zone=self._zone, back=waits)


def _told(said: Iterable[Said]) -> list[Told]:
    return [Told(one.method, parse(one.body.decode())) for one in said]
