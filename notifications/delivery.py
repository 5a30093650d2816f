"""Claim, send, mark: whoever crashes in between sends again, under the same Message-ID (NOT-1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from email.message import EmailMessage
from traceback import extract_tb
from typing import Protocol

from calendars.itip.message import ItipMethod, ScheduleStatus
from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, Db
from calendars.kernel.errors import NotFound, ServiceError
from calendars.model.component import parse
from calendars.model.instances import bounds
from calendars.model.principal import Principal
from calendars.model.window import NEVER_AFTER
from calendars.services.choose_language import language_of
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.find_principals import get_principal_by_id
from calendars.services.note_status import note_status
from notifications import failure, outbox, queued
from notifications.channels.mail_format import NoAddress, mail_of
from notifications.compose import Composers
from notifications.imip.cover import Correspondence, letter_of
from notifications.imip.outgoing import Envelope
from notifications.imip.reply_address import reply_address
from notifications.letters import Letterhead, letter_of_post
from notifications.links import Link, Purpose, expiry_of, link_url
from notifications.message import Fate, Letter, State
from notifications.outbox import Claimed, Outgoing
from notifications.post import Post

BATCH = 50
_TO_ANSWER = frozenset({ItipMethod.REQUEST, ItipMethod.ADD, ItipMethod.DECLINECOUNTER})

log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way out; it answers for each mail and raises nothing."""

    async def send(self, mails: Sequence[tuple[str, EmailMessage]]) -> list[Fate]:
        """Try each mail once."""
        ...


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What delivery works with."""

    database: Database
    clock: Clock
    channel: Channel
    composers: Composers
    mailbox: str
    """The service's own address (NIAOULI_MAIL_FROM)."""
    zone: tzinfo
    base_url: str = ""
    """Where the pages for people without an account are; without it, no mail leads to one."""
    home_domains: tuple[str, ...] = (".nc",)
    """Addresses there need not be told whose hour it is (FR-1)."""
    answer_days: int = 2
    """How long before a meeting its invitation asks for an answer."""

    def is_abroad(self, address: str) -> bool:
        """Who reads that mail may have other clocks."""
        domain = "." + address.rpartition("@")[2].lower()
        own = "." + self.mailbox.rpartition("@")[2].lower()
        return not any(domain.endswith(home) for home in (own, *self.home_domains))


def deliver_due(office: PostOffice) -> int:
    """Send what is due until nothing is; how many messages left."""
    sent = 0
    while True:
        claimed = _claim(office)
        if not claimed:
            return sent
        sent += _deliver(office, claimed)


def _claim(office: PostOffice) -> list[Claimed]:
    now = int(office.clock.now().timestamp())
    with office.database.transaction() as db:
        return outbox.claim_due(db, now=now, limit=BATCH)


def _deliver(office: PostOffice, claimed: Sequence[Claimed]) -> int:
    """No transaction is open while we talk to the relay."""
    now = int(office.clock.now().timestamp())
    fates: dict[int, Fate] = {}
    mails: list[tuple[Claimed, EmailMessage]] = []
    with office.database.transaction() as db:
        for one in claimed:
            made = _mail(db, office, one, now=now)
            if isinstance(made, Fate):
                fates[one.id] = made
            else:
                mails.append((one, made))
    answers = asyncio.run(office.channel.send([(one.key, m) for one, m in mails]))
    fates |= {one.id: fate for (one, _), fate in zip(mails, answers, strict=True)}
    with office.database.transaction() as db:
        for one in claimed:
            _mark(db, one, fates[one.id], now=now)
    return sum(fate.state is State.SENT for fate in fates.values())


def _mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> None:
    state = outbox.mark(db, claimed, fate, now=now)
    log.info("message.tried", extra={"message_id": claimed.id, "state": str(state)})
    if state not in (State.SENT, State.FAILED):
        return
    message = queued.find(db, claimed.id)
    if message is None:
        return
    if state is State.FAILED:
        failure.tell_failure(db, message, fate.answer, now=now)
        return
    if message.method and message.method != ItipMethod.CANCEL:
        status = ScheduleStatus.SENT
        note_status(db, message.owner_id, message.uid, message.recipient, status, now=now)
    failure.forget_failure(db, message, now=now)


def _mail(db: Db, office: PostOffice, claimed: Claimed, *, now: int) -> EmailMessage | Fate:
    """One letter that cannot be made stands in nobody else's way; a mended template lets it go."""
    try:
        with db.begin_nested():
            made = _letter(db, office, claimed, now=now)
            if isinstance(made, Fate):
                return made
            return mail_of(made, service=office.mailbox, now=now)
    except NoAddress:
        return Fate(State.FAILED, "no e-mail address")
    except Exception as error:  # noqa: BLE001 - told, and tried again
        # Its words may hold an address: type and place must do.
        where = extract_tb(error.__traceback__)[-1]
        about = {"message_id": claimed.id, "error": type(error).__name__, "line": where.lineno}
        log.error("message.not_made", extra={**about, "file": where.filename})
        return Fate(State.PENDING, f"it could not be written: {type(error).__name__}")


def _letter(db: Db, office: PostOffice, claimed: Claimed, *, now: int) -> Letter | Fate:
    """The mail as it is worded now, or why there is none any more."""
    said = claimed.message
    try:
        owner = get_principal_by_id(db, said.owner_id)
        if isinstance(said, Post):
            abroad = office.is_abroad(said.recipient) and not find_calendar_user(db, said.recipient)
            about = Letterhead(owner, office.mailbox, abroad)
            return letter_of_post(db, claimed, said, about, office.composers, now=now)
        actor = get_principal_by_id(db, said.actor_id)
        return _worded(db, office, claimed, said, (owner, actor), now=now)
    except NotFound:
        return Fate(State.CANCELLED, "the account is gone")
    except ServiceError as error:
        return Fate(State.FAILED, type(error).__name__)


def _worded(
    db: Db,
    office: PostOffice,
    claimed: Claimed,
    said: Outgoing,
    people: tuple[Principal, Principal],
    *,
    now: int,
) -> Letter:
    owner, actor = people
    answers_to = reply_address(
        db, office.mailbox, (said.owner_id, said.uid, said.recipient), now=now
    )
    method = ItipMethod(said.method)
    speaks = method is ItipMethod.REPLY
    about = Correspondence(
        method,
        claimed.key,
        Envelope(answers_to, owner.display_name, said.recipient),
        said.sender.removeprefix("mailto:") if speaks else answers_to,
        owner.display_name,
        actor.display_name if actor.id != owner.id else None,
        office.zone,
        now,
        office.is_abroad(said.recipient),
        _answer_url(db, office, said, now=now),
        answer_days=office.answer_days,
    )
    language = language_of(db, said.recipient, default=office.composers.default)
    composer = office.composers.of(language)
    earlier = outbox.last_sent(db, said)
    former = None if earlier is None else parse(earlier.decode())
    return letter_of(parse(said.body.decode()), former, about, composer)


def _answer_url(db: Db, office: PostOffice, said: Outgoing, *, now: int) -> str:
    """The page where the recipient answers, the same in every mail about the meeting (SEC-7)."""
    if not office.base_url or said.method not in _TO_ANSWER:
        return ""
    last = bounds(parse(said.body.decode()), office.zone).end
    ends_at = None if last == NEVER_AFTER else last
    link = Link(Purpose.ANSWER, said.owner_id, said.recipient, said.uid)
    expires_at = expiry_of(ends_at, now=now)
    return link_url(db, office.base_url, link, expires_at=expires_at, now=now)
