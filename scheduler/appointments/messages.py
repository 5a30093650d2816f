"""What a message on the telephone leaves: a task with all of it, a mail with nothing of it."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import preferred_address
from calendars.model.language import Language
from calendars.model.principal import Principal, Visibility
from calendars.model.typeset import typeset
from calendars.services.choose_language import language_of
from calendars.services.open_task import Task
from notifications import outbox
from notifications.post import Post, Urgency
from notifications.wording.moments import written
from scheduler.appointments.model import CallUrgency, PhoneMessage

KIND = "phone-message"


def task_of(message: PhoneMessage, writer: Principal) -> Task:
    """Who only reads the list sees a mask: it was said to the person (SEC-2, SEC-3)."""
    call = message.call
    head = f"Appel de {call.caller}" + (f" ({call.number})" if call.number else "")
    words = [head, *filter(None, [call.text]), f"Message pris par {writer.display_name}"]
    return Task(
        uid=message.uid,
        summary=typeset(f"Rappeler {call.caller}"),
        description="\n".join(words),
        visibility=Visibility.CONFIDENTIAL if call.confidential else Visibility.PRIVATE,
        urgent=call.urgency is CallUrgency.URGENT,
    )


def tell(
    db: Db, message: PhoneMessage, owner: Principal, writer: Principal,
    *, default: Language, now: int,
) -> None:  # fmt: skip
    """A mail that there is a message: neither from whom nor about what (RDV-1, SEC-1)."""
    if owner.id == writer.id or owner.email is None:
        return
    address = preferred_address(owner)
    urgent = message.call.urgency is CallUrgency.URGENT
    post = Post(
        kind=KIND,
        template=KIND,
        language=language_of(db, address, default=default),
        facts={
            "reference": f"TEL-{message.id}",
            "received": written(now),
            "urgent": urgent,
            "is_task": message.is_task,
        },
        owner_id=writer.id,
        actor_id=writer.id,
        recipient=address,
        occasion=str(message.id),
        about=message.uid,
        urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
    )
    outbox.post(db, post, now=now)


def take_back(db: Db, message: PhoneMessage, *, now: int) -> None:
    """It is done: a mail that did not leave need not (NOT-3)."""
    outbox.withdraw(db, about=message.uid, kinds=[KIND], now=now)
