"""Bookable time and appointments over REST (RDV-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day, Identifier, PathName, QueryInstant
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.appointments import book, openings
from scheduler.appointments.booking_model import (
    AppointmentId,
    AppointmentState,
    Channel,
    OpeningId,
    Shown,
)
from scheduler.appointments.booking_repository import Period
from scheduler.appointments.booking_schemas import (
    APPOINTMENT_HEADINGS,
    OPENING_HEADINGS,
    AppointmentIn,
    AppointmentOut,
    AppointmentPatch,
    AppointmentsOut,
    OfferIn,
    OpeningIn,
    OpeningOut,
    OpeningsOut,
)
from scheduler.choosing.api import Choosing
from scheduler.choosing.schemas import ChosenIn, FreeSlotsOut

TAG = "Rendez-vous"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Rules = Annotated[Identifier, Path(alias="opening", description="Le numéro de la plage.")]
Number = Annotated[Identifier, Path(alias="appointment", description="Le numéro du rendez-vous.")]
Of = Annotated[
    PathName | None, Query(description="De qui ; par défaut, de vous.", examples=["anne"])
]
By = Annotated[Channel | None, Query(alias="channel", description="Présentiel, téléphone, visio.")]
FirstDay = Annotated[Day | None, Query(alias="first_day", description="À partir de ce jour.")]
LastDay = Annotated[Day | None, Query(alias="last_day", description="Jusqu'à ce jour.")]
From = Annotated[QueryInstant | None, Query(alias="from", description="Qui finissent après.")]
To = Annotated[QueryInstant | None, Query(alias="to", description="Qui commencent avant.")]
OfState = Annotated[
    AppointmentState | None, Query(alias="state", description="Seulement de cet état.")
]

OPENINGS = {
    "evaluations": {
        "summary": "Deux matinées par semaine",
        "value": {
            "label": "Rendez-vous d'évaluation",
            "windows": [{"weekdays": [0, 1, 2, 3, 4], "start": "08:00", "end": "11:30"}],
            "minutes": 45,
            "buffer_after": 15,
            "motives": [{"code": "EVAL", "label": "Évaluation"}],
            "channels": ["in-person", "phone"],
            "place": "CMS de Montravel",
        },
    }
}
OFFERS = {
    "contact": {
        "summary": "Un lien pour un contact",
        "value": {
            "motive": "EVAL", "reference": "IS-2026-0421", "contact": "contact@example.org",
        },
    }
}  # fmt: skip


@router.post(
    "/openings",
    status_code=201,
    operation_id="publishOpening",
    summary="Ouvrir des créneaux à la réservation",
    description="Pour vous, ou pour qui vous confie son agenda, choses privées comprises.",
)
def publish(
    actor: CurrentPrincipal,
    state: State,
    said: Annotated[OpeningIn, Body(openapi_examples=OPENINGS)],
) -> OpeningOut:
    """Slots can be booked from now on."""
    with state.database.transaction() as db:
        made = openings.publish(
            db, actor, said.owner or actor.login, said.opening(), now=state.now()
        )
    return OpeningOut.of(made)


@router.get(
    "/openings", operation_id="listOpenings", summary="Ce que quelqu'un ouvre à la réservation"
)
def list_open(actor: CurrentPrincipal, state: State, of: Of = None) -> OpeningsOut:
    """For everybody with an account."""
    with state.database.reading() as db:
        found = openings.list_openings(db, of or actor.login)
    return OpeningsOut(items=[OpeningOut.of(one) for one in found])


@router.get(
    "/openings.csv",
    operation_id="exportOpenings",
    summary="Ce que quelqu'un ouvre à la réservation, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_open(actor: CurrentPrincipal, state: State, of: Of = None) -> Response:
    """The same list."""
    rows = [one.row for one in list_open(actor, state, of).items]
    return spreadsheet("plages.csv", OPENING_HEADINGS, rows)


@router.put("/openings/{opening}", operation_id="changeOpening", summary="Changer les règles")
def change(
    actor: CurrentPrincipal,
    state: State,
    number: Rules,
    said: Annotated[OpeningIn, Body(openapi_examples=OPENINGS)],
) -> OpeningOut:
    """What is booked stands."""
    with state.database.transaction() as db:
        made = openings.change(db, actor, OpeningId(number), said.opening(), now=state.now())
    return OpeningOut.of(made)


@router.delete(
    "/openings/{opening}",
    status_code=204,
    operation_id="closeOpening",
    summary="Fermer à la réservation",
    description="Ce qui est réservé le reste.",
)
def close(actor: CurrentPrincipal, state: State, number: Rules) -> None:
    """Nothing is booked by it any more."""
    with state.database.transaction() as db:
        openings.close(db, actor, OpeningId(number), now=state.now())


@router.get(
    "/openings/{opening}/slots",
    operation_id="listOpeningSlots",
    summary="Les créneaux libres",
    description="Calculés à l'instant, de l'agenda, des jours fermés et des règles.",
)
def slots(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Rules, channel: By = None,
    first_day: FirstDay = None, last_day: LastDay = None,
) -> FreeSlotsOut:  # fmt: skip
    """By time."""
    now = state.now()
    state.inquiries.charge(actor.id, 1, now=now)
    with state.database.reading() as db:
        found = openings.list_slots(
            db, actor, OpeningId(number), channel, (first_day, last_day), house, now=now
        )
    return FreeSlotsOut.of(found, state.zone)


@router.post(
    "/openings/{opening}/appointments",
    status_code=201,
    operation_id="bookAppointment",
    summary="Réserver un créneau",
    description="409 si quelqu'un l'a pris entre-temps. Le contact reçoit une confirmation et le "
    "lien pour changer.",
)
def book_one(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Rules, said: AppointmentIn
) -> AppointmentOut:
    """It is taken, or it is not."""
    start = int(said.start.timestamp())
    with state.database.transaction() as db:
        made = book.book(
            db, actor, OpeningId(number), said.request(), start, house, now=state.now()
        )
    return AppointmentOut.of(made, state.zone)


@router.post(
    "/openings/{opening}/offers",
    status_code=201,
    operation_id="offerAppointment",
    summary="Envoyer à un contact un lien pour choisir",
)
def offer(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Rules,
    said: Annotated[OfferIn, Body(openapi_examples=OFFERS)],
) -> AppointmentOut:  # fmt: skip
    """He chooses by himself."""
    with state.database.transaction() as db:
        made = book.offer(db, actor, OpeningId(number), said.request(), house, now=state.now())
    return AppointmentOut.of(made, state.zone)


@router.get(
    "/appointments", operation_id="listAppointments", summary="Les rendez-vous d'une personne"
)
def list_all(
    actor: CurrentPrincipal, state: State, of: Of = None, start: From = None, end: To = None,
    only: OfState = None,
) -> AppointmentsOut:  # fmt: skip
    """For her, and those who keep her diary."""
    found = _found(actor, state, of, _period(start, end), only)
    return AppointmentsOut(items=[AppointmentOut.of(one, state.zone) for one in found])


@router.get(
    "/appointments.csv",
    operation_id="exportAppointments",
    summary="Les rendez-vous d'une personne, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal, state: State, of: Of = None, start: From = None, end: To = None,
    only: OfState = None,
) -> Response:  # fmt: skip
    """The same list."""
    found = _found(actor, state, of, _period(start, end), only)
    rows = [AppointmentOut.of(one, state.zone).row for one in found]
    return spreadsheet("rendez-vous.csv", APPOINTMENT_HEADINGS, rows)


@router.get(
    "/me/booked-appointments",
    operation_id="listBookedAppointments",
    summary="Les rendez-vous que vous avez pris pour d'autres",
)
def list_own(actor: CurrentPrincipal, state: State) -> AppointmentsOut:
    """The newest first."""
    with state.database.reading() as db:
        found = book.list_booked(db, actor)
    return AppointmentsOut(items=[AppointmentOut.of(one, state.zone) for one in found])


@router.get(
    "/me/booked-appointments.csv",
    operation_id="exportBookedAppointments",
    summary="Les rendez-vous que vous avez pris pour d'autres, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_own(actor: CurrentPrincipal, state: State) -> Response:
    """The same list."""
    rows = [one.row for one in list_own(actor, state).items]
    return spreadsheet("rendez-vous-pris.csv", APPOINTMENT_HEADINGS, rows)


@router.get("/appointments/{appointment}", operation_id="getAppointment", summary="Un rendez-vous")
def get(actor: CurrentPrincipal, state: State, number: Number) -> AppointmentOut:
    """One of them."""
    with state.database.reading() as db:
        found = book.get_appointment(db, actor, AppointmentId(number), now=state.now())
    return AppointmentOut.of(found, state.zone)


@router.put(
    "/appointments/{appointment}/slot",
    operation_id="moveAppointment",
    summary="Déplacer un rendez-vous",
    description="Un contact en est averti une fois.",
)
def move(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Number, said: ChosenIn
) -> AppointmentOut:
    """Another slot."""
    start = int(said.start.timestamp())
    with state.database.transaction() as db:
        done = book.move_to(db, actor, AppointmentId(number), start, house, now=state.now())
    return AppointmentOut.of(done, state.zone)


@router.patch(
    "/appointments/{appointment}",
    operation_id="markAppointment",
    summary="Dire qu'un rendez-vous est tenu, manqué ou annulé",
)
def mark(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Number, said: AppointmentPatch
) -> AppointmentOut:
    """What became of it."""
    which, wanted, now = AppointmentId(number), AppointmentState(said.state), state.now()
    with state.database.transaction() as db:
        if wanted is AppointmentState.CANCELLED:
            done = book.call_off(db, actor, which, house, now=now)
        else:
            done = book.mark(db, actor, which, wanted, now=now)
    return AppointmentOut.of(done, state.zone)


def _found(
    actor: CurrentPrincipal, state: State, of: str | None, period: Period,
    only: AppointmentState | None,
) -> list[Shown]:  # fmt: skip
    with state.database.reading() as db:
        states = () if only is None else (only,)
        return book.list_appointments(db, actor, of or actor.login, period, states, now=state.now())


def _period(start: QueryInstant | None, end: QueryInstant | None) -> Period:
    return Period(
        None if start is None else int(start.timestamp()),
        None if end is None else int(end.timestamp()),
    )
