"""Conflicts of dates over REST (DIA-4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName, QueryInstant
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from calendars.model.window import Window
from scheduler.diaries import list_conflicts as deeds
from scheduler.diaries.conflict_schemas import (
    CONFLICT_HEADINGS,
    WEIGHING_HEADINGS,
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
    "/diaries/{login}/conflicts.csv",
    operation_id="exportConflicts",
    summary="Ce qui se heurte dans un agenda, pour un tableur",
    description="À venir ; deux mois au plus.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    start: Annotated[QueryInstant, Query(alias="from")],
    end: Annotated[QueryInstant, Query(alias="to")],
) -> Response:
    """The same as CSV."""
    rows = [one.row for one in list_all(actor, state, login, start, end).items]
    return spreadsheet("conflits.csv", CONFLICT_HEADINGS, rows)


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


@router.get(
    "/conflict-codes.csv",
    operation_id="exportConflictCodes",
    summary="Ce que pèse chaque conflit, pour un tableur",
    description="Et qui peut passer outre.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_codes(actor: CurrentPrincipal, state: State) -> Response:
    """Every code as CSV."""
    rows = [one.row for one in list_codes(actor, state).items]
    return spreadsheet("codes.csv", WEIGHING_HEADINGS, rows)


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
