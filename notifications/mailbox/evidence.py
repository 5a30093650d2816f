"""Who speaks in a mail, and how certain that is (RFC 6047 §3)."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.itip.people import address_of
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import addresses_of, mailto
from calendars.model.component import Component, ContentLine
from calendars.services.find_calendar_users import find_calendar_user
from notifications.imip.authentication import Verdict, verdict
from notifications.imip.mail import Mail, recipients_in, tokens_in
from notifications.imip.parse import Found
from notifications.imip.reply_address import Thread, thread_of
from notifications.mailbox.room import Mailroom


@dataclass(frozen=True, slots=True)
class Release:
    """A person answers for a mail, in whose diary; None at the console, for all."""

    owner_id: PrincipalId | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the sender."""

    thread: Thread | None
    """The invitation whose address for answers he has: nobody else was given it."""
    has_token: bool
    """He wrote to an address with a mark, ours or guessed."""
    senders: frozenset[str]
    """The addresses of who stands in From: all of them, where it is one of us."""
    authentic: bool
    """From is proven, or the settings believe it."""
    release: Release | None = None
    """Somebody here has looked at it and answers for it."""

    @property
    def released(self) -> bool:
        """No further proof is asked for."""
        return self.release is not None

    def is_for(self, owner: PrincipalId) -> bool:
        """What somebody answers for changes that diary only for which he may."""
        return self.release is None or self.release.owner_id in {None, owner}

    def speaks(self, line: ContentLine) -> bool:
        """The line names the sender."""
        return address_of(line) in self.senders

    def speaks_for(self, line: ContentLine) -> bool:
        """The line says that the sender acts for whom it names (SENT-BY)."""
        return (line.parameter("SENT-BY") or "").strip().lower() in self.senders


def evidence_of(
    db: Db, room: Mailroom, mail: Mail, found: Found, release: Release | None
) -> Evidence:
    """What the mail shows of its sender."""
    tokens = _tokens(mail, found)
    thread = next((one for token in tokens if (one := thread_of(db, token)) is not None), None)
    told = verdict(mail.fields("authentication-results"), mail.sender, room.trusted_relays)
    believed = room.believes_from and told is Verdict.UNKNOWN and not mail.is_automatic
    return Evidence(
        thread,
        bool(tokens),
        _addresses(db, mail.sender),
        told is Verdict.PROVEN or believed,
        release,
    )


def _tokens(mail: Mail, found: Found) -> tuple[str, ...]:
    """The marks that it was sent to, it or the mail that was forwarded in it; the organizer of an
    answer is the address that the invitation came from.
    """
    organizers = [
        line.value for part in found.calendar.components for line in part.all("ORGANIZER")
    ]
    inner = recipients_in(found.carrier)
    return tokens_in([*mail.recipients, *inner, *organizers])


def _addresses(db: Db, sender: str) -> frozenset[str]:
    if not sender:
        return frozenset()
    address = mailto(sender)
    person = find_calendar_user(db, address)
    return frozenset({address} if person is None else {address, *addresses_of(person)})


def people_in(calendar: Component, name: str) -> list[ContentLine]:
    """The ORGANIZER or ATTENDEE lines of all components."""
    return [line for part in calendar.components for line in part.all(name)]
