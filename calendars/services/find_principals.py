"""Find people, rooms and groups (RFC 3744 §9.4), and nothing that the asker may not see."""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.principal import Principal, PrincipalKind
from calendars.storage import principals

MIN_LETTERS = 3
MAX_FOUND = 20
MAX_LISTED = 200

_NOBODY = tuple(kind for kind in PrincipalKind if kind is not PrincipalKind.INDIVIDUAL)


def get_principal(db: Db, login: str) -> Principal:
    """The principal of a login with its addresses. Raises NotFound, for disabled ones too."""
    principal = principals.get(db, login)
    if principal.disabled:
        raise NotFound("there is nothing here")
    return principal


def get_principal_by_id(db: Db, principal_id: PrincipalId) -> Principal:
    """The principal of that number. Raises NotFound."""
    return principals.get_by_id(db, principal_id)


def list_people(db: Db, logins: Sequence[str]) -> dict[str, Principal]:
    """The principals of those logins, people or not; unknown and disabled ones are left out."""
    found = principals.list_by_login(db, [Login(login) for login in logins])
    return {login: principal for login, principal in found.items() if not principal.disabled}


def list_members(db: Db, login: str) -> list[Principal]:
    """Who belongs to a group; a person stands for himself. Raises NotFound."""
    found = principals.get(db, login)
    if found.kind is not PrincipalKind.GROUP:
        return [found]
    members = principals.members_of(db, found.id)
    by_login = principals.list_by_login(db, [one.login for one in members])
    return [one for one in by_login.values() if not one.disabled]


def list_groups_of(db: Db, person: Principal) -> list[Principal]:
    """The groups that somebody belongs to, by name."""
    found = [one for one in principals.groups_of(db, person.id) if not one.disabled]
    return sorted(found, key=lambda one: one.display_name.casefold())


def list_principals(
    db: Db, *, kinds: Sequence[PrincipalKind] = tuple(PrincipalKind)
) -> list[Principal]:
    """Every principal of those kinds, for those who run the service."""
    return principals.list_all(db, kinds=kinds)


def find_principals(db: Db, actor: Principal, words: Sequence[str]) -> list[Principal]:
    """Principals whose name, login or address holds every word, the asker first.

    The directory is looked up, not copied: whoever says less than three letters finds himself,
    rooms, resources and groups, and nobody finds more than a few at once.
    """
    letters = sum(len(word.strip()) for word in words)
    if letters < MIN_LETTERS:
        found = principals.search(db, actor.id, words, limit=MAX_LISTED, kinds=_NOBODY)
    else:
        found = principals.search(db, actor.id, words, limit=MAX_FOUND)
    return [principals.get(db, principal.login) for principal in found]
