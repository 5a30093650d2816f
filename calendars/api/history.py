"""Earlier versions of an object, and what was deleted: look at them, bring them back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from calendars.api.objects import CALENDAR, ObjectAt, location_of
from calendars.api.parameters import (
    Before,
    CalendarPath,
    LoginPath,
    ShortLimit,
    VersionPath,
)
from calendars.api.shapes.entries import ObjectOut
from calendars.api.shapes.history import (
    AuthorOut,
    CurrentOut,
    DeletedOut,
    HistoryOut,
    VersionOut,
    VersionTextOut,
)
from calendars.http.shapes import Overriding, instant_of, overriding
from calendars.http.state import Conditions, CurrentPrincipal, State
from calendars.kernel.identifiers import VersionId
from calendars.model.component import decode, parse
from calendars.services.collection_zone import zone_of
from calendars.services.list_history import (
    History,
    Slice,
    list_deleted,
    list_history,
    read_version,
)
from calendars.services.read_entry import read_entry
from calendars.services.restore_version import restore_version
from calendars.storage.object_versions import EarlierVersion

TAG = "Historique"

router = APIRouter(prefix=CALENDAR, tags=[TAG])


async def _slice(limit: ShortLimit = 20, before: Before = None) -> Slice:
    return Slice(limit, before)


SliceAt = Annotated[Slice, Depends(_slice)]


@router.get(
    "/objects/{name}/history",
    operation_id="listVersions",
    summary="Toutes les versions d'un objet",
    description="La présente, puis les précédentes, de la plus récente à la plus ancienne : quand "
    "et par qui chacune a été écrite, par qui remplacée ou supprimée.",
)
def list_versions(
    actor: CurrentPrincipal, state: State, path: ObjectAt, wanted: SliceAt
) -> HistoryOut:
    """What stands at a name, and what stood there before."""
    with state.database.reading() as db:
        found = list_history(db, actor, path, wanted, now=state.now())
    zone = zone_of(found.collection)
    items = [VersionOut.of(version, zone) for version in found.earlier]
    return HistoryOut(current=_current(found), items=items, next=_next(found.earlier, wanted))


@router.get(
    "/objects/{name}/history/{version}",
    operation_id="getVersion",
    summary="Une version, avec son texte iCalendar",
    description="Telle qu'elle a été déposée, à l'octet près.",
)
def read(
    actor: CurrentPrincipal, state: State, path: ObjectAt, version: VersionPath
) -> VersionTextOut:
    """One earlier version."""
    with state.database.reading() as db:
        number = VersionId(version)
        collection, found = read_version(db, actor, path, number, now=state.now())
    told = VersionOut.of(found, zone_of(collection))
    return VersionTextOut.model_construct(**dict(told), text=decode(found.data))


@router.post(
    "/objects/{name}/history/{version}/restore",
    operation_id="restoreVersion",
    summary="Restaurer une version",
    description="Aussi celle d'un objet supprimé. Ce qui se trouve là devient lui-même une "
    "version. Si un autre objet de l'agenda a pris l'identifiant (UID) ou le nom entre-temps, la "
    "réponse est 409 : rien n'est remplacé en silence.",
)
def restore(
    actor: CurrentPrincipal,
    state: State,
    path: ObjectAt,
    version: VersionPath,
    conditions: Conditions,
    response: Response,
    wanted: Overriding | None = None,
) -> ObjectOut:
    """The text of that version stands there again."""
    number = VersionId(version)
    with state.placing(actor, overriding(wanted)) as (db, dispatch):
        restore_version(
            db, actor, path, number, precondition=conditions, dispatch=dispatch, now=state.now()
        )
        found = read_entry(db, actor, path, now=state.now())
    response.headers["ETag"] = f'"{found.found.etag}"'
    response.headers["Location"] = location_of(path)
    calendar = parse(decode(found.found.data))
    return ObjectOut.read(path.name, found.found.etag, calendar, zone_of(found.collection))


@router.get(
    "/deleted",
    operation_id="listDeleted",
    summary="Ce qui a été supprimé d'un agenda",
    description="Les objets supprimés qui ne sont pas revenus, les derniers d'abord.",
)
def deleted(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    calendar: CalendarPath,
    wanted: SliceAt,
) -> DeletedOut:
    """The last version of each deleted object."""
    with state.database.reading() as db:
        collection, found = list_deleted(db, actor, (login, calendar), wanted, now=state.now())
    zone = zone_of(collection)
    items = [VersionOut.of(version, zone) for version in found]
    return DeletedOut(items=items, next=_next(found, wanted))


def _current(found: History) -> CurrentOut | None:
    stored = found.current
    if stored is None:
        return None
    calendar = parse(decode(stored.data))
    return CurrentOut(
        etag=stored.etag,
        written_at=instant_of(stored.written_at),
        written_by=AuthorOut.of(found.author),
        content=ObjectOut.read(stored.name, stored.etag, calendar, zone_of(found.collection)),
    )


def _next(found: list[EarlierVersion], wanted: Slice) -> int | None:
    return found[-1].id if len(found) == wanted.limit else None
