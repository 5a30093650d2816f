"""When people are busy: the question before every meeting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from calendars.api.examples import BUSY_TIMES
from calendars.api.parameters import From, To
from calendars.api.shapes.access import BusyOut, BusyPersonOut, period_of
from calendars.http.shapes import PathName
from calendars.http.state import CurrentPrincipal, State
from calendars.model.window import Window
from calendars.services.find_principals import list_people
from calendars.services.gather_busy_time import BusyQuestion
from calendars.services.tell_busy_time import tell_busy_time

TAG = "Disponibilités"

router = APIRouter(tags=[TAG])

Logins = Annotated[
    list[PathName], Query(min_length=1, max_length=50, description="De qui ; jusqu'à cinquante.")
]


Without = Annotated[
    str | None,
    Query(
        max_length=1_000,
        description="L'UID d'une réunion à déplacer : le temps qu'elle prend ne compte pas.",
        examples=["5b1c5f0a-9f2e-4a55-8f7e-3f6f0f6f2a10"],
    ),
]


@router.get(
    "/freebusy",
    operation_id="getBusyTime",
    summary="Quand des personnes sont occupées",
    description="Personnes, salles, matériels et groupes. Les périodes seulement, réunies, et au "
    "quart d'heure près pour qui ne peut pas lire l'agenda ; `unavailable` : hors des heures que "
    "la personne a déclarées. La période demandée dure un an au plus.",
    responses={200: {"content": {"application/json": {"examples": BUSY_TIMES}}}},
)
def read(
    actor: CurrentPrincipal,
    state: State,
    login: Logins,
    start: From,
    end: To,
    without: Without = None,
) -> BusyOut:
    """Merged busy periods of each login."""
    window = Window(int(start.timestamp()), int(end.timestamp()))
    state.inquiries.charge(actor.id, len(login), now=state.now())
    with state.database.reading() as db:
        people = list_people(db, login)
        question = BusyQuestion(window, without)
        told = tell_busy_time(
            db,
            actor,
            list(people.values()),
            question,
            policy=state.inquiries.policy,
            now=state.now(),
        )
    items = []
    for one in dict.fromkeys(login):
        busy = told.get(people[one].id) if one in people else None
        periods = [period_of(interval, state.zone) for interval in busy or ()]
        items.append(BusyPersonOut(login=one, found=busy is not None, busy=periods))
    return BusyOut(items=items)
