"""Who asks, and whom one can meet: people, rooms, groups (RFC 3744 §2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from calendars.api.parameters import LoginPath
from calendars.api.shapes.people import (
    CorrespondentChange,
    MeChange,
    MeOut,
    PeopleOut,
    PersonOut,
)
from calendars.http.shapes import one_line
from calendars.http.state import CurrentPrincipal, State
from calendars.model.language import Language
from calendars.services.choose_language import (
    choose_language,
    chosen_language,
    remember_language,
)
from calendars.services.find_principals import find_principals, get_principal
from calendars.services.list_delegations import delegations_received
from calendars.services.open_account import check_email

MAX_FOUND = 20
SHORTEST_WORD = 3
TAG = "Personnes"

router = APIRouter(tags=[TAG])


def _telling(search: str) -> str:
    if not any(len(word) >= SHORTEST_WORD for word in search.split()):
        raise PydanticCustomError("field", "un mot de trois lettres au moins")
    return search


Search = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=SHORTEST_WORD, max_length=100),
    AfterValidator(one_line),
    AfterValidator(_telling),
    Query(description="Trois lettres au moins du nom, de l'identifiant ou de l'adresse."),
]


@router.get(
    "/me",
    operation_id="getMe",
    summary="Qui je suis",
    description="Avec les agendas que d'autres m'ont ouverts.",
)
def read_me(actor: CurrentPrincipal, state: State) -> MeOut:
    """The asker, and the diaries that others opened to him."""
    with state.database.reading() as db:
        received = delegations_received(db, actor, now=state.now())
        return MeOut.who(actor, received, chosen_language(db, actor))


@router.patch(
    "/me",
    operation_id="changeMe",
    summary="Choisir la langue de mes messages",
    description="Elle vaut pour les messages qui partiront désormais.",
)
def change_me(actor: CurrentPrincipal, state: State, wanted: MeChange) -> MeOut:
    """A language of one's own."""
    language = _language(wanted.language)
    with state.database.transaction() as db:
        choose_language(db, actor, language, by=actor, now=state.now())
        received = delegations_received(db, actor, now=state.now())
    return MeOut.who(actor, received, language)


@router.put(
    "/correspondents",
    status_code=204,
    operation_id="setCorrespondent",
    summary="Choisir la langue d'un correspondant sans compte",
    description="Les invitations, rappels et pages qui lui sont destinés sont dans cette langue.",
)
def set_correspondent(actor: CurrentPrincipal, state: State, wanted: CorrespondentChange) -> None:
    """The language of somebody outside; the address stands in the body, not in an URL."""
    address, language = check_email(wanted.address), _language(wanted.language)
    with state.database.transaction() as db:
        remember_language(db, address, language, by=actor, now=state.now())


def _language(name: str | None) -> Language | None:
    return None if name is None else Language(name)


@router.get(
    "/principals",
    operation_id="searchPrincipals",
    summary="Chercher une personne",
    description="Aussi une salle, un véhicule, un groupe. Vingt réponses au plus.",
)
def search_principals(actor: CurrentPrincipal, state: State, search: Search) -> PeopleOut:
    """A few people by what one remembers of their names."""
    with state.database.reading() as db:
        found = find_principals(db, actor, search.split()[:5])
    return PeopleOut(items=[PersonOut.of(principal) for principal in found[:MAX_FOUND]])


@router.get(
    "/principals/{login}",
    operation_id="getPrincipal",
    summary="Une personne",
    description="Son nom et ses adresses d'agenda.",
)
def read_principal(_: CurrentPrincipal, state: State, login: LoginPath) -> PersonOut:
    """One principal by the login."""
    with state.database.reading() as db:
        return PersonOut.of(get_principal(db, login))
