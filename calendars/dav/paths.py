"""Where everything is: /dav/principals/… and /dav/calendars/… (path-absolute, never redirected)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import quote, unquote_to_bytes, urlsplit

from calendars.kernel.errors import InvalidInput, NotFound
from calendars.services.put_object import ObjectPath

ROOT = "/dav"
MAX_SEGMENT = 255
_BELOW_ROOT = f"{ROOT}/".encode()
_ROOTS = frozenset({b"/", b"*", ROOT.encode(), _BELOW_ROOT})
_SAFE = "@:!$&'()*+,;=~-._"
_PLAIN = re.compile(r"[A-Za-z0-9@:!$&'()*+,;=~._-]*")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
# Separators and line ends that hide behind an escape.
_HIDDEN = re.compile(rb"%(2f|5c|00|0a|0d)", re.IGNORECASE)


class Place(Enum):
    """What kind of thing a path names."""

    ROOT = "root"
    PRINCIPALS = "principals"
    PRINCIPAL = "principal"
    PROXY = "proxy"
    HOMES = "homes"
    HOME = "home"
    COLLECTION = "collection"
    OBJECT = "object"
    ATTACHMENT = "attachment"


class BadPath(InvalidInput):
    """A path that no resource can have (400)."""


@dataclass(frozen=True, slots=True)
class DavPath:
    """A parsed path. `login` owns it; `collection` and `name` say what below the home."""

    place: Place
    login: str = ""
    collection: str = ""
    name: str = ""

    @property
    def parent(self) -> tuple[str, str]:
        """Login and collection name, as the services take them."""
        return self.login, self.collection

    @property
    def object(self) -> ObjectPath:
        """The path of a calendar object, as the services take it."""
        return ObjectPath(self.login, self.collection, self.name)

    @property
    def href(self) -> str:
        """The path as written in answers."""
        return _HREFS[self.place](self)


is_bare = re.compile(r"[A-Za-z0-9@:!$'()*+,;=~._-]+").fullmatch
"""A name that stands in a path and in XML as it is."""


def segment(name: str) -> str:
    """One path segment, percent-encoded; `@` stays as it is (RFC 3986 pchar)."""
    return name if _PLAIN.fullmatch(name) else quote(name, safe=_SAFE)


def principal_href(login: str) -> str:
    """/dav/principals/{login}/."""
    return f"{ROOT}/principals/{segment(login)}/"


def proxy_href(login: str, kind: str) -> str:
    """/dav/principals/{login}/calendar-proxy-{kind}/."""
    return f"{ROOT}/principals/{segment(login)}/calendar-proxy-{kind}/"


def home_href(login: str) -> str:
    """/dav/calendars/{login}/."""
    return f"{ROOT}/calendars/{segment(login)}/"


def collection_href(login: str, name: str) -> str:
    """/dav/calendars/{login}/{name}/, the home itself where the name is empty."""
    return f"{home_href(login)}{segment(name)}/" if name else home_href(login)


def object_href(login: str, collection: str, name: str) -> str:
    """/dav/calendars/{login}/{collection}/{name}."""
    return collection_href(login, collection) + segment(name)


_HREFS: dict[Place, Callable[[DavPath], str]] = {
    Place.ROOT: lambda _: f"{ROOT}/",
    Place.PRINCIPALS: lambda _: f"{ROOT}/principals/",
    Place.HOMES: lambda _: f"{ROOT}/calendars/",
    Place.PRINCIPAL: lambda path: principal_href(path.login),
    Place.PROXY: lambda path: proxy_href(path.login, path.name),
    Place.HOME: lambda path: home_href(path.login),
    Place.COLLECTION: lambda path: collection_href(path.login, path.collection),
    Place.OBJECT: lambda path: object_href(path.login, path.collection, path.name),
    Place.ATTACHMENT: lambda path: f"{ROOT}/attachments/{segment(path.name)}",
}
_PROXIES = {"calendar-proxy-read": "read", "calendar-proxy-write": "write"}


def segments_of(raw_path: bytes) -> list[str]:
    """The decoded segments of a path; a slash at the end does not count.

    Raises BadPath for what could name two things: dot segments, empty segments, hidden
    separators, invalid UTF-8, control characters, names over 255 octets.
    """
    if _HIDDEN.search(raw_path) or b"\\" in raw_path:
        raise BadPath("the path hides a separator or a line end")
    pieces = raw_path.strip(b"/").split(b"/") if raw_path.strip(b"/") else []
    return [_decoded(piece) for piece in pieces]


def _decoded(piece: bytes) -> str:
    octets = unquote_to_bytes(piece) if b"%" in piece else piece
    try:
        text = octets.decode() if octets.isascii() else normalize("NFC", octets.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadPath("the path is not UTF-8") from None
    if not text or text.startswith(".") or len(octets) > MAX_SEGMENT:
        # Names that begin with a dot mean something to file systems and to other servers.
        raise BadPath("the path has an empty, dotted or overlong segment")
    if _CONTROL.search(text):
        raise BadPath("the path has a control character")
    return text


@lru_cache(maxsize=4_096)
def parse(raw_path: bytes) -> DavPath:
    """What a request path names. Raises BadPath, and NotFound where nothing can be.

    Discovery may start at the root of the server, and `OPTIONS *` asks about all of it.
    """
    if raw_path in _ROOTS:
        return DavPath(Place.ROOT)
    below = raw_path.startswith(_BELOW_ROOT)
    path = _place_of(raw_path.removeprefix(_BELOW_ROOT)) if below else None
    if path is None:
        raise NotFound("there is nothing here")
    return path


def _place_of(below: bytes) -> DavPath | None:
    match segments_of(below):
        case ["principals", *rest]:
            return _principal(rest)
        case ["calendars"]:
            return DavPath(Place.HOMES)
        case ["calendars", login]:
            return DavPath(Place.HOME, login)
        case ["calendars", login, collection]:
            return DavPath(Place.COLLECTION, login, collection)
        case ["calendars", login, collection, name]:
            return DavPath(Place.OBJECT, login, collection, name)
        case ["attachments", managed_id]:
            return DavPath(Place.ATTACHMENT, name=managed_id)
    return None


def _principal(below: list[str]) -> DavPath | None:
    match below:
        case []:
            return DavPath(Place.PRINCIPALS)
        case [login]:
            return DavPath(Place.PRINCIPAL, login)
        case [login, proxy] if proxy in _PROXIES:
            return DavPath(Place.PROXY, login, name=_PROXIES[proxy])
    return None


def plain_name(href: str, base: str) -> str | None:
    """The name behind the path of a collection, where nothing of it needs decoding.

    None says nothing: `parse_href` tells.
    """
    name = href[len(base) :]
    if not href.startswith(base) or not name or len(name) > MAX_SEGMENT:
        return None
    return name if _PLAIN.fullmatch(name) and not name.startswith(".") else None


def parse_href(href: str) -> DavPath | None:
    """What an href in a body or a Destination header names; None where it is none of ours."""
    try:
        parts = urlsplit(href.strip())
        path = parts.path.encode("utf-8")
        if not path.startswith((ROOT + "/").encode()):
            return None
        return parse(path)
    except (ValueError, BadPath, NotFound):
        return None
