"""The shelf of languages: what people here chose, and what is remembered of those outside."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import CalendarUserAddress
from calendars.model.language import Language
from calendars.storage.tables import calendar_user_addresses, outside_languages, principals

_PORTION = 500
_HERE = (
    select(calendar_user_addresses.c.address, principals.c.language)
    .join(principals, principals.c.id == calendar_user_addresses.c.principal_id)
    .where(calendar_user_addresses.c.address.in_(bindparam("addresses", expanding=True)))
)
_OUTSIDE = select(outside_languages.c.address, outside_languages.c.language).where(
    outside_languages.c.address.in_(bindparam("addresses", expanding=True))
)


def chosen(db: Db, addresses: Sequence[CalendarUserAddress]) -> dict[CalendarUserAddress, Language]:
    """The languages of those addresses; who never chose one is left out.

    What was remembered of an address before its holder had an account counts no more.
    """
    found: dict[CalendarUserAddress, Language] = {}
    for start in range(0, len(addresses), _PORTION):
        portion = {"addresses": addresses[start : start + _PORTION]}
        rows = [*db.execute(_OUTSIDE, portion)]
        ours = [*db.execute(_HERE, portion)]
        found |= {CalendarUserAddress(address): Language(tag) for address, tag in rows}
        for address, tag in ours:
            found.pop(address, None)
            if tag is not None:
                found[address] = Language(tag)
    return found


def of_principal(db: Db, principal_id: PrincipalId) -> Language | None:
    """What the holder of an account chose; None: whatever the organisation writes in."""
    query = select(principals.c.language).where(principals.c.id == principal_id)
    tag = db.execute(query).scalar()
    return None if tag is None else Language(tag)


def choose(db: Db, principal_id: PrincipalId, language: Language | None) -> None:
    """From now on; None: whatever the organisation writes in."""
    db.execute(update(principals).where(principals.c.id == principal_id).values(language=language))


def remember(db: Db, address: CalendarUserAddress, language: Language | None, *, now: int) -> None:
    """Of somebody outside; None forgets it."""
    table = outside_languages
    db.execute(delete(table).where(table.c.address == address))
    if language is not None:
        row = {"address": address, "language": language, "chosen_at": now}
        db.execute(insert(table).values(row))
