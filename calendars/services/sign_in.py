"""Who somebody is: passwords, application passwords, and slowing down those who guess.

A failed try counts against its login and against its address. Beyond the limits a try is refused
before any hash is computed — except from an address where the person has signed in before, so that
nobody can lock the director out of his own telephone by guessing elsewhere.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from calendars.kernel.audit import Deed, Origin, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound, ServiceError
from calendars.kernel.identifiers import CredentialId, PrincipalId
from calendars.model.principal import Principal
from calendars.storage import audit, credentials, principals
from calendars.storage.audit import Acting
from calendars.storage.credentials import Credential

PASSWORD = "PASSWORD"  # noqa: S105
APPLICATION = "APPLICATION"
TOKEN = "TOKEN"  # noqa: S105

WINDOW = 15 * 60
MAX_FAILURES_PER_LOGIN_AND_ADDRESS = 10
MAX_FAILURES_PER_LOGIN = 30
MAX_FAILURES_PER_ADDRESS = 50
MAX_SECRET_LENGTH = 256
MIN_PASSWORD_LENGTH = 8

# 19 MiB, two passes, one lane: OWASP's recommendation; RFC 9106 names the algorithm.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class WrongPassword(ServiceError):
    """The login and the secret do not belong together; nobody learns which of them is wrong."""


class TooManyTries(ServiceError):
    """Too many wrong passwords; `retry_after` is in seconds."""

    def __init__(self, retry_after: int = WINDOW) -> None:
        super().__init__("too many wrong passwords; wait a while")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody presents, and from where."""

    login: str
    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """What an attempt may be compared with; after too many wrong ones only the right one counts."""

    principal: Principal | None
    held: tuple[Credential, ...]
    slowed_down: bool = False


def candidates(db: Db, attempt: Attempt, *, now: int) -> Candidates:
    """The credentials of the login.

    Raises TooManyTries before anything is hashed, unless the person has signed in from there.
    """
    principal = principals.find(db, attempt.login)
    if principal is not None and principal.disabled:
        principal = None
    too_many = _guesses_too_much(db, attempt, now=now)
    if principal is None:
        if too_many:
            raise TooManyTries
        return Candidates(None, ())
    if too_many and not credentials.knows_address(db, principal.id, attempt.address):
        raise TooManyTries
    return Candidates(principal, tuple(credentials.list_of(db, principal.id)), too_many)


def _guesses_too_much(db: Db, attempt: Attempt, *, now: int) -> bool:
    since = now - WINDOW
    login, address = attempt.login, attempt.address
    return (
        credentials.count_failures(db, since=since, login=login, address=address)
        >= MAX_FAILURES_PER_LOGIN_AND_ADDRESS
        or credentials.count_failures(db, since=since, login=login) >= MAX_FAILURES_PER_LOGIN
        or credentials.count_failures(db, since=since, address=address) >= MAX_FAILURES_PER_ADDRESS
    )


def verify(attempt: Attempt, found: Candidates) -> Credential:
    """The credential that the secret fits; no database is open while it hashes.

    An unknown login costs as much time as a wrong password. Raises WrongPassword, and
    TooManyTries for a wrong one after many.
    """
    if len(attempt.secret.encode()) > MAX_SECRET_LENGTH:
        raise WrongPassword("wrong login or password")
    digest = digest_of(attempt.secret)
    for credential in found.held:
        if credential.kind != PASSWORD and hmac.compare_digest(credential.secret, digest):
            return credential
    passwords = [c for c in found.held if c.kind == PASSWORD]
    for credential in passwords:
        if _fits(credential.secret, attempt.secret):
            return credential
    if not passwords:
        _fits(_decoy(), attempt.secret)
    if found.slowed_down:
        raise TooManyTries
    raise WrongPassword("wrong login or password")


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _fits(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False


def digest_of(secret: str) -> str:
    """How a random secret is stored: it has 128 bits or more, so that no slow hash is needed."""
    return sha256(secret.encode()).hexdigest()


def record_success(db: Db, credential: Credential, attempt: Attempt, *, now: int) -> None:
    """He signed in: from now on this address is one of his own."""
    credentials.touch(db, credential.id, now=now)
    credentials.remember_address(db, credential.principal_id, attempt.address, now=now)


def record_failure(db: Db, attempt: Attempt, *, now: int) -> bool:
    """One more wrong password; whether it was one too many.

    From an address of his own the right password still counts then, a wrong one is told to wait.
    """
    credentials.add_failure(
        db, attempt.login, attempt.address, now=now, keep_since=now - 2 * WINDOW
    )
    tried = principals.find(db, attempt.login)
    told = Target() if tried is None else Target(tried.id)
    origin = Origin(address=attempt.address)
    audit.record(db, origin, Deed.SIGN_IN, told, now=now, result=Result.REFUSED)
    here = credentials.count_failures(
        db, since=now - WINDOW, login=attempt.login, address=attempt.address
    )
    return here > MAX_FAILURES_PER_LOGIN_AND_ADDRESS


def hash_password(password: str) -> str:
    """Argon2id. Raises InvalidInput for a password that is too short or too long."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise InvalidInput(f"a password has at least {MIN_PASSWORD_LENGTH} characters")
    if len(password.encode()) > MAX_SECRET_LENGTH:
        raise InvalidInput(f"a password has at most {MAX_SECRET_LENGTH} octets")
    return _HASHER.hash(password)


def set_password(db: Db, principal_id: PrincipalId, hashed: str, *, by: Acting, now: int) -> None:
    """A new password (`hash_password`); the former one ends at once."""
    credentials.revoke(db, principal_id, kind=PASSWORD, now=now)
    added = credentials.add(db, principal_id, PASSWORD, hashed, now=now)
    _record(db, by, Deed.SET_PASSWORD, (principal_id, added), now=now)


def add_application_password(
    db: Db,
    principal_id: PrincipalId,
    label: str,
    *,
    kind: str = APPLICATION,
    by: Acting,
    now: int,
) -> tuple[CredentialId, str]:
    """A random secret for one calendar client; it is told once and kept as a digest."""
    raw = secrets.token_hex(16)
    secret = "-".join(raw[start : start + 4] for start in range(0, len(raw), 4))
    added = credentials.add(
        db, principal_id, kind, digest_of(secret), label=label.strip()[:100], now=now
    )
    _record(db, by, Deed.ISSUE_PASSWORD, (principal_id, added), now=now)
    return added, secret


def revoke_application_password(
    db: Db, principal_id: PrincipalId, credential: CredentialId, *, by: Acting, now: int
) -> None:
    """End an application password or token. Raises NotFound."""
    for held in credentials.list_of(db, principal_id):
        if held.id == credential and held.kind != PASSWORD:
            credentials.revoke(db, principal_id, credential=credential, now=now)
            _record(db, by, Deed.WITHDRAW_PASSWORD, (principal_id, credential), now=now)
            return
    raise NotFound("there is no such application password")


def _record(
    db: Db, by: Acting, deed: Deed, whose: tuple[PrincipalId, CredentialId], *, now: int
) -> None:
    owner, credential = whose
    audit.record(db, by, deed, Target(owner, details={"credential": credential}), now=now)
