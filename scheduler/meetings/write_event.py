"""What a meeting writes into its event, by the one write path (MTG-4).

Time, place and people need the right to speak in the owner's name, and tell everybody. The agenda
is written by whoever keeps the meeting: colleagues' copies follow, and no message leaves for it;
one that waits to leave says what the agenda is now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.kernel.database import Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import amend_occurrence, place_of
from calendars.model.line_edit import put_text, stamp
from calendars.model.principal import OWNER, Principal
from calendars.services.amend_object import Target, amend_object, remove_entry
from calendars.services.deliver_itip import Dispatch, ItipTransport
from calendars.services.find_principals import get_principal_by_id
from calendars.services.put_object import ObjectPath, PutObject, store_in
from notifications import outbox
from scheduler.meetings import repository
from scheduler.meetings.access import Opened
from scheduler.meetings.invitation import (
    component_of,
    description_of,
    statuses_of,
    with_agenda,
)
from scheduler.meetings.model import NoDate
from scheduler.meetings.papers import place
from scheduler.meetings.people import presenters_of


@dataclass(frozen=True, slots=True)
class _NoMail:
    """Nobody outside is written to. What waits to leave is worded anew, in the name of who wrote
    it; for all others, what became of the last message to them stays noted.
    """

    statuses: Mapping[str, str]
    transport: ItipTransport

    def send(
        self, db: Db, actor: Principal, owner: Principal, message: ItipMessage, *, now: int
    ) -> ScheduleStatus:
        del actor
        about = _occurrences_of(message)
        author = outbox.author_of_waiting(db, owner.id, message.uid, message.recipient, about)
        if author is not None:
            by = get_principal_by_id(db, author)
            return self.transport.send(db, by, owner, message, now=now)
        noted = self.statuses.get(calendar_user_address(message.recipient), "")
        return next((one for one in ScheduleStatus if one == noted), ScheduleStatus.PENDING)


def _occurrences_of(message: ItipMessage) -> set[str]:
    """By their RECURRENCE-IDs; none where it is about the whole."""
    found = [one.value("RECURRENCE-ID") for one in message.calendar.children("VEVENT")]
    return set() if None in found else {one for one in found if one}


def target_of(opened: Opened) -> Target:
    """The event, or the occurrence, as services name it. Raises NoDate."""
    standing = opened.standing
    if standing is None:
        raise NoDate("the meeting has no event")
    collection = standing.collection
    path = ObjectPath(collection.owner_login, collection.name, standing.stored.name)
    return Target(path, opened.meeting.recurrence_id)


def amend_event(
    db: Db, actor: Principal, opened: Opened, draft: EventDraft, dispatch: Dispatch, *, now: int
) -> None:
    """Time, place or title of the event. Raises NoDate, NotFound, NeedPrivileges, DraftRefused."""
    amend_object(db, actor, target_of(opened), draft, dispatch=dispatch, now=now)


def remove_event(db: Db, actor: Principal, opened: Opened, dispatch: Dispatch, *, now: int) -> None:
    """The meeting is called off: everybody is told. Raises NoDate, NotFound, NeedPrivileges."""
    # A person decides on one meeting here: that is no mass of deletions.
    meant = replace(dispatch, believed_deletions=None)
    remove_entry(db, actor, target_of(opened), dispatch=meant, now=now)


def write_agenda(
    db: Db,
    actor: Principal,
    opened: Opened,
    dispatch: Dispatch,
    *,
    dropped: Collection[str] = (),
    now: int,
) -> bool:
    """The event has the agenda and the papers of now, those that were dropped no more; whether
    that was news. No mail leaves for it (MTG-4).
    """
    event, zone = opened.event, opened.zone
    if opened.standing is None or event is None or zone is None or event.cancelled:
        return False
    agenda = repository.agenda_of(db, opened.meeting.id)
    text = with_agenda(
        event.description,
        opened.meeting.ref,
        agenda,
        event.starts_at,
        zone,
        presenters=presenters_of(db, agenda),
    )
    placing = place(db, actor, opened, agenda, dispatch, dropped=dropped, now=now)
    if text == event.description and not placing.is_any:
        return False

    def say(component: Component) -> None:
        if text != description_of(component):
            put_text(component, "DESCRIPTION", text or None)
        placing.write(component)
        stamp(component, now, revised=False)

    edit_event(db, actor, opened, say, dispatch, quiet=True, now=now)
    return True


def edit_event(
    db: Db,
    actor: Principal,
    opened: Opened,
    edit: Callable[[Component], None],
    dispatch: Dispatch,
    *,
    quiet: bool = False,
    now: int,
) -> None:
    """Change the component of the meeting, in the owner's name; quietly: without any mail.

    Raises NoDate.
    """
    standing, zone = opened.standing, opened.zone
    if standing is None or zone is None:
        raise NoDate("the meeting has no event")
    calendar = parse(decode(standing.stored.data))
    at = opened.meeting.recurrence_id
    component = component_of(calendar, at, zone)
    if component is None and at is not None:
        # An occurrence that the series words gets words of its own.
        place = place_of(calendar, standing.collection.timezone_id, zone)
        amend_occurrence(calendar, EventDraft(), at, place, now=now)
        component = component_of(calendar, at, zone)
    if component is None:
        raise NoDate("the meeting has no event")
    if quiet:
        dispatch = replace(dispatch, transport=_NoMail(statuses_of(component), dispatch.transport))
    edit(component)
    body = serialize(calendar).encode()
    put = PutObject(target_of(opened).path, CalendarObject.parse(body), body)
    store_in(db, actor, (standing.collection, OWNER), put, dispatch=dispatch, now=now)
