"""The dress of a scheduling message: what a person reads above the buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from calendars.itip.message import ItipMethod
from calendars.model.component import Component, serialize
from notifications.compose import Composer
from notifications.imip.enclosures import (
    MOST_OCTETS,
    attachment_of,
    enclosures_of,
    is_public,
    within,
)
from notifications.imip.facts import facts_of
from notifications.imip.outgoing import Envelope, outgoing
from notifications.message import Attachment, Letter
from notifications.post import Paper

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
    papers: tuple[Paper, ...] = ()
    """Letters and papers for this reader."""


def letter_of(
    calendar: Component, former: Component | None, about: Correspondence, composer: Composer
) -> Letter:
    """The letter with its calendar; `former` is what the recipient was told before."""
    papers, enclosed = _files(calendar, about)
    files = papers + enclosed
    # What one mail cannot carry, or may not, waits behind the reader's own link.
    elsewhere = len(papers) < len(about.papers) and bool(about.answer_url)
    facts = {**_facts(calendar, former, about, files), "papers_elsewhere": elsewhere}
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
        papers=tuple(files),
        reply_to=about.reply_to,
    )


def _files(calendar: Component, about: Correspondence) -> tuple[list[Attachment], list[Attachment]]:
    """The papers and the files in the event that are attached: none to what is not public (SEC-6,
    MTG-7).
    """
    if about.method is not ItipMethod.REQUEST or not is_public(calendar):
        return [], []
    papers = within([attachment_of(one) for one in about.papers], MOST_OCTETS)
    room = MOST_OCTETS - sum(len(one.content) for one in papers)
    return papers, within(enclosures_of(calendar), room)


def _template(method: ItipMethod, former: Component | None) -> str:
    return _TEMPLATES.get(method) or ("invitation" if former is None else "changed")


def _facts(
    calendar: Component,
    former: Component | None,
    about: Correspondence,
    files: list[Attachment],
) -> Mapping[str, object]:
    facts = facts_of(calendar, former, about.zone, now=about.now, answer_days=about.answer_days)
    return {
        **facts,
        "sender": about.sender_name,
        "assistant": about.assistant or "",
        "abroad": about.abroad,
        "answer_url": about.answer_url,
        "attached": [one.name for one in files],
    }
