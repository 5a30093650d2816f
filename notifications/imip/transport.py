"""Scheduling messages for those who have no account here: they go by mail (RFC 6047)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Db
from calendars.model.component import parse, serialize
from calendars.model.entry import entries_of
from calendars.model.principal import Principal
from notifications import outbox
from notifications.imip.facts import told_before
from notifications.imip.parcels import Packing, Parcel, Told, parcels
from notifications.imip.past import is_over
from notifications.imip.singles import is_single
from notifications.imip.slight import is_slight
from notifications.outbox import Outgoing, Said

MOST_SINGLES = 30


class MailQueue:
    """Rows of the outbox, written in the transaction of the calendar's change.

    They wait for `delay` seconds, so that several edits become one mail.
    """

    def __init__(self, delay: int = 0, *, zone: tzinfo = UTC, singles: int = MOST_SINGLES) -> None:
        self._delay, self._zone, self._singles = delay, zone, singles

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
            body=serialize(message.calendar).encode(),
        )
        found = self._parcels(db, outgoing, message, now=now)
        if not found:
            return ScheduleStatus.SUCCESS
        held = False
        for parcel in found:
            body = serialize(parcel.calendar).encode()
            one = outgoing._replace(method=parcel.method, body=body)
            outbox.add(db, one, now=now, delay=self._delay)
            held = held or outbox.is_held(db, one)
        if held:
            # The organizer's program shows that it did not leave (SEC-6).
            return ScheduleStatus.NOT_DELIVERED
        return ScheduleStatus.PENDING

    def _parcels(
        self, db: Db, outgoing: Outgoing, message: ItipMessage, *, now: int
    ) -> Sequence[Parcel]:
        """What goes as one is one; a series that goes in pieces makes waiting pieces needless.

        Of what is over, and of what hardly changed, nobody is told.
        """
        if message.method not in {ItipMethod.REQUEST, ItipMethod.CANCEL}:
            return [Parcel(message.method, message.calendar)]
        said = outbox.said(db, outgoing)
        packing = Packing(self._zone, now, self._singles)
        whole = not outgoing.about
        told = _told(one for one in said if one.sent or not whole)
        found = parcels(message.method, message.calendar, told, packing)
        alone = any(is_single(part) for one in found for part in entries_of(one.calendar))
        waits = any(not one.sent for one in said)
        kept = [one for one in found if self._is_worth(one, told, waits=waits, now=now)]
        if whole and (alone or not kept):
            outbox.stop_waiting(db, outgoing, now=now)
        return kept

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
