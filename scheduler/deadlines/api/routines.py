"""Recurring tasks and the gaps in them, over REST (DLN-1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day, Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.deadlines import keep_routines
from scheduler.deadlines.routine_model import MonthOfRoutine, RoutineId
from scheduler.deadlines.routine_schemas import (
    GAP_HEADINGS,
    MonthOut,
    MonthsOut,
    RoutineDayOut,
    RoutineDaysOut,
    RoutineIn,
    RoutineOut,
    RoutinePatch,
    RoutinesOut,
    TickIn,
    gap_rows,
)

TAG = "Tâches récurrentes"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Number = Annotated[Identifier, Path(description="Le numéro de la tâche récurrente.", examples=[1])]
Owner = Annotated[
    PathName | None, Query(description="À qui ; par défaut, vous.", examples=["anne"])
]
Nominal = Annotated[Day, Path(description="Le jour que veut la règle.", examples=["2026-11-02"])]
Month = Annotated[
    str,
    Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Le mois.", examples=["2026-11"]),
]


@router.get("/routines", operation_id="listRoutines", summary="Les tâches récurrentes de quelqu'un")
def list_all(actor: CurrentPrincipal, state: State, owner: Owner = None) -> RoutinesOut:
    """For him and who keeps his diary."""
    with state.database.reading() as db:
        found = keep_routines.list_routines(db, actor, owner or actor.login, now=state.now())
    return RoutinesOut(items=[RoutineOut.of(one) for one in found])


@router.post(
    "/routines",
    status_code=201,
    operation_id="addRoutine",
    summary="Faire revenir une tâche",
    description="Chaque fois devient une tâche de la liste de la personne, quelques jours avant ; "
    "un jour fermé la déplace, et elle dit pourquoi.",
)
def add(actor: CurrentPrincipal, state: State, said: RoutineIn) -> RoutineOut:
    """A new one."""
    with state.database.transaction() as db:
        made = keep_routines.add_routine(
            db, actor, said.owner, said.draft(), zone=state.zone, now=state.now()
        )
    return RoutineOut.of(made)


@router.get("/routines/{routine}", operation_id="getRoutine", summary="Une tâche récurrente")
def get(actor: CurrentPrincipal, state: State, routine: Number) -> RoutineOut:
    """One of them."""
    with state.database.reading() as db:
        found = keep_routines.get_routine(db, actor, RoutineId(routine), now=state.now())
    return RoutineOut.of(found)


@router.patch(
    "/routines/{routine}",
    operation_id="changeRoutine",
    summary="Changer ou arrêter une tâche récurrente",
    description="Ce qui est à venir suit ; ce qui est passé reste.",
)
def change(
    actor: CurrentPrincipal, state: State, routine: Number, said: RoutinePatch
) -> RoutineOut:
    """What is named is otherwise."""
    with state.database.transaction() as db:
        found = keep_routines.change_routine(
            db, actor, RoutineId(routine), said.change(), zone=state.zone, now=state.now()
        )
    return RoutineOut.of(found)


@router.get(
    "/routines/{routine}/days",
    operation_id="listRoutineDays",
    summary="Les jours d'une tâche récurrente, avec leurs raisons",
)
def days(
    actor: CurrentPrincipal,
    state: State,
    routine: Number,
    first: Annotated[Day, Query(alias="from", examples=["2026-11-01"])],
    last: Annotated[Day, Query(alias="to", examples=["2026-11-30"])],
) -> RoutineDaysOut:
    """Those that are written."""
    with state.database.reading() as db:
        found = keep_routines.list_days(db, actor, RoutineId(routine), first, last, now=state.now())
    return RoutineDaysOut(items=[RoutineDayOut.of(one, state.zone) for one in found])


@router.patch(
    "/routines/{routine}/days/{nominal}",
    operation_id="tickRoutineDay",
    summary="Cocher un jour, ou le décocher",
    description="La tâche de la personne suit ; cochée dans son logiciel, elle compte de même.",
)
def tick(
    actor: CurrentPrincipal, state: State, routine: Number, nominal: Nominal, said: TickIn
) -> RoutineDayOut:
    """Done or not."""
    with state.database.transaction() as db:
        found = keep_routines.tick_day(
            db, actor, RoutineId(routine), nominal, done=said.done, zone=state.zone,
            now=state.now(),
        )  # fmt: skip
    return RoutineDayOut.of(found, state.zone)


@router.get(
    "/routine-gaps",
    operation_id="listRoutineGaps",
    summary="Ce qui manque dans un mois",
    description="Par tâche récurrente : les jours dus jusqu'à hier qui n'ont pas été cochés.",
)
def gaps(actor: CurrentPrincipal, state: State, month: Month, owner: Owner = None) -> MonthsOut:
    """Of one person."""
    found = _gaps(actor, state, month, owner)
    return MonthsOut(items=[MonthOut.of(one, state.zone) for one in found])


@router.get(
    "/routine-gaps.csv",
    operation_id="exportRoutineGaps",
    summary="Ce qui manque dans un mois, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_gaps(
    actor: CurrentPrincipal, state: State, month: Month, owner: Owner = None
) -> Response:
    """The same as CSV."""
    found = _gaps(actor, state, month, owner)
    return spreadsheet(f"manques-{month}.csv", GAP_HEADINGS, gap_rows(found))


def _gaps(
    actor: CurrentPrincipal, state: State, month: str, owner: str | None
) -> list[MonthOfRoutine]:
    first = date.fromisoformat(f"{month}-01")
    with state.database.reading() as db:
        return keep_routines.gaps_of_month(
            db, actor, owner or actor.login, first, zone=state.zone, now=state.now()
        )
