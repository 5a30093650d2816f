"""Polls of dates over REST (MTG-3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.polls import service
from scheduler.polls.messages import Desk
from scheduler.polls.schemas import (
    POLL_HEADINGS,
    TALLY_HEADINGS,
    PollIn,
    PollOut,
    PollsOut,
    RemindedOut,
)
from scheduler.polls.service import Asking, Shown

TAG = "Sondages de dates"

_ALL = "/{login}/polls"
_ONE = "/{login}/hold-groups/{ref}/poll"

router = APIRouter(prefix="/api/v1/diaries", tags=[TAG], responses=PROBLEM_RESPONSES)

Login = Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])]
Ref = Annotated[str, Path(max_length=100, description="La référence des options.")]


def give_desk(app: FastAPI, desk: Desk) -> None:
    """Routes of this application find it from now on."""
    app.state.poll_desk = desk


async def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.poll_desk
    return desk


CurrentDesk = Annotated[Desk, Depends(_desk_of)]


@router.get(
    _ALL,
    operation_id="listPolls",
    summary="Les sondages d'un agenda",
    description="Pour qui tient l'agenda, les plus récents d'abord. Ceux qui attendent une "
    "décision ; avec `all`, les autres aussi.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> PollsOut:
    """The polls of a diary."""
    with state.database.reading() as db:
        found = service.list_polls(db, actor, login, open_only=not everything, now=state.now())
    return PollsOut(items=[_told(one, state) for one in found])


@router.get(
    _ALL + ".csv",
    operation_id="exportPolls",
    summary="Les sondages d'un agenda, pour un tableur",
    description="Pour qui tient l'agenda.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_all(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """The same as CSV."""
    rows = [one.row for one in list_all(actor, state, login, everything).items]
    return spreadsheet("sondages.csv", POLL_HEADINGS, rows)


@router.post(
    _ONE,
    status_code=201,
    operation_id="openPoll",
    summary="Demander quelles dates conviennent",
    description="Chaque personne, avec ou sans compte, reçoit un lien qui lui est propre : oui, "
    "si nécessaire ou non pour chacune des options posées. Une option retenue clôt le sondage.",
)
def ask(
    actor: CurrentPrincipal, state: State, desk: CurrentDesk, login: Login, ref: Ref, said: PollIn
) -> PollOut:
    """Ask people."""
    closes = said.closes_at
    asking = Asking(
        said.required,
        said.optional,
        said.message,
        None if closes is None else int(closes.timestamp()),
    )
    with state.database.transaction() as db:
        shown = service.open_poll(db, actor, (login, ref), asking, desk, now=state.now())
    return _told(shown, state)


@router.get(
    _ONE,
    operation_id="showPoll",
    summary="Où en est un sondage",
    description="Les dates, la meilleure d'abord : personne d'indispensable n'y manque, le plus "
    "de oui, le moins de non.",
)
def show(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> PollOut:
    """How it stands."""
    with state.database.reading() as db:
        shown = service.show_poll(db, actor, (login, ref), now=state.now())
    return _told(shown, state)


@router.get(
    _ONE + "/tallies.csv",
    operation_id="exportPoll",
    summary="Où en est un sondage, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> Response:
    """The dates, the best first."""
    told = show(actor, state, login, ref)
    return spreadsheet("sondage.csv", TALLY_HEADINGS, told.tally_rows)


@router.post(
    _ONE + "/remind",
    operation_id="remindPoll",
    summary="Relancer ceux qui n'ont pas répondu",
    description="Une fois par jour au plus.",
)
def remind(
    actor: CurrentPrincipal, state: State, desk: CurrentDesk, login: Login, ref: Ref
) -> RemindedOut:
    """Ask again."""
    with state.database.transaction() as db:
        _, asked = service.remind(db, actor, (login, ref), desk, now=state.now())
    return RemindedOut(asked=asked)


def _told(shown: Shown, state: State) -> PollOut:
    return PollOut.of(shown.told, shown.tallies, shown.group.state, state.zone)
