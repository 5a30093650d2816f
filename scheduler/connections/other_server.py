"""Another CalDAV server, read with an account's own login and password (RFC 4791 §6, RFC 6764).

Only reading: nothing is changed there. Credentials go to the server that was named and to hosts
of its own domain, over TLS that is verified; in the clear to this machine only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

import requests
from caldav.davclient import DAVClient
from caldav.lib.error import AuthorizationError, DAVError

from calendars.kernel.errors import ServiceError
from scheduler.connections.refusals import (
    BadAddress,
    InsecureServer,
    NoCalendars,
    NotDelivered,
    ServerRefuses,
    ServerUnreachable,
)

TIMEOUT = 60
PAGE = 100

_DAV = "{DAV:}"
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/"'
)
_COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar as the other server describes it."""

    url: str
    name: str
    display_name: str | None
    description: str | None
    color: str | None
    components: tuple[str, ...]


class RemoteItem(NamedTuple):
    """A member of a calendar, with the mark that changes when it does."""

    href: str
    etag: str


class OtherServer:
    """One account on another server."""

    def __init__(self, url: str, login: str, password: str) -> None:
        """Raises InsecureServer."""
        self.url = _checked(url)
        self._client = DAVClient(
            self.url,
            username=login,
            password=password,
            timeout=TIMEOUT,
            enable_rfc6764=False,
            rate_limit_handle=True,
            rate_limit_default_sleep=5,
            rate_limit_max_sleep=60,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def calendars(self) -> list[RemoteCalendar]:
        """The calendars of the account, or the one that the address names.

        Raises ServerRefuses, ServerUnreachable, NoCalendars, InsecureServer.
        """
        with _spoken_of():
            here = self._described(self.url, depth=0)
            found = here or self._described(self._home(), depth=1)
        if not found:
            raise NoCalendars("there are no calendars at that address")
        return found

    def items(self, calendar: RemoteCalendar) -> list[RemoteItem]:
        """What a calendar holds: names and marks only. Raises as `calendars` does."""
        with _spoken_of():
            rows = self._propfind(calendar.url, "<D:getetag/><D:resourcetype/>", depth=1)
        own = _path_of(calendar.url)
        return [
            RemoteItem(href, str(properties.get(f"{_DAV}getetag") or ""))
            for href, properties in rows
            if not properties.get(f"{_DAV}resourcetype") and _path_of(href) != own
        ]

    def texts(
        self, calendar: RemoteCalendar, items: Sequence[RemoteItem]
    ) -> Iterator[tuple[RemoteItem, str | ServiceError]]:
        """Each item with its text, a page at a time. Raises as `calendars` does."""
        for start in range(0, len(items), PAGE):
            page = items[start : start + PAGE]
            delivered = self._multiget(calendar, page)
            for item in page:
                yield item, delivered.get(_path_of(item.href)) or self._get(calendar, item)

    def _home(self) -> str:
        """Where the calendars of the account stand (RFC 6764 §6, RFC 4791 §6.2.1)."""
        for start in (self.url, self._well_known()):
            principal = self._href(start, "<D:current-user-principal/>", "current-user-principal")
            if principal is None:
                continue
            home = self._href(principal, "<C:calendar-home-set/>", "calendar-home-set")
            if home is not None:
                return home
        raise NoCalendars("there are no calendars at that address")

    def _well_known(self) -> str:
        url = urljoin(self.url, "/.well-known/caldav")
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
        location = answer.headers.get("Location")
        return self._near(urljoin(url, location)) if location else url

    def _href(self, url: str, inner: str, name: str) -> str | None:
        for _, properties in self._propfind(url, inner, depth=0):
            for tag, value in properties.items():
                if tag.endswith(f"}}{name}") and value:
                    first = value[0] if isinstance(value, list) else value
                    return self._near(urljoin(url, str(first)))
        return None

    def _described(self, url: str, *, depth: int) -> list[RemoteCalendar]:
        inner = (
            "<D:resourcetype/><D:displayname/><C:calendar-description/><A:calendar-color/>"
            "<C:supported-calendar-component-set/>"
        )
        return [
            _calendar(self._near(urljoin(url, href)), properties)
            for href, properties in self._propfind(url, inner, depth=depth)
            if f"{_CALDAV}calendar" in (properties.get(f"{_DAV}resourcetype") or ())
        ]

    def _propfind(self, url: str, inner: str, *, depth: int) -> list[tuple[str, dict[str, Any]]]:
        body = f"<D:propfind {_NAMESPACES}><D:prop>{inner}</D:prop></D:propfind>"
        answer = self._client.propfind(url, body, depth=depth)
        if answer.status not in {200, 207}:
            return []
        return [(row.href, row.properties) for row in answer.parse_propfind()]

    def _multiget(self, calendar: RemoteCalendar, page: Sequence[RemoteItem]) -> dict[str, str]:
        """The texts that the server hands out at once, by path; some servers miss a few."""
        hrefs = "".join(f"<D:href>{escape(_requested(item.href))}</D:href>" for item in page)
        body = (
            f"<C:calendar-multiget {_NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>"
            f"{hrefs}</C:calendar-multiget>"
        )
        with _spoken_of():
            try:
                rows = self._client.report(calendar.url, body, depth=None).parse_calendar_query()
            except AuthorizationError:
                raise
            except DAVError:
                return {}
        return {_path_of(row.href): row.calendar_data for row in rows if row.calendar_data}

    def _get(self, calendar: RemoteCalendar, item: RemoteItem) -> str | ServiceError:
        with _spoken_of():
            try:
                url = self._near(urljoin(calendar.url, _requested(item.href)))
                answer = self._client.request(url)
            except DAVError:
                return NotDelivered("the server does not hand it out")
        if answer.status != 200:
            return NotDelivered(f"the server answers {answer.status}")
        return str(answer.raw)

    def _near(self, url: str) -> str:
        """The address, if it is the same server or one of its domain over TLS."""
        if urlsplit(url)[:2] == urlsplit(self.url)[:2]:
            return url
        _checked(url)
        if _domain(url) != _domain(self.url) or urlsplit(url).scheme != "https":
            raise InsecureServer("the server sends us to a machine of somebody else")
        return url


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise BadAddress("an address starts with https://")
    if parts.username or parts.password:
        raise InsecureServer("login and password do not belong in an address")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InsecureServer("only https:// keeps the password secret")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _domain(url: str) -> str:
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ".".join(host.split(".")[-2:])
    return host


def _path_of(href: str) -> str:
    """A path to compare by: servers disagree on what to percent-encode."""
    return unquote(urlsplit(href).path).rstrip("/")


def _requested(href: str) -> str:
    return quote(unquote(urlsplit(href).path), safe="/@:!$&'()*+,;=~-._")


def _calendar(url: str, properties: dict[str, Any]) -> RemoteCalendar:
    kinds = properties.get(f"{_CALDAV}supported-calendar-component-set") or _COMPONENTS
    components = tuple(kind for kind in _COMPONENTS if kind in kinds) or _COMPONENTS
    return RemoteCalendar(
        url if url.endswith("/") else url + "/",
        _path_of(url).rpartition("/")[2],
        _text(properties, f"{_DAV}displayname"),
        _text(properties, f"{_CALDAV}calendar-description"),
        _text(properties, "{http://apple.com/ns/ical/}calendar-color"),
        components,
    )


def _text(properties: dict[str, Any], name: str) -> str | None:
    value = properties.get(name)
    return value.strip() or None if isinstance(value, str) else None


@contextmanager
def _spoken_of() -> Iterator[None]:
    """What the client library raises, in our own words; no address and no password in them."""
    try:
        yield
    except AuthorizationError:
        raise ServerRefuses("the server does not take that login and password") from None
    except (DAVError, requests.RequestException, NotImplementedError) as error:
        raise ServerUnreachable(type(error).__name__) from error
