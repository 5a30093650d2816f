"""Who acts and who owns: principals (RFC 3744 §2) and what they may do with a collection."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, IntFlag, StrEnum, auto

from calendars.kernel.audit import NOWHERE, Origin
from calendars.kernel.identifiers import Login, PrincipalId


class PrincipalKind(StrEnum):
    """RFC 5545 §3.2.3 CUTYPE, RFC 6638 §2.4.2."""

    INDIVIDUAL = "INDIVIDUAL"
    GROUP = "GROUP"
    ROOM = "ROOM"
    RESOURCE = "RESOURCE"


RESOURCE_KINDS = frozenset({PrincipalKind.ROOM, PrincipalKind.RESOURCE})
"""What is booked: it answers invitations by its policy (RES-1)."""


class Role(StrEnum):
    """What a person does in the directorate."""

    DIRECTOR = "director"
    DEPUTY = "deputy"
    ASSISTANT = "assistant"
    SECRETARY = "secretary"
    AGENT = "agent"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal; `addresses` are calendar user addresses, the preferred one first."""

    id: PrincipalId
    login: Login
    kind: PrincipalKind
    role: Role
    display_name: str
    email: str | None = None
    capacity: int | None = None
    disabled: bool = False
    addresses: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)
    """From where it acts, where it is the one that asks."""

    def acting(self, origin: Origin) -> Principal:
        """The same one, acting from there."""
        return replace(self, origin=origin)


class Privilege(IntFlag):
    """RFC 3744 §3 and RFC 4791 §6.1.1, as far as this service tells them apart."""

    READ_FREE_BUSY = auto()
    READ = auto()
    WRITE_PROPERTIES = auto()
    WRITE_CONTENT = auto()
    BIND = auto()
    UNBIND = auto()
    SCHEDULE = auto()
    """Invite and answer in the owner's name: CALDAV:schedule-send (RFC 6638 §6.1.2)."""
    ACL = auto()
    """Read and set who has which rights: the owner's alone (RFC 3744 §3.6, §3.8)."""

    READER = READ | READ_FREE_BUSY
    WRITER = READER | WRITE_CONTENT | BIND | UNBIND | WRITE_PROPERTIES
    NONE = 0


class Rights(StrEnum):
    """What a delegation gives, each including the ones before it (SEC-5)."""

    FREE_BUSY = "freebusy"
    READ = "read"
    WRITE = "write"
    SCHEDULE = "schedule"
    ACT_FOR = "act_for"

    def covers(self, other: Rights) -> bool:
        """It gives what the other gives."""
        ranks = list(Rights)
        return ranks.index(self) >= ranks.index(other)

    @property
    def privileges(self) -> Privilege:
        """The privileges on the delegator's calendars."""
        if self is Rights.FREE_BUSY:
            return Privilege.READ_FREE_BUSY
        if self is Rights.READ:
            return Privilege.READER
        return Privilege.WRITER if self is Rights.WRITE else Privilege.WRITER | Privilege.SCHEDULE


class Visibility(StrEnum):
    """CLASS (RFC 5545 §3.8.1.3): an unknown value counts as PRIVATE."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
    CONFIDENTIAL = "CONFIDENTIAL"


@dataclass(frozen=True, slots=True)
class Access:
    """What one principal may do with one collection, and the classes whose content he reads."""

    privileges: Privilege
    sees: frozenset[str]
    reader: Principal | None = None
    """Who reads, where he does not see all: he knows masked objects by names of his own."""
    at: int = 0
    """When he reads."""

    @property
    def sees_all(self) -> bool:
        """No object of the collection is hidden from him."""
        return len(self.sees) == len(Visibility)


EVERYTHING = frozenset(str(v) for v in Visibility)
OWNER = Access(Privilege.WRITER | Privilege.SCHEDULE | Privilege.ACL, EVERYTHING)
MASKED = Access(Privilege.READER, frozenset())
NOTHING = Access(Privilege.NONE, frozenset())


class CollectionKind(Enum):
    """What stands at a path below a calendar home."""

    HOME = "HOME"
    CALENDAR = "CALENDAR"
    INBOX = "INBOX"
    OUTBOX = "OUTBOX"
    NOTIFICATIONS = "NOTIFICATIONS"
    REMOVED = "REMOVED"
    """A calendar that was removed: it stands at no path until it is brought back."""
