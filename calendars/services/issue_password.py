"""Application passwords and tokens: one for each program, so that one can be taken back alone."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden
from calendars.kernel.identifiers import CredentialId
from calendars.model.principal import Principal
from calendars.services import sign_in
from calendars.storage import credentials
from calendars.storage.credentials import Credential

MAX_ISSUED = 50


class MainPasswordNeeded(Forbidden):
    """Who signed in with an application password may not make or end others.

    Else a password that was read from a lost telephone could outlive its withdrawal.
    """


class TooManyPasswords(Conflict):
    """More application passwords and tokens than one person may have."""


class Issued(NamedTuple):
    """A new secret, told this once."""

    credential: Credential
    secret: str


def list_issued(db: Db, actor: Principal) -> list[Credential]:
    """The application passwords and tokens that are good now."""
    held = credentials.list_of(db, actor.id)
    return [credential for credential in held if credential.kind != sign_in.PASSWORD]


def issue_password(
    db: Db, actor: Principal, by: CredentialId, *, label: str, kind: str, now: int
) -> Issued:
    """One more secret. Raises MainPasswordNeeded, TooManyPasswords."""
    _check_main(db, actor, by)
    if len(list_issued(db, actor)) >= MAX_ISSUED:
        raise TooManyPasswords(f"a person has at most {MAX_ISSUED} application passwords")
    added, secret = sign_in.add_application_password(
        db, actor.id, label, kind=kind, by=actor, now=now
    )
    made = next(held for held in list_issued(db, actor) if held.id == added)
    return Issued(made, secret)


def withdraw_password(
    db: Db, actor: Principal, by: CredentialId, credential: CredentialId, *, now: int
) -> None:
    """End a secret at once. A program may end its own. Raises MainPasswordNeeded, NotFound."""
    if credential != by:
        _check_main(db, actor, by)
    sign_in.revoke_application_password(db, actor.id, credential, by=actor, now=now)


def _check_main(db: Db, actor: Principal, by: CredentialId) -> None:
    used = next((held for held in credentials.list_of(db, actor.id) if held.id == by), None)
    if used is None or used.kind != sign_in.PASSWORD:
        raise MainPasswordNeeded("sign in with the main password for that")
