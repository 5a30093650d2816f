"""What a person has set on the scheduling inbox: where invitations go, when to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.principal import CollectionKind
from calendars.storage.tables import collections, principals


class SchedulingSettings(NamedTuple):
    """Names of calendars in the same home, and a VAVAILABILITY; None where nothing was set."""

    default_calendar: str | None = None
    default_tasks: str | None = None
    availability: str | None = None


class Usual(NamedTuple):
    """When a person can usually be reached, and in which zone floating times of it are read."""

    text: str
    timezone_id: str


_COLUMNS = tuple(collections.c[name] for name in SchedulingSettings._fields)
_OF_LOGIN = Prepared(
    select(*_COLUMNS)
    .join(principals, principals.c.id == collections.c.owner_id)
    .where(
        principals.c.login == bindparam("login"),
        collections.c.kind == CollectionKind.INBOX.value,
    )
)
_AVAILABILITIES = select(
    collections.c.owner_id, collections.c.availability, collections.c.timezone_id
).where(
    collections.c.owner_id.in_(bindparam("owners", expanding=True)),
    collections.c.kind == CollectionKind.INBOX.value,
    collections.c.availability.is_not(None),
)


def of_login(db: Db, login: str) -> SchedulingSettings:
    """The settings of a person; none for who has no inbox."""
    row = _OF_LOGIN.first(db, {"login": login})
    return SchedulingSettings() if row is None else SchedulingSettings(*row)


def availabilities_of(db: Db, owners: Sequence[PrincipalId]) -> dict[PrincipalId, Usual]:
    """The VAVAILABILITY texts of those who have one (RFC 7953 §7.2.4)."""
    rows = db.execute(_AVAILABILITIES, {"owners": owners})
    return {owner: Usual(text, timezone_id) for owner, text, timezone_id in rows}
