"""A mail that came back: the scheduling message in it, whatever shape it has (RFC 6047).

Exchange leaves out the organizer, some send the calendar at the top level, as base64 or as an
attachment, others twice. What is no scheduling message is said to be none, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses

from calendars.kernel.errors import InvalidInput
from calendars.model.component import Component, parse
from calendars.model.invalid import InvalidCalendarData
from calendars.model.limits import LIMITS

MAX_PARTS = 100
MAX_OCTETS = 4 * 1024 * 1024

_TYPES = frozenset({"text/calendar", "application/ics"})
_TOKEN = re.compile(r"\+([a-z2-7]{26})@")
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


class NoScheduling(InvalidInput):
    """A mail that holds no scheduling message: for people to read."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a mail brought."""

    sender: str
    """The address in From, in lower case."""
    tokens: tuple[str, ...]
    """The marks of our own addresses that it was sent to."""
    calendar: Component


def read_mail(octets: bytes) -> Incoming:
    """Raises NoScheduling, also for what programs sent by themselves and for bounces."""
    if len(octets) > MAX_OCTETS:
        raise NoScheduling("the mail is too large")
    try:
        mail = message_from_bytes(octets, policy=policy.default)
        if not isinstance(mail, EmailMessage) or _is_automatic(mail):
            raise NoScheduling("a program sent this by itself")
        return Incoming(_sender(mail), _tokens(mail), _calendar(mail))
    except (MessageError, LookupError, UnicodeError, ValueError) as error:
        raise NoScheduling(f"the mail cannot be read: {type(error).__name__}") from None


def _is_automatic(mail: EmailMessage) -> bool:
    """Bounces and out-of-office answers (RFC 3834 §2); Exchange marks real answers so as well."""
    submitted = str(mail.get("Auto-Submitted", "no")).strip().lower()
    if mail.get_content_type() == "multipart/report":
        return True
    return submitted.startswith("auto-replied") and not _parts(mail)


def _sender(mail: EmailMessage) -> str:
    found = getaddresses([str(mail.get("From", ""))])
    return found[0][1].strip().lower() if found else ""


def _tokens(mail: EmailMessage) -> tuple[str, ...]:
    named = [str(value).lower() for name in _TO for value in mail.get_all(name, [])]
    return tuple(dict.fromkeys(token for value in named for token in _TOKEN.findall(value)))


def _parts(mail: EmailMessage) -> list[EmailMessage]:
    found: list[EmailMessage] = []
    for number, part in enumerate(mail.walk()):
        if number > MAX_PARTS:
            raise NoScheduling("too many parts")
        if part.get_content_type() in _TYPES and isinstance(part, EmailMessage):
            found.append(part)
    return found


def _calendar(mail: EmailMessage) -> Component:
    """The first calendar with a METHOD; the same one as an attachment is not read again."""
    for part in _parts(mail):
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or len(payload) > LIMITS.max_resource_size:
            continue
        charset = part.get_content_charset("utf-8") or "utf-8"
        try:
            calendar = parse(payload.decode(charset, "replace"))
        except (InvalidCalendarData, LookupError):
            continue
        if calendar.value("METHOD") is not None:
            return calendar
    raise NoScheduling("no calendar in it says what it wants")
