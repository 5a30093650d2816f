"""The one door out: whatever leaves the service is a row here first (NOT-1).

A row is written in the transaction that decides it. It waits a moment before it goes, so that
several edits become one message: what a newer row says takes the place of what was not sent yet.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.act_for import may_still_send
from notifications import held, papers
from notifications.guard import check
from notifications.message import Fate, State
from notifications.post import Post, Urgency
from notifications.tables import outbox

LEASE_SECONDS = 120
"""Who claims a message and is not heard of again loses it: another sends it, under the same id."""
FIRST_RETRY, LAST_RETRY = 60, 4 * 3600
MOST_TRIES = 25
"""At these distances they take three days; a service that was down itself has not used them up."""
IMIP = "imip"
_WAITING = (State.PENDING, State.HELD)

_O = outbox.c
_KNOWN = select(_O.id, _O.state, _O.withdrawn_at).where(_O.idempotency_key == bindparam("key"))
_ROW = ("id", "idempotency_key", "attempts", "withdrawn_at", "expires_at")
_SAID = (
    *("kind", "owner_id", "actor_id", "sender", "sent_by", "recipient", "uid", "method", "body"),
    *("template", "language", "urgency", "thread", "reply_to"),
)
_DUE = (
    select(*(_O[name] for name in (*_ROW, *_SAID)))
    .where(
        _O.state == "PENDING",
        _O.due_at <= bindparam("now"),
        or_(_O.lease_until.is_(None), _O.lease_until < bindparam("now")),
    )
    .order_by(_O.urgency, _O.due_at, _O.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ALONE = b"\nX-NIAOULI-SINGLE:"
MOST_TOLD = 400
_RECURRENCE = re.compile(rb"^RECURRENCE-ID[^:\r\n]*:([^\r\n]+)", re.MULTILINE)

log = logging.getLogger(__name__)


class Outgoing(NamedTuple):
    """One message to one recipient."""

    kind: str
    owner_id: PrincipalId
    actor_id: PrincipalId
    sender: str
    sent_by: str | None
    recipient: str
    uid: str
    method: str
    body: bytes

    @property
    def idempotency_key(self) -> str:
        """Equal messages to one recipient are one message."""
        parts = (self.kind, self.method, self.sender, self.recipient, self.uid)
        return sha256("\0".join(parts).encode() + b"\0" + self.body).hexdigest()

    @property
    def about(self) -> frozenset[bytes]:
        """The single occurrences that it is about; empty where it is about the whole."""
        return occurrences_in(self.body)


class Claimed(NamedTuple):
    """A message that is ours to send until the lease ends."""

    id: int
    key: str
    attempts: int
    message: Outgoing | Post


def occurrences_in(body: bytes) -> frozenset[bytes]:
    """The RECURRENCE-IDs of a message without a master; empty where it has one.

    An occurrence that leaves as a meeting of its own is another thing than one of the series.
    """
    found = _RECURRENCE.findall(body)
    whole = len(found) < body.count(b"BEGIN:VEVENT") + body.count(b"BEGIN:VTODO")
    mark = b"~" if _ALONE in body else b""
    return frozenset() if whole else frozenset(mark + one for one in found)


def add(db: Db, message: Outgoing, *, now: int, delay: int = 0) -> bool:
    """Queue a message in the transaction that decides it; False where nothing need be sent.

    Rows that it makes obsolete, and that did not leave yet, are cancelled. A cancellation of what
    the recipient never heard of is not sent either (NOT-3).
    """
    key = message.idempotency_key
    if db.execute(_KNOWN, {"key": key}).first() is not None:
        return False
    waiting = _waiting_for(db, message)
    obsolete = [row for row in waiting if _covers(message, row.body)]
    _take_back(db, [row.id for row in obsolete], now=now)
    on_its_way = any(row.leased for row in obsolete)
    if _is_end(message) and obsolete and not on_its_way and not _was_told(db, message):
        return False
    flaws = check.flaws(db, check.in_scheduling(message.body, message.method), now=now)
    row = {"idempotency_key": key, "state": _state(flaws), "created_at": now}
    values = {**message._asdict(), **row, "due_at": now + delay}
    made = db.execute(insert(outbox).values(**values).returning(_O.id)).scalar_one()
    if flaws:
        held.note(db, made, flaws, now=now)
    return True


def is_held(db: Db, message: Outgoing) -> bool:
    """The guard has stopped it, and nobody has decided yet."""
    row = db.execute(_KNOWN, {"key": message.idempotency_key}).first()
    return row is not None and row.state == State.HELD


def post(db: Db, letter: Post, *, now: int, due_at: int | None = None) -> bool:
    """Queue a letter; False where one was on the same occasion already.

    One that was withdrawn, or dropped, may be posted again: with what it says now.
    """
    flaws = _flaws_of(db, letter, now=now)
    values = _values_of(letter) | {"created_at": now, "due_at": now if due_at is None else due_at}
    values["state"] = _state(flaws)
    key = letter.idempotency_key
    known = db.execute(_KNOWN, {"key": key}).first()
    if known is None:
        row = {"idempotency_key": key, **values}
        dialect = sqlite if db.dialect.name == "sqlite" else postgresql
        # A job that runs twice at once posts the same twice at once.
        added = dialect.insert(outbox).values(row).on_conflict_do_nothing().returning(_O.id)
        fresh = db.execute(added).scalar()
        if fresh is not None:
            papers.attach(db, fresh, letter.papers, now=now)
        if fresh is not None and flaws:
            held.note(db, fresh, flaws, now=now)
        return fresh is not None
    if known.state != State.CANCELLED and known.withdrawn_at is None:
        return False
    again = {"withdrawn_at": None, "done_at": None, "answer": None}
    _set(db, [known.id], **again, **values, attempts=0)
    papers.attach(db, known.id, letter.papers, now=now)
    if flaws:
        held.note(db, known.id, flaws, now=now)
    return True


def _state(flaws: Collection[object]) -> State:
    """What the guard has found something in waits for somebody (SEC-6)."""
    return State.HELD if flaws else State.PENDING


def _flaws_of(db: Db, letter: Post, *, now: int) -> Collection[object]:
    confidential = check.is_confidential(db, letter.owner_id, letter.about, letter.facts)
    files = [file.filename for file in letter.papers]
    seen = check.in_post(letter.facts, files, confidential=confidential)
    return check.flaws(db, seen, now=now)


def _values_of(letter: Post) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "owner_id": letter.owner_id,
        "actor_id": letter.actor_id,
        "sender": "",
        "recipient": letter.recipient,
        "uid": letter.about,
        "method": "",
        "body": json.dumps(dict(letter.facts), ensure_ascii=False, sort_keys=True).encode(),
        "template": letter.template,
        "language": letter.language,
        "urgency": letter.urgency,
        "expires_at": letter.expires_at,
        "thread": letter.thread,
        "reply_to": letter.reply_to,
    }


def withdraw(db: Db, *, about: str, kinds: Collection[str], now: int) -> int:
    """Letters about an object that did not leave yet never will (NOT-3); how many that are."""
    query = select(_O.id).where(
        _O.uid == about,
        _O.kind.in_(kinds),
        _O.state.in_(_WAITING),
        _O.withdrawn_at.is_(None),
    )
    found = list(db.execute(query).scalars())
    _take_back(db, found, now=now)
    return len(found)


def _take_back(db: Db, ids: Sequence[int], *, now: int) -> None:
    """What somebody is sending just now cannot be stopped; it is not tried a second time."""
    if not ids:
        return
    these = update(outbox).where(_O.id.in_(ids))
    free = _O.lease_until.is_(None)
    db.execute(these.where(free).values(state=State.CANCELLED, done_at=now, withdrawn_at=now))
    db.execute(these.where(~free).values(withdrawn_at=now))


class _Waiting(NamedTuple):
    id: int
    body: bytes
    leased: bool


def _waiting_for(db: Db, message: Outgoing) -> list[_Waiting]:
    query = select(_O.id, _O.body, _O.lease_until.is_not(None)).where(
        *_same_thread(message), _O.state.in_(_WAITING)
    )
    return [_Waiting(*row) for row in db.execute(query)]


def _is_end(message: Outgoing) -> bool:
    """Of a whole, or of an occurrence that left as a meeting of its own."""
    return message.method == "CANCEL" and (not message.about or _ALONE in message.body)


def _same_thread(message: Outgoing) -> tuple[ColumnElement[bool], ...]:
    return (
        _O.kind == message.kind,
        _O.uid == message.uid,
        _O.recipient == message.recipient,
        _O.owner_id == message.owner_id,
    )


def _covers(message: Outgoing, earlier: bytes) -> bool:
    """Whoever reads the newer message needs not read the earlier one."""
    about = message.about
    return not about or (bool(was := occurrences_in(earlier)) and was <= about)


def _was_told(db: Db, message: Outgoing) -> bool:
    if message.about:
        return any(
            one.sent and message.about <= occurrences_in(one.body) for one in said(db, message)
        )
    told = exists().where(*_same_thread(message), _O.state == State.SENT)
    return bool(db.execute(select(told)).scalar_one())


def claim_due(db: Db, *, now: int, limit: int) -> list[Claimed]:
    """Messages that are due, and ours for a while: two who claim at once get different ones.

    Who wrote in another's name is asked for his right now: a message of somebody whose right was
    taken back since is not sent (threats D). Nor is what nobody wants to read any more.
    """
    claimed: list[Claimed] = []
    while not claimed and (rows := db.execute(_DUE, {"now": now, "most": limit}).all()):
        found = (_taken(db, row, now=now) for row in rows)
        claimed = [one for one in found if one is not None]
    ids, lease = [one.id for one in claimed], now + LEASE_SECONDS
    _set(db, ids, lease_until=lease, tried_at=now)
    return claimed


def last_number(db: Db) -> int:
    """The number of the newest message; 0 without any."""
    return db.execute(select(func.max(_O.id))).scalar() or 0


def list_newer(db: Db, number: int) -> list[Claimed]:
    """The messages that were queued after that one and still wait, in their order; not claimed."""
    query = select(*(_O[name] for name in (*_ROW, *_SAID)))
    waiting = query.where(_O.id > number, _O.state == State.PENDING).order_by(_O.id)
    return [
        Claimed(row.id, row.idempotency_key, row.attempts, _message_in(row))
        for row in db.execute(waiting)
    ]


def count_tried(db: Db, *, since: int) -> int:
    """How many messages were claimed from that instant on."""
    query = select(func.count()).select_from(outbox).where(_O.tried_at >= since)
    return db.execute(query).scalar_one()


def renew(db: Db, ids: Collection[int], *, now: int) -> bool:
    """They are still being sent; False if another has taken one of them over meanwhile."""
    ours = update(outbox).where(_O.id.in_(ids), _O.state == State.PENDING, _O.lease_until >= now)
    return db.execute(ours.values(lease_until=now + LEASE_SECONDS)).rowcount == len(ids)


def _taken(db: Db, row: Any, *, now: int) -> Claimed | None:  # noqa: ANN401 - a row
    message = _message_in(row)
    because = _needless(db, row, message, now=now)
    if because is None:
        return Claimed(row.id, row.idempotency_key, row.attempts + 1, message)
    _set(db, [row.id], state=State.CANCELLED, done_at=now, answer=because)
    log.info("message.dropped", extra={"message_id": row.id, "because": because})
    return None


def _needless(db: Db, row: Any, message: Outgoing | Post, *, now: int) -> str | None:  # noqa: ANN401
    """Why a message that is due is not sent after all."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.expires_at is not None and row.expires_at <= now:
        return "too late to be of use"
    if not may_still_send(db, message.actor_id, message.owner_id, now=now):
        return "the right to send was taken back"
    return None


def _message_in(row: Any) -> Outgoing | Post:  # noqa: ANN401 - a row
    if row.template is None:
        return Outgoing(*(getattr(row, name) for name in Outgoing._fields))
    return Post(
        row.kind,
        row.template,
        row.language,
        json.loads(row.body),
        row.owner_id,
        row.actor_id,
        row.recipient,
        "",
        row.uid,
        Urgency(row.urgency),
        row.expires_at,
        (),
        row.thread,
        row.reply_to,
    )


def _set(db: Db, ids: Sequence[int], **values: object) -> None:
    if ids:
        db.execute(update(outbox).where(_O.id.in_(ids)).values(**values))


def mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> State:
    """What became of it; a carrier that says "later" is asked again, for three days.

    Whatever was withdrawn while it was on its way is not tried again. A carrier that was away says
    nothing of the message: it keeps its turn.
    """
    state, answer = fate.state, fate.answer[:500]
    if state is State.PENDING:
        withdrawn = select(_O.withdrawn_at).where(_O.id == claimed.id)
        if db.execute(withdrawn).scalar() is not None:
            state = State.CANCELLED
        elif not fate.away and claimed.attempts > MOST_TRIES:
            state = State.FAILED
    values: dict[str, object] = {"state": state, "lease_until": None, "answer": answer}
    # A try counts when it is answered: what a crash took along was none.
    values |= {"tried_at": None} if fate.away else {"attempts": claimed.attempts}
    if state is not State.PENDING:
        values["done_at"] = now
    elif not fate.away:
        values["due_at"] = now + min(FIRST_RETRY * 2 ** (claimed.attempts - 1), LAST_RETRY)
    db.execute(update(outbox).where(_O.id == claimed.id).values(**values))
    return state


class Said(NamedTuple):
    """A message about the same thing to the same person."""

    method: str
    body: bytes
    sent: bool
    """It left, or is leaving just now; else it waits."""
    id: int


def said(db: Db, message: Outgoing, *, before: int | None = None) -> list[Said]:
    """What the recipient was told about the same thing, or is to be told, the newest first."""
    sent = or_(_O.state == State.SENT, _O.lease_until.is_not(None))
    query = select(_O.method, _O.body, sent, _O.id).where(
        *_same_thread(message), _O.state.in_((State.SENT, State.PENDING))
    )
    if before is not None:
        query = query.where(_O.id < before)
    rows = db.execute(query.order_by(_O.id.desc()).limit(MOST_TOLD))
    return [Said(method, body, bool(left), id_) for method, body, left, id_ in rows]


def stop_waiting(db: Db, message: Outgoing, *, now: int) -> None:
    """Nothing that waits to be told about the same thing is told any more."""
    _take_back(db, [row.id for row in _waiting_for(db, message)], now=now)


def owners_of(db: Db, uid: str) -> list[PrincipalId]:
    """In whose names something about a meeting was sent."""
    query = select(_O.owner_id).where(_O.uid == uid).distinct().order_by(_O.owner_id)
    return [PrincipalId(row[0]) for row in db.execute(query.limit(20))]


def first_told(db: Db, owner: PrincipalId, uid: str, recipient: str) -> int | None:
    """When somebody was first written to about a meeting; nobody has answered before."""
    query = select(func.min(_O.created_at)).where(
        _O.uid == uid, _O.recipient == recipient, _O.owner_id == owner
    )
    found: int | None = db.execute(query).scalar()
    return found
