"""Scheduling messages for those who have no account here: they go by mail (RFC 6047)."""

from __future__ import annotations

from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.kernel.database import Db
from calendars.model.component import serialize
from calendars.model.principal import Principal
from notifications import outbox
from notifications.outbox import Outgoing


class MailQueue:
    """Rows of the outbox, written in the transaction of the calendar's change.

    They wait for `delay` seconds, so that several edits become one mail.
    """

    def __init__(self, delay: int = 0) -> None:
        self._delay = delay

    def send(
        self, db: Db, actor: Principal, owner: Principal, message: ItipMessage, *, now: int
    ) -> ScheduleStatus:
        """Pending (RFC 6638 §3.2.9) until it is sent; what mail cannot reach is said at once."""
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
        outbox.add(db, outgoing, now=now, delay=self._delay)
        return ScheduleStatus.PENDING
