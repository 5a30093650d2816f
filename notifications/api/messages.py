"""What was sent in somebody's name, what became of it, and once more what failed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.state import CurrentPrincipal, State
from notifications.api.message_shapes import MessageOut, MessagesOut
from notifications.message import State as Fate
from notifications.sent_mail import list_messages, retry_message

TAG = "Courriels envoyés"
TAGS = [{"name": TAG, "description": "À qui, quand, et ce qu'il en est ; renvoyer un échec."}]

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

LoginPath = Annotated[PathName, Path(description="L'identifiant de la personne.")]
MessagePath = Annotated[Identifier, Path(description="Le numéro du message.")]
Before = Annotated[
    Identifier | None, Query(description="La suite : ce que `next` a donné la fois d'avant.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Combien d'éléments au plus.")]
States = Annotated[
    list[Fate] | None, Query(alias="state", max_length=20, description="Seulement ces états.")
]


@router.get(
    "/principals/{login}/messages",
    operation_id="listMessages",
    summary="Les courriels envoyés au nom d'une personne",
    description="Pour la personne, et pour qui invite en son nom : invitations, rappels, comptes "
    "rendus… en attente, partis, ou refusés, et pourquoi.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    states: States = None,
    before: Before = None,
    limit: Limit = 50,
) -> MessagesOut:
    """The outbox of one person."""
    with state.database.reading() as db:
        page = list_messages(
            db, actor, login, states=states or (), before=before, limit=limit, now=state.now()
        )
    return MessagesOut.of(page)


@router.post(
    "/messages/{number}/retry",
    operation_id="retryMessage",
    summary="Renvoyer un courriel refusé",
    description="Une fois l'adresse ou la boîte remise en ordre ; seuls les échecs sont renvoyés.",
)
def retry(actor: CurrentPrincipal, state: State, number: MessagePath) -> MessageOut:
    """Once more."""
    with state.database.transaction() as db:
        return MessageOut.of(retry_message(db, actor, number, now=state.now()))
