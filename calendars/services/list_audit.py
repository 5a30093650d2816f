"""Who saw and changed what: everybody reads the lines that concern himself (SEC-8)."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed, Target, mark_of
from calendars.kernel.database import Db
from calendars.model.principal import Principal, Role
from calendars.storage import audit, audit_lines, collections, principals
from calendars.storage.audit_lines import Told, Wanted


class Question(NamedTuple):
    """Which lines somebody asks for, in his own words."""

    wanted: Wanted
    owner: str | None = None
    actor: str | None = None
    calendar: str | None = None
    object: str | None = None


class Answer(NamedTuple):
    """Lines, latest first, and what they say of one another's addresses."""

    lines: list[Told]
    reader: Principal

    def tells_address(self, told: Told) -> bool:
        """From where others work is told to administrators only."""
        return self.reader.role is Role.ADMIN or told.line.actor_id == self.reader.id


def list_own(db: Db, actor: Principal, question: Question, *, limit: int) -> Answer:
    """Lines about what is the actor's own, and about his own deeds. Raises NotFound."""
    wanted = _wanted(db, actor, question)._replace(concerning=actor.id)
    return Answer(audit_lines.list_lines(db, wanted, limit=limit), actor)


def list_for(db: Db, actor: Principal, question: Question, *, limit: int, now: int) -> Answer:
    """All lines for an administrator, whose look is a line itself; one's own for anybody else.

    Raises NotFound.
    """
    if actor.role is not Role.ADMIN:
        return list_own(db, actor, question, limit=limit)
    wanted = _wanted(db, actor, question)
    found = audit_lines.list_lines(db, wanted, limit=limit)
    target = Target() if wanted.owner is None else Target(wanted.owner)
    audit.record(db, actor, Deed.READ_AUDIT, target, now=now)
    return Answer(found, actor)


def _wanted(db: Db, actor: Principal, question: Question) -> Wanted:
    wanted = question.wanted
    if question.owner is not None:
        wanted = wanted._replace(owner=principals.get(db, question.owner).id)
    if question.actor is not None:
        wanted = wanted._replace(actor=principals.get(db, question.actor).id)
    if question.object is not None:
        home = question.owner or actor.login
        found = collections.find(db, home, question.calendar or "")
        # A calendar that is no more, or that is somebody else's, has no lines for who asks.
        number = 0 if found is None else found.id
        mark = mark_of(audit.find_key(db) or b"", number, question.object)
        wanted = wanted._replace(object=mark)
    return wanted
