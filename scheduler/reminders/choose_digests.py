"""Who gets the digest of which diary: its owner decides, and who schedules for him (SEC-5)."""

from __future__ import annotations

from datetime import time
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.principal import Access, Principal, PrincipalKind, Privilege
from calendars.services.authorize import NeedPrivileges, open_collection
from calendars.services.find_principals import get_principal, get_principal_by_id
from scheduler.reminders import subscriptions
from scheduler.reminders.desk import Desk
from scheduler.reminders.digests import Period, next_sending
from scheduler.reminders.subscriptions import Subscription

_HOME = ""


class NotHisToRead(InvalidInput):
    """The digest is for somebody who may not read the diary."""


class Digest(NamedTuple):
    """A digest and its reader."""

    reader: Principal
    subscription: Subscription


class DigestDraft(NamedTuple):
    """How a reader shall get it."""

    reader: str
    period: Period
    at: time
    when_empty: bool = False


def list_digests(db: Db, actor: Principal, login: str, *, now: int) -> list[Digest]:
    """Those of a diary: all for who decides on them, else the actor's own. Raises NotFound."""
    owner, access = _open(db, actor, login, now=now)
    decides = _decides(actor, owner, access)
    found = subscriptions.list_of(db, owner=owner.id, reader=None if decides else actor.id)
    return [Digest(get_principal_by_id(db, one.reader_id), one) for one in found]


def put_digest(
    db: Db, actor: Principal, login: str, wanted: DigestDraft, desk: Desk, *, now: int
) -> Digest:
    """The reader gets the digest from now on, the actor himself or somebody whom he may choose.

    Raises NotFound, NeedPrivileges, NotHisToRead.
    """
    owner, access = _open(db, actor, login, now=now)
    reader = actor
    if wanted.reader != actor.login:
        if not _decides(actor, owner, access):
            raise NeedPrivileges((login, _HOME), Privilege.SCHEDULE)
        reader = get_principal(db, wanted.reader)
    _check_reads(db, reader, login, now=now)
    next_at = next_sending(wanted.period, now, wanted.at, desk.guidance.hours)
    made = Subscription(
        owner.id, reader.id, wanted.period, wanted.at, wanted.when_empty, next_at, actor.id
    )
    subscriptions.put(db, made, now=now)
    return Digest(reader, made)


def remove_digest(
    db: Db, actor: Principal, login: str, reader: str, period: Period, *, now: int
) -> None:
    """The reader gets it no more. Raises NotFound."""
    for one in list_digests(db, actor, login, now=now):
        if one.reader.login == reader and one.subscription.period is period:
            subscriptions.remove(db, one.subscription)
            return
    raise NotFound("there is nothing here")


def _open(db: Db, actor: Principal, login: str, *, now: int) -> tuple[Principal, Access]:
    _, access = open_collection(db, actor, (login, _HOME), Privilege.READ, now=now)
    return get_principal(db, login), access


def _decides(actor: Principal, owner: Principal, access: Access) -> bool:
    return actor.id == owner.id or Privilege.SCHEDULE in access.privileges


def _check_reads(db: Db, reader: Principal, login: str, *, now: int) -> None:
    if reader.kind is not PrincipalKind.INDIVIDUAL or reader.email is None:
        raise NotHisToRead("a digest goes to a person with an address")
    try:
        open_collection(db, reader, (login, _HOME), Privilege.READ, now=now)
    except NotFound:
        raise NotHisToRead("that person may not read this diary") from None
