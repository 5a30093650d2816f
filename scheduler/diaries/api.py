"""Options of appointments over REST (DIA-3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Overriding, PathName, overriding
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, FaceState, State
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from scheduler.diaries.model import HoldGroup
from scheduler.diaries.schemas import HOLD_HEADINGS, HoldGroupIn, HoldGroupOut, HoldGroupsOut
from scheduler.diaries.service import (
    abandon_holds,
    confirm_hold,
    dates_of,
    hold_dates,
    list_holds,
)

TAG = "Options de rendez-vous"

router = APIRouter(
    prefix="/api/v1/diaries/{login}/hold-groups", tags=[TAG], responses=PROBLEM_RESPONSES
)

Login = Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])]
Ref = Annotated[str, Path(max_length=100, description="La référence des options.")]
Position = Annotated[int, Path(ge=1, le=100, description="Le numéro de l'option.")]


@router.get(
    "",
    operation_id="listHoldGroups",
    summary="Les options posées dans un agenda",
    description="Celles qui attendent une décision ; avec `all`, les autres aussi.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> HoldGroupsOut:
    """The groups of a diary."""
    with state.database.reading() as db:
        found = list_holds(db, actor, login, open_only=not everything, now=state.now())
        return HoldGroupsOut(items=[_told(db, actor, one, state) for one in found])


@router.get(
    ".csv",
    operation_id="exportHoldGroups",
    summary="Les options posées dans un agenda, pour un tableur",
    description="Une ligne par date.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """The same as CSV."""
    found = list_all(actor, state, login, everything).items
    return spreadsheet("options.csv", HOLD_HEADINGS, [row for one in found for row in one.rows])


@router.post(
    "",
    status_code=201,
    operation_id="holdDates",
    summary="Poser des options",
    description="Chaque date devient un événement provisoire (`TENTATIVE`) dans l'agenda, que "
    "tous les programmes montrent comme tel.",
)
def hold(actor: CurrentPrincipal, state: State, login: Login, wanted: HoldGroupIn) -> HoldGroupOut:
    """New options."""
    draft = wanted.draft()
    with state.placing(actor, wanted.override) as (db, dispatch):
        made = hold_dates(db, actor, login, draft, dispatch=dispatch, now=state.now())
        return _told(db, actor, made, state)


@router.post(
    "/{ref}/holds/{position}/confirm",
    operation_id="confirmHold",
    summary="Retenir une option",
    description="Les autres sont libérées dans le même geste ; chaque personne extérieure reçoit "
    "un seul message.",
)
def retain(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    ref: Ref,
    position: Position,
    wanted: Overriding | None = None,
) -> HoldGroupOut:
    """One date is confirmed."""
    with state.placing(actor, overriding(wanted)) as (db, dispatch):
        group = confirm_hold(db, actor, login, ref, position, dispatch=dispatch, now=state.now())
        return _told(db, actor, group, state)


@router.post(
    "/{ref}/abandon",
    operation_id="abandonHolds",
    summary="Abandonner des options",
    description="Toutes les dates sont libérées.",
)
def abandon(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> HoldGroupOut:
    """None is wanted any more."""
    with state.database.transaction() as db:
        group = abandon_holds(db, actor, login, ref, dispatch=state.dispatch, now=state.now())
        return _told(db, actor, group, state)


def _told(db: Db, actor: Principal, group: HoldGroup, state: FaceState) -> HoldGroupOut:
    dates = dates_of(db, actor, group, now=state.now())
    return HoldGroupOut.of(group, dates, state.zone)
