"""A calendar home and what stands in it (RFC 4791 §4.2, §6.2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calendars.kernel.identifiers import CollectionId, Login, PrincipalId
from calendars.model.principal import CollectionKind

SYNC_TOKEN_PREFIX = "urn:niaouli:sync:"  # noqa: S105 - a name space
COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY")
DEFAULT_COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")

_SYNC_TOKEN = re.compile(re.escape(SYNC_TOKEN_PREFIX) + r"([0-9a-f]{32}):([0-9]{1,18})", re.ASCII)


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

    @property
    def sync_token(self) -> str:
        """RFC 6578 §4: names this state of this collection, whatever the clock says."""
        return f"{SYNC_TOKEN_PREFIX}{self.incarnation}:{self.modseq}"

    @property
    def is_calendar(self) -> bool:
        """It holds calendar objects that people work with."""
        return self.kind is CollectionKind.CALENDAR

    def position_of(self, token: str) -> int | None:
        """The change that a token names; None if it is not a token of this collection."""
        matched = _SYNC_TOKEN.fullmatch(token)
        if matched is None or matched[1] != self.incarnation:
            return None
        position = int(matched[2])
        return position if self.oldest_modseq <= position <= self.modseq else None
