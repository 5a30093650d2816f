"""One's own passwords: the main one, and one for each program."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from calendars.api.shapes.access import (
    AppPasswordDraft,
    AppPasswordOut,
    AppPasswordsOut,
    IssuedPasswordOut,
    PasswordChange,
)
from calendars.http.shapes import Identifier
from calendars.http.state import CurrentPrincipal, CurrentSignIn, State, address_of
from calendars.kernel.identifiers import CredentialId
from calendars.services import sign_in
from calendars.services.change_password import WrongOldPassword, new_password_hash
from calendars.services.issue_password import issue_password, list_issued, withdraw_password

TAG = "Mots de passe"

router = APIRouter(prefix="/me", tags=[TAG])


@router.get(
    "/app-passwords",
    operation_id="listAppPasswords",
    summary="Mes mots de passe d'application et jetons",
    description="Ceux qui valent, sans leurs secrets.",
)
def list_all(actor: CurrentPrincipal, state: State) -> AppPasswordsOut:
    """Those that are good now, without their secrets."""
    with state.database.reading() as db:
        held = list_issued(db, actor)
    return AppPasswordsOut(items=[AppPasswordOut.of(one) for one in held])


@router.post(
    "/app-passwords",
    status_code=201,
    operation_id="createAppPassword",
    summary="Créer un mot de passe d'application ou un jeton",
    description="Le secret n'est dit que dans cette réponse. Il faut s'être connecté avec le mot "
    "de passe principal.",
)
def create(who: CurrentSignIn, state: State, wanted: AppPasswordDraft) -> IssuedPasswordOut:
    """A new secret."""
    actor, by = who
    kind = sign_in.TOKEN if wanted.kind == "token" else sign_in.APPLICATION
    with state.database.transaction() as db:
        made = issue_password(db, actor, by, label=wanted.label, kind=kind, now=state.now())
    told = AppPasswordOut.of(made.credential)
    return IssuedPasswordOut(**told.model_dump(), secret=made.secret)


@router.delete(
    "/app-passwords/{id}",
    status_code=204,
    operation_id="deleteAppPassword",
    summary="Retirer un mot de passe d'application ou un jeton",
    description="Il ne vaut plus dès la demande suivante.",
)
def withdraw(
    who: CurrentSignIn, state: State, number: Annotated[Identifier, Path(alias="id")]
) -> None:
    """A secret ends."""
    actor, by = who
    with state.database.transaction() as db:
        withdraw_password(db, actor, by, CredentialId(number), now=state.now())


@router.post(
    "/password",
    status_code=204,
    operation_id="changePassword",
    summary="Changer mon mot de passe",
    description="L'ancien cesse aussitôt de valoir ; les mots de passe d'application restent.",
)
def change(actor: CurrentPrincipal, state: State, wanted: PasswordChange, request: Request) -> None:
    """A new main password for who knows the old one."""
    now = state.now()
    attempt = sign_in.Attempt(actor.login, wanted.old, address_of(request))
    with state.database.reading() as db:
        found = sign_in.candidates(db, attempt, now=now)
    try:
        hashed = new_password_hash(attempt, found, wanted.new)
    except WrongOldPassword:
        with state.database.transaction() as db:
            sign_in.record_failure(db, attempt, now=now)
        raise
    with state.database.transaction() as db:
        sign_in.set_password(db, actor.id, hashed, by=actor, now=now)
