"""Minutes for those who were at a meeting and have no account: by a link of their own (MTG-7).

The link is good for thirty days from the last sending, is taken back by who keeps the meeting, and
leads to the versions that its reader was sent. Of reserved points he sees those that he presents
(MTG-8).
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed, Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal
from calendars.services.find_principals import get_principal_by_id
from calendars.services.note_deed import note_deed
from calendars.services.record_guard import record_links_revoked
from notifications.links import Link, Purpose, expiry_of, link_url, revoke_links
from scheduler.meetings import minutes_repository, people, repository
from scheduler.meetings.access import Opened, Part, look_at, open_meeting
from scheduler.meetings.house import House
from scheduler.meetings.invitation import RESERVED
from scheduler.meetings.minutes_model import Minutes, MinutesStep, ReservedWords, seen_outside
from scheduler.meetings.minutes_repository import Given
from scheduler.meetings.model import MeetingId
from scheduler.meetings.people import Somebody

WORDS = ReservedWords(RESERVED, "un point réservé a été rectifié")


class Reading(NamedTuple):
    """What the reader of a link sees."""

    opened: Opened
    minutes: Minutes
    """Without what is not for him."""
    versions: tuple[MinutesStep, ...]
    """Those that he was sent, the newest first."""
    given: tuple[Given, ...]
    hides: bool
    """A point of it is not for him."""

    def version(self, number: int) -> MinutesStep:
        """One that he was sent. Raises NotFound."""
        for one in self.versions:
            if one.version == number:
                return one
        raise NotFound("there is nothing here")


def guest_link(db: Db, opened: Opened, reader: Somebody, house: House, *, now: int) -> str:
    """The page of the minutes for one reader, in a write transaction."""
    link = Link(Purpose.MINUTES, opened.owner.id, reader.address, str(opened.meeting.id))
    return link_url(db, house.base_url, link, expires_at=expiry_of(now, now=now), now=now)


def read_as_guest(db: Db, link: Link, *, now: int) -> Reading:
    """What a link leads to. Raises NotFound."""
    meeting = repository.get_by_id(db, MeetingId(int(link.about)))
    owner = get_principal_by_id(db, meeting.owner_id)
    given = minutes_repository.list_given(db, meeting.id, link.recipient)
    if owner.disabled or owner.id != link.owner_id or not given:
        raise NotFound("there is nothing here")
    agenda = repository.agenda_of(db, meeting.id)
    own = {one.id for one in agenda.items if one.presenter == link.recipient}
    whole = minutes_repository.minutes_of(db, meeting.id)
    found = seen_outside(whole, own, WORDS)
    had = sorted({one.version for one in given}, reverse=True)
    versions = tuple(found.version(number, sent_only=True) for number in had)
    newest = whole.version(had[0], sent_only=True)
    opened = look_at(db, owner, meeting, now=now)
    hides = versions[0].sections != newest.sections
    return Reading(opened, found, versions, tuple(given), hides)


def note_read(db: Db, reading: Reading, version: int, source: str, *, now: int) -> None:
    """Who read it stands in the trail by the number under which it was given to him (SEC-8)."""
    opened = reading.opened
    number = next((one.id for one in reading.given if one.version == version), 0)
    note_deed(
        db,
        Origin(Face.LINK, source),
        Deed.READ,
        owner=opened.owner.id,
        details={"meeting": opened.meeting.ref, "minutes": version, "given": number},
        visibility=opened.visibility,
        now=now,
    )


def list_readers(
    db: Db, actor: Principal, ref: str, *, now: int
) -> list[tuple[Given, people.Somebody]]:
    """Who was sent which version, for who keeps the meeting. Raises NotFound, NotYourPart."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now)
    given = minutes_repository.list_given(db, opened.meeting.id)
    invited = () if opened.event is None else opened.event.people
    names = {one.address: one.name for one in invited}
    who = people.known(db, {one.address for one in given}, names)
    return [(one, who[one.address]) for one in given]


def take_back(db: Db, actor: Principal, ref: str, person: str | None, *, now: int) -> int:
    """The links to the minutes open nothing any more, or that of one person; how many there were.

    Raises NotFound, NotYourPart, UnknownPerson.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now)
    who = people.resolve_one(db, person)
    gone = revoke_links(
        db,
        purpose=Purpose.MINUTES,
        owner=opened.owner.id,
        about=str(opened.meeting.id),
        recipient=None if who is None else who.address,
        now=now,
    )
    if not gone:
        raise NotFound("there is no such link")
    record_links_revoked(db, actor, opened.owner.id, gone, now=now)
    return gone
