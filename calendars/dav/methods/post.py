"""POST: a new member of a calendar, or a request for busy time (RFC 5995, RFC 6638 §5)."""

from __future__ import annotations

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.methods.make import add_member
from calendars.dav.paths import Place
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.xml import document, escape, href
from calendars.model.component import decode, parse
from calendars.model.invalid import ResourceTooLarge, UnsupportedCalendarData
from calendars.model.limits import LIMITS
from calendars.services.answer_free_busy import FreeBusyAnswer, answer_free_busy
from calendars.services.make_calendar import OUTBOX

_CALENDAR = "text/calendar"


def post(request: DavRequest) -> DavResponse:
    """What is posted is told by where."""
    path = request.path
    if path.place is not Place.COLLECTION:
        raise MethodNotAllowed("only calendars and scheduling outboxes take what is posted")
    return ask_busy_time(request) if path.collection == OUTBOX else add_member(request)


def ask_busy_time(request: DavRequest) -> DavResponse:
    """RFC 6638 §5: one C:response for each recipient.

    The ATTENDEEs are whom it is about; Originator and Recipient headers, which older clients send
    besides, say the same.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _CALENDAR:
        raise UnsupportedCalendarData(f"{kind[:60]} is not taken here, only text/calendar")
    if len(request.body) > LIMITS.max_resource_size:
        raise ResourceTooLarge(f"more than {LIMITS.max_resource_size} octets")
    answers = answer_free_busy(
        request.db,
        request.actor,
        request.path.parent,
        parse(decode(request.body)),
        now=request.now,
    )
    body = document("C:schedule-response", "".join(map(_response, answers)))
    return DavResponse(200, body, headers=(("Cache-Control", "no-store"),))


def _response(answer: FreeBusyAnswer) -> str:
    """RFC 6638 §10.2 to §10.4."""
    data = (
        "" if answer.text is None else f"<C:calendar-data>{escape(answer.text)}</C:calendar-data>"
    )
    return (
        f"<C:response><C:recipient>{href(answer.recipient)}</C:recipient>"
        f"<C:request-status>{answer.status}</C:request-status>{data}</C:response>"
    )
