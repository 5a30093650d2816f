"""What delegations add up to (SEC-5, DIR-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from calendars.kernel.identifiers import CollectionId
from calendars.model.principal import NOTHING, Access, Principal, Privilege, Rights, Visibility


class Held(NamedTuple):
    """One delegation in force, as its holder has it: on one calendar, or on all."""

    rights: Rights
    sees_private: bool
    collection: CollectionId | None = None


def access_of(held: Iterable[Held], reader: Principal, *, now: int) -> Access:
    """The sum of what a reader holds: nothing is taken away by a second delegation."""
    privileges = Privilege.NONE
    sees: set[str] = set()
    for rights, sees_private, _ in held:
        privileges |= rights.privileges
        if rights is not Rights.FREE_BUSY:
            sees.add(Visibility.PUBLIC)
        if sees_private:
            sees.add(Visibility.PRIVATE)
    return Access(privileges, frozenset(sees), reader, now) if privileges else NOTHING
