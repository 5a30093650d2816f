"""Messages taken on the telephone over REST (RDV-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from calendars.model.language import Language
from scheduler.appointments import service
from scheduler.appointments.model import CallId
from scheduler.appointments.schemas import (
    CALL_HEADINGS,
    PhoneMessageIn,
    PhoneMessageOut,
    PhoneMessagePatch,
    PhoneMessagesOut,
)

TAG = "Messages téléphoniques"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Call = Annotated[Identifier, Path(description="Le numéro du message.", examples=[1])]
To = Annotated[
    PathName | None, Query(description="Pour qui ; par défaut, vous.", examples=["anne"])
]
Before = Annotated[Identifier | None, Query(description="Seulement ceux d'avant ce numéro.")]
Undone = Annotated[bool, Query(description="Seulement ceux qui restent à traiter.")]


def give_language(app: FastAPI, language: Language) -> None:
    """Mails of this application are in that one unless their reader has chosen."""
    app.state.phone_language = language


async def _language_of(request: Request) -> Language:
    language: Language = request.app.state.phone_language
    return language


HouseLanguage = Annotated[Language, Depends(_language_of)]


@router.post(
    "/phone-messages",
    status_code=201,
    operation_id="writePhoneMessage",
    summary="Noter un message téléphonique",
    description="Ouvert à tous les agents. Le message devient une tâche de la personne ; un "
    "courriel l'en avertit, sans rien en dire.",
)
def write(
    actor: CurrentPrincipal, state: State, language: HouseLanguage, said: PhoneMessageIn
) -> PhoneMessageOut:
    """A new message."""
    with state.database.transaction() as db:
        made = service.write_message(
            db, actor, said.to, said.call(), default=language, now=state.now()
        )
    return PhoneMessageOut.of(made, state.zone)


@router.get(
    "/phone-messages",
    operation_id="listPhoneMessages",
    summary="Les messages téléphoniques d'une personne",
    description="Pour elle et pour qui tient son agenda ; ceux qui sont confidentiels, pour elle "
    "et pour qui assure son intérim.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    to: To = None,
    before: Before = None,
    *,
    undone: Undone = False,
) -> PhoneMessagesOut:
    """The messages for one person."""
    last = None if before is None else CallId(before)
    with state.database.reading() as db:
        found = service.list_messages(db, actor, to or actor.login, before=last, now=state.now())
    kept = [one for one in found if not (undone and one.message.is_done)]
    return PhoneMessagesOut(items=[PhoneMessageOut.of(one, state.zone) for one in kept])


@router.get(
    "/phone-messages.csv",
    operation_id="exportPhoneMessages",
    summary="Les messages téléphoniques d'une personne, pour un tableur",
    description="Pour elle et pour qui tient son agenda.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    to: To = None,
    before: Before = None,
    *,
    undone: Undone = False,
) -> Response:
    """The same as CSV."""
    found = list_all(actor, state, to, before, undone=undone).items
    return spreadsheet("messages.csv", CALL_HEADINGS, [one.row for one in found])


@router.get(
    "/me/phone-messages",
    operation_id="listOwnPhoneMessages",
    summary="Les messages téléphoniques que vous avez notés",
)
def list_own(actor: CurrentPrincipal, state: State, before: Before = None) -> PhoneMessagesOut:
    """What the asker took himself."""
    last = None if before is None else CallId(before)
    with state.database.reading() as db:
        found = service.list_written(db, actor, before=last, now=state.now())
    return PhoneMessagesOut(items=[PhoneMessageOut.of(one, state.zone) for one in found])


@router.get(
    "/phone-messages/{call}", operation_id="getPhoneMessage", summary="Un message téléphonique"
)
def get(actor: CurrentPrincipal, state: State, call: Call) -> PhoneMessageOut:
    """One message."""
    with state.database.reading() as db:
        found = service.get_message(db, actor, CallId(call), now=state.now())
    return PhoneMessageOut.of(found, state.zone)


@router.patch(
    "/phone-messages/{call}",
    operation_id="markPhoneMessage",
    summary="Marquer un message téléphonique comme lu ou traité",
    description="La tâche de la personne suit ; cochée dans son logiciel, elle traite le message.",
)
def mark(
    actor: CurrentPrincipal, state: State, call: Call, said: PhoneMessagePatch
) -> PhoneMessageOut:
    """How far it is."""
    with state.database.transaction() as db:
        found = service.mark_message(
            db, actor, CallId(call), read=said.read, done=said.done, now=state.now()
        )
    return PhoneMessageOut.of(found, state.zone)
