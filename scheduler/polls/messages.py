"""What those who are asked get to read: one letter each, with a link of their own (SEC-7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.language import Language
from calendars.model.principal import Principal, Visibility
from calendars.services.choose_language import language_of
from notifications import outbox
from notifications.links import Link, Purpose, expiry_of, link_url
from notifications.post import JSON, Post
from notifications.wording.moments import written
from scheduler.polls.model import Option, Poll, Voter

KIND = "poll"


class Desk(NamedTuple):
    """From where letters and their links come."""

    base_url: str
    language: Language
    """The organisation's."""


class Author(NamedTuple):
    """In whose name, and by whom."""

    owner: Principal
    actor: Principal


class Asked(NamedTuple):
    """What is asked: about which dates, in whose name, on which occasion."""

    options: Sequence[Option]
    author: Author
    occasion: str


def ask(db: Db, poll: Poll, voters: Sequence[Voter], asked: Asked, desk: Desk, *, now: int) -> None:
    """A letter to each, once on each occasion."""
    owner, actor = asked.author
    facts = _facts(poll, asked)
    expires_at = expiry_of(max(one.ends_at for one in asked.options), now=now)
    for voter in voters:
        link = Link(Purpose.POLL, owner.id, voter.address, str(poll.id))
        url = link_url(db, desk.base_url, link, expires_at=expires_at, now=now)
        post = Post(
            kind=KIND,
            template="poll",
            language=language_of(db, voter.address, default=desk.language),
            facts={**facts, "url": url},
            owner_id=owner.id,
            actor_id=actor.id,
            recipient=voter.address,
            occasion=f"{poll.id} {asked.occasion}",
            about=f"poll-{poll.id}",
            expires_at=poll.closes_at,
        )
        outbox.post(db, post, now=now)


def _facts(poll: Poll, asked: Asked) -> dict[str, JSON]:
    public = poll.visibility == Visibility.PUBLIC
    owner, actor = asked.author
    return {
        "title": poll.title if public else "",
        "location": poll.place,
        "message": poll.message if public else "",
        "options": [[written(one.starts_at), written(one.ends_at)] for one in asked.options],
        "closes_at": None if poll.closes_at is None else written(poll.closes_at),
        "sender": owner.display_name,
        "assistant": actor.display_name if actor.id != owner.id else "",
        "again": asked.occasion != "asked",
    }
