"""OPTIONS: what can be done here (RFC 4791 §5.1, RFC 4918 §10.1)."""

from __future__ import annotations

from calendars.dav.paths import Place
from calendars.dav.request import DavRequest, DavResponse

# Thunderbird drops the first token, so that it must be 1. What is not done is not named.
FEATURES = (
    "1, 3, access-control, extended-mkcol, calendar-access, calendar-auto-schedule, "
    "calendar-availability, calendar-managed-attachments, calendar-proxy, "
    "calendarserver-principal-property-search, calendarserver-sharing"
)
_READ = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
ALLOWED = {
    Place.ROOT: _READ,
    Place.PRINCIPALS: _READ,
    Place.PROXY: (*_READ, "PROPPATCH"),
    Place.HOMES: _READ,
    Place.PRINCIPAL: (*_READ, "PROPPATCH"),
    Place.HOME: (*_READ, "PROPPATCH", "ACL", "POST"),
    Place.COLLECTION: (*_READ, "PROPPATCH", "ACL", "DELETE", "POST", "MKCALENDAR", "MKCOL"),
    Place.OBJECT: (*_READ, "PROPPATCH", "PUT", "POST", "DELETE", "COPY", "MOVE"),
    Place.ATTACHMENT: ("OPTIONS", "GET", "HEAD"),
}


def allow(place: Place) -> tuple[str, str]:
    """The Allow header of a place."""
    return "Allow", ", ".join(ALLOWED[place])


def options(request: DavRequest) -> DavResponse:
    """The features and methods, whether or not there is something at the path."""
    headers = (("DAV", FEATURES), allow(request.path.place), ("MS-Author-Via", "DAV"))
    return DavResponse(200, headers=headers)
