"""The one door out: whatever leaves the service is a row here first (NOT-1).

A row is written in the transaction that decides it. It waits a moment before it goes, so that
several edits become one message: what a newer row says takes the place of what was not sent yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from notifications import held, papers
from notifications.guard import check
from notifications.message import State
from notifications.post import Post
from notifications.tables import outbox

IMIP = "imip"
_WAITING = (State.PENDING, State.HELD)

_O = outbox.c
_KNOWN = select(_O.id, _O.state, _O.withdrawn_at).where(_O.idempotency_key == bindparam("key"))
_ALONE = b"\nX-NIAOULI-SINGLE:"
MOST_TOLD = 400
_RECURRENCE = re.compile(rb"^RECURRENCE-ID[^:\r\n]*:([^\r\n]+)", re.MULTILINE)


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
    again |= {"body_digest": None, "forget_at": None}
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


def _set(db: Db, ids: Sequence[int], **values: object) -> None:
    if ids:
        db.execute(update(outbox).where(_O.id.in_(ids)).values(**values))


class Said(NamedTuple):
    """A message about the same thing to the same person."""

    method: str
    body: bytes
    sent: bool
    """It left, or is leaving just now; else it waits."""
    id: int


def said(db: Db, message: Outgoing, *, before: int | None = None) -> list[Said]:
    """What the recipient was told about the same thing, or is to be told, the newest first.

    Of what is over for long the words are gone (SEC-10).
    """
    sent = or_(_O.state == State.SENT, _O.lease_until.is_not(None))
    query = select(_O.method, _O.body, sent, _O.id).where(
        *_same_thread(message),
        _O.state.in_((State.SENT, State.PENDING)),
        _O.body_digest.is_(None),
    )
    if before is not None:
        query = query.where(_O.id < before)
    rows = db.execute(query.order_by(_O.id.desc()).limit(MOST_TOLD))
    return [Said(method, body, bool(left), id_) for method, body, left, id_ in rows]


def stop_waiting(db: Db, message: Outgoing, *, now: int) -> None:
    """Nothing that waits to be told about the same thing is told any more."""
    _take_back(db, [row.id for row in _waiting_for(db, message)], now=now)


def author_of_waiting(
    db: Db, owner: PrincipalId, uid: str, recipient: str, about: Collection[str]
) -> PrincipalId | None:
    """Who wrote what somebody is to be told about a meeting and did not leave yet: about the
    whole, or about just these occurrences, by their RECURRENCE-IDs.
    """
    query = select(_O.actor_id, _O.body).where(
        _O.kind == IMIP, _O.uid == uid, _O.recipient == recipient, _O.owner_id == owner,
        _O.state.in_(_WAITING), _O.lease_until.is_(None), _O.withdrawn_at.is_(None),
    )  # fmt: skip
    wanted = {one.encode() for one in about}
    for author, body in db.execute(query.order_by(_O.id.desc())):
        if {one.removeprefix(b"~") for one in occurrences_in(body)} == wanted:
            return PrincipalId(author)
    return None


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
