"""What a write would tell whom, by which way, in which words: seen before anything is done."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from calendars.itip.message import ItipMethod
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.choose_language import language_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.preview_put import Foreseen, preview_put
from notifications import claims, outbox
from notifications.claims import Claimed
from notifications.delivery import PostOffice, letter_for
from notifications.message import Letter
from notifications.outbox import Outgoing


class Way(StrEnum):
    """How it would reach its recipient."""

    MAIL = "mail"
    INSIDE = "inside"
    NONE = "none"
    """It would not: neither an account here nor a mail address, or nothing left to tell."""


class News(StrEnum):
    """What it would be to him."""

    NEW = "new"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ANSWER = "answer"


class Telling(NamedTuple):
    """One message that would go."""

    recipient: str
    way: Way
    method: str
    news: News
    language: str | None = None
    """Of a mail."""
    subject: str | None = None


def preview(
    db: Db,
    office: PostOffice,
    dispatch: Dispatch,
    actor: Principal,
    what: tuple[tuple[str, str], bytes],
    *,
    now: int,
) -> list[Telling]:
    """Whom the text, put into a calendar, would be told to; in a transaction that is not kept.

    Raises whatever the write itself would raise.
    """
    parent, body = what
    newest = claims.last_number(db)
    foreseen = preview_put(db, actor, parent, body, dispatch=dispatch, now=now)
    mails = claims.list_newer(db, newest)
    told = [_by_mail(db, office, one, now=now) for one in mails]
    mailed = {one.message.recipient for one in mails}
    rest = [one for one in foreseen if one.inside or one.message.recipient not in mailed]
    return [*(_otherwise(one) for one in rest), *told]


def _by_mail(db: Db, office: PostOffice, mail: Claimed, *, now: int) -> Telling:
    letter = letter_for(db, office, mail, now=now)
    said = mail.message
    method = said.method if isinstance(said, Outgoing) else ""
    known = isinstance(said, Outgoing) and any(
        one.sent for one in outbox.said(db, said, before=mail.id)
    )
    return Telling(
        said.recipient,
        Way.MAIL,
        method,
        _news(method, known=known),
        language_of(db, said.recipient, default=office.composers.default),
        letter.subject if isinstance(letter, Letter) else None,
    )


def _otherwise(one: Foreseen) -> Telling:
    message = one.message
    way = Way.INSIDE if one.inside else Way.NONE
    return Telling(message.recipient, way, message.method, _news(message.method, known=one.invited))


def _news(method: str, *, known: bool) -> News:
    if method == ItipMethod.CANCEL:
        return News.CANCELLED
    if method not in {ItipMethod.REQUEST, ItipMethod.ADD}:
        return News.ANSWER
    return News.CHANGED if known else News.NEW
