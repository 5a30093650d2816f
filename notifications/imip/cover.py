"""The dress of a scheduling message: what a person reads above the buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from calendars.itip.message import ItipMethod
from calendars.itip.people import part_stat
from calendars.model.component import Component, serialize, unescape
from calendars.model.entry import Entry, entries_of, entry_of
from calendars.model.principal import Visibility
from calendars.model.time_zones import Zones
from notifications import wording
from notifications.compose import Composer
from notifications.imip.outgoing import NEUTRAL, Envelope, outgoing
from notifications.message import Attachment, Letter

_ANSWERS = {
    "ACCEPTED": "Accepté",
    "DECLINED": "Refusé",
    "TENTATIVE": "Peut-être",
    "DELEGATED": "Délégué",
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
    organisation: str
    zone: tzinfo
    answer_url: str = ""
    """The page where it is answered without an account, if there is one."""


def letter_of(
    calendar: Component, former: Component | None, about: Correspondence, composer: Composer
) -> Letter:
    """The letter with its calendar; `former` is what the recipient was told before."""
    entry = _entry(calendar, about.zone)
    before = None if former is None else _entry(former, about.zone)
    facts = _facts(entry, calendar, before, about)
    words = composer.words(_template(about.method, before), facts)
    wired = outgoing(calendar, about.method, about.envelope)
    attachment = Attachment(
        "invitation.ics", serialize(wired).encode(), "text", "calendar", about.method.value
    )
    return Letter(
        about.message_id,
        about.sender_email,
        about.sender_name,
        about.envelope.recipient.removeprefix("mailto:"),
        words.subject,
        words.text,
        words.html,
        attachment,
    )


def _template(method: ItipMethod, before: Entry | None) -> str:
    if method is ItipMethod.CANCEL:
        return "cancelled"
    if method is ItipMethod.REPLY:
        return "answer"
    return "invitation" if before is None else "changed"


def _entry(calendar: Component, zone: tzinfo) -> Entry:
    return entry_of(entries_of(calendar)[0], Zones.of(calendar, zone))


def _facts(
    entry: Entry, calendar: Component, before: Entry | None, about: Correspondence
) -> Mapping[str, object]:
    public = entry.visibility == Visibility.PUBLIC
    title = (entry.title or NEUTRAL) if public else NEUTRAL
    facts: dict[str, object] = {
        "organisation": about.organisation,
        "heading": title,
        "title": title,
        "when": wording.when(entry.times, about.zone),
        "duration": wording.duration(entry.times),
        "short_date": wording.short_date(entry.times, about.zone),
        "location": entry.location or "",
        "description": (entry.description or "") if public else "",
        "repeats": entry.rule is not None,
        "organizer": about.sender_name,
        "of_sender": wording.of(about.sender_name),
        "assistant": about.assistant or "",
        "answer_url": about.answer_url,
    }
    facts |= _changes(entry, before, about.zone)
    return facts | _answer(calendar, about)


def _changes(entry: Entry, before: Entry | None, zone: tzinfo) -> dict[str, object]:
    if before is None:
        return {"moved": False, "former": "", "former_location": "", "significant": True}
    moved = (before.times.start, before.times.end) != (entry.times.start, entry.times.end)
    elsewhere = before.location != entry.location
    return {
        "moved": moved,
        "former": wording.when(before.times, zone),
        "former_location": (before.location or "") if elsewhere and not moved else "",
        "significant": moved or before.rule != entry.rule,
    }


def _answer(calendar: Component, about: Correspondence) -> dict[str, object]:
    part = entries_of(calendar)[0]
    own = part.line("ATTENDEE")
    comment = part.value("COMMENT")
    return {
        "attendee": about.sender_name,
        "answer": "" if own is None else _ANSWERS.get(part_stat(own), "Répondu"),
        "comment": "" if comment is None else unescape(comment),
    }
