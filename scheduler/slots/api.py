"""Slots over REST: looked for, and taken (MTG-3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.slots.book import book_slot
from scheduler.slots.schemas import SLOT_HEADINGS, BookedOut, BookingIn, SlotSearchIn, SlotsOut
from scheduler.slots.service import Asking, search_slots

TAG = "Créneaux"

router = APIRouter(prefix="/api/v1/slots", tags=[TAG], responses=PROBLEM_RESPONSES)

SEARCHES = {
    "two": {
        "summary": "Deux personnes et une salle",
        "value": {
            "first_day": "2027-03-01",
            "last_day": "2027-03-26",
            "minutes": 90,
            "required": ["anne"],
            "optional": ["paul"],
            "resources": [{"category": "room", "capacity": 6}],
        },
    }
}


@router.post(
    "/search",
    operation_id="searchSlots",
    summary="Chercher un créneau",
    description="Les meilleurs d'abord, chacun avec ses raisons ; s'il n'y en a pas, ce qui s'y "
    "oppose le plus. Nul n'apprend pourquoi quelqu'un dont il ne lit pas l'agenda est pris.",
)
def search(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[SlotSearchIn, Body(openapi_examples=SEARCHES)],
) -> SlotsOut:
    """The best slots."""
    now = state.now()
    people = len(wanted.required) + len(wanted.optional)
    state.inquiries.charge(actor.id, max(1, people), now=now)
    asking = Asking(actor, state.zone, state.inquiries.policy, now)
    with state.database.reading() as db:
        found = search_slots(db, asking, wanted.request())
    return SlotsOut.of(found, state.zone)


@router.post(
    "/search.csv",
    operation_id="exportSlots",
    summary="Chercher un créneau, pour un tableur",
    description="La même recherche, une ligne par créneau, le meilleur d'abord.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[SlotSearchIn, Body(openapi_examples=SEARCHES)],
) -> Response:
    """The best slots as CSV."""
    rows = [one.row for one in search(actor, state, wanted).slots]
    return spreadsheet("creneaux.csv", SLOT_HEADINGS, rows)


BOOKINGS = {
    "meeting": {
        "summary": "Une réunion",
        "value": {
            "organizer": "anne",
            "title": "Comité de pilotage",
            "start": "2027-03-02T09:00:00+11:00",
            "end": "2027-03-02T10:30:00+11:00",
            "required": ["paul"],
        },
    }
}


@router.post(
    "/bookings",
    status_code=201,
    operation_id="bookSlot",
    summary="Prendre un créneau",
    description="Tous les agendas et toutes les ressources d'un coup, ou rien : si l'un d'eux est "
    "pris entre-temps, la réponse est 409 et dit par qui.",
)
def book(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[BookingIn, Body(openapi_examples=BOOKINGS)],
) -> BookedOut:
    """Everybody has the meeting, or nobody."""
    with state.placing(actor, wanted.override) as (db, dispatch):
        asking = Asking(actor, state.zone, state.inquiries.policy, state.now())
        made = book_slot(db, asking, wanted.booking(), dispatch=dispatch)
    path = made.path
    return BookedOut(
        uid=path.name.removesuffix(".ics"),
        organizer=path.login,
        calendar=path.collection,
        name=path.name,
    )
