"""Who keeps the lists of the guard: administrators the words, those who keep dossiers the names.

Names are never read back: a digest is kept of each. Every change is told in the audit trail.
"""

from __future__ import annotations

from calendars.kernel.audit import Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Role
from calendars.services.record_guard import record_lists
from notifications.guard import lists
from notifications.guard.lists import Guarded, Word

Keeper = Principal | Origin
"""Somebody, or the console of the machine."""

_KEEPS_NAMES = frozenset((Role.SECRETARY, Role.ASSISTANT, Role.DEPUTY, Role.DIRECTOR, Role.ADMIN))


class NotKeeper(Forbidden):
    """The lists of the guard are kept by others."""


def list_words(db: Db, actor: Keeper) -> list[Word]:
    """The denied words. Raises NotKeeper."""
    _check(actor, frozenset((Role.ADMIN,)))
    return lists.list_words(db)


def add_word(db: Db, actor: Keeper, text: str, *, now: int) -> bool:
    """False if it is there already. Raises NotKeeper, BadEntry."""
    _check(actor, frozenset((Role.ADMIN,)))
    added = lists.add_word(db, text, by=_id_of(actor), now=now)
    if added:
        record_lists(db, actor, "add", "word", 1, now=now)
    return added


def remove_word(db: Db, actor: Keeper, number: int, *, now: int) -> None:
    """Raises NotKeeper, NotFound."""
    _check(actor, frozenset((Role.ADMIN,)))
    if not lists.remove_word(db, number):
        raise NotFound("there is no such word")
    record_lists(db, actor, "remove", "word", 1, now=now)


def list_references(db: Db, actor: Keeper) -> list[Guarded]:
    """The references that have names, without the names. Raises NotKeeper."""
    _check(actor, _KEEPS_NAMES)
    return lists.list_references(db)


def add_name(db: Db, actor: Keeper, reference: str, name: str, *, now: int) -> bool:
    """False if it is linked already. Raises NotKeeper, BadEntry."""
    _check(actor, _KEEPS_NAMES)
    added = lists.add_name(db, reference, name, by=_id_of(actor), now=now)
    if added:
        record_lists(db, actor, "add", "name", 1, now=now)
    return added


def remove_names(
    db: Db, actor: Keeper, reference: str, name: str | None = None, *, now: int
) -> int:
    """All names of a reference, or one. Raises NotKeeper, NotFound."""
    _check(actor, _KEEPS_NAMES)
    gone = lists.remove_names(db, reference, name, now=now)
    if not gone:
        raise NotFound("there is no such name")
    record_lists(db, actor, "remove", "name", gone, now=now)
    return gone


def _check(actor: Keeper, roles: frozenset[Role]) -> None:
    if isinstance(actor, Principal) and actor.role not in roles:
        raise NotKeeper("the lists of the guard are kept by others")


def _id_of(actor: Keeper) -> PrincipalId | None:
    return actor.id if isinstance(actor, Principal) else None
