"""Requests for resources that wait for a person: seen, accepted, refused (RES-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path

from calendars.api.examples import REFUSALS
from calendars.api.parameters import ResourcePath
from calendars.api.shapes.resources import RefusalIn, RequestOut, RequestsOut
from calendars.http.shapes import PathName
from calendars.http.state import CurrentPrincipal, State
from calendars.services.answer_request import approve, decline, list_requests

TAG = "Validation des réservations"

router = APIRouter(tags=[TAG])

RequestPath = Annotated[PathName, Path(description="Le nom de la demande.")]


@router.get(
    "/resource-requests",
    operation_id="listResourceRequests",
    summary="Les demandes auxquelles je peux répondre",
    description="Celles des ressources que vous validez ou dont vous tenez l'agenda.",
)
def list_all(actor: CurrentPrincipal, state: State) -> RequestsOut:
    """What waits for the asker."""
    with state.database.reading() as db:
        found = list_requests(db, actor, now=state.now())
    return RequestsOut(items=[RequestOut.of(one, state.zone) for one in found])


@router.post(
    "/resources/{login}/requests/{name}/approve",
    status_code=204,
    operation_id="approveResourceRequest",
    summary="Accepter une demande",
    description="L'organisateur l'apprend aussitôt ; les demandes du même créneau sont refusées. "
    "Impossible (409) si la ressource est réservée entre-temps : le problème dit quand elle est "
    "libre.",
)
def accept(actor: CurrentPrincipal, state: State, login: ResourcePath, name: RequestPath) -> None:
    """Yes."""
    with state.database.transaction() as db:
        approve(db, actor, (login, name), dispatch=state.dispatch, now=state.now())


@router.post(
    "/resources/{login}/requests/{name}/decline",
    status_code=204,
    operation_id="declineResourceRequest",
    summary="Refuser une demande",
    description="Avec un motif, que l'organisateur lit.",
)
def refuse(
    actor: CurrentPrincipal,
    state: State,
    login: ResourcePath,
    name: RequestPath,
    why: Annotated[RefusalIn, Body(openapi_examples=REFUSALS)],
) -> None:
    """No, and why."""
    with state.database.transaction() as db:
        path = (login, name)
        decline(db, actor, path, why.reason, dispatch=state.dispatch, now=state.now())
