"""What a message in a scheduling inbox changed, for clients (caldav-schedulingchanges).

Apple's clients show from it that a meeting is new, moved or off, and who answered; it stands beside
the message as the property CALENDARSERVER:schedule-changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from calendars.itip.applied import Applied, Effect
from calendars.itip.changes import Changed
from calendars.itip.message import ItipMessage
from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.utc_text import utc_text
from calendars.storage import dead_properties
from calendars.storage.dead_properties import Bearer

NAMESPACE = "http://calendarserver.org/ns/"
NAME = f"{{{NAMESPACE}}}schedule-changes"
_MOST = 50


def tell_changes(
    db: Db, item: ObjectId, message: ItipMessage, applied: Applied, *, now: int
) -> None:
    """The inbox item says what its message did."""
    xml = changes_xml(message, applied, now=now)
    dead_properties.set_one(db, Bearer(object=item), NAME, xml)


def changes_xml(message: ItipMessage, applied: Applied, *, now: int) -> str:
    """The property whole, names of properties and addresses only."""
    return (
        f'<schedule-changes xmlns="{NAMESPACE}"><dtstamp>{utc_text(now)}</dtstamp>'
        f"<action>{_action(message, applied)}</action></schedule-changes>"
    )


def _action(message: ItipMessage, applied: Applied) -> str:
    changed = _recurrences(applied.changed[:_MOST])
    match applied.effect:
        case Effect.CREATED:
            return "<create/>"
        case Effect.CANCELLED:
            return f"<cancel>{changed}</cancel>"
        case Effect.ANSWERED:
            who = f"<attendee>{escape(message.sender)}</attendee>"
            return f"<reply>{who}{changed}</reply>"
        case _:
            return f"<update>{changed}</update>"


def _recurrences(changes: Sequence[Changed]) -> str:
    return "".join(map(_recurrence, changes))


def _recurrence(changed: Changed) -> str:
    which = (
        "<master/>"
        if changed.recurrence_id is None
        else f"<recurrenceid>{utc_text(changed.recurrence_id)}</recurrenceid>"
    )
    names = "".join(
        f"<changed-property name={quoteattr(name)}/>" for name in sorted(changed.properties)
    )
    return f"<recurrence>{which}<changes>{names}</changes></recurrence>"
