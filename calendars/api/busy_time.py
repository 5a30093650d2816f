"""When people are busy: the question before every meeting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

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


@router.get(
    "/freebusy",
    operation_id="getBusyTime",
    summary="Quand des personnes sont occupées",
    description="Les périodes seulement, réunies, et au quart d'heure près pour qui ne peut pas "
    "lire l'agenda. La période dure un an au plus.",
)
def read(actor: CurrentPrincipal, state: State, login: Logins, start: From, end: To) -> BusyOut:
    """Merged busy periods of each login."""
    window = Window(int(start.timestamp()), int(end.timestamp()))
    with state.database.reading() as db:
        people = list_people(db, login)
        question = BusyQuestion(window)
        told = tell_busy_time(db, actor, list(people.values()), question, now=state.now())
    items = []
    for one in dict.fromkeys(login):
        busy = told.get(people[one].id) if one in people else None
        periods = [period_of(interval, state.zone) for interval in busy or ()]
        items.append(BusyPersonOut(login=one, found=busy is not None, busy=periods))
    return BusyOut(items=items)
