"""Secret links to the presence view, for a screen that nobody signs in at (DIA-7, SEC-7).

What it shows is asked for in the name of who made it, each time anew: where he may be told no
more, or his account is closed, the link shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.calendar_user_address import preferred_address
from calendars.model.principal import Principal, Role
from calendars.model.wall_clock import local_to_epoch
from calendars.services.find_principals import get_principal
from calendars.services.note_deed import note_deed
from notifications.links import Link, Purpose, link_url, list_links, revoke_links
from scheduler.diary_sheets.model import DAY

MOST_DAYS = 400
MOST_NAMES = 20


class NotForAgents(Forbidden):
    """Links are made by those who keep diaries or the service."""


class PresenceLink(NamedTuple):
    """One link, without its secret."""

    who: tuple[str, ...]
    last_day: date


class Place(NamedTuple):
    """Whose clocks say when a day ends, and where pages are."""

    zone: tzinfo
    url: str


def give_link(
    db: Db,
    holder: Principal,
    who: Sequence[str],
    last_day: date,
    place: Place,
    *,
    now: int,
    by: Origin | None = None,
) -> str:
    """The URL of the link that shows these people and groups up to that day.

    Raises NotFound, NotForAgents, InvalidInput.
    """
    check_role(holder)
    link = _link(db, holder, who)
    ends = local_to_epoch(datetime.combine(last_day + DAY, datetime.min.time()), place.zone)
    if not now < ends <= now + MOST_DAYS * 86_400:
        raise InvalidInput(f"a link ends later than now and within {MOST_DAYS} days")
    _end(db, link, now=now)
    url = link_url(db, place.url, link, expires_at=ends, now=now)
    details = {"purpose": Purpose.PRESENCE.value, "until": last_day.isoformat()}
    note_deed(db, by or holder, Deed.ISSUE_LINK, owner=holder.id, details=details, now=now)
    return url


def list_links_of(db: Db, holder: Principal, zone: tzinfo, *, now: int) -> list[PresenceLink]:
    """The links that somebody made and that are still good."""
    found = list_links(db, purpose=Purpose.PRESENCE, owner=holder.id, now=now)
    return [
        PresenceLink(names_in(one.about), datetime.fromtimestamp(one.expires_at - 1, zone).date())
        for one in found
    ]


def take_back_link(
    db: Db, holder: Principal, who: Sequence[str], *, now: int, by: Origin | None = None
) -> None:
    """The link shows nothing any more. Raises NotFound."""
    about = " ".join(sorted(set(who)))
    gone = revoke_links(db, purpose=Purpose.PRESENCE, owner=holder.id, about=about, now=now)
    if not gone:
        raise NotFound("there is no such link")
    details = {"purpose": Purpose.PRESENCE.value}
    note_deed(db, by or holder, Deed.WITHDRAW_LINK, owner=holder.id, details=details, now=now)


def check_role(holder: Principal) -> None:
    """Raises NotForAgents."""
    if holder.role is Role.AGENT:
        raise NotForAgents("links to who is present are made by those who keep diaries")


def names_in(about: str) -> tuple[str, ...]:
    """The logins that a link is about."""
    return tuple(about.split(" "))


def _link(db: Db, holder: Principal, who: Sequence[str]) -> Link:
    names = sorted({get_principal(db, one).login for one in who})
    if not 1 <= len(names) <= MOST_NAMES:
        raise InvalidInput(f"a link shows from one to {MOST_NAMES} people or groups")
    return Link(Purpose.PRESENCE, holder.id, preferred_address(holder), " ".join(names))


def _end(db: Db, link: Link, *, now: int) -> None:
    """A link with another last day is another link: the former one ends."""
    revoke_links(db, purpose=link.purpose, owner=link.owner_id, about=link.about, now=now)
