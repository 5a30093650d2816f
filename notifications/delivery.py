"""Claim, send, mark: whoever crashes in between sends again, under the same Message-ID (NOT-1)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import tzinfo
from traceback import extract_tb
from typing import NamedTuple, Protocol

from sqlalchemy.exc import SQLAlchemyError

from calendars.itip.message import ItipMethod, ScheduleStatus
from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, Db, StoreUnavailable
from calendars.kernel.errors import NotFound, ServiceError
from calendars.model.component import parse
from calendars.model.instances import bounds
from calendars.model.principal import Principal
from calendars.model.window import NEVER_AFTER
from calendars.services.choose_language import language_of
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.find_principals import get_principal_by_id
from calendars.services.guard_attachments import attached_files
from calendars.services.note_status import note_status
from calendars.services.record_mail import record_sent
from notifications import claims, failure, leases, outbox, papers, queued
from notifications.bounces import bounce_address, bounce_token
from notifications.channels.mail_format import NoAddress, octets_of
from notifications.channels.signer import Signer
from notifications.channels.wire import Mail, away
from notifications.claims import Claimed
from notifications.compose import Composers
from notifications.covers import papers_for
from notifications.hold_back import stop
from notifications.imip.cover import Correspondence, letter_of
from notifications.imip.enclosures import is_public
from notifications.imip.facts import told_before
from notifications.imip.outgoing import BY_ATTENDEE, Envelope
from notifications.imip.parcels import Told
from notifications.imip.reply_address import reply_address
from notifications.letters import Letterhead, letter_of_post
from notifications.links import Link, Purpose, expiry_of, link_url
from notifications.message import Fate, Letter, State
from notifications.outbox import Outgoing, Said
from notifications.post import Paper, Post

BATCH = 25
MINUTE = 60
RENEW_SECONDS = claims.LEASE_SECONDS // 4
NOTE_TRIES = 30
_TO_ANSWER = frozenset({ItipMethod.REQUEST, ItipMethod.ADD, ItipMethod.DECLINECOUNTER})

log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way out; it answers for each mail and raises nothing."""

    def send(self, mails: Sequence[Mail]) -> Iterator[list[tuple[str, Fate]]]:
        """Try each once; what became of some, as it comes. An empty list is a sign of life."""
        ...

    def close(self) -> None:
        """Let go of what is kept open."""
        ...


class Pause:
    """A relay that is away is not asked again at once, by this process."""

    def __init__(self) -> None:
        self._until, self._seconds = 0, 0

    def holds(self, now: int) -> bool:
        """It is too early to ask."""
        return now < self._until

    @property
    def was_away(self) -> bool:
        """The last time it was: one mail is enough to see whether it is back."""
        return self._seconds > 0

    def note(self, now: int, *, away: bool) -> None:
        """Each time it is away the pause is longer, up to a minute."""
        self._seconds = min(max(5, 2 * self._seconds), 60) if away else 0
        self._until = now + self._seconds


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
    per_minute: int = 0
    """How many mails the relay takes a minute, from all processes together; 0: any number."""
    signer: Signer | None = None
    batch: int = BATCH
    """So many are claimed and written at a time."""
    pause: Pause = field(default_factory=Pause)

    def now(self) -> int:
        """The present instant in epoch seconds."""
        return int(self.clock.now().timestamp())

    organizer_is_real: bool = False
    """Invitations are from the organizer's own address, whose mailbox hands answers on to us."""

    def is_abroad(self, address: str) -> bool:
        """Who reads that mail may have other clocks."""
        domain = "." + address.rpartition("@")[2].lower()
        own = "." + self.mailbox.rpartition("@")[2].lower()
        return not any(domain.endswith(home) for home in (own, *self.home_domains))


class _Batch(NamedTuple):
    """Messages that are claimed, and the mails that they have become."""

    waiting: dict[str, Claimed]
    mails: list[Mail]
    claimed_at: int


def deliver_due(office: PostOffice) -> int:
    """Send what is due until nothing is, or the relay takes no more now; how many left.

    While some are handed over, the next are written; not with SQLite, where whoever writes keeps
    all others from it.
    """
    sent, batch = 0, _next_batch(office)
    with ThreadPoolExecutor(1, thread_name_prefix="letters") as ahead:
        while batch is not None:
            early = None
            if not office.database.is_sqlite:
                early = ahead.submit(_next_batch, office)
            sent += _hand_over(office, batch)
            batch = _next_batch(office) if early is None else early.result()
            if batch is not None and office.pause.holds(office.now()):
                _note(office, batch.waiting, [(key, away("as before")) for key in batch.waiting])
                batch = None
    return sent


def _next_batch(office: PostOffice) -> _Batch | None:
    """None where nothing is due, or where it is too early to ask the relay."""
    if office.pause.holds(office.now()):
        return None
    claimed = _claim(office)
    return _written(office, claimed) if claimed else None


def _claim(office: PostOffice) -> list[Claimed]:
    now = office.now()
    with office.database.transaction() as db:
        most = _allowed(db, office, now=now)
        return claims.claim_due(db, now=now, limit=most) if most > 0 else []


def _allowed(db: Db, office: PostOffice, *, now: int) -> int:
    """How many the relay takes now: counted in the table, so that no crash and no other process
    makes it more."""
    wanted = 1 if office.pause.was_away else office.batch
    if not office.per_minute:
        return wanted
    # Whoever else counts waits until this transaction ends.
    leases.take(db, "mail-rate", "everybody", now=now, seconds=1)
    tried = claims.count_tried(db, since=now - MINUTE + 1)
    return min(wanted, office.per_minute - tried)


def _written(office: PostOffice, claimed: Sequence[Claimed]) -> _Batch:
    """No transaction is open while we talk to the relay."""
    now = office.now()
    mails: list[Mail] = []
    refused: list[tuple[str, Fate]] = []
    with office.database.transaction() as db:
        for one in claimed:
            made = _mail(db, office, one, now=now)
            if isinstance(made, Fate):
                refused.append((one.key, made))
            else:
                mails.append(made)
    waiting = {one.key: one for one in claimed}
    _note(office, waiting, refused)
    return _Batch(waiting, mails, now)


def _hand_over(office: PostOffice, batch: _Batch) -> int:
    """Each answer is noted as it comes: what a crash repeats are those of one moment."""
    waiting, sent, is_away = batch.waiting, 0, False
    since = _kept(office, waiting, batch.claimed_at)
    if since is None or not batch.mails:
        return 0
    for news in office.channel.send(batch.mails):
        sent += _note(office, waiting, news)
        is_away = is_away or any(fate.away for _, fate in news)
        since = _kept(office, waiting, since)
        if since is None:
            break
    office.pause.note(office.now(), away=is_away)
    return sent


def _kept(office: PostOffice, waiting: dict[str, Claimed], since: int) -> int | None:
    """From when on these are certainly ours; None where another has taken one of them over."""
    now = office.now()
    if not waiting or now - since < RENEW_SECONDS:
        return since
    with office.database.transaction() as db:
        if claims.renew(db, [one.id for one in waiting.values()], now=now):
            return now
    log.warning("message.taken_over")
    return None


def _note(office: PostOffice, waiting: dict[str, Claimed], news: Sequence[tuple[str, Fate]]) -> int:
    """Write down what became of some; how many of them were sent.

    A store that is away just now is waited for: what was sent and not noted would be sent again.
    """
    if not news:
        return 0
    for tries_left in reversed(range(NOTE_TRIES)):
        try:
            with office.database.transaction() as db:
                for key, fate in news:
                    _mark(db, waiting[key], fate, now=office.now())
            break
        except StoreUnavailable:
            if not tries_left:
                raise
            time.sleep(1)
    for key, _ in news:
        del waiting[key]
    return sum(fate.state is State.SENT for _, fate in news)


def _mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> None:
    state = claims.mark(db, claimed, fate, now=now)
    log.info("message.tried", extra={"message_id": claimed.id, "state": str(state)})
    if state not in (State.SENT, State.FAILED):
        return
    try:
        with db.begin_nested():
            _tell(db, claimed, state, fate.answer, now=now)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001 - what left has left, whoever cannot be told of it
        _log_error("message.not_told", claimed.id, error)


def _tell(db: Db, claimed: Claimed, state: State, answer: str, *, now: int) -> None:
    """Those who care learn what became of it."""
    said = claimed.message
    uid = said.uid if isinstance(said, Outgoing) else said.about
    failed_before = queued.has_failed(db, said.owner_id, said.recipient, uid)
    message = queued.find(db, claimed.id) if failed_before else None
    if state is State.FAILED and message is not None:
        failure.tell_failure(db, message, answer, now=now)
        return
    if isinstance(said, Outgoing) and said.method != ItipMethod.CANCEL:
        note_status(db, said.owner_id, uid, said.recipient, ScheduleStatus.SENT, now=now)
    if message is not None:
        failure.forget_failure(db, message, now=now)
    record_sent(db, said.actor_id, said.owner_id, claimed.id, said.kind, now=now)


def _mail(db: Db, office: PostOffice, claimed: Claimed, *, now: int) -> Mail | Fate:
    """One letter that cannot be made stands in nobody else's way; a mended template lets it go."""
    try:
        with db.begin_nested():
            made = letter_for(db, office, claimed, now=now)
            if isinstance(made, Fate):
                return made
            stopped = stop(db, claimed, made, now=now)
            if stopped is not None:
                return stopped
            octets = octets_of(made, service=office.mailbox, now=now)
            if office.signer is not None:
                octets = office.signer.signed(octets)
            token = bounce_token(db, claimed.id, now=now)
            returns_to = bounce_address(office.mailbox, token)
            return Mail(claimed.key, octets, returns_to, made.recipient, token)
    except NoAddress:
        return Fate(State.FAILED, "no e-mail address")
    except Exception as error:  # noqa: BLE001 - told, and tried again
        _log_error("message.not_made", claimed.id, error)
        return Fate(State.PENDING, f"it could not be written: {type(error).__name__}")


def _log_error(event: str, number: int, error: Exception) -> None:
    """Its words may hold an address: type and place must do."""
    where = extract_tb(error.__traceback__)[-1]
    about = {"message_id": number, "error": type(error).__name__, "line": where.lineno}
    log.error(event, extra={**about, "file": where.filename})


def letter_for(db: Db, office: PostOffice, claimed: Claimed, *, now: int) -> Letter | Fate:
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
    # Outlook wants ORGANIZER to be who the mail is from; who answers is who was asked.
    own = said.sender.removeprefix("mailto:") if said.sender.startswith("mailto:") else None
    real = own is not None and (office.organizer_is_real or method in BY_ATTENDEE)
    sender = own if own is not None and real else answers_to
    earlier = [one for one in outbox.said(db, said, before=claimed.id) if one.sent]
    about = Correspondence(
        method,
        claimed.key,
        Envelope(sender, owner.display_name, said.recipient),
        sender,
        owner.display_name,
        actor.display_name if actor.id != owner.id else None,
        office.zone,
        now,
        office.is_abroad(said.recipient),
        _answer_url(db, office, said, now=now),
        answer_days=office.answer_days,
        reply_to=answers_to if real else None,
        papers=_cover(db, claimed, said, earlier, now=now),
    )
    language = language_of(db, said.recipient, default=office.composers.default)
    composer = office.composers.of(language)
    calendar = parse(said.body.decode())
    told = [Told(one.method, parse(one.body.decode())) for one in earlier]
    return letter_of(calendar, told_before(told, calendar), about, composer)


def _cover(
    db: Db, claimed: Claimed, said: Outgoing, earlier: Sequence[Said], *, now: int
) -> tuple[Paper, ...]:
    """Letters and papers that this reader does not have yet."""
    if said.method != ItipMethod.REQUEST:
        return ()
    found = papers_for(db, (said.owner_id, said.uid), said.recipient)
    calendar = parse(said.body.decode())
    if not is_public(calendar):
        return found  # told of, never attached
    kept_here = attached_files(db, calendar)
    found += tuple(Paper(one.filename, one.media_type, one.data) for one in kept_here)
    had = papers.digests_of(db, [one.id for one in earlier]) if found else frozenset()
    fresh = tuple(one for one in found if one.digest not in had)
    if fresh:
        papers.attach(db, claimed.id, fresh, now=now)
    return fresh


def _answer_url(db: Db, office: PostOffice, said: Outgoing, *, now: int) -> str:
    """The page where the recipient answers, the same in every mail about the meeting (SEC-7)."""
    if not office.base_url or said.method not in _TO_ANSWER:
        return ""
    last = bounds(parse(said.body.decode()), office.zone).end
    ends_at = None if last == NEVER_AFTER else last
    link = Link(Purpose.ANSWER, said.owner_id, said.recipient, said.uid)
    expires_at = expiry_of(ends_at, now=now)
    return link_url(db, office.base_url, link, expires_at=expires_at, now=now)
