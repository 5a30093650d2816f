"""Meetings over REST: call, read, move, lead on (MTG-1, MTG-2)."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Body, Depends, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Line, QueryInstant
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.meetings.access import open_meeting
from scheduler.meetings.api.examples import CHANGES, MEETINGS, STATES
from scheduler.meetings.api.parameters import PREFIX, RefPath
from scheduler.meetings.call_meeting import call_meeting
from scheduler.meetings.change_meeting import change_meeting, lead_on
from scheduler.meetings.list_meetings import list_meetings, logins_of
from scheduler.meetings.rules import MeetingState
from scheduler.meetings.schemas.meetings import (
    MEETING_HEADINGS,
    MeetingIn,
    MeetingOut,
    MeetingPatch,
    MeetingsOut,
    StateIn,
)

TAG = "Réunions"
router = APIRouter(prefix=PREFIX, tags=[TAG], responses=PROBLEM_RESPONSES)


class _Question(NamedTuple):
    window: tuple[int, int]
    series: str | None
    in_state: MeetingState | None


async def _question(
    start: Annotated[QueryInstant, Query(alias="from")],
    end: Annotated[QueryInstant, Query(alias="to")],
    series: Annotated[Line | None, Query()] = None,
    in_state: Annotated[MeetingState | None, Query(alias="state")] = None,
) -> _Question:
    return _Question((int(start.timestamp()), int(end.timestamp())), series, in_state)


Asked = Annotated[_Question, Depends(_question)]


def _listed(actor: CurrentPrincipal, state: State, asked: _Question) -> list[MeetingOut]:
    with state.database.reading() as db:
        found = list_meetings(
            db, actor, asked.window, series=asked.series, state=asked.in_state, now=state.now()
        )
        logins = logins_of(db, found)
    return [MeetingOut.of(one, logins, state.zone) for one in found]


@router.get(
    "",
    operation_id="listMeetings",
    summary="Les réunions d'une période",
    description="Celles auxquelles on prend part et celles que l'on organise ou prépare, selon "
    "l'état présent de leur événement ; les réunions encore sans date s'y ajoutent.",
)
def list_all(actor: CurrentPrincipal, state: State, asked: Asked) -> MeetingsOut:
    """By date."""
    return MeetingsOut(items=_listed(actor, state, asked))


@router.get(
    ".csv",
    operation_id="exportMeetings",
    summary="Les réunions d'une période, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, asked: Asked) -> Response:
    """The same as CSV."""
    rows = [one.row for one in _listed(actor, state, asked)]
    return spreadsheet("reunions.csv", MEETING_HEADINGS, rows)


@router.post(
    "",
    status_code=201,
    operation_id="callMeeting",
    summary="Demander ou planifier une réunion",
    description="Avec un début, l'événement est créé au nom de l'organisateur et chacun est "
    "invité ; avec `event`, un événement de l'agenda devient une réunion ; sinon elle est "
    "demandée. Les points reportés et les actions en cours de la série sont repris.",
)
def call(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[MeetingIn, Body(openapi_examples=MEETINGS)],
) -> MeetingOut:
    """A new meeting."""
    draft, now = wanted.draft(), state.now()
    with state.placing(actor, wanted.override) as (db, dispatch):
        opened = call_meeting(db, actor, draft, dispatch=dispatch, now=now)
        logins = logins_of(db, [opened])
    return MeetingOut.of(opened, logins, state.zone)


@router.get("/{ref}", operation_id="readMeeting", summary="Une réunion")
def read(actor: CurrentPrincipal, state: State, ref: RefPath) -> MeetingOut:
    """As its event stands now."""
    with state.database.reading() as db:
        opened = open_meeting(db, actor, ref, now=state.now())
        logins = logins_of(db, [opened])
    return MeetingOut.of(opened, logins, state.zone)


@router.patch(
    "/{ref}",
    operation_id="changeMeeting",
    summary="Changer ou déplacer une réunion",
    description="L'événement suit, et les participants sont prévenus si l'heure, le lieu ou les "
    "personnes changent. `required`, `optional` et `rooms` sont donnés ensemble.",
)
def change(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    wanted: Annotated[MeetingPatch, Body(openapi_examples=CHANGES)],
) -> MeetingOut:
    """What is named is otherwise."""
    said, now = wanted.change(), state.now()
    with state.placing(actor, wanted.override) as (db, dispatch):
        opened = change_meeting(db, actor, ref, said, dispatch=dispatch, now=now)
        logins = logins_of(db, [opened])
    return MeetingOut.of(opened, logins, state.zone)


@router.post(
    "/{ref}/state",
    operation_id="leadMeeting",
    summary="Faire avancer une réunion",
    description="Demandée, en recherche de date, planifiée, ordre du jour arrêté, en séance, "
    "tenue, close ; reportée ou annulée, son événement est retiré et chacun est prévenu.",
)
def lead(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    wanted: Annotated[StateIn, Body(openapi_examples=STATES)],
) -> MeetingOut:
    """The next state."""
    with state.database.transaction() as db:
        opened = lead_on(db, actor, ref, wanted.state, dispatch=state.dispatch, now=state.now())
        logins = logins_of(db, [opened])
    return MeetingOut.of(opened, logins, state.zone)
