"""Conflicts of dates over REST (DIA-4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName, QueryInstant
from calendars.http.state import CurrentPrincipal, State
from calendars.model.window import Window
from scheduler.diaries import list_conflicts as deeds
from scheduler.diaries.conflict_schemas import (
    CodeName,
    ConflictOut,
    ConflictsOut,
    WeighingIn,
    WeighingOut,
    WeighingsOut,
)
from scheduler.slots.codes import ConflictCode

TAG = "Conflits de dates"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Login = Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])]


@router.get(
    "/diaries/{login}/conflicts",
    operation_id="listConflicts",
    summary="Ce qui se heurte dans un agenda",
    description="À venir ; deux mois au plus.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    start: Annotated[QueryInstant, Query(alias="from")],
    end: Annotated[QueryInstant, Query(alias="to")],
) -> ConflictsOut:
    """The conflicts of a diary."""
    window = Window(int(start.timestamp()), int(end.timestamp()))
    with state.database.reading() as db:
        found = deeds.list_conflicts(db, actor, login, window, zone=state.zone, now=state.now())
    return ConflictsOut(items=[ConflictOut.of(one, state.zone) for one in found])


@router.get(
    "/conflict-codes",
    operation_id="listConflictCodes",
    summary="Ce que pèse chaque conflit",
    description="Et qui peut passer outre.",
)
def list_codes(_: CurrentPrincipal, state: State) -> WeighingsOut:
    """Every code."""
    with state.database.reading() as db:
        found = list(deeds.list_weighings(db))
    return WeighingsOut(items=[WeighingOut.of(code, weighing) for code, weighing in found])


@router.put(
    "/conflict-codes/{code}",
    operation_id="setConflictCode",
    summary="Régler ce que pèse un conflit",
    description="Réservé à l'administration.",
)
def set_code(
    actor: CurrentPrincipal, state: State, code: CodeName, wanted: WeighingIn
) -> WeighingOut:
    """One code from now on."""
    weighing = wanted.weighing()
    with state.database.transaction() as db:
        deeds.set_weighing(db, actor, ConflictCode(code), weighing, now=state.now())
    return WeighingOut.of(ConflictCode(code), weighing)
