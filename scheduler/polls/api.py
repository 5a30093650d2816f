"""Polls of dates over REST (MTG-3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.polls import service
from scheduler.polls.messages import Desk
from scheduler.polls.schemas import PollIn, PollOut, RemindedOut
from scheduler.polls.service import Asking, Shown

TAG = "Sondages de dates"

router = APIRouter(
    prefix="/api/v1/diaries/{login}/hold-groups/{ref}/poll", tags=[TAG], responses=PROBLEM_RESPONSES
)

Login = Annotated[str, Path(description="À qui est l'agenda.", examples=["anne"])]
Ref = Annotated[str, Path(max_length=100, description="La référence des options.")]


def give_desk(app: FastAPI, desk: Desk) -> None:
    """Routes of this application find it from now on."""
    app.state.poll_desk = desk


async def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.poll_desk
    return desk


CurrentDesk = Annotated[Desk, Depends(_desk_of)]


@router.post(
    "",
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
    "",
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
    "/tallies.csv",
    operation_id="exportPoll",
    summary="Où en est un sondage, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> Response:
    """The dates, the best first."""
    rows = [
        (one.start, one.end, one.yes, one.if_needed, one.no, one.silent, one.missing)
        for one in show(actor, state, login, ref).options
    ]
    heads = ("Début", "Fin", "Oui", "Si nécessaire", "Non", "Sans réponse", "Manquerait")
    return spreadsheet("sondage.csv", heads, rows)


@router.post(
    "/remind",
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
    return PollOut.of(shown.poll, shown.tallies, shown.group.state, state.zone)
