"""Deletions in a mass of which nobody was told yet: send the news, or undo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from calendars.api.objects import location_of
from calendars.api.parameters import LoginPath
from calendars.api.shapes.held import HeldListOut, HeldOut, HeldOutcome
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.identifiers import HeldId
from calendars.services.collection_zone import zone_of
from calendars.services.decide_held import list_held, release_held, undo_held

TAG = "Annulations retenues"

router = APIRouter(prefix="/principals/{login}/held-messages", tags=[TAG])

HeldPath = Annotated[int, Path(ge=1, description="Son numéro, donné par la liste.")]


@router.get(
    "",
    operation_id="listHeldMessages",
    summary="Les suppressions dont personne n'a encore été averti",
    description="Plus de cinq réunions supprimées en cinq minutes ressemblent à une erreur de "
    "programme : l'agenda les a retirées, mais les participants ne sont pas avertis avant qu'une "
    "personne qui tient l'agenda ne l'ait confirmé.",
)
def list_all(actor: CurrentPrincipal, state: State, login: LoginPath) -> HeldListOut:
    """What waits for a decision."""
    with state.database.reading() as db:
        found = list_held(db, actor, login, now=state.now())
    return HeldListOut(items=[HeldOut.of(one, zone_of(one.collection)) for one in found])


@router.post(
    "/{held}/release",
    operation_id="releaseHeldMessages",
    summary="Prévenir les participants",
    description="La suppression était voulue : les annulations, ou les refus, partent maintenant.",
)
def release(actor: CurrentPrincipal, state: State, login: LoginPath, held: HeldPath) -> HeldOutcome:
    """Everybody is told."""
    with state.database.transaction() as db:
        release_held(db, actor, login, HeldId(held), dispatch=state.dispatch, now=state.now())
    return HeldOutcome(id=held, state="released", object=None)


@router.post(
    "/{held}/undo",
    operation_id="undoHeldMessages",
    summary="Annuler la suppression",
    description="La réunion est de retour dans l'agenda ; personne n'en a rien su.",
)
def undo(actor: CurrentPrincipal, state: State, login: LoginPath, held: HeldPath) -> HeldOutcome:
    """The object is back."""
    with state.database.transaction() as db:
        path = undo_held(db, actor, login, HeldId(held), now=state.now())
    return HeldOutcome(id=held, state="undone", object=location_of(path))
