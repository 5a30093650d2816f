"""Sheets of diaries and presence over REST (DIA-6, DIA-7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day, PathName, Shape
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.diary_sheets.model import Profile
from scheduler.diary_sheets.service import (
    Presence,
    Press,
    SheetKind,
    Wanted,
    list_presence,
    print_sheet,
)

TAG = "Feuilles et présence"
_PRESENCE = {"present": "présent", "absent": "absent", "unknown": "inconnu"}

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)


def give_press(app: FastAPI, press: Press) -> None:
    """Routes of this application find it from now on."""
    app.state.press = press


async def _press_of(request: Request) -> Press:
    press: Press = request.app.state.press
    return press


CurrentPress = Annotated[Press, Depends(_press_of)]


class PresenceOut(Shape):
    """Whether somebody is there; never why not."""

    login: str
    name: str
    state: str = Field(description="present, absent, unknown", examples=["absent"])
    until: date | None = Field(description="Dernier jour de l'absence.")


class PresencesOut(Shape):
    """In the order in which they were named."""

    day: date
    items: list[PresenceOut]


@router.get(
    "/diaries/{login}/sheets/{kind}",
    operation_id="printSheet",
    summary="Agenda sur papier",
    description="PDF : la semaine (`week`), la feuille du jour (`day`), le plan du mois "
    "(`month`), tels que vous pouvez les voir. Avec `profile=posted`, ce qui n'est pas public n'a "
    "que ses heures et les lieux manquent : la feuille peut être affichée.",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def sheet(
    actor: CurrentPrincipal,
    state: State,
    press: CurrentPress,
    login: Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])],
    kind: SheetKind,
    day: Annotated[Day | None, Query(description="Un jour de la période ; sinon ce jour.")] = None,
    profile: Profile = Profile.OWN,
) -> Response:
    """The diary on paper."""
    now = state.now()
    asked = day or state.clock.now().astimezone(state.zone).date()
    with state.database.reading() as db:
        made = print_sheet(db, actor, login, Wanted(kind, asked, profile), press, now=now)
    disposition = f'attachment; filename="{made.filename}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(made.octets, 200, headers, "application/pdf")


@router.get(
    "/presence",
    operation_id="listPresence",
    summary="Qui est là",
    description="Présent ou absent, et jusqu'à quand ; jamais pourquoi. Des groupes, chaque "
    "membre est nommé.",
)
def presence(
    actor: CurrentPrincipal,
    state: State,
    login: Annotated[list[PathName], Query(min_length=1, max_length=300)],
    day: Annotated[Day | None, Query(description="Sinon ce jour.")] = None,
) -> PresencesOut:
    """Who is there."""
    return _presence(actor, state, login, day)


@router.get(
    "/presence.csv",
    operation_id="exportPresence",
    summary="Qui est là, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    login: Annotated[list[PathName], Query(min_length=1, max_length=300)],
    day: Annotated[Day | None, Query(description="Sinon ce jour.")] = None,
) -> Response:
    """The same as CSV."""
    found = _presence(actor, state, login, day)
    rows = [
        (found.day, one.login, one.name, _PRESENCE[one.state], one.until) for one in found.items
    ]
    heads = ("Jour", "Identifiant", "Nom", "Présence", "Dernier jour d'absence")
    return spreadsheet("presence.csv", heads, rows)


def _presence(
    actor: CurrentPrincipal, state: State, login: list[str], day: date | None
) -> PresencesOut:
    asked = day or state.clock.now().astimezone(state.zone).date()
    state.inquiries.charge(actor.id, len(login), now=state.now())
    with state.database.reading() as db:
        found = list_presence(
            db, actor, login, asked, state.zone, policy=state.inquiries.policy, now=state.now()
        )
    return PresencesOut(day=asked, items=[_told(one) for one in found])


def _told(one: Presence) -> PresenceOut:
    away = one.away
    known = "absent" if away else "present"
    return PresenceOut(
        login=one.person.login,
        name=one.person.display_name,
        state=known if one.known else "unknown",
        until=None if away is None else away.back - timedelta(days=1),
    )
