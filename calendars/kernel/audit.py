"""The audit trail's values (SEC-8): who did what to what, from where; and the chain of its lines.

A line holds ids and keyed digests, never a title or a name. The lines about what one principal
owns form one chain: each is sealed with the seal of the one before it (docs/adr/0007).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from calendars.kernel.identifiers import CollectionId, CredentialId, PrincipalId

HOUSE = PrincipalId(0)
"""The chain of what belongs to nobody in particular."""

FIRST_SEAL = b"\0" * 32
_SEAL_SIZE = 32
_MARK_SIZE = 9


class Face(StrEnum):
    """The door that somebody came in by."""

    CALDAV = "caldav"
    REST = "rest"
    CLI = "cli"
    MAIL = "mail"
    LINK = "link"
    """A secret link: whoever has it, for the one who made it."""
    JOB = "job"
    SERVICE = "service"
    """None of these: one deed of the service calls another in somebody's name."""


class Origin(NamedTuple):
    """From where somebody acts: the face, his address, the credential he signed in with."""

    face: Face = Face.SERVICE
    address: str | None = None
    credential: CredentialId | None = None

    @property
    def anonymous(self) -> bool:
        """At the machine's own console and in its jobs nobody is signed in."""
        return self.face in {Face.CLI, Face.JOB}


NOWHERE = Origin()
CONSOLE = Origin(Face.CLI)
JOB = Origin(Face.JOB)


class Deed(StrEnum):
    """What was done, or tried."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    COPY = "copy"
    READ = "read"
    EXPORT = "export"
    READ_BUSY = "read-busy"
    MAKE_CALENDAR = "make-calendar"
    CHANGE_CALENDAR = "change-calendar"
    REMOVE_CALENDAR = "remove-calendar"
    DELEGATE = "delegate"
    REVOKE_DELEGATION = "revoke-delegation"
    CHANGE_MEMBERS = "change-members"
    OPEN_ACCOUNT = "open-account"
    CHANGE_ACCOUNT = "change-account"
    DISABLE_ACCOUNT = "disable-account"
    ENABLE_ACCOUNT = "enable-account"
    SET_PASSWORD = "set-password"  # noqa: S105
    ISSUE_PASSWORD = "issue-password"  # noqa: S105
    WITHDRAW_PASSWORD = "withdraw-password"  # noqa: S105
    ISSUE_LINK = "issue-link"
    WITHDRAW_LINK = "withdraw-link"
    SIGN_IN = "sign-in"
    ACCESS = "access"
    """A request of some kind; only recorded where it was refused."""
    DELIVER = "deliver"
    """A scheduling message into somebody's inbox (RFC 6638 §3.2)."""
    HOLD = "hold"
    RELEASE = "release"
    SET_POLICY = "set-policy"
    """How a resource answers, and when it is out of service (RES-1)."""
    SET_WORKING_TIME = "set-working-time"
    """Days, hours and figures that dates and slots are reckoned with (TIM)."""
    SET_DIRECTORY = "set-directory"
    """Sites, ways between them, who works where (DIR)."""
    SET_WEBHOOKS = "set-webhooks"
    NOTE_REFERENCE = "note-reference"
    """A number of another system, on a thing (DIR-5)."""
    REMOVE_REFERENCE = "remove-reference"
    OVERRIDE = "override"
    SET_GUARD = "set-guard"
    """The words and names that leave in no title (SEC-6)."""
    """Somebody wrote against a rule, and gave his reason (DIA-4)."""
    CHOOSE = "choose"
    """A slot of somebody's time that was offered (RDV-1, RDV-3)."""
    APPROVE = "approve"
    DECLINE = "decline"
    VALIDATE = "validate"
    """Minutes, by the chair or who takes his interim (MTG-1, DIR-3)."""
    DISTRIBUTE = "distribute"
    SEND_MAIL = "send-mail"
    RECEIVE_MAIL = "receive-mail"
    READ_AUDIT = "read-audit"
    BACKUP = "backup"
    RESTORE_BACKUP = "restore-backup"
    PURGE = "purge"


class Result(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


class Target(NamedTuple):
    """What a deed is about; `owner` is for whom it was done, and whose chain tells of it.

    The name of an object is kept as a keyed digest. Details are numbers, codes and ids: never
    text that somebody typed.
    """

    owner: PrincipalId = HOUSE
    collection: CollectionId | None = None
    name: str | None = None
    visibility: str | None = None
    details: Mapping[str, int | str | list[str]] = {}


class Line(NamedTuple):
    """One line as it is kept, without its place in a chain."""

    owner_id: PrincipalId
    at: int
    actor_id: PrincipalId | None
    face: str
    address: str | None
    credential_id: CredentialId | None
    deed: str
    collection_id: CollectionId | None
    object: str | None
    visibility: str | None
    result: str
    details: str


def mark_of(key: bytes, collection: int, name: str) -> str:
    """What stands for an object in a line: the same for the same name, and tells nothing of it."""
    digest = blake2b(
        f"{collection}/{name}".encode("utf-8", "surrogatepass"), digest_size=_MARK_SIZE, key=key
    )
    return base64.urlsafe_b64encode(digest.digest()).decode()


def details_of(details: Mapping[str, Any]) -> str:
    """Details as they are kept."""
    return json.dumps(details, separators=(",", ":"), sort_keys=True) if details else ""


def seal_of(key: bytes, before: bytes, number: int, line: Line) -> bytes:
    """The seal of a line behind the line whose seal is `before`."""
    # All fields in one unambiguous text; a tuple of plain values is written so by every Python.
    text = json.dumps([number, *line], separators=(",", ":"))
    return blake2b(before + text.encode(), digest_size=_SEAL_SIZE, key=key, person=b"line").digest()


def head_seal_of(key: bytes, owner: int, count: int, head: bytes) -> bytes:
    """The seal of a chain's length and last line: without it the end could be cut off unseen."""
    text = f"{owner}/{count}/".encode()
    return blake2b(text + head, digest_size=_SEAL_SIZE, key=key, person=b"head").digest()
