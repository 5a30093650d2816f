"""What is written about options: that they will be free again soon (DIA-3). No title is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import preferred_address
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.choose_language import language_of
from notifications import outbox
from notifications.post import Post
from notifications.wording.moments import written
from scheduler.diaries.model import HeldDate, HoldGroup

KIND = "hold-reminder"
_NUMBER = re.compile(r"[A-Z]{1,8}(?:-[A-Z0-9]+)+")


def tell_of_expiry(
    db: Db, group: HoldGroup, dates: Mapping[int, HeldDate], people: tuple[Principal, Principal],
    *, default: Language, now: int,
) -> bool:  # fmt: skip
    """A letter from the diary's owner to who holds the dates; False where it was sent already."""
    owner, claimer = people
    if claimer.email is None or group.expires_at is None:
        return False
    address = preferred_address(claimer)
    # What people type as a reference may say more than a number does (SEC-1).
    known = _NUMBER.fullmatch(group.ref) is not None
    post = Post(
        kind=KIND,
        template=KIND,
        language=language_of(db, address, default=default),
        facts={
            "reference": group.ref if known else f"OPT-{group.id}",
            "diary": owner.display_name,
            "expires": written(group.expires_at),
            "dates": [
                {"start": written(one.starts_at), "end": written(one.ends_at)}
                for one in sorted(dates.values(), key=lambda one: one.starts_at)
            ],
        },
        owner_id=owner.id,
        actor_id=owner.id,
        recipient=address,
        occasion=str(group.expires_at),
        about=_about(group),
        expires_at=group.expires_at,
    )
    return outbox.post(db, post, now=now)


def take_back(db: Db, group: HoldGroup, *, now: int) -> None:
    """It is decided: a letter that did not leave need not (NOT-3)."""
    outbox.withdraw(db, about=_about(group), kinds=[KIND], now=now)


def _about(group: HoldGroup) -> str:
    return f"hold-group/{group.id}"
