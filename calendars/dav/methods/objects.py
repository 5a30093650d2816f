"""GET, HEAD, PUT and DELETE (RFC 4791 §5.3.2, RFC 4918 §9.4 to §9.7)."""

from __future__ import annotations

from dataclasses import replace

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.methods.attachments import get_attachment
from calendars.dav.paths import Place
from calendars.dav.properties.webdav import http_date
from calendars.dav.request import CALENDAR, DavRequest, DavResponse
from calendars.dav.resource import CALENDARS, Resource, locate
from calendars.dav.sharing_xml import notification
from calendars.kernel.audit import Deed
from calendars.kernel.errors import InvalidInput, NotFound, PreconditionFailed
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import parse
from calendars.model.conditions import Precondition
from calendars.model.invalid import UnsupportedCalendarData
from calendars.model.jcal import MEDIA_TYPE, jcal_text
from calendars.model.visibility import VisibleObject
from calendars.services.close_calendar import close_calendar
from calendars.services.delete_object import Removal, delete_object
from calendars.services.export_calendar import export_calendar
from calendars.services.list_changes import sync_token
from calendars.services.move_object import NoSuchParent
from calendars.services.put_object import PutObject, PutOutcome, put_object
from calendars.services.share_notices import NOTIFICATION, remove_notice
from calendars.storage import audit

_TYPES = frozenset({"", "text/calendar", "application/octet-stream", "text/plain"})


def get(request: DavRequest) -> DavResponse:
    """One object as it was sent, or a whole calendar as one iCalendar text."""
    if request.path.place is Place.ATTACHMENT:
        return get_attachment(request)
    resource = locate(request.db, request.actor, request.path, now=request.now)
    if resource.notice is not None:
        return _get_notice(resource)
    if resource.stored is not None:
        return _get_object(request, resource.stored)
    if resource.kind in CALENDARS:
        return _get_calendar(request, resource)
    # A person's browser sees that there is something.
    return DavResponse(200, "Niaouli\n", "text/plain; charset=utf-8")


def _get_notice(resource: Resource) -> DavResponse:
    text = notification(resource.of_notice, resource.path.login)
    headers = (("ETag", f'"{resource.of_notice.etag}"'), ("Cache-Control", "private, no-cache"))
    return DavResponse(200, text, headers=headers)


def _get_object(request: DavRequest, stored: VisibleObject) -> DavResponse:
    headers: tuple[tuple[str, str], ...] = (
        ("ETag", f'"{stored.etag}"'),
        ("Last-Modified", http_date(stored.written_at)),
        ("Cache-Control", "private, no-cache"),
    )
    if stored.schedule_tag is not None:
        headers += (("Schedule-Tag", f'"{stored.schedule_tag}"'),)
    asked = request.precondition
    try:
        Precondition(None, asked.if_none_match).check(stored.etag)
    except PreconditionFailed:
        return DavResponse(304, b"", headers=headers)
    asked.check(stored.etag)
    if MEDIA_TYPE in request.headers.get("accept", ""):
        return DavResponse(200, jcal_text(parse(stored.data.decode())), MEDIA_TYPE, headers)
    content_type = f"{CALENDAR}; component={stored.component}"
    return DavResponse(200, stored.data, content_type, headers)


def _get_calendar(request: DavRequest, resource: Resource) -> DavResponse:
    collection, access = resource.of_collection, resource.access
    if access is None:
        raise MethodNotAllowed("there is no text here")
    text = export_calendar(request.db, collection, access)
    if collection.owner_id != request.actor.id:
        told = audit.about(collection)
        audit.record(request.db, request.actor, Deed.EXPORT, told, now=request.now)
    return DavResponse(
        200, text, CALENDAR, (("ETag", f'"{sync_token(request.db, collection, access)}"'),)
    )


def put(request: DavRequest) -> DavResponse:
    """Store an object under the name that the client chose."""
    if request.path.place is not Place.OBJECT:
        # Thunderbird tries whatever URL was typed; 412 would make it offer an .ics file there.
        raise MethodNotAllowed("calendar objects are stored inside a calendar")
    if "content-range" in request.headers:
        raise InvalidInput("an object is stored whole")  # RFC 9110 §14.5
    wanted = PutObject(request.path.object, parse_body(request), request.body, request.precondition)
    try:
        outcome = put_object(
            request.db, request.actor, wanted, dispatch=request.dispatch, now=request.now
        )
    except NotFound as error:
        if request.path.login != request.actor.login:
            raise
        raise NoSuchParent("there is no calendar at that path") from error  # RFC 4918 §9.7.1
    headers = tags_of_outcome(outcome)
    if "return=representation" in request.preferences:
        status = 201 if outcome.created else 200
        headers = (
            *tags_of_outcome(replace(outcome, as_sent=True)),
            ("Preference-Applied", "return=representation"),
        )
        return DavResponse(status, outcome.body, CALENDAR, headers)
    return DavResponse(201 if outcome.created else 204, headers=headers)


def tags_of_outcome(outcome: PutOutcome) -> tuple[tuple[str, str], ...]:
    """No entity tag where the text was changed on its way (RFC 4791 §5.3.4): the client reads it.

    A scheduling object has its Schedule-Tag (RFC 6638 §8.2). Who will see the mask alone of what he
    wrote gets no tag of what he does not see.
    """
    if outcome.masked:
        return ()
    headers = (("ETag", f'"{outcome.etag}"'),) if outcome.as_sent else ()
    if outcome.schedule_tag is None:
        return headers
    return (*headers, ("Schedule-Tag", f'"{outcome.schedule_tag}"'))


def parse_body(request: DavRequest) -> CalendarObject:
    """The object in a body. Raises UnsupportedCalendarData and what a bad object raises."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise UnsupportedCalendarData(f"{kind[:60]} is not taken here, only text/calendar")
    return CalendarObject.parse(request.body)


def delete(request: DavRequest) -> DavResponse:
    """Remove an object, or a calendar with all that is in it."""
    place = request.path.place
    if place is Place.OBJECT and request.path.collection == NOTIFICATION:
        path = request.path
        remove_notice(request.db, request.actor, path.login, path.name, now=request.now)
    elif place is Place.OBJECT:
        delete_object(
            request.db,
            request.actor,
            request.path.object,
            Removal(request.precondition, _says_goodbye(request)),
            dispatch=request.dispatch,
            now=request.now,
        )
    elif place is Place.COLLECTION:
        close_calendar(
            request.db,
            request.actor,
            request.path.parent,
            dispatch=request.dispatch,
            now=request.now,
        )
    else:
        raise MethodNotAllowed("this cannot be removed")
    return DavResponse(204)


def _says_goodbye(request: DavRequest) -> bool:
    """Schedule-Reply: F lets an attendee go without a word (RFC 6638 §8.1)."""
    return request.headers.get("schedule-reply", "T").strip().upper() != "F"
