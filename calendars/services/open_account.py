"""Open an account: a principal, its calendar home, and its password if it has one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services import sign_in
from calendars.services.make_calendar import provision
from calendars.storage import audit, principals
from calendars.storage.audit import Acting

# Basic authentication cuts at the first colon (RFC 7617 §2); the rest would need care in paths.
_LOGIN = re.compile(r"[^\x00-\x20\x7f-\xa0:/\\?#%&<>\"'|*]{1,100}")
# dot-atom "@" domain (RFC 5322 §3.4.1), nothing that a mail header or an iCalendar line may trip on
_ATOM = r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


class InvalidLogin(InvalidInput):
    """A login that cannot stand in a path or in an Authorization header."""


class InvalidAddress(InvalidInput):
    """Not an e-mail address that mail can be sent to."""

    words = "ce n'est pas une adresse électronique"


class InvalidDisplayName(InvalidInput):
    """A name that is empty, too long or has control characters."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Who shall have an account; rooms, vehicles and groups are principals too."""

    login: str
    display_name: str
    kind: PrincipalKind = PrincipalKind.INDIVIDUAL
    role: Role = Role.AGENT
    email: str | None = None
    capacity: int | None = None


def open_account(
    db: Db,
    new: NewAccount,
    *,
    timezone_id: str,
    by: Acting,
    now: int,
    hashed: str | None = None,
) -> Principal:
    """The new principal with its home; `hashed` is its password (`sign_in.hash_password`).

    Raises InvalidLogin, InvalidAddress, InvalidDisplayName, LoginTaken, AddressTaken.
    """
    wanted = Principal(
        PrincipalId(0),
        check_login(new.login),
        new.kind,
        new.role,
        _check_display_name(new.display_name),
        None if new.email is None else check_email(new.email),
        new.capacity,
    )
    added = principals.add(db, wanted, now=now)
    provision(db, added, timezone_id=timezone_id, now=now)
    details = {"kind": str(new.kind), "role": str(new.role)}
    audit.record(db, by, Deed.OPEN_ACCOUNT, Target(added, details=details), now=now)
    if hashed is not None:
        sign_in.set_password(db, added, hashed, by=by, now=now)
    return principals.get_by_id(db, added)


def check_login(login: str) -> Login:
    """The login in NFC. Raises InvalidLogin."""
    normal = unicodedata.normalize("NFC", login)
    if not _LOGIN.fullmatch(normal) or normal.startswith("."):
        raise InvalidLogin("that login has a character that it cannot have")
    return Login(normal)


def check_email(email: str) -> str:
    """The address as it was given. Raises InvalidAddress."""
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise InvalidAddress("that is not an e-mail address")
    return email


def _check_display_name(name: str) -> str:
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or len(clean) > 200 or any(unicodedata.category(c)[0] == "C" for c in clean):
        raise InvalidDisplayName("a name has 1 to 200 printable characters")
    return clean
