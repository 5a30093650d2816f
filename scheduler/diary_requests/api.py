"""Requests for an appointment over REST (DIA-2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.errors import InvalidInput
from scheduler.diaries.model import Slot
from scheduler.diary_requests import service
from scheduler.diary_requests.habits import Habits
from scheduler.diary_requests.model import OPEN, RequestState
from scheduler.diary_requests.schemas import (
    REQUEST_HEADINGS,
    DiaryRequestIn,
    DiaryRequestOut,
    DiaryRequestsOut,
    ExitIn,
    MeetingOfIn,
    OptionsIn,
    PlaceIn,
    RefusalIn,
)

TAG = "Demandes de rendez-vous"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Login = Annotated[PathName, Path(description="Avec qui.", examples=["anne"])]
Ref = Annotated[str, Path(max_length=40, description="La référence de la demande.")]


def give_habits(app: FastAPI, habits: Habits) -> None:
    """Routes of this application find them from now on."""
    app.state.habits = habits


async def _habits_of(request: Request) -> Habits:
    habits: Habits = request.app.state.habits
    return habits


CurrentHabits = Annotated[Habits, Depends(_habits_of)]
_ALL = "/diaries/{login}/requests"
_ONE = _ALL + "/{ref}"


@router.get(
    "/me/diary-requests",
    operation_id="listOwnDiaryRequests",
    summary="Les rendez-vous que vous avez demandés",
)
def list_own(actor: CurrentPrincipal, state: State) -> DiaryRequestsOut:
    """What the asker himself has asked for."""
    with state.database.reading() as db:
        found = service.list_own_requests(db, actor)
    return DiaryRequestsOut(items=[DiaryRequestOut.of(one, state.zone) for one in found])


@router.get(
    "/me/diary-requests.csv",
    operation_id="exportOwnDiaryRequests",
    summary="Les rendez-vous que vous avez demandés, pour un tableur",
    description="Où en est chacune de vos demandes.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_own(actor: CurrentPrincipal, state: State) -> Response:
    """The same as CSV."""
    rows = [one.row for one in list_own(actor, state).items]
    return spreadsheet("mes-demandes.csv", REQUEST_HEADINGS, rows)


@router.get(
    _ALL,
    operation_id="listDiaryRequests",
    summary="Les demandes de rendez-vous d'un agenda",
    description="Pour qui tient l'agenda. Sans `state`, celles qui attendent une suite.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    states: Annotated[list[RequestState] | None, Query(alias="state", max_length=20)] = None,
) -> DiaryRequestsOut:
    """The requests for one person."""
    with state.database.reading() as db:
        found = service.list_requests(db, actor, login, states or OPEN, now=state.now())
    return DiaryRequestsOut(items=[DiaryRequestOut.of(one, state.zone) for one in found])


@router.get(
    _ALL + ".csv",
    operation_id="exportDiaryRequests",
    summary="Les demandes de rendez-vous d'un agenda, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    states: Annotated[list[RequestState] | None, Query(alias="state", max_length=20)] = None,
) -> Response:
    """The same as CSV."""
    rows = [one.row for one in list_all(actor, state, login, states).items]
    return spreadsheet("demandes.csv", REQUEST_HEADINGS, rows)


@router.post(
    _ALL,
    status_code=201,
    operation_id="requestAppointment",
    summary="Demander un rendez-vous",
    description="Ouvert à tous les agents. Qui tient l'agenda note aussi, avec `requester`, ce "
    "que d'autres demandent.",
)
def make(
    actor: CurrentPrincipal, state: State, login: Login, said: DiaryRequestIn
) -> DiaryRequestOut:
    """A new request."""
    with state.database.transaction() as db:
        made = service.make_request(
            db, actor, login, said.wish(), said.asks(), zone=state.zone, now=state.now()
        )
    return DiaryRequestOut.of(made, state.zone)


@router.get(_ONE, operation_id="getDiaryRequest", summary="Une demande, avec son parcours")
def get(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> DiaryRequestOut:
    """One request."""
    with state.database.reading() as db:
        found = service.get_request(db, actor, login, ref, now=state.now())
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/claim",
    operation_id="claimDiaryRequest",
    summary="Prendre une demande en charge",
    description="Pour le temps réglé ; prise par une collègue, la demande attend que ce temps "
    "soit passé (409).",
)
def claim(
    actor: CurrentPrincipal, state: State, habits: CurrentHabits, login: Login, ref: Ref
) -> DiaryRequestOut:
    """The asker takes it on."""
    seconds = habits.claim_minutes * 60
    with state.database.transaction() as db:
        found = service.claim(
            db, actor, login, ref, seconds=seconds, dispatch=state.dispatch, now=state.now()
        )
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/meeting",
    status_code=201,
    operation_id="makeMeetingOfRequest",
    summary="En faire une réunion",
    description="Elle est « demandée », puis « en recherche de date » et « planifiée » avec la "
    "demande, sous un seul événement ; objet, classe, durée et pièces attendues suivent. Datée, "
    "reportée ou annulée d'un côté, elle l'est de l'autre.",
)
def make_meeting(
    actor: CurrentPrincipal, state: State, login: Login, ref: Ref, wanted: MeetingOfIn
) -> DiaryRequestOut:
    """It has an agenda from now on."""
    with state.database.transaction() as db:
        found = service.make_meeting(
            db, actor, (login, ref), wanted.kind, zone=state.zone, now=state.now()
        )
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/release",
    operation_id="releaseDiaryRequest",
    summary="Rendre une demande aux collègues",
)
def release(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> DiaryRequestOut:
    """The asker gives it back."""
    with state.database.transaction() as db:
        found = service.release(db, actor, login, ref, now=state.now())
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/options",
    operation_id="holdDatesForDiaryRequest",
    summary="Poser des options pour une demande",
    description="Chaque date devient un événement provisoire ; sans `expires_at`, elles sont "
    "libérées après le délai réglé en jours ouvrés.",
)
def hold(
    actor: CurrentPrincipal,
    state: State,
    habits: CurrentHabits,
    login: Login,
    ref: Ref,
    said: OptionsIn,
) -> DiaryRequestOut:
    """Dates are held for it."""
    slots = [Slot(one.start, one.end) for one in said.slots]
    with state.placing(actor, said.override) as (db, dispatch):
        expires_at = (
            habits.hold_expiry(state.now(), state.zone)
            if said.expires_at is None
            else int(said.expires_at.timestamp())
        )
        found = service.hold_for(
            db, actor, (login, ref), slots,
            expires_at=expires_at, dispatch=dispatch, now=state.now(),
        )  # fmt: skip
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/propose", operation_id="proposeDiaryRequest", summary="Noter que les dates sont dites"
)
def propose(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> DiaryRequestOut:
    """The dates were told to the one who asked."""
    with state.database.transaction() as db:
        found = service.propose(db, actor, login, ref, now=state.now())
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/accept", operation_id="acceptDiaryRequest", summary="Noter l'accord du demandeur"
)
def accept(actor: CurrentPrincipal, state: State, login: Login, ref: Ref) -> DiaryRequestOut:
    """The one who asked agrees."""
    with state.database.transaction() as db:
        found = service.accept(db, actor, login, ref, now=state.now())
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/place",
    operation_id="placeDiaryRequest",
    summary="Planifier une demande",
    description="Par le numéro d'une option (`option`) ou par une autre date (`slot`) : "
    "l'événement est dans l'agenda, chacun est invité, les autres dates sont libérées.",
)
def place(
    actor: CurrentPrincipal, state: State, login: Login, ref: Ref, said: PlaceIn
) -> DiaryRequestOut:
    """It stands in the diary."""
    if (said.option is None) == (said.slot is None):
        raise InvalidInput(
            "either an option or a slot", words="donnez une option ou une date", field="option"
        )
    slot = said.slot
    chosen = said.option if slot is None else Slot(slot.start, slot.end)
    if chosen is None:
        raise InvalidInput(
            "either an option or a slot", words="donnez une option ou une date", field="option"
        )
    with state.placing(actor, said.override) as (db, dispatch):
        found = service.place(db, actor, (login, ref), chosen, dispatch=dispatch, now=state.now())
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/leave",
    operation_id="leaveDiaryRequest",
    summary="Clore une demande sans rendez-vous",
    description="Reportée, redirigée, sans suite ou annulée : ce qui était posé est libéré. Qui "
    "l'a faite peut l'annuler.",
)
def leave(
    actor: CurrentPrincipal, state: State, login: Login, ref: Ref, said: ExitIn
) -> DiaryRequestOut:
    """It ends without an appointment."""
    with state.database.transaction() as db:
        found = service.leave(
            db, actor, (login, ref), said.exit(), dispatch=state.dispatch, now=state.now()
        )
    return DiaryRequestOut.of(found, state.zone)


@router.post(
    _ONE + "/refuse",
    operation_id="refuseDiaryRequest",
    summary="Refuser une demande",
    description="Réservé à la personne demandée ou à qui assure son intérim : le refus l'emporte, "
    "où qu'en soit la demande.",
)
def refuse(
    actor: CurrentPrincipal, state: State, login: Login, ref: Ref, said: RefusalIn
) -> DiaryRequestOut:
    """The principal does not want it."""
    with state.database.transaction() as db:
        found = service.refuse(
            db, actor, (login, ref), said.because, dispatch=state.dispatch, now=state.now()
        )
    return DiaryRequestOut.of(found, state.zone)
