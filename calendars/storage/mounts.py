"""The shelf of mounts: how calendars of others look in the home of a member, never the rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.delegation import Held
from calendars.model.mount import Look, mounted, owner_and_name
from calendars.model.principal import CollectionKind, Principal, PrincipalKind, Rights
from calendars.storage.collections import COLUMNS, collection_of
from calendars.storage.delegations import SHARING, in_force_at
from calendars.storage.tables import collections as collection_rows
from calendars.storage.tables import delegations, mounts, principals

_LOOK = (
    principals.c.display_name,
    mounts.c.display_name,
    mounts.c.color,
    mounts.c.display_order,
    mounts.c.transparent,
    mounts.c.hidden,
)
_PLACES = PrincipalKind.ROOM, PrincipalKind.RESOURCE
_OF_MEMBER = mounts.c.member_id == bindparam("member")
_ONE = Prepared(
    select(*COLUMNS, *_LOOK)
    .select_from(
        collection_rows.join(principals, principals.c.id == collection_rows.c.owner_id).outerjoin(
            mounts, and_(_OF_MEMBER, mounts.c.collection_id == collection_rows.c.id)
        )
    )
    .where(
        principals.c.login == bindparam("owner"),
        collection_rows.c.name == bindparam("name"),
        collection_rows.c.kind == CollectionKind.CALENDAR.value,
    )
)
_OPEN = Prepared(
    select(*COLUMNS, *_LOOK, delegations.c.rights, delegations.c.sees_private)
    .select_from(
        delegations.join(principals, principals.c.id == delegations.c.owner_id)
        .join(
            collection_rows,
            and_(
                collection_rows.c.owner_id == delegations.c.owner_id,
                or_(
                    delegations.c.collection_id.is_(None),
                    delegations.c.collection_id == collection_rows.c.id,
                ),
            ),
        )
        .outerjoin(mounts, and_(_OF_MEMBER, mounts.c.collection_id == collection_rows.c.id))
    )
    .where(
        delegations.c.delegate_id == bindparam("member"),
        delegations.c.rights != str(Rights.FREE_BUSY),
        # A secretary reads every room; those that she keeps stand in her home.
        or_(
            and_(*(principals.c.kind != str(kind) for kind in _PLACES)),
            delegations.c.origin == SHARING,
            and_(
                delegations.c.rights != str(Rights.READ),
                collection_rows.c.components.contains("VEVENT"),
            ),
        ),
        collection_rows.c.kind == CollectionKind.CALENDAR.value,
        in_force_at(bindparam("now")),
    )
    .order_by(principals.c.login, collection_rows.c.id)
)


class OpenMount(NamedTuple):
    """A calendar that stands in somebody's home now, and what holds it there."""

    collection: CalendarCollection
    held: list[Held]
    hidden: bool


def find(db: Db, member: Principal, path: tuple[str, str]) -> CalendarCollection | None:
    """The calendar of another at that path of the member's own home, unless he took it out.

    Whether he may open it is for the rights to say.
    """
    login, name = path
    origin = owner_and_name(name)
    if origin is None or login != member.login:
        return None
    owner, calendar = origin
    row = _ONE.first(db, {"member": member.id, "owner": owner, "name": calendar})
    if row is None or owner == member.login:
        return None
    look = row[len(COLUMNS) :]
    if look[5]:
        return None
    return mounted(collection_of(row[: len(COLUMNS)]), member.login, look[0], _look(look))


def list_open(db: Db, member: Principal, *, now: int) -> list[OpenMount]:
    """Every calendar of others that a delegation puts into the member's home now.

    Those that he took out of it are marked so.
    """
    found: dict[CollectionId, OpenMount] = {}
    width = len(COLUMNS)
    for row in _OPEN.rows(db, {"member": member.id, "now": now}):
        collection, look = collection_of(row[:width]), row[width : width + len(_LOOK)]
        if collection.owner_id == member.id:
            continue
        rights, sees_private = row[-2:]
        one = found.get(collection.id)
        if one is None:
            dressed = mounted(collection, member.login, look[0], _look(look))
            one = found[collection.id] = OpenMount(dressed, [], bool(look[5]))
        one.held.append(Held(Rights(rights), bool(sees_private)))
    return list(found.values())


def _look(row: Sequence[Any]) -> Look:
    _, display_name, color, display_order, transparent, hidden = row
    return Look(
        display_name,
        color,
        display_order,
        transparent=transparent is None or bool(transparent),
        hidden=bool(hidden),
    )


def set_look(
    db: Db, member: PrincipalId, collection: CollectionId, values: dict[str, object]
) -> None:
    """New values of the named columns, for this member alone."""
    condition = and_(mounts.c.member_id == member, mounts.c.collection_id == collection)
    if db.execute(update(mounts).where(condition).values(**values)).rowcount == 0:
        db.execute(insert(mounts).values(member_id=member, collection_id=collection, **values))


def show_again(
    db: Db, member: PrincipalId, owner: PrincipalId, calendar: CollectionId | None = None
) -> None:
    """What the member had taken out of his home stands in it again: one calendar, or all."""
    theirs = select(collection_rows.c.id).where(collection_rows.c.owner_id == owner)
    if calendar is not None:
        theirs = theirs.where(collection_rows.c.id == calendar)
    db.execute(
        update(mounts)
        .where(mounts.c.member_id == member, mounts.c.collection_id.in_(theirs))
        .values(hidden=False)
    )
