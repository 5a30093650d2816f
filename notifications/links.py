"""Links that need no account: `/r/<token>` stands for one person and one purpose (SEC-7).

A token is made from a key of the service and from what it stands for, so that every mail about one
invitation carries the same link, and nobody can guess another's. Kept is its digest alone. The key
is none of the addresses that answers come back to: who reads one in a header opens no page.
"""

from __future__ import annotations

import base64
import hmac
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import PrincipalId
from calendars.services.service_key import service_key
from calendars.services.wrong_tokens import WrongToken
from notifications.tables import links

KEY = "page-link"
KEPT_SECONDS = 30 * 86_400
"""How long a link outlives what it is about (SEC-10: session + 30 days)."""
ENDLESS_SECONDS = 2 * 366 * 86_400
"""For what has no end; every mail about it begins the time anew."""
PATH = "/r/"
DEED_SECONDS, MOST_DEEDS = 3600, 30
"""Nobody changes his mind more often; whoever got hold of a link floods no diary by it."""

_SIGNS = 26
_L = links.c


class Purpose(StrEnum):
    """What a link is good for: each has a page of its own."""

    ANSWER = "answer"
    """To answer an invitation."""
    CAMPAIGN = "campaign"
    """To choose a slot of whoever appraises one (RDV-3)."""
    APPOINTMENT = "appointment"
    """To choose a slot of somebody, to move it or to call it off (RDV-1)."""
    POLL = "poll"
    """To say which of several dates suit."""
    PRESENCE = "presence"
    """To see who is there, on a screen that nobody signs in at."""
    MINUTES = "minutes"
    """To read the minutes of a meeting."""


class Link(NamedTuple):
    """What one link stands for."""

    purpose: str
    owner_id: PrincipalId
    """Whose meeting or poll it is."""
    recipient: str
    """Who was given it: `mailto:…`."""
    about: str
    """The UID of a meeting, the id of a poll or of a meeting with minutes."""


class TooManyDeeds(ServiceError):
    """One link was used to change something again and again (429)."""

    retry_after = DEED_SECONDS


def expiry_of(ends_at: int | None, *, now: int) -> int:
    """Until when a link is good whose meeting ends then; None for what has no end."""
    return now + ENDLESS_SECONDS if ends_at is None else max(ends_at, now) + KEPT_SECONDS


def link_url(db: Db, base_url: str, link: Link, *, expires_at: int, now: int) -> str:
    """The URL of a link, in a write transaction: it is good until `expires_at` from now on.

    One that was revoked is not given again: what is sent after that carries another.
    """
    made = _all(db, link)
    live = next((number for number, revoked in made if revoked is None), None)
    number = len(made) if live is None else live
    token = _token(db, link, number, now=now)
    if live is None:
        row = {"digest": digest_of(token), **link._asdict(), "number": number}
        db.execute(insert(links).values(**row, made_at=now, expires_at=expires_at))
    else:
        # A mail about one date of a series does not end the link that is for all of them.
        mine = (_L.digest == digest_of(token), _L.expires_at < expires_at)
        db.execute(update(links).where(*mine).values(expires_at=expires_at))
    return f"{base_url.rstrip('/')}{PATH}{token}"


def open_link(db: Db, token: str, *, now: int) -> Link:
    """What a token stands for. Raises WrongToken, for what is unknown, expired
    or revoked alike; changes nothing.

    The token is looked up by its digest, so that how long it takes tells nothing of any other.
    """
    query = select(_L.purpose, _L.owner_id, _L.recipient, _L.about).where(
        _L.digest == digest_of(token), _L.revoked_at.is_(None), _L.expires_at > now
    )
    row = db.execute(query).first()
    if row is None:
        raise WrongToken
    return Link(row[0], PrincipalId(row[1]), row[2], row[3])


def note_deed(db: Db, token: str, *, now: int) -> None:
    """The link is used to change something. Raises TooManyDeeds."""
    mine = _L.digest == digest_of(token)
    since, count = db.execute(select(_L.deeds_from, _L.deeds).where(mine)).one()
    if since <= now - DEED_SECONDS:
        since, count = now, 0
    if count >= MOST_DEEDS:
        raise TooManyDeeds("that is enough for an hour")
    db.execute(update(links).where(mine).values(deeds_from=since, deeds=count + 1))


def forget_links(db: Db, *, now: int) -> int:
    """Those that are good no more, and whose mails nobody sends again; how many there were."""
    old = _L.expires_at < now - KEPT_SECONDS
    return int(db.execute(delete(links).where(old)).rowcount)


def revoke_links(
    db: Db, *, purpose: str, owner: PrincipalId, about: str, recipient: str | None = None, now: int
) -> int:
    """The links to one thing end, or those of one person; how many did."""
    which = [_L.purpose == purpose, _L.owner_id == owner, _L.about == about]
    if recipient is not None:
        which.append(_L.recipient == recipient)
    ended = db.execute(update(links).where(*which, _L.revoked_at.is_(None)).values(revoked_at=now))
    return int(ended.rowcount)


class GoodLink(NamedTuple):
    """A link that opens, without its secret."""

    about: str
    expires_at: int


def list_links(db: Db, *, purpose: str, owner: PrincipalId, now: int) -> list[GoodLink]:
    """The good links of one purpose that somebody made, the oldest first."""
    mine = (_L.purpose == purpose, _L.owner_id == owner)
    good = (_L.revoked_at.is_(None), _L.expires_at > now)
    query = select(_L.about, _L.expires_at).where(*mine, *good).order_by(_L.made_at, _L.about)
    return [GoodLink(*row) for row in db.execute(query)]


def digest_of(token: str) -> str:
    """What is kept of a token: it has bits enough that nothing slower is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _all(db: Db, link: Link) -> list[tuple[int, int | None]]:
    query = select(_L.number, _L.revoked_at).where(
        _L.owner_id == link.owner_id,
        _L.about == link.about,
        _L.recipient == link.recipient,
        _L.purpose == link.purpose,
    )
    return [(row[0], row[1]) for row in db.execute(query.order_by(_L.number))]


def _token(db: Db, link: Link, number: int, *, now: int) -> str:
    key = service_key(db, KEY, now=now)
    said = "\0".join(map(str, (*link, number))).encode()
    return base64.b32encode(hmac.digest(key, said, sha256)).decode().lower()[:_SIGNS]
