"""Whom a calendar user address names, if it is one of us (RFC 6638 §2.4.1)."""

from __future__ import annotations

from collections.abc import Iterable

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import (
    CalendarUserAddress,
    calendar_user_address,
    login_in,
)
from calendars.model.principal import Principal
from calendars.storage import principals


def find_calendar_user(db: Db, address: str) -> Principal | None:
    """The enabled principal of an address, however it is written; None for everyone else."""
    normal = calendar_user_address(address)
    return find_calendar_users(db, [normal]).get(normal)


def find_calendar_users(
    db: Db, addresses: Iterable[CalendarUserAddress]
) -> dict[CalendarUserAddress, Principal]:
    """The enabled principals of many addresses, all at once; the others are left out."""
    wanted = list(dict.fromkeys(addresses))
    logins = {address: login for address in wanted if (login := login_in(address)) is not None}
    by_address = principals.list_by_address(db, [a for a in wanted if a not in logins])
    by_login = principals.list_by_login(db, list(logins.values()))
    found: dict[CalendarUserAddress, Principal] = {}
    for address in wanted:
        login = logins.get(address)
        principal = by_address.get(address) if login is None else by_login.get(login)
        if principal is not None and not principal.disabled:
            found[address] = principal
    return found
