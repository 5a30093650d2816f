"""POST: a new member, a request for busy time, an attachment (RFC 5995, RFC 6638 §5, RFC 8607)."""

from __future__ import annotations

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.methods.attachments import attach
from calendars.dav.methods.make import add_member
from calendars.dav.methods.sharing import is_sharing, share
from calendars.dav.paths import DavPath, Place
from calendars.dav.request import DavRequest, DavResponse, TooMuchForNow
from calendars.dav.xml import document, escape, href
from calendars.model.component import decode, parse
from calendars.model.invalid import ResourceTooLarge, UnsupportedCalendarData
from calendars.model.limits import LIMITS
from calendars.services.answer_free_busy import FreeBusyAnswer, answer_free_busy
from calendars.services.make_calendar import OUTBOX

_CALENDAR = "text/calendar"


def is_outbox(path: DavPath) -> bool:
    """A scheduling outbox: no calendar can have its name."""
    return path.place is Place.COLLECTION and path.collection == OUTBOX


def add_or_refuse(request: DavRequest) -> DavResponse:
    """Calendars take new members; XML is about sharing them."""
    if is_sharing(request):
        return share(request)
    if request.path.place is Place.OBJECT:
        return attach(request)
    if request.path.place is not Place.COLLECTION:
        raise MethodNotAllowed("only calendars and scheduling outboxes take what is posted")
    return add_member(request)


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
    if request.brief:
        raise TooMuchForNow
    calendar = parse(decode(request.body))
    asked = sum(len(part.all("ATTENDEE")) for part in calendar.components)
    request.inquiries.charge(request.actor.id, asked, now=request.now)
    answers = answer_free_busy(
        request.db,
        request.actor,
        request.path.parent,
        calendar,
        policy=request.inquiries.policy,
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
