"""What dates write to people: due soon, moved, proposed, answered (DLN-1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import preferred_address
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.choose_language import language_of
from notifications import outbox
from notifications.post import JSON, Post
from scheduler.deadlines.model import Deadline

TEMPLATE = "deadline"


class Notice(StrEnum):
    """What a letter is about."""

    DUE = "due"
    MOVED = "moved"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DAYS = "days"
    """Days were closed or opened since it was reckoned."""

    @property
    def kind(self) -> str:
        """As the outbox knows it."""
        return f"deadline-{self}"


class News(NamedTuple):
    """What there is to say of a date, and by whom."""

    notice: Notice
    by: Principal
    due: date
    former: date | None = None
    because: str = ""


def tell(
    db: Db, to: Principal, deadline: Deadline, news: News, occasion: str,
    *, default: Language, now: int,
) -> bool:  # fmt: skip
    """A letter, where he has an address and did it not himself; whether one was queued."""
    own = news.notice in {Notice.DUE, Notice.DAYS}
    if to.email is None or (to.id == news.by.id and not own):
        return False
    address = preferred_address(to)
    facts: dict[str, JSON] = {
        "notice": str(news.notice),
        "title": deadline.label,
        "reference": f"ECH-{deadline.id}",
        "due": news.due.isoformat(),
        "former": None if news.former is None else news.former.isoformat(),
        "why": deadline.because,
        "reason": news.because.rstrip("."),
        "by": news.by.display_name,
    }
    post = Post(
        kind=news.notice.kind,
        template=TEMPLATE,
        language=language_of(db, address, default=default),
        facts=facts,
        owner_id=news.by.id,
        actor_id=news.by.id,
        recipient=address,
        occasion=occasion,
        about=deadline.uid,
    )
    return outbox.post(db, post, now=now)


def take_back(db: Db, deadline: Deadline, *, now: int) -> None:
    """It is met, or is due on another day: a reminder that did not leave need not (NOT-3)."""
    outbox.withdraw(db, about=deadline.uid, kinds=[Notice.DUE.kind], now=now)
