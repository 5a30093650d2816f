"""What a DAV method takes and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calendars.dav.paths import DavPath
from calendars.dav.xml import Element, InvalidXml
from calendars.http.inquiries import Inquiries
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.conditions import Precondition, schedule_tag_of, tags_of
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch

XML = "application/xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
INFINITY = "infinity"


@dataclass(frozen=True, slots=True)
class DavRequest:
    """One request, signed in, with the connection that its unit of work runs on."""

    method: str
    path: DavPath
    headers: Mapping[str, str]
    body: bytes
    xml: Element | None
    db: Db
    actor: Principal
    now: int
    dispatch: Dispatch
    inquiries: Inquiries
    query: str = ""
    """What stands behind the question mark."""
    base_url: str = ""
    """How URLs of this service begin."""
    brief: bool = False
    """It runs on the event loop: a handler that finds much work raises TooMuchForNow."""

    @property
    def root(self) -> Element:
        """The root of the XML body. Raises InvalidXml where there is none."""
        if self.xml is None:
            raise InvalidXml("the request needs an XML body")
        return self.xml

    def depth(self, default: str) -> str:
        """The Depth header: 0, 1 or infinity (RFC 4918 §10.2). Raises InvalidInput."""
        value = self.headers.get("depth", default).strip().lower()
        if value.startswith("1,"):
            value = "1"  # "1,noroot" of old clients; depth-noroot is a preference (RFC 8144)
        if value not in {"0", "1", INFINITY}:
            raise InvalidInput("Depth is 0, 1 or infinity")
        return value

    @property
    def precondition(self) -> Precondition:
        """If-Match, If-None-Match and If-Schedule-Tag-Match."""
        match, none_match = self.headers.get("if-match"), self.headers.get("if-none-match")
        schedule_tag = self.headers.get("if-schedule-tag-match")
        return Precondition(
            None if match is None else tags_of(match),
            None if none_match is None else tags_of(none_match),
            None if schedule_tag is None else schedule_tag_of(schedule_tag),
        )

    @property
    def preferences(self) -> frozenset[str]:
        """Tokens of Prefer (RFC 7240); `Brief: t` stands for return=minimal."""
        if "prefer" not in self.headers and "brief" not in self.headers:
            return frozenset()
        tokens = {
            token.strip().lower().replace(" ", "").replace('"', "")
            for token in self.headers.get("prefer", "").replace(";", ",").split(",")
        }
        if self.headers.get("brief", "").strip().lower() == "t":
            tokens.add("return=minimal")
        return frozenset(tokens)

    @property
    def minimal(self) -> bool:
        """The client wants nothing that it can infer (RFC 8144 §2.1)."""
        return "return=minimal" in self.preferences


@dataclass(frozen=True, slots=True)
class DavResponse:
    """Status, headers and body; the body is text or octets, written out by the app."""

    status: int
    body: str | bytes = ""
    content_type: str = XML
    headers: tuple[tuple[str, str], ...] = field(default=())


class TooMuchForNow(Exception):
    """A unit of work that turned out to be long must run in a worker thread instead."""
