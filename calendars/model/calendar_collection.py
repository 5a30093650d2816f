"""A calendar home and what stands in it (RFC 4791 §4.2, §6.2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calendars.kernel.identifiers import CollectionId, Login, PrincipalId
from calendars.model.principal import RESOURCE_KINDS, CollectionKind, PrincipalKind

SYNC_TOKEN_PREFIX = "urn:niaouli:sync:"  # noqa: S105 - a name space
COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY")
DEFAULT_COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")

_SYNC_TOKEN = re.compile(re.escape(SYNC_TOKEN_PREFIX) + r"([0-9a-f]{32}):([0-9]{1,18})", re.ASCII)
_HOME_TOKEN = re.compile(r"(.*?)(?:@([0-9]{1,12}))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class CalendarCollection:
    """One row of `collections`, with the login of its owner."""

    id: CollectionId
    owner_id: PrincipalId
    owner_login: Login
    kind: CollectionKind
    name: str
    display_name: str | None
    description: str | None
    color: str | None
    display_order: str | None
    timezone: str | None
    timezone_id: str
    components: tuple[str, ...]
    transparent: bool
    modseq: int
    incarnation: str
    oldest_modseq: int
    owner_kind: PrincipalKind
    shared: bool
    """Its owner offered it to somebody (`model/share.py`)."""
    mounted_at: tuple[Login, str] | None = None
    """Where it was asked for, if that is in the home of somebody else than its owner."""

    @property
    def path(self) -> tuple[str, str]:
        """Login and name by which it was asked for: what answers name."""
        return self.mounted_at or (self.owner_login, self.name)

    @property
    def sync_token(self) -> str:
        """RFC 6578 §4: names this state of this collection, whatever the clock says."""
        return f"{SYNC_TOKEN_PREFIX}{self.incarnation}:{self.modseq}"

    @property
    def is_calendar(self) -> bool:
        """It holds calendar objects that people work with."""
        return self.kind is CollectionKind.CALENDAR

    @property
    def of_resource(self) -> bool:
        """It belongs to a room, a vehicle or a piece of equipment: its entries are bookings."""
        return self.owner_kind in RESOURCE_KINDS

    def position_of(self, token: str) -> int | None:
        """The change that a token names; None if it is not a token of this collection."""
        matched = _SYNC_TOKEN.fullmatch(token)
        if matched is None or matched[1] != self.incarnation:
            return None
        position = int(matched[2])
        return position if self.oldest_modseq <= position <= self.modseq else None


def home_token(token: str, boundary: int) -> str:
    """A token that also names the last instant at which a delegation came or went by itself."""
    return f"{token}@{boundary}" if boundary else token


def parts_of_home_token(token: str) -> tuple[str, int]:
    """The token of the collection, and the instant that was named with it."""
    matched = _HOME_TOKEN.fullmatch(token)
    if matched is None:
        return token, 0
    return matched[1], int(matched[2] or 0)
