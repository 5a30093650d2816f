"""Who is meant: people are named by login or e-mail, kept by calendar user address."""

from __future__ import annotations

import re
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
from scheduler.meetings.model import Agenda

_WITH_NAME = re.compile(r"([^<>@]+)<([^<>]+)>")


class UnknownPerson(InvalidInput):
    """A login that nobody has."""

    words = "une des personnes nommées n'est ni un compte ni une adresse électronique"


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
    """Logins and e-mail addresses as people, in their order, each once; `Sophie Mica <s@x.org>`
    says what somebody outside is called.

    Raises UnknownPerson, InvalidInput for what is neither.
    """
    asked = [_taken_apart(one) for one in named]
    logins = list_people(db, [one for one, _ in asked if "@" not in one])
    mails = {one: mailto(check_email(one)) for one, _ in asked if "@" in one}
    ours = find_calendar_users(db, mails.values())
    found: dict[str, Somebody] = {}
    for one, name in asked:
        person = logins.get(one) if one not in mails else ours.get(mails[one])
        if person is None and one not in mails:
            raise UnknownPerson(
                "nobody here has that login",
                words=f"« {one} » n'est ni un compte ni une adresse électronique",
            )
        somebody = _outsider(mails[one], name) if person is None else of(person)
        found.setdefault(somebody.address, somebody)
    return list(found.values())


def _taken_apart(named: str) -> tuple[str, str]:
    matched = _WITH_NAME.fullmatch(named.strip())
    return (named.strip(), "") if matched is None else (matched[2].strip(), matched[1].strip())


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


def presenters_of(db: Db, agenda: Agenda) -> dict[str, str]:
    """What those are called who present the points of an agenda; nobody by his mail address."""
    who = known(db, [one.presenter for one in agenda.items if one.presenter])
    return {address: one.name for address, one in who.items() if one.name != one.email}


def _outsider(address: str, name: str = "") -> Somebody:
    return Somebody(address, name or email_in(calendar_user_address(address)) or address)
