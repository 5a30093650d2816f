"""Sheets of diaries and presence over REST (DIA-6, DIA-7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day, PathName, Shape, StrictShape
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.diary_sheets import presence_links as links
from scheduler.diary_sheets.model import Part, Profile
from scheduler.diary_sheets.presence import Presence, list_presence
from scheduler.diary_sheets.service import Press, SheetKind, Wanted, print_sheet

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
    part: Part | None = Field(description="La demi-journée, si ce n'est pas toute la journée.")


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


class PresenceLinkIn(StrictShape):
    """What a screen shall show."""

    who: list[PathName] = Field(min_length=1, max_length=20, examples=[["dpass"]])
    last_day: Day = Field(description="Le dernier jour du lien ; 400 jours au plus.")


class PresenceLinkOut(Shape):
    """One link; its address is told when it is made, and not again."""

    who: list[str]
    last_day: date
    url: str | None = None


class PresenceLinksOut(Shape):
    """The oldest first."""

    items: list[PresenceLinkOut]


@router.get(
    "/me/presence-links",
    operation_id="listPresenceLinks",
    summary="Mes liens vers qui est là",
    description="Ceux qui valent encore, sans leur secret.",
)
def list_all(actor: CurrentPrincipal, state: State) -> PresenceLinksOut:
    """One's own links."""
    with state.database.reading() as db:
        found = links.list_links_of(db, actor, state.zone, now=state.now())
    items = [PresenceLinkOut(who=list(one.who), last_day=one.last_day) for one in found]
    return PresenceLinksOut(items=items)


@router.post(
    "/me/presence-links",
    status_code=201,
    operation_id="makePresenceLink",
    summary="Montrer qui est là sur un écran",
    description="Une page sans mot de passe, pour l'écran d'un secrétariat : présent, absent, "
    "jusqu'à quand, et rien d'autre. Elle montre ce que vous pouvez savoir. Un lien vers les mêmes "
    "personnes remplace le précédent. Pas pour les agents.",
)
def make(
    actor: CurrentPrincipal, state: State, press: CurrentPress, wanted: PresenceLinkIn
) -> PresenceLinkOut:
    """A new link."""
    place = links.Place(state.zone, press.url)
    with state.database.transaction() as db:
        url = links.give_link(db, actor, wanted.who, wanted.last_day, place, now=state.now())
    return PresenceLinkOut(who=sorted(wanted.who), last_day=wanted.last_day, url=url)


@router.delete(
    "/me/presence-links",
    status_code=204,
    operation_id="withdrawPresenceLink",
    summary="Retirer un lien vers qui est là",
)
def withdraw(
    actor: CurrentPrincipal,
    state: State,
    who: Annotated[list[PathName], Query(min_length=1, max_length=20)],
) -> None:
    """It shows nothing from now on."""
    with state.database.transaction() as db:
        links.take_back_link(db, actor, who, now=state.now())


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
    return PresenceOut(
        login=one.person.login,
        name=one.person.display_name,
        state=one.state,
        until=one.last_day,
        part=one.away.part if one.away else None,
    )
