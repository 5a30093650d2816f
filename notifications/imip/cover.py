"""The dress of a scheduling message: what a person reads above the buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from calendars.itip.message import ItipMethod
from calendars.model.component import Component, serialize
from notifications.compose import Composer
from notifications.imip.enclosures import enclosures_of
from notifications.imip.facts import facts_of
from notifications.imip.outgoing import Envelope, outgoing
from notifications.message import Attachment, Letter

_TEMPLATES = {
    ItipMethod.CANCEL: "cancelled",
    ItipMethod.REPLY: "answer",
    ItipMethod.COUNTER: "proposal",
    ItipMethod.DECLINECOUNTER: "proposal-declined",
    ItipMethod.REFRESH: "refresh",
}


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Everything that a letter needs besides the message itself."""

    method: ItipMethod
    message_id: str
    envelope: Envelope
    sender_email: str
    sender_name: str
    """In whose name the letter goes."""
    assistant: str | None
    """Who wrote it for him."""
    zone: tzinfo
    now: int
    abroad: bool = False
    """The recipient has other clocks: the hour says whose it is."""
    answer_url: str = ""
    """The page to answer on, for programs without buttons."""
    answer_days: int = 2
    reply_to: str | None = None
    """Where words go that are answered, where that is not the sender."""
    papers: tuple[Attachment, ...] = ()


def letter_of(
    calendar: Component, former: Component | None, about: Correspondence, composer: Composer
) -> Letter:
    """The letter with its calendar; `former` is what the recipient was told before."""
    facts = _facts(calendar, former, about)
    words = composer.words(_template(about.method, former), facts)
    wired = outgoing(calendar, about.method, about.envelope)
    attachment = Attachment(
        "invitation.ics", serialize(wired).encode(), "text", "calendar", about.method.value
    )
    return Letter(
        about.message_id,
        about.sender_email,
        f"{about.sender_name} ({composer.organisation})",
        about.envelope.recipient.removeprefix("mailto:"),
        words.subject,
        words.text,
        words.html,
        attachment,
        papers=(*about.papers, *_enclosed(calendar, about.method)),
        reply_to=about.reply_to,
    )


def _enclosed(calendar: Component, method: ItipMethod) -> list[Attachment]:
    return enclosures_of(calendar) if method is ItipMethod.REQUEST else []


def _template(method: ItipMethod, former: Component | None) -> str:
    return _TEMPLATES.get(method) or ("invitation" if former is None else "changed")


def _facts(
    calendar: Component, former: Component | None, about: Correspondence
) -> Mapping[str, object]:
    facts = facts_of(calendar, former, about.zone, now=about.now, answer_days=about.answer_days)
    return {
        **facts,
        "sender": about.sender_name,
        "assistant": about.assistant or "",
        "abroad": about.abroad,
        "answer_url": about.answer_url,
    }
