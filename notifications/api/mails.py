"""What was decided of mail that arrived; what waits, to be applied or thrown away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, MOST_ROWS, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from notifications.api.shapes import (
    DECISION_HEADINGS,
    MailDecisionOut,
    MailDecisionsOut,
    MailOutcome,
    WaitingMailOut,
    WaitingMailsOut,
)
from notifications.mailbox import quarantine
from notifications.mailbox.room import Mailroom

TAG = "Courriels reçus"
TAGS = [{"name": TAG, "description": "Ce qui a été décidé de chacun ; ceux qui attendent."}]

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

LoginPath = Annotated[PathName, Path(description="L'identifiant de la personne.")]
MailPath = Annotated[Identifier, Path(description="Le numéro de la décision.")]
Before = Annotated[
    Identifier | None, Query(description="La suite : ce que `next` a donné la fois d'avant.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Combien d'éléments au plus.")]


def give_mailroom(app: FastAPI, room: Mailroom) -> None:
    """Routes of this application apply mails with these parts from now on."""
    app.state.mailroom = room


async def _mailroom_of(request: Request) -> Mailroom:
    room: Mailroom = request.app.state.mailroom
    return room


Room = Annotated[Mailroom, Depends(_mailroom_of)]


@router.get(
    "/principals/{login}/mail-decisions",
    operation_id="listMailDecisions",
    summary="Ce qui a été décidé des courriels reçus pour une personne",
    description="Réponses, invitations, annulations : appliquées, ignorées ou retenues, et "
    "pourquoi. Pour la personne, et pour qui invite en son nom.",
)
def list_decisions(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    before: Before = None,
    limit: Limit = 50,
) -> MailDecisionsOut:
    """The log of one diary."""
    with state.database.reading() as db:
        page = quarantine.list_decisions(
            db, actor, login, before=before, limit=limit, now=state.now()
        )
    return MailDecisionsOut.of(page.items, page.next)


@router.get(
    "/principals/{login}/mail-decisions.csv",
    operation_id="exportMailDecisions",
    summary="Ce qui a été décidé des courriels reçus, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_decisions(actor: CurrentPrincipal, state: State, login: LoginPath) -> Response:
    """The log of one diary as CSV."""
    with state.database.reading() as db:
        page = quarantine.list_decisions(
            db, actor, login, before=None, limit=MOST_ROWS, now=state.now()
        )
    rows = [MailDecisionOut.of(one).row(state.zone) for one in page.items]
    return spreadsheet("courriels.csv", DECISION_HEADINGS, rows)


@router.get(
    "/mail-decisions",
    operation_id="listAllMailDecisions",
    summary="Ce qui a été décidé de tous les courriels reçus",
    description="Pour l'administration du service ; sans expéditeur ni réunion.",
)
def list_all(
    actor: CurrentPrincipal, state: State, before: Before = None, limit: Limit = 50
) -> MailDecisionsOut:
    """The whole log."""
    with state.database.reading() as db:
        page = quarantine.list_all_decisions(db, actor, before=before, limit=limit)
    return MailDecisionsOut.of(page.items, page.next)


@router.get(
    "/principals/{login}/quarantined-mails",
    operation_id="listQuarantinedMails",
    summary="Les courriels qui attendent une décision",
    description="Rien ne prouve de qui ils viennent : rien n'a changé dans l'agenda.",
)
def list_waiting(
    actor: CurrentPrincipal, state: State, login: LoginPath, limit: Limit = 50
) -> WaitingMailsOut:
    """What waits for those who keep a diary."""
    with state.database.reading() as db:
        found = quarantine.list_waiting(db, actor, login, limit=limit, now=state.now())
    return WaitingMailsOut(items=[WaitingMailOut.of(one, state.zone) for one in found])


@router.post(
    "/quarantined-mails/{number}/release",
    operation_id="releaseQuarantinedMail",
    summary="Appliquer un courriel retenu",
    description="Comme si son expéditeur était prouvé ; la décision porte votre nom.",
)
def release(actor: CurrentPrincipal, state: State, room: Room, number: MailPath) -> MailOutcome:
    """It has its effect."""
    with state.database.transaction() as db:
        taken = quarantine.release(db, room, actor, number, now=state.now())
    return MailOutcome.released(number, taken)


@router.post(
    "/quarantined-mails/{number}/drop",
    operation_id="dropQuarantinedMail",
    summary="Écarter un courriel retenu",
    description="Il est effacé ; rien n'a changé.",
)
def drop(actor: CurrentPrincipal, state: State, number: MailPath) -> MailOutcome:
    """It is thrown away."""
    with state.database.transaction() as db:
        quarantine.drop(db, actor, number, now=state.now())
    return MailOutcome(id=number, settled="dropped")
