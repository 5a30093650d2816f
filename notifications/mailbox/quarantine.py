"""People look at what was decided, and decide on what waits: let a mail have its effect, or not.

Each sees what concerns himself, and whoever schedules for somebody what concerns him. Who runs the
service sees that something was decided and why, but not of what or of whom it is.
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Role
from calendars.services.find_principals import get_principal
from calendars.services.record_mail import record_settled
from calendars.services.schedules_for import schedules_for
from notifications.imip.mail import Envelope, Mail, Unreadable, read_mail
from notifications.mailbox import decisions
from notifications.mailbox.decisions import Came, Logged, Settled
from notifications.mailbox.evidence import Release
from notifications.mailbox.judge import judge, read
from notifications.mailbox.outcome import SENTENCES, Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.mailbox.set_aside import show_waiting

Who = Principal | Origin
"""Who decides: a person, or the console of the service."""


class NotReleasable(Conflict):
    """The mail would change nothing even so; `why` says what is in the way."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"the mail cannot be applied: {why}", words=SENTENCES[why])
        self.why = why


class OnlyAdministrators(Forbidden):
    """What was decided of everybody's mail is for who runs the service."""


class Page(NamedTuple):
    """Some decisions, and from where the rest is told."""

    items: list[Logged]
    next: int | None


class Waiting(NamedTuple):
    """A mail that waits, and what it says; None where it cannot be read."""

    logged: Logged
    mail: Mail | None


def list_decisions(
    db: Db, actor: Principal, login: str, *, before: int | None, limit: int, now: int
) -> Page:
    """What was decided of mail about a person's meetings, the latest first. Raises NotFound."""
    owner = _open_diary(db, actor, login, now=now)
    page = _page(decisions.list_of(db, owner, before=before, limit=limit), limit)
    seen = [one for one in page.items if schedules_for(db, actor, owner, one.uid, now=now)]
    return page._replace(items=seen)


def list_all_decisions(db: Db, actor: Who, *, before: int | None, limit: int) -> Page:
    """All of it without content, for an administrator. Raises OnlyAdministrators."""
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise OnlyAdministrators("only administrators see all decisions")
    page = _page(decisions.list_of(db, None, before=before, limit=limit), limit)
    return page._replace(items=[_without_content(one) for one in page.items])


def list_all_waiting(db: Db, *, limit: int) -> list[Logged]:
    """What waits, without content: for the console of the service."""
    return [_without_content(one) for one in decisions.list_of(db, None, waiting=True, limit=limit)]


def _page(found: list[Logged], limit: int) -> Page:
    return Page(found, found[-1].id if len(found) == limit else None)


def _without_content(one: Logged) -> Logged:
    return one._replace(uid="", sender=None, message_id=None, note=None)


def list_waiting(db: Db, actor: Principal, login: str, *, limit: int, now: int) -> list[Waiting]:
    """The mails that wait for those who keep a person's diary. Raises NotFound."""
    owner = _open_diary(db, actor, login, now=now)
    found = decisions.list_of(db, owner, waiting=True, limit=limit)
    return [
        Waiting(one, _mail_of(db, one.id))
        for one in found
        if schedules_for(db, actor, owner, one.uid, now=now)
    ]


def release(db: Db, room: Mailroom, who: Who, number: int, *, now: int) -> Taken:
    """Let a mail have its effect as if its sender were proven. Raises NotFound, NotReleasable."""
    logged = _open(db, who, number, now=now)
    mail = _mail_of(db, number)
    if mail is None:
        raise NotReleasable(Why.UNREADABLE)
    try:
        reading = read(room, mail, now=now)
        taken = judge(db, room, reading, release=Release(logged.owner_id), now=now)
    except Aside as aside:
        raise NotReleasable(aside.taken.why) from None
    if taken.decision is Decision.QUARANTINED:
        raise NotReleasable(taken.why)
    decisions.add(db, Came(f"released-{number}"), taken, now=now)
    _settle(db, who, logged, Settled.RELEASED, now=now)
    return taken


def drop(db: Db, who: Who, number: int, *, now: int) -> None:
    """Throw a mail away; nothing was changed by it, and nothing is. Raises NotFound."""
    _settle(db, who, _open(db, who, number, now=now), Settled.DROPPED, now=now)


def _open_diary(db: Db, actor: Principal, login: str, *, now: int) -> PrincipalId:
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there is nothing here")
    return owner.id


def _open(db: Db, who: Who, number: int, *, now: int) -> Logged:
    """A mail that waits, for who may decide on it. Raises NotFound."""
    logged = decisions.get(db, number)
    if not logged.waits or not _may_decide(db, who, logged, now=now):
        raise NotFound("there is nothing here")
    return logged


def _may_decide(db: Db, who: Who, logged: Logged, *, now: int) -> bool:
    if isinstance(who, Origin):
        return True
    if logged.owner_id is None:
        return who.role is Role.ADMIN
    return schedules_for(db, who, logged.owner_id, logged.uid, now=now)


def _mail_of(db: Db, number: int) -> Mail | None:
    kept = decisions.get_kept(db, number)
    try:
        return read_mail(kept.octets, Envelope(recipients=kept.recipients))
    except Unreadable:
        return None


def _settle(db: Db, who: Who, logged: Logged, how: Settled, *, now: int) -> None:
    by = who.id if isinstance(who, Principal) else None
    if not decisions.settle(db, logged.id, how, by=by, now=now):
        raise NotFound("there is nothing here")
    record_settled(db, who, logged.owner_id, logged.id, how, now=now)
    if logged.owner_id is not None:
        show_waiting(db, logged.owner_id, now=now)
