"""Dates that must not be missed over REST (DLN-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.deadlines import service
from scheduler.deadlines.api.parameters import HouseLanguage
from scheduler.deadlines.model import DeadlineId
from scheduler.deadlines.schemas import (
    HEADINGS,
    DeadlineIn,
    DeadlineOut,
    DeadlinePatch,
    DeadlinesOut,
    DeclineIn,
    MoveIn,
    MoveOut,
    ProposalOut,
    ProposedIn,
)

TAG = "Échéances suivies"

router = APIRouter(prefix="/api/v1/deadlines", tags=[TAG], responses=PROBLEM_RESPONSES)

Number = Annotated[Identifier, Path(description="Le numéro de l'échéance.", examples=[1])]
Owner = Annotated[
    PathName | None, Query(description="À qui ; par défaut, vous.", examples=["anne"])
]


@router.get(
    "",
    operation_id="listDeadlines",
    summary="Les échéances d'une personne",
    description="Pour elle et pour qui tient son agenda.",
)
def list_all(actor: CurrentPrincipal, state: State, owner: Owner = None) -> DeadlinesOut:
    """Somebody's dates."""
    with state.database.reading() as db:
        found = service.list_deadlines(db, actor, owner or actor.login, now=state.now())
    return DeadlinesOut.of(found, state.zone)


@router.get(
    ".csv",
    operation_id="exportDeadlines",
    summary="Les échéances d'une personne, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, owner: Owner = None) -> Response:
    """The same as CSV."""
    rows = [one.row for one in list_all(actor, state, owner).items]
    return spreadsheet("echeances.csv", HEADINGS, rows)


@router.post(
    "",
    status_code=201,
    operation_id="addDeadline",
    summary="Suivre une échéance",
    description="Calculée par une règle, gardée avec ses raisons ; une tâche la rappelle. Sa "
    "référence externe se note par `/references`.",
)
def add(actor: CurrentPrincipal, state: State, said: DeadlineIn) -> DeadlineOut:
    """A new date."""
    draft = service.DeadlineDraft(
        said.label, said.rule, said.inputs(), said.comes_after(), tuple(said.reminders)
    )
    with state.database.transaction() as db:
        made = service.add_deadline(db, actor, said.owner, draft, zone=state.zone, now=state.now())
    return DeadlineOut.of(made, state.zone)


@router.get("/{deadline}", operation_id="getDeadline", summary="Une échéance, avec ses reports")
def get(actor: CurrentPrincipal, state: State, deadline: Number) -> DeadlineOut:
    """One date."""
    with state.database.reading() as db:
        found = service.get_deadline(db, actor, DeadlineId(deadline), now=state.now())
    return DeadlineOut.of(found, state.zone)


@router.patch(
    "/{deadline}",
    operation_id="closeDeadline",
    summary="Clore ou rouvrir une échéance, ou changer ses rappels",
    description="La tâche de la personne suit ; cochée dans son logiciel, elle clôt l'échéance.",
)
def close(
    actor: CurrentPrincipal, state: State, deadline: Number, said: DeadlinePatch
) -> DeadlineOut:
    """How it ended."""
    number = DeadlineId(deadline)
    with state.database.transaction() as db:
        if said.reminders is not None:
            service.set_reminders(db, actor, number, said.reminders, now=state.now())
        if said.state is None:
            found = service.get_deadline(db, actor, number, now=state.now())
        else:
            found = service.set_state(
                db, actor, number, said.state, zone=state.zone, now=state.now()
            )
    return DeadlineOut.of(found, state.zone)


@router.post(
    "/{deadline}/proposal",
    operation_id="proposeDeadlineMove",
    summary="Voir ce qu'un report entraînerait",
    description="L'échéance, puis celles qui en dépendent. Rien n'est écrit.",
)
def propose(
    actor: CurrentPrincipal, state: State, deadline: Number, said: ProposedIn
) -> ProposalOut:
    """What would move."""
    with state.database.reading() as db:
        moves = service.propose_move(db, actor, DeadlineId(deadline), said.day, now=state.now())
    return ProposalOut(items=[MoveOut.of(one) for one in moves])


@router.post(
    "/{deadline}/move",
    operation_id="moveDeadline",
    summary="Reporter une échéance et celles qui en dépendent",
    description="Avec toutes les dates de la proposition, confirmées ; si elle a changé entre "
    "temps, rien ne bouge (409). Celles d'autres personnes leur sont proposées, et chacune est "
    "avertie.",
)
def move(
    actor: CurrentPrincipal, state: State, language: HouseLanguage, deadline: Number, said: MoveIn
) -> DeadlinesOut:
    """They move."""
    along = service.Said(said.because, state.zone, language)
    with state.database.transaction() as db:
        moved = service.move(
            db, actor, DeadlineId(deadline), said.day, said.dates(), along, now=state.now()
        )
    return DeadlinesOut.of(moved, state.zone)


@router.post(
    "/{deadline}/proposal/decline",
    operation_id="declineDeadlineMove",
    summary="Refuser le report qui est proposé",
    description="L'échéance reste où elle est ; qui l'avait proposé en est averti. Pour "
    "l'accepter, on la reporte au jour proposé.",
)
def decline(
    actor: CurrentPrincipal, state: State, language: HouseLanguage, deadline: Number,
    said: DeclineIn,
) -> DeadlineOut:  # fmt: skip
    """It stays."""
    along = service.Said(said.because, state.zone, language)
    with state.database.transaction() as db:
        found = service.decline(db, actor, DeadlineId(deadline), along, now=state.now())
    return DeadlineOut.of(found, state.zone)
