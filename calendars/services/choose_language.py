"""In which language somebody is written to: his own choice, else the organisation's.

People with an account choose for themselves. Of those outside somebody here remembers it, or they
say so themselves on a page that their link opens.
"""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict
from calendars.model.calendar_user_address import CalendarUserAddress, calendar_user_address
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.storage import audit, languages, principals
from calendars.storage.audit import Acting


class ChoosesAlone(Conflict):
    """Who has an account chooses his language himself."""


def language_of(db: Db, address: str, *, default: Language) -> Language:
    """The language of an address (`mailto:…`); `default` is the organisation's."""
    normal = calendar_user_address(address)
    return languages.chosen(db, [normal]).get(normal, default)


def languages_of(
    db: Db, addresses: Sequence[str], *, default: Language
) -> dict[CalendarUserAddress, Language]:
    """The same for many, by their normal forms, in two queries."""
    normal = list(dict.fromkeys(calendar_user_address(address) for address in addresses))
    found = languages.chosen(db, normal)
    return {address: found.get(address, default) for address in normal}


def chosen_language(db: Db, principal: Principal) -> Language | None:
    """What the holder of an account chose; None: the organisation's."""
    return languages.of_principal(db, principal.id)


def choose_language(
    db: Db, principal: Principal, language: Language | None, *, by: Acting, now: int
) -> None:
    """The language of everything that is written to a person here from now on."""
    languages.choose(db, principal.id, language)
    told = Target(principal.id, details={"language": language or "default"})
    audit.record(db, by, Deed.CHANGE_ACCOUNT, told, now=now)


def remember_language(
    db: Db, address: str, language: Language | None, *, by: Acting, now: int
) -> None:
    """The language of somebody without an account. Raises ChoosesAlone."""
    normal = calendar_user_address(address)
    if principals.find_by_address(db, normal) is not None:
        raise ChoosesAlone("that address belongs to an account")
    languages.remember(db, normal, language, now=now)
    told = Target(details={"language": language or "default"})
    audit.record(db, by, Deed.CHANGE_ACCOUNT, told, now=now)
