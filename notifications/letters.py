"""A post becomes a letter: its facts are worded when it leaves, in the language of its reader."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import is_address_of
from calendars.model.principal import Principal
from notifications.claims import Claimed
from notifications.compose import Composers
from notifications.imip.enclosures import attachment_of
from notifications.imip.reply_address import reply_address
from notifications.message import Letter
from notifications.papers import papers_of
from notifications.post import Post


@dataclass(frozen=True, slots=True)
class Letterhead:
    """In whose name a letter goes, and from where."""

    owner: Principal
    mailbox: str
    abroad: bool
    """The reader has other clocks than we."""


def letter_of_post(
    db: Db, claimed: Claimed, said: Post, head: Letterhead, composers: Composers, *, now: int
) -> Letter:
    """What a reader answers comes back as said about the object, and goes on to its owner.

    To himself nobody writes: what reminds the owner comes from the organisation.
    """
    owner = head.owner
    to_himself = is_address_of(said.recipient, owner)
    sender = head.mailbox
    if said.about and not to_himself:
        thread = (owner.id, said.about, said.recipient)
        sender = reply_address(db, head.mailbox, thread, now=now)
    facts = {"abroad": head.abroad, **said.facts}
    words = composers.of(said.language).words(said.template, facts)
    return Letter(
        claimed.key,
        sender,
        composers.organisation
        if to_himself
        else f"{owner.display_name} ({composers.organisation})",
        said.recipient.removeprefix("mailto:"),
        words.subject,
        words.text,
        words.html,
        papers=tuple(attachment_of(paper) for paper in papers_of(db, claimed.id)),
        answers=said.thread,
        reply_to=said.reply_to,
    )
