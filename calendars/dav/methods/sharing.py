"""POST of CalendarServer's sharing: a calendar is offered, an offer is answered."""

from __future__ import annotations

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.names import CS
from calendars.dav.paths import Place
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.sharing_xml import invite_reply, share_request, shared_as
from calendars.dav.xml import Element, InvalidXml, parse
from calendars.model.mount import mount_name
from calendars.services.share_calendar import answer, offer, open_shareable, withdraw

_XML = frozenset({"text/xml", "application/xml"})


def is_sharing(request: DavRequest) -> bool:
    """What is posted is XML."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in _XML


def share(request: DavRequest) -> DavResponse:
    """All that the body asks for, or nothing of it."""
    root = parse(request.body)
    if root.tag == CS("share") and request.path.place is Place.COLLECTION:
        return _share(request, root)
    if root.tag == CS("invite-reply") and request.path.place is Place.HOME:
        return _reply(request, root)
    if root.tag in {CS("share"), CS("invite-reply")}:
        raise MethodNotAllowed("calendars are shared where they are, and answered in one's home")
    raise InvalidXml("only CS:share and CS:invite-reply are posted as XML")


def _share(request: DavRequest, root: Element) -> DavResponse:
    wanted = share_request(root)
    collection = open_shareable(request.db, request.actor, request.path.parent, now=request.now)
    for address in wanted.withdrawn:
        withdraw(request.db, request.actor, collection, address, now=request.now)
    for one in wanted.offers:
        offer(request.db, request.actor, collection, one, now=request.now)
    return DavResponse(200)


def _reply(request: DavRequest, root: Element) -> DavResponse:
    if request.path.login != request.actor.login:
        raise MethodNotAllowed("offers are answered in one's own home")
    reply = invite_reply(root)
    share_ = answer(
        request.db,
        request.actor,
        reply.uid,
        accepted=reply.accepted,
        summary=reply.summary,
        now=request.now,
    )
    if not reply.accepted:
        return DavResponse(204)
    path = request.actor.login, mount_name(share_.owner, share_.calendar)
    return DavResponse(200, shared_as(path))
