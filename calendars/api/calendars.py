"""Calendars of one person: list, make, change, remove."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response

from calendars.api.parameters import CalendarPath, LoginPath
from calendars.api.shapes.calendars import CalendarChange, CalendarDraft, CalendarOut, CalendarsOut
from calendars.http.state import CurrentPrincipal, State
from calendars.services import make_calendar
from calendars.services.close_calendar import close_calendar
from calendars.services.list_calendars import list_calendars, read_calendar
from calendars.services.name_calendar import free_name
from calendars.services.set_properties import PropertyChanges, set_properties

TAG = "Agendas"

router = APIRouter(prefix="/principals/{login}/calendars", tags=[TAG])


@router.get(
    "",
    operation_id="listCalendars",
    summary="Les agendas d'une personne",
    description="Ceux que vous pouvez lire, et ce que vous pouvez y faire.",
)
def list_all(actor: CurrentPrincipal, state: State, login: LoginPath) -> CalendarsOut:
    """The calendars that the asker may read."""
    with state.database.reading() as db:
        found = list_calendars(db, actor, login, now=state.now())
    return CalendarsOut(items=[CalendarOut.of(*one) for one in found])


@router.post(
    "",
    status_code=201,
    operation_id="createCalendar",
    summary="Créer un agenda",
    description="Il apparaît aussitôt dans les clients CalDAV.",
)
def make(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    wanted: CalendarDraft,
    response: Response,
) -> CalendarOut:
    """A new calendar; without a name it gets one that its title suggests."""
    draft = make_calendar.CalendarDraft(wanted.components, wanted.columns())
    with state.database.transaction() as db:
        path = (login, wanted.name or free_name(db, login, wanted.title))
        make_calendar.make_calendar(db, actor, path, draft, now=state.now())
        made = read_calendar(db, actor, path, now=state.now())
    response.headers["Location"] = f"/api/v1/principals/{quote(login)}/calendars/{quote(path[1])}"
    return CalendarOut.of(*made)


@router.get(
    "/{calendar}",
    operation_id="getCalendar",
    summary="Un agenda",
    description="Son titre, sa couleur, son fuseau, et ce que vous pouvez y faire.",
)
def read(
    actor: CurrentPrincipal, state: State, login: LoginPath, calendar: CalendarPath
) -> CalendarOut:
    """One calendar."""
    with state.database.reading() as db:
        return CalendarOut.of(*read_calendar(db, actor, (login, calendar), now=state.now()))


@router.patch(
    "/{calendar}",
    operation_id="changeCalendar",
    summary="Changer un agenda",
    description="Seul ce qui est nommé change ; `null` retire.",
)
def change(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    calendar: CalendarPath,
    wanted: CalendarChange,
) -> CalendarOut:
    """Title, colour, time zone: what the body names."""
    path = (login, calendar)
    with state.database.transaction() as db:
        read_calendar(db, actor, path, now=state.now())
        changes = PropertyChanges(columns=wanted.columns())
        set_properties(db, actor, path, changes, now=state.now())
        return CalendarOut.of(*read_calendar(db, actor, path, now=state.now()))


@router.delete(
    "/{calendar}",
    status_code=204,
    operation_id="deleteCalendar",
    summary="Supprimer un agenda",
    description="Avec tout ce qu'il contient. Seul son propriétaire le peut ; il peut aussi le "
    "rétablir.",
)
def remove(actor: CurrentPrincipal, state: State, login: LoginPath, calendar: CalendarPath) -> None:
    """The calendar with all that is in it."""
    with state.database.transaction() as db:
        close_calendar(db, actor, (login, calendar), dispatch=state.dispatch, now=state.now())
