"""Who is meant: people are named by login or e-mail, kept by calendar user address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_user_address import (
    calendar_user_address,
    email_in,
    mailto,
    preferred_address,
)
from calendars.model.principal import Principal
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_principals import list_people
from calendars.services.open_account import check_email


class UnknownPerson(InvalidInput):
    """A login that nobody has."""


class Somebody(NamedTuple):
    """A person, with an account here or not."""

    address: str
    name: str
    principal: Principal | None = None

    @property
    def login(self) -> str | None:
        """By which the person signs in here."""
        return None if self.principal is None else self.principal.login

    @property
    def email(self) -> str:
        """The e-mail address, empty where there is none."""
        return email_in(calendar_user_address(self.address)) or (
            (self.principal.email or "") if self.principal else ""
        )


def resolve(db: Db, named: Sequence[str]) -> list[Somebody]:
    """Logins and e-mail addresses as people, in their order, each once.

    Raises UnknownPerson, InvalidInput for what is neither.
    """
    logins = list_people(db, [one for one in named if "@" not in one])
    mails = [mailto(check_email(one)) for one in named if "@" in one and one not in logins]
    ours = find_calendar_users(db, mails)
    found: dict[str, Somebody] = {}
    for one in named:
        person = logins.get(one) if "@" not in one else ours.get(mailto(one))
        if person is None and "@" not in one:
            raise UnknownPerson("nobody here has that login")
        somebody = _outsider(mailto(one)) if person is None else of(person)
        found.setdefault(somebody.address, somebody)
    return list(found.values())


def resolve_one(db: Db, named: str | None) -> Somebody | None:
    """The same for one, who may be nobody. Raises UnknownPerson, InvalidInput."""
    return None if named is None else resolve(db, [named])[0]


def of(person: Principal) -> Somebody:
    """Somebody who has an account here."""
    return Somebody(preferred_address(person), person.display_name, person)


def known(
    db: Db, addresses: Iterable[str], names: Mapping[str, str] | None = None
) -> dict[str, Somebody]:
    """Who stands behind addresses; a stranger is called as the event has it, or by his mail."""
    wanted = [calendar_user_address(one) for one in addresses if one]
    ours = find_calendar_users(db, wanted)
    found = {}
    for address in wanted:
        person = ours.get(address)
        name = (names or {}).get(address, "")
        found[str(address)] = of(person) if person else _outsider(address, name)
    return found


def _outsider(address: str, name: str = "") -> Somebody:
    return Somebody(address, name or email_in(calendar_user_address(address)) or address)
