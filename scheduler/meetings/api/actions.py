"""The register of actions over REST and as CSV (MTG-1, MTG-7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.meetings.api.examples import ACTION_CHANGES, ACTIONS
from scheduler.meetings.api.parameters import PREFIX, ActionPath, HouseState, RefPath
from scheduler.meetings.keep_actions import (
    ActionQuery,
    change_action,
    list_actions,
    open_action,
    show_still_open,
)
from scheduler.meetings.rules import ActionState
from scheduler.meetings.schemas.actions import (
    ACTION_HEADINGS,
    ActionIn,
    ActionOut,
    ActionPatch,
    ActionsOut,
)
from scheduler.meetings.schemas.common import Named, Ref

TAG = "Actions"
router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)


async def _query(
    meeting: Annotated[Ref | None, Query(description="D'une réunion.")] = None,
    person: Annotated[Named | None, Query(description="Que doit cette personne.")] = None,
    service: Annotated[
        Named | None, Query(description="Que doivent les membres du groupe.")
    ] = None,
    state: Annotated[ActionState | None, Query()] = None,
    overdue: Annotated[bool | None, Query(description="En retard, ou non.")] = None,
) -> ActionQuery:
    return ActionQuery(meeting, person, service, state, overdue)


Wanted = Annotated[ActionQuery, Depends(_query)]


@router.get(
    "/actions",
    operation_id="listActions",
    summary="Le registre des actions",
    description="Les siennes et celles des réunions auxquelles on prend part. L'état est celui de "
    "la tâche : cochée dans un logiciel d'agenda, l'action est faite.",
)
def list_all(actor: CurrentPrincipal, state: State, house: HouseState, query: Wanted) -> ActionsOut:
    """By due date."""
    with state.database.reading() as db:
        found = list_actions(db, actor, query, house, now=state.now())
    return ActionsOut(items=[ActionOut.of(one, state.zone) for one in found])


@router.get(
    "/actions.csv",
    operation_id="exportActions",
    summary="Le registre pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, house: HouseState, query: Wanted) -> Response:
    """As CSV."""
    rows = [one.row for one in list_all(actor, state, house, query).items]
    return spreadsheet("actions.csv", ACTION_HEADINGS, rows)


@router.get(
    f"{PREFIX.removeprefix('/api/v1')}/{{ref}}/agenda/actions",
    operation_id="listStillOpen",
    summary="Ce qui reste à faire",
    description="Les actions en cours que les réunions précédentes de la série ont laissées, "
    "telles que l'ordre du jour imprimé les porte : celles que l'on doit soi-même, et celles des "
    "réunions auxquelles on a pris part.",
)
def still(actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath) -> ActionsOut:
    """By due date."""
    with state.database.reading() as db:
        found = show_still_open(db, actor, ref, house, now=state.now())
    return ActionsOut(items=[ActionOut.of(one, state.zone) for one in found])


@router.patch(
    "/actions/{action}",
    operation_id="changeAction",
    summary="Dire où en est une action",
    description="Qui la doit en change l'état ; qui tient la réunion peut tout changer. La tâche "
    "suit dans l'agenda.",
)
def change(
    actor: CurrentPrincipal,
    state: State,
    house: HouseState,
    action: ActionPath,
    wanted: Annotated[ActionPatch, Body(openapi_examples=ACTION_CHANGES)],
) -> ActionOut:
    """What is named is otherwise."""
    draft, now = wanted.draft(), state.now()
    with state.database.transaction() as db:
        line = change_action(db, actor, action, draft, house, now=now)
    return ActionOut.of(line, state.zone)


@router.post(
    f"{PREFIX.removeprefix('/api/v1')}/{{ref}}/actions",
    status_code=201,
    operation_id="openAction",
    summary="Ouvrir une action sans attendre le compte rendu",
)
def add(
    actor: CurrentPrincipal,
    state: State,
    house: HouseState,
    ref: RefPath,
    wanted: Annotated[ActionIn, Body(openapi_examples=ACTIONS)],
) -> ActionOut:
    """A task at once."""
    draft, now = wanted.draft(), state.now()
    with state.database.transaction() as db:
        line = open_action(db, actor, ref, draft, house, now=now)
    return ActionOut.of(line, state.zone)
