"""What is written in a campaign: the link to choose by, and what becomes of it (RDV-3, SEC-7).

No letter tells who else is appraised, nor what others chose; the evaluator's tells figures and
where the list is read after signing in (SEC-6).
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import preferred_address
from calendars.model.principal import Principal
from calendars.services.choose_language import language_of
from notifications import outbox
from notifications.links import Link, Purpose, expiry_of, link_url, revoke_links
from notifications.post import JSON, Post, Urgency
from notifications.wording.moments import written
from scheduler.campaigns.model import Campaign, Line
from scheduler.choosing.model import House
from scheduler.working_time.hours import at_minute

KIND = "campaign"
ASKED = "asked"
"""The occasion of the first letter."""
DIGEST = "campaign-digest"
END = "end"
"""The occasion of the last one; those before say that there is no slot left."""


def about(line: Line) -> str:
    """What letters of one choice are about."""
    return f"choice-{line.choice.id}"


class Letter(NamedTuple):
    """To whom it goes, about what, and in whose hand."""

    campaign: Campaign
    line: Line
    sender: Principal
    """The evaluator, or who writes for him."""


def ask(db: Db, letter: Letter, occasion: str, house: House, *, now: int) -> bool:
    """The link by which one person chooses, once on each occasion; whether it was queued."""
    campaign, line, _ = letter
    ends_at = at_minute(campaign.last_day, 24 * 60, house.zone)
    recipient = str(preferred_address(line.person))
    link = Link(Purpose.CAMPAIGN, line.evaluator.id, recipient, str(line.choice.id))
    url = link_url(db, house.base_url, link, expires_at=expiry_of(ends_at, now=now), now=now)
    what = "asked" if occasion == ASKED else "again"
    post = _post(db, letter, {"what": what, "url": url}, occasion, house)
    return post is not None and outbox.post(db, post._replace(expires_at=ends_at), now=now)


def tell_cancelled(db: Db, letter: Letter, house: House, *, now: int) -> None:
    """The campaign is called off: one mail to each, and nothing that asks leaves any more.

    His link goes on: it says so too.
    """
    withdraw(db, letter.line, now=now)
    taken = letter.line.taken
    start = None if taken is None else written(taken.starts_at)
    post = _post(db, letter, {"what": "cancelled", "start": start}, "cancelled", house)
    if post is not None:
        outbox.post(db, post, now=now)


def withdraw(db: Db, line: Line, *, now: int) -> None:
    """What asks him and did not leave yet never will (NOT-3)."""
    outbox.withdraw(db, about=about(line), kinds=[KIND], now=now)


def revoke(db: Db, line: Line, *, now: int) -> None:
    """His link opens no more."""
    revoke_links(
        db, purpose=Purpose.CAMPAIGN, owner=line.evaluator.id, about=str(line.choice.id), now=now
    )


def tell_end(
    db: Db, campaign: Campaign, evaluator: Principal, figures: tuple[int, int], house: House,
    *, now: int,
) -> None:  # fmt: skip
    """To an evaluator, once: how many have chosen, and where the list is."""
    _tell(db, campaign, evaluator, figures, house, occasion=END, now=now)


def tell_full(
    db: Db, campaign: Campaign, evaluator: Principal, figures: tuple[int, int], week: int,
    house: House, *, now: int,
) -> None:  # fmt: skip
    """To an evaluator, once a week: people wait, and no slot of his is free."""
    _tell(db, campaign, evaluator, figures, house, occasion=f"full {week}", now=now)


def _tell(
    db: Db, campaign: Campaign, evaluator: Principal, figures: tuple[int, int], house: House,
    *, occasion: str, now: int,
) -> None:  # fmt: skip
    people, chosen = figures
    if evaluator.email is None:
        return
    address = preferred_address(evaluator)
    path = f"/api/v1/campaigns/{campaign.id}/people.csv"
    facts: dict[str, JSON] = {
        "full": occasion != END,
        "total": people,
        "chosen": chosen,
        "first_day": campaign.first_day.isoformat(),
        "last_day": campaign.last_day.isoformat(),
        "url": f"{house.base_url.rstrip('/')}{path}",
    }
    post = Post(
        kind=DIGEST,
        template=DIGEST,
        language=language_of(db, address, default=house.language),
        facts=facts,
        owner_id=evaluator.id,
        actor_id=evaluator.id,
        recipient=str(address),
        occasion=occasion,
        about=f"campaign-{campaign.id}",
        urgency=Urgency.BULK,
    )
    outbox.post(db, post, now=now)


def _post(
    db: Db, letter: Letter, more: dict[str, JSON], occasion: str, house: House
) -> Post | None:
    """None where nobody can be written to."""
    campaign, line, sender = letter
    host, address = line.evaluator, str(preferred_address(line.person))
    if line.person.email is None:
        return None
    facts: dict[str, JSON] = {
        "case": "campaign",
        "host": host.display_name,
        "sender": host.display_name,
        "assistant": "" if sender.id == host.id else sender.display_name,
        "minutes": campaign.minutes,
        "first_day": campaign.first_day.isoformat(),
        "last_day": campaign.last_day.isoformat(),
        "change_until": campaign.change_until.isoformat(),
        "start": None,
        "url": "",
        "visibility": campaign.visibility,
    }
    return Post(
        kind=KIND,
        template="choose-slot",
        language=language_of(db, address, default=house.language),
        facts=facts | more,
        owner_id=host.id,
        actor_id=sender.id,
        recipient=address,
        occasion=occasion,
        about=about(line),
        urgency=Urgency.BULK,
    )
