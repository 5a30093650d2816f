"""Events, tasks and journals of one calendar, read and written without iCalendar.

What is written goes the way of a PUT of CalDAV: both faces see one object.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Query, Response

from calendars.api.examples import CHANGES, DRAFTS
from calendars.api.parameters import (
    CalendarPath,
    From,
    Limit,
    LoginPath,
    ObjectName,
    OccurrenceStart,
    To,
)
from calendars.api.shapes.calendars import Component
from calendars.api.shapes.entries import COMPONENTS, EntryChange, EntryDraft, ObjectOut
from calendars.api.shapes.occurrences import OccurrenceOut, OccurrencesOut, cursor_of, position_of
from calendars.http.state import Conditions, CurrentPrincipal, State
from calendars.kernel.errors import PreconditionFailed
from calendars.model.component import decode, parse
from calendars.model.conditions import Precondition
from calendars.model.entry import ENTRIES
from calendars.model.window import Window
from calendars.services.amend_object import Target, amend_object, remove_entry
from calendars.services.collection_zone import zone_of
from calendars.services.create_object import Written, create_object
from calendars.services.list_occurrences import OccurrenceQuery, list_occurrences
from calendars.services.put_object import ObjectPath
from calendars.services.read_entry import read_entry

TAG = "Événements, tâches et notes"
CALENDAR = "/principals/{login}/calendars/{calendar}"

router = APIRouter(prefix=f"{CALENDAR}/objects", tags=[TAG])


# Coroutines, so that FastAPI does not send the making of a tuple to a thread.
async def _path(login: LoginPath, calendar: CalendarPath, name: ObjectName) -> ObjectPath:
    return ObjectPath(login, calendar, name)


async def _target(
    path: Annotated[ObjectPath, Depends(_path)],
    conditions: Conditions,
    occurrence: OccurrenceStart = None,
) -> Target:
    at = int(occurrence.timestamp()) if isinstance(occurrence, datetime) else occurrence
    return Target(path, at, conditions)


async def _query(
    start: From,
    end: To,
    component: Annotated[
        list[Component] | None, Query(max_length=3, description="Par défaut, les trois.")
    ] = None,
    limit: Limit = 200,
    cursor: Annotated[
        str | None,
        Query(max_length=100, description="La suite : ce que `next` a donné la fois d'avant."),
    ] = None,
) -> OccurrenceQuery:
    window = Window(int(start.timestamp()), int(end.timestamp()))
    after = None if cursor is None else position_of(cursor)
    return OccurrenceQuery(window, sorted(set(component or ENTRIES)), limit, after)


ObjectAt = Annotated[ObjectPath, Depends(_path)]
TargetAt = Annotated[Target, Depends(_target)]


@router.get(
    "",
    operation_id="listOccurrences",
    summary="Ce qui a lieu dans une période",
    description="Occurrence par occurrence, les séries dépliées, par ordre de début. La période "
    "dure un an au plus. Les heures sont dans le fuseau de l'agenda.",
)
def list_all(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    calendar: CalendarPath,
    query: Annotated[OccurrenceQuery, Depends(_query)],
) -> OccurrencesOut:
    """A slice of the occurrences that the asker may see."""
    with state.database.reading() as db:
        found = list_occurrences(db, actor, (login, calendar), query, now=state.now())
    zone = zone_of(found.collection)
    items = [OccurrenceOut.of(one, zone) for one in found.occurrences]
    return OccurrencesOut(items=items, next=found.more and cursor_of(found.more))


@router.post(
    "",
    status_code=201,
    operation_id="createObject",
    summary="Créer un événement, une tâche ou une note",
    description="Un événement a une fin ou une durée ; une date comme début en fait une journée "
    "entière. Les heures sont fixées dans le fuseau de l'agenda, sauf `timezone`. Si quelque chose "
    "s'oppose à la date, la réponse est 409 et dit quoi ; avec un motif (`override`), elle passe.",
)
def create(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    calendar: CalendarPath,
    wanted: Annotated[EntryDraft, Body(openapi_examples=DRAFTS)],
    response: Response,
) -> ObjectOut:
    """A new object."""
    kind, draft = COMPONENTS[wanted.type], wanted.draft()
    with state.placing(actor, wanted.override) as (db, dispatch):
        written = create_object(
            db, actor, (login, calendar), kind, draft, dispatch=dispatch, now=state.now()
        )
    response.headers["Location"] = location_of(written.path)
    return _told(written, response)


@router.get(
    "/{name}",
    operation_id="getObject",
    summary="Un objet",
    description="Avec ses exceptions s'il se répète, et son étiquette (`ETag`).",
    response_model=ObjectOut,
    responses={304: {"description": "Vous l'avez déjà (`If-None-Match`)."}},
)
def read(
    actor: CurrentPrincipal,
    state: State,
    path: ObjectAt,
    conditions: Conditions,
    response: Response,
) -> ObjectOut | Response:
    """One object with its exceptions; 304 where the asker has it already (RFC 9110 §13.1.2)."""
    with state.database.reading() as db:
        found = read_entry(db, actor, path, now=state.now())
    etag = found.found.etag
    response.headers["ETag"] = f'"{etag}"'
    if _is_known(conditions, etag):
        return Response(status_code=304, headers=dict(response.headers))
    conditions.check(etag)
    calendar = parse(decode(found.found.data))
    return ObjectOut.read(path.name, etag, calendar, zone_of(found.collection))


@router.patch(
    "/{name}",
    operation_id="changeObject",
    summary="Changer un objet, ou une de ses occurrences",
    description="Seul ce qui est nommé change ; `null` retire. Tout le reste du texte iCalendar, "
    "propriétés inconnues comprises, est gardé. Avec `occurrence`, cette occurrence devient une "
    "exception de la série. Déplacer une série déplace ses exceptions avec elle.",
)
def change(
    actor: CurrentPrincipal,
    state: State,
    target: TargetAt,
    wanted: Annotated[EntryChange, Body(openapi_examples=CHANGES)],
    response: Response,
) -> ObjectOut:
    """What the body names is different afterwards."""
    draft = wanted.draft()
    with state.placing(actor, wanted.override) as (db, dispatch):
        written = amend_object(db, actor, target, draft, dispatch=dispatch, now=state.now())
    return _told(written, response)


@router.delete(
    "/{name}",
    status_code=204,
    operation_id="deleteObject",
    summary="Supprimer un objet, ou une de ses occurrences",
    description="L'objet reste dans l'historique, d'où il peut être restauré.",
)
def remove(actor: CurrentPrincipal, state: State, target: TargetAt) -> None:
    """The object goes, or one occurrence of it."""
    with state.database.transaction() as db:
        remove_entry(db, actor, target, dispatch=state.dispatch, now=state.now())


def _is_known(conditions: Precondition, etag: str) -> bool:
    try:
        Precondition(None, conditions.if_none_match).check(etag)
    except PreconditionFailed:
        return True
    return False


def location_of(path: ObjectPath) -> str:
    """Where an object is read."""
    parent = f"/api/v1/principals/{quote(path.login)}/calendars/{quote(path.collection)}"
    return f"{parent}/objects/{quote(path.name)}"


def _told(written: Written, response: Response) -> ObjectOut:
    etag = written.outcome.etag
    response.headers["ETag"] = f'"{etag}"'
    calendar = parse(decode(written.body))
    return ObjectOut.read(written.path.name, etag, calendar, zone_of(written.collection))
