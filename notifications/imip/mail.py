"""A mail as it came: its fields and its parts, within limits (RFC 5322, RFC 2045).

Whoever sent it may mean harm. It is measured before it is taken apart; fields are read as text,
never by the library's own reader, which some make work for minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message

from calendars.kernel.errors import InvalidInput
from notifications.imip.addresses import addresses_in, sole_address

MAX_OCTETS = 10 * 2**20
MAX_FIELDS = 64 * 2**10
"""Octets of all the fields of a mail, and of all the fields of one of its parts."""
MAX_DEPTH, MAX_PARTS, MAX_CONTAINERS = 10, 100, 40

_CONTAINER = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
_END_OF_FIELDS = re.compile(rb"\r?\n\r?\n")
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_TOKEN = re.compile(r"\+([a-z2-7]{26})@")
_FOLD = re.compile(r"[\r\n]+")


class Unreadable(InvalidInput):
    """No mail, or one that is beyond the limits: it is not taken apart."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the carrier knows besides the mail: from whom and to whom it was brought."""

    sender: str | None = None
    """MAIL FROM; empty for bounces and other automatic mail, None where nobody knows."""
    recipients: tuple[str, ...] = ()
    """RCPT TO, where the carrier knows it; fields of the mail tell otherwise."""


NO_ENVELOPE = Envelope()


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds something, and in which message it stands."""

    message: Message
    carrier: Message
    """The mail itself, or one that was forwarded inside it."""


@dataclass(slots=True)
class Mail:
    """What came."""

    octets: bytes
    message: Message
    """Read by `policy.compat32`: fields are plain text."""
    envelope: Envelope = NO_ENVELOPE
    parts: list[Part] = field(default_factory=list)
    """Everything but containers, in order."""

    def fields(self, name: str) -> list[str]:
        """Every field of that name, unfolded, the topmost first."""
        return fields_of(self.message, name)

    def field(self, name: str) -> str:
        """The topmost field of that name, empty if there is none."""
        return next(iter(self.fields(name)), "")

    @property
    def sender(self) -> str:
        """The one address in From, in lower case; empty if that is not certain."""
        return sole_address(self.fields("from")) or ""

    @property
    def body(self) -> bytes:
        """Everything behind the fields."""
        end = _END_OF_FIELDS.search(self.octets)
        return b"" if end is None else self.octets[end.end() :]

    @property
    def message_id(self) -> str:
        """Message-ID without its brackets, empty if it has none."""
        return self.field("message-id").strip().strip("<>")[:998]

    @property
    def recipients(self) -> tuple[str, ...]:
        """To whom it was brought, as far as anybody knows."""
        known = [one.strip().lower() for one in self.envelope.recipients]
        return tuple(dict.fromkeys([*known, *recipients_in(self.message)]))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The marks of our own addresses that it was sent to."""
        return tokens_in(self.recipients)

    @property
    def is_automatic(self) -> bool:
        """A program sent it by itself (RFC 3834 §5); Exchange marks real answers so as well."""
        submitted = self.field("auto-submitted").strip().lower()
        return submitted.partition(";")[0].strip() not in {"", "no"}

    @property
    def is_report(self) -> bool:
        """A bounce, or a receipt (RFC 6522)."""
        return self.message.get_content_type() == "multipart/report"


def read_mail(octets: bytes, envelope: Envelope = NO_ENVELOPE) -> Mail:
    """Take a mail apart. Raises Unreadable."""
    if len(octets) > MAX_OCTETS:
        raise Unreadable("the mail is too large")
    end = _END_OF_FIELDS.search(octets, 0, MAX_FIELDS + 4)
    if end is None and len(octets) > MAX_FIELDS:
        raise Unreadable("the fields of the mail are too long")
    if sum(1 for _ in _CONTAINER.finditer(octets)) > MAX_CONTAINERS:
        raise Unreadable("too many parts")
    try:
        mail = Mail(octets, message_from_bytes(octets, policy=policy.compat32), envelope)
        mail.parts.extend(_parts(mail.message))
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise Unreadable(f"the mail cannot be read: {type(error).__name__}") from None
    return mail


def fields_of(message: Message, name: str) -> list[str]:
    """Every field of that name as text without folds; one that is too long is left out."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name]
    return [_FOLD.sub("", value) for value in found if len(value) <= MAX_FIELDS]


def recipients_in(message: Message) -> tuple[str, ...]:
    """The addresses in To, Cc and in what servers note on the way."""
    fields = [value for name in _TO for value in fields_of(message, name)]
    return tuple(dict.fromkeys(one for value in fields for one in addresses_in(value)))


def tokens_in(addresses: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The marks in addresses of ours."""
    return tuple(dict.fromkeys(t for one in addresses for t in _TOKEN.findall(one.lower())))


def payload_of(part: Message, *, most: int) -> bytes | None:
    """What a part holds, decoded; None if that is too much or nothing."""
    held = part.get_payload()
    if not isinstance(held, str) or len(held) > 2 * most:
        return None
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) and len(decoded) <= most else None


def _parts(mail: Message) -> Iterator[Part]:
    """Depth first, in order, without recursion."""
    waiting: list[tuple[Message, Message, int]] = [(mail, mail, 0)]
    seen = 0
    while waiting:
        part, carrier, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_PARTS:
            raise Unreadable("too many parts")
        held = part.get_payload()
        if not isinstance(held, list):
            yield Part(part, carrier)
            continue
        nested = part.get_content_maintype() == "message"
        inner = [one for one in held if isinstance(one, Message)]
        waiting += [(one, one if nested else carrier, depth + 1) for one in reversed(inner)]
