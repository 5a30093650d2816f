"""COPY and MOVE (RFC 4918 §9.8, §9.9)."""

from __future__ import annotations

from urllib.parse import urlsplit

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.paths import DavPath, Place, parse_href
from calendars.dav.request import DavRequest, DavResponse
from calendars.kernel.errors import Forbidden, InvalidInput
from calendars.services.move_object import Transfer, move_object


def copy(request: DavRequest) -> DavResponse:
    """The object stands at both places afterwards."""
    return _transfer(request, keep=True)


def move(request: DavRequest) -> DavResponse:
    """The object stands at its new place only."""
    return _transfer(request, keep=False)


def _transfer(request: DavRequest, *, keep: bool) -> DavResponse:
    if request.path.place is not Place.OBJECT:
        raise MethodNotAllowed("only calendar objects can be copied or moved")
    destination = _destination(request)
    if destination == request.path:
        raise Forbidden("source and destination are the same")
    created = move_object(
        request.db,
        request.actor,
        Transfer(
            request.path.object,
            destination.object,
            keep,
            overwrite=_overwrite(request),
            precondition=request.precondition,
        ),
        dispatch=request.dispatch,
        now=request.now,
    )
    location = (("Location", destination.href),) if created else ()
    return DavResponse(201 if created else 204, headers=location)


def _overwrite(request: DavRequest) -> bool:
    value = request.headers.get("overwrite", "T").strip().upper()
    if value not in {"T", "F"}:
        raise InvalidInput("Overwrite is T or F")
    return value == "T"


def _destination(request: DavRequest) -> DavPath:
    header = request.headers.get("destination")
    if not header:
        raise InvalidInput("the request needs a Destination header")
    try:
        host = urlsplit(header).netloc
    except ValueError:
        raise InvalidInput("the Destination header cannot be read") from None
    if host and host.lower() != request.headers.get("host", "").lower():
        raise Forbidden("the destination is on another server")
    path = parse_href(header)
    if path is None or path.place is not Place.OBJECT:
        raise Forbidden("a calendar object can only stand inside a calendar")
    return path
