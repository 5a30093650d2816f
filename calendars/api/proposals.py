"""Another time is proposed by somebody who is invited: accept, or decline (RFC 5546 §3.2.7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from calendars.api.parameters import LoginPath
from calendars.api.shapes.proposals import DeclineIn, ProposalOut, ProposalOutcome, ProposalsOut
from calendars.http.shapes import Identifier, Overriding, overriding
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.identifiers import ProposalId
from calendars.services.collection_zone import zone_of
from calendars.services.decide_proposal import accept_proposal, decline_proposal, list_proposals

TAG = "Autres horaires proposés"

router = APIRouter(prefix="/principals/{login}/proposals", tags=[TAG])

ProposalPath = Annotated[Identifier, Path(description="Son numéro, donné par la liste.")]


@router.get(
    "",
    operation_id="listProposals",
    summary="Les autres horaires proposés par des personnes invitées",
    description="La réunion ne bouge pas d'elle-même. Pour la personne qui organise, et pour qui "
    "invite en son nom.",
)
def list_all(actor: CurrentPrincipal, state: State, login: LoginPath) -> ProposalsOut:
    """What waits for a decision."""
    with state.database.reading() as db:
        found = list_proposals(db, actor, login, now=state.now())
    return ProposalsOut(
        items=[ProposalOut.of(one, zone_of(one.meeting.collection)) for one in found]
    )


@router.post(
    "/{proposal}/accept",
    operation_id="acceptProposal",
    summary="Accepter un autre horaire",
    description="La réunion est déplacée, et chacun reçoit l'invitation à jour.",
)
def accept(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    proposal: ProposalPath,
    wanted: Overriding | None = None,
) -> ProposalOutcome:
    """The meeting moves."""
    number = ProposalId(proposal)
    with state.placing(actor, overriding(wanted)) as (db, dispatch):
        accept_proposal(db, actor, login, number, dispatch=dispatch, now=state.now())
    return ProposalOutcome(id=proposal, state="accepted")


@router.post(
    "/{proposal}/decline",
    operation_id="declineProposal",
    summary="Refuser un autre horaire",
    description="La personne qui l'a proposé l'apprend par un message ; rien d'autre ne change.",
)
def decline(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    proposal: ProposalPath,
    said: DeclineIn | None = None,
) -> ProposalOutcome:
    """The meeting stays."""
    comment, number = (said or DeclineIn()).comment, ProposalId(proposal)
    with state.database.transaction() as db:
        decline_proposal(
            db, actor, login, number, comment, dispatch=state.dispatch, now=state.now()
        )
    return ProposalOutcome(id=proposal, state="declined")
