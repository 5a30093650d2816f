"""A mail without a scheduling message: a bounce, an automatic answer, or words for people."""

from __future__ import annotations

from calendars.kernel.database import Db
from notifications.imip.mail import Mail
from notifications.mailbox.outcome import Decision, Taken, Why
from notifications.mailbox.room import Mailroom


def take_words(db: Db, room: Mailroom, mail: Mail, *, now: int) -> Taken:  # noqa: ARG001
    """What becomes of it; in the transaction in which the decision is noted.

    What is QUARANTINED is kept by the caller.
    """
    if mail.is_report:
        return Taken(Decision.BOUNCED, Why.BOUNCE)
    if mail.is_automatic:
        return Taken(Decision.IGNORED, Why.AUTOMATIC)
    return Taken(Decision.QUARANTINED, Why.WORDS)
