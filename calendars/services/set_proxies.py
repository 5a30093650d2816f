"""The groups calendar-proxy-read and -write of a principal: who may read or keep the diary.

They are delegations of the whole diary like any other (DIR-2), seen as Apple's and other clients
see them: setting the members gives and takes back. Who keeps a diary also invites in its owner's
name (calendar-proxy §3).
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from calendars.kernel.database import Db
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.delegate import Given, NotAPerson, OwnDiary, give, take_back
from calendars.services.find_principals import get_principal
from calendars.storage import delegations
from calendars.storage.delegations import PROXY_READ, PROXY_WRITE, Delegation, Terms


class Proxy(StrEnum):
    """Which of the two groups."""

    READ = "read"
    WRITE = "write"

    def takes_in(self, rights: Rights) -> bool:
        """Whoever holds these rights is a member."""
        if self is Proxy.WRITE:
            return rights.covers(Rights.WRITE)
        return rights is Rights.READ


_GIVEN = {Proxy.READ: (Rights.READ, PROXY_READ), Proxy.WRITE: (Rights.SCHEDULE, PROXY_WRITE)}


def list_proxies(db: Db, owner: Principal, proxy: Proxy, *, now: int) -> list[str]:
    """Logins of the members, each once."""
    return sorted({row.delegate for row in _rows(db, owner, proxy, now=now)})


def set_proxies(
    db: Db, owner: Principal, proxy: Proxy, logins: Collection[str], *, now: int
) -> None:
    """Exactly these are the members from now on. Raises NotFound, OwnDiary, NotAPerson.

    Delegations that begin later stay, and so does what is given on one calendar alone.
    """
    members = [get_principal(db, login) for login in dict.fromkeys(logins)]
    if any(member.kind is not PrincipalKind.INDIVIDUAL for member in members):
        raise NotAPerson("who keeps a diary is a person")
    if owner.login in logins:
        raise OwnDiary("the owner of a diary has every right on it already")
    there = _rows(db, owner, proxy, now=now)
    kept = {member.login for member in members}
    take_back(db, owner, owner, [row for row in there if row.delegate not in kept], now=now)
    known = {row.delegate for row in there}
    rights, origin = _GIVEN[proxy]
    for member in members:
        if member.login not in known:
            give(db, owner, Given(owner, member, rights), Terms(origin=origin), now=now)


def _rows(db: Db, owner: Principal, proxy: Proxy, *, now: int) -> list[Delegation]:
    return [
        row
        for row in delegations.list_given(db, owner.id)
        if row.calendar_id is None and row.holds_at(now) and proxy.takes_in(row.rights)
    ]
