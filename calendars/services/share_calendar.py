"""Offer a calendar to a colleague, take it or leave it (CalendarServer's sharing, RFC 3744 §8).

What is offered gives no right. What was taken is a delegation of that one calendar (DIR-2), and
stands in the home of the sharee under a name and a colour of his own.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Principal, PrincipalKind, Privilege
from calendars.model.share import ShareAccess, ShareState
from calendars.services.authorize import open_collection
from calendars.services.delegate import Given, OwnDiary, give, take_back
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.mount_calendars import tell_members
from calendars.services.share_notices import end_share, tell_owner, tell_sharee
from calendars.storage import audit, delegations, mounts, principals, shares
from calendars.storage.delegations import SHARING, Terms
from calendars.storage.shares import Share

MAX_SUMMARY = 1_000


class UnknownSharee(Forbidden):
    """Calendars are shared with colleagues (DAV:recognized-principal)."""


class NotShareable(Forbidden):
    """Calendars are shared, and by their owners."""


class Offer(NamedTuple):
    """To whom, what, and what the owner says of it."""

    address: str
    access: ShareAccess
    summary: str = ""


def sharee_of(db: Db, owner: Principal, address: str) -> Principal:
    """The colleague whom an address names. Raises UnknownSharee, OwnDiary."""
    found = find_calendar_user(db, address)
    if found is None or found.kind is not PrincipalKind.INDIVIDUAL:
        raise UnknownSharee("calendars are shared with people who have an account here")
    if found.id == owner.id:
        raise OwnDiary("the owner of a calendar has every right on it already")
    return found


def open_shareable(
    db: Db, actor: Principal, path: tuple[str, str], *, now: int
) -> CalendarCollection:
    """A calendar of the actor's own. Raises NotFound, NeedPrivileges, NotShareable."""
    collection, _ = open_collection(db, actor, path, Privilege.ACL, now=now)
    if not collection.is_calendar:
        raise NotShareable("only calendars are shared")
    return collection


def offer(
    db: Db, actor: Principal, collection: CalendarCollection, wanted: Offer, *, now: int
) -> Share:
    """Offer it, or offer it otherwise; what was taken already changes at once.

    Raises UnknownSharee, OwnDiary.
    """
    sharee = sharee_of(db, actor, wanted.address)
    known = shares.find(db, collection.id, sharee.id)
    values: dict[str, object] = {
        "access": wanted.access,
        "summary": (wanted.summary or collection.display_name or "")[:MAX_SUMMARY],
    }
    if known is None:
        values |= {"state": ShareState.NO_RESPONSE, "invited_at": now}
        shares.add(db, collection.id, sharee.id, secrets.token_hex(16), values)
    else:
        if known.state is ShareState.DECLINED:
            values["state"] = ShareState.NO_RESPONSE
        shares.change(db, known, values)
    share = _get(db, collection, sharee)
    if share.state is ShareState.ACCEPTED:
        _give(db, actor, share, now=now)
    elif known != share:
        tell_sharee(db, share, share.state, now=now)
    target = audit.about(collection, delegate=sharee.id, rights=share.access, origin="offer")
    audit.record(db, actor, Deed.DELEGATE, target, now=now)
    tell_members(db, collection, now=now)
    return share


def withdraw(
    db: Db, actor: Principal, collection: CalendarCollection, address: str, *, now: int
) -> None:
    """Take it back from one sharee, whether he has it already or not.

    Raises UnknownSharee, OwnDiary; nothing happens where it was not offered.
    """
    share = shares.find(db, collection.id, sharee_of(db, actor, address).id)
    if share is not None:
        _end(db, actor, share, now=now)


def withdraw_all(db: Db, actor: Principal, collection: CalendarCollection, *, now: int) -> None:
    """The calendar goes: nobody has it any more."""
    for share in shares.list_of(db, collection.id):
        _end(db, actor, share, now=now)


def _end(db: Db, actor: Principal, share: Share, *, now: int) -> None:
    owner = principals.get_by_id(db, share.owner_id)
    held = delegations.list_given(db, share.owner_id, to=share.sharee_id)
    rows = [r for r in held if r.origin == SHARING and r.calendar_id == share.calendar_id]
    take_back(db, actor, owner, rows, now=now)
    if not rows:
        end_share(db, share, now=now)


def answer(
    db: Db, actor: Principal, uid: str, *, accepted: bool, summary: str = "", now: int
) -> Share:
    """The sharee takes what was offered, or does not; he may change his mind.

    Raises NotFound for an offer that is none of his, or was taken back.
    """
    share = shares.find_by_uid(db, uid, actor.id)
    if share is None:
        raise NotFound("there is no such offer")
    state = ShareState.ACCEPTED if accepted else ShareState.DECLINED
    shares.change(db, share, {"state": state, "answered_at": now})
    share = share._replace(state=state)
    if accepted:
        _give(db, actor, share, now=now)
        if summary:
            look: dict[str, object] = {"display_name": summary[:MAX_SUMMARY]}
            mounts.set_look(db, actor.id, share.calendar_id, look)
    else:
        _drop(db, actor, share, now=now)
    tell_sharee(db, share, state, now=now)
    tell_owner(db, share, state, now=now)
    return share


def leave(db: Db, actor: Principal, collection: CalendarCollection, *, now: int) -> None:
    """Who takes a shared calendar out of his home declines it after all."""
    share = shares.find(db, collection.id, actor.id)
    if share is not None and share.state is ShareState.ACCEPTED:
        answer(db, actor, share.uid, accepted=False, now=now)


def _give(db: Db, by: Principal, share: Share, *, now: int) -> None:
    owner = principals.get_by_id(db, share.owner_id)
    sharee = principals.get_by_id(db, share.sharee_id)
    given = Given(owner, sharee, share.access.rights)
    give(db, by, given, Terms(share.summary, share.calendar_id, SHARING), now=now)


def _drop(db: Db, by: Principal, share: Share, *, now: int) -> None:
    """His rights end; the offer stays, declined."""
    owner = principals.get_by_id(db, share.owner_id)
    held = delegations.list_given(db, share.owner_id, to=share.sharee_id)
    rows = [r for r in held if r.origin == SHARING and r.calendar_id == share.calendar_id]
    take_back(db, by, owner, rows, offer_stays=True, now=now)


def _get(db: Db, collection: CalendarCollection, sharee: Principal) -> Share:
    share = shares.find(db, collection.id, sharee.id)
    if share is None:
        raise NotFound("there is no such offer")
    return share


def list_offers(db: Db, collection: CalendarCollection) -> list[Share]:
    """To whom a calendar was offered, and what they said."""
    return shares.list_of(db, collection.id) if collection.shared else []


def offer_to(db: Db, actor: Principal, collection: CalendarCollection) -> Share | None:
    """The offer by which a calendar of somebody else stands in the actor's home."""
    return shares.find(db, collection.id, actor.id) if collection.mounted_at else None
