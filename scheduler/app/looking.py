"""Who sees what bears a reference: each feature is asked by its own rules (DIR-5, SEC-5)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import authorize
from calendars.services.find_entry import find_entry
from calendars.services.find_principals import get_principal
from calendars.services.show_objects import View
from scheduler.deadlines.model import DeadlineId
from scheduler.deadlines.service import get_deadline
from scheduler.diary_requests.model import Wish
from scheduler.diary_requests.service import MASK, get_request
from scheduler.meetings.access import Part, open_meeting
from scheduler.references.model import Kind, Subject


class Looker:
    """The eyes of references."""

    def look(self, db: Db, actor: Principal, subject: Subject, *, change: bool, now: int) -> None:
        """Raises NotFound where the actor sees no such thing, Forbidden where he only sees it."""
        match subject.kind:
            case Kind.MEETING:
                needed = Part.EDITOR if change else Part.READER
                open_meeting(db, actor, subject.key, needed, now=now)
            case Kind.DIARY_REQUEST:
                _look_at_request(db, actor, subject, now=now)
            case Kind.CALENDAR_OBJECT:
                _look_at_object(db, actor, subject, change=change, now=now)
            case Kind.DEADLINE:
                _look_at_deadline(db, actor, subject, now=now)


def _look_at_deadline(db: Db, actor: Principal, subject: Subject, *, now: int) -> None:
    if not subject.key.isdecimal() or len(subject.key) > 15:
        raise NotFound("there is nothing here")
    get_deadline(db, actor, DeadlineId(int(subject.key)), now=now)


def _look_at_request(db: Db, actor: Principal, subject: Subject, *, now: int) -> None:
    wish: Wish = get_request(db, actor, subject.owner, subject.key, now=now).wish
    if wish.subject == MASK and wish.visibility != "PUBLIC":
        raise NotFound("there is nothing here")


def _look_at_object(db: Db, actor: Principal, subject: Subject, *, change: bool, now: int) -> None:
    owner = get_principal(db, subject.owner)
    standing = find_entry(db, owner.id, subject.key)
    if standing is None:
        raise NotFound("there is nothing here")
    needed = Privilege.WRITE_CONTENT if change else Privilege.READ
    access = authorize(db, actor, standing.collection, needed, now=now)
    if not View(db, standing.collection, access).is_whole(standing.stored):
        # By its UID nothing is known of what is masked (SEC-3).
        raise NotFound("there is nothing here")
