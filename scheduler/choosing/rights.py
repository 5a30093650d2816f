"""Who sees what was chosen of somebody's time, and decides on it (SEC-2, SEC-5)."""

from __future__ import annotations

from enum import IntEnum

from calendars.kernel.database import Db
from calendars.model.principal import Principal, Privilege, Visibility
from calendars.services.act_for import acts_for
from calendars.services.authorize import access_to
from calendars.services.default_calendars import calendar_for


class Nearness(IntEnum):
    """How near somebody stands to the host of what is chosen."""

    STRANGER = 0
    KEEPER = 1
    """Schedules for him and sees what is private: who comes, not what is confidential about it."""
    HOST = 2
    """The host, who takes his interim, or who reads that class: all of it."""


def nearness_of(
    db: Db, actor: Principal, host: Principal, visibility: str, *, now: int
) -> Nearness:
    """Being a delegate is not enough for what is confidential (SEC-2)."""
    if acts_for(db, actor, host.id, now=now):
        return Nearness.HOST
    calendar = calendar_for(db, host.login, "VEVENT")
    if calendar is None:
        return Nearness.STRANGER
    access = access_to(db, actor, calendar, now=now)
    if Privilege.SCHEDULE not in access.privileges:
        return Nearness.STRANGER
    if visibility in access.sees:
        return Nearness.HOST
    return Nearness.KEEPER if Visibility.PRIVATE in access.sees else Nearness.STRANGER


def is_near(db: Db, actor: Principal, host: Principal, visibility: str, *, now: int) -> bool:
    """He may act for the host in what is of that class."""
    return nearness_of(db, actor, host, visibility, now=now) is not Nearness.STRANGER
