"""The shelf of what was decided of each mail, and of the mails that wait for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from notifications.mailbox.outcome import Decision, Taken, Why
from notifications.tables import mail_decisions, quarantined_mails

_D, _Q = mail_decisions.c, quarantined_mails.c


class Settled(StrEnum):
    """What became of a mail that was kept."""

    RELEASED = "released"
    DROPPED = "dropped"
    EXPIRED = "expired"


class Came(NamedTuple):
    """By what a mail is known again, and who sent it."""

    identity: str
    message_id: str = ""
    sender: str = ""

    def next_to(self, owner: PrincipalId) -> Came:
        """The same mail as it waits for one more person."""
        digest = sha256(f"{self.identity}/{owner}".encode())
        return self._replace(identity=digest.hexdigest())


class Logged(NamedTuple):
    """One decision as it is kept."""

    id: int
    at: int
    message_id: str | None
    sender: str | None
    method: str
    uid: str
    owner_id: PrincipalId | None
    decision: Decision
    why: Why
    settled: Settled | None
    settled_at: int | None
    settled_by: PrincipalId | None
    note: str | None

    @property
    def taken(self) -> Taken:
        """The outcome."""
        return Taken(self.decision, self.why, self.owner_id, self.uid, self.method)

    @property
    def waits(self) -> bool:
        """The mail is kept, and nobody has decided on it."""
        return self.decision is Decision.QUARANTINED and self.settled is None


class Kept(NamedTuple):
    """A mail that waits."""

    octets: bytes
    recipients: tuple[str, ...]


_ROW = select(*(_D[name] for name in Logged._fields))


def find(db: Db, identity: str) -> Logged | None:
    """What was decided of a mail when it came the first time."""
    return _one(db, _ROW.where(_D.identity == identity))


def get(db: Db, number: int) -> Logged:
    """Raises NotFound."""
    found = _one(db, _ROW.where(_D.id == number))
    if found is None:
        raise NotFound("there is nothing here")
    return found


def add(db: Db, came: Came, taken: Taken, *, now: int) -> int | None:
    """Its number; None where somebody else has decided on the same mail meanwhile."""
    row: dict[str, Any] = {
        "identity": came.identity,
        "at": now,
        "message_id": sha256(came.message_id.encode("utf-8", "replace")).hexdigest()
        if came.message_id
        else None,
        "sender": came.sender or None,
        "method": taken.method,
        "uid": taken.uid[:1024],
        "owner_id": taken.owner_id,
        "decision": taken.decision,
        "why": taken.why,
        "note": taken.note[:500] or None,
    }
    insert_or = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    query = insert_or(mail_decisions).values(row).on_conflict_do_nothing().returning(_D.id)
    return db.execute(query).scalar()


def list_of(
    db: Db,
    owner: PrincipalId | None,
    *,
    waiting: bool = False,
    before: int | None = None,
    limit: int,
) -> list[Logged]:
    """The decisions about one person's meetings, or all, the latest first."""
    query = _ROW.order_by(_D.id.desc()).limit(limit)
    if owner is not None:
        query = query.where(_D.owner_id == owner)
    if waiting:
        query = query.where(_D.decision == Decision.QUARANTINED, _D.settled.is_(None))
    if before is not None:
        query = query.where(_D.id < before)
    return [_logged(row) for row in db.execute(query)]


def count_waiting(db: Db, owner: PrincipalId) -> int:
    """How many mails wait for those who keep a person's diary."""
    query = select(func.count()).where(
        _D.owner_id == owner, _D.decision == Decision.QUARANTINED, _D.settled.is_(None)
    )
    return int(db.execute(query).scalar_one())


def count_aside(db: Db, sender: str | None, *, since: int, most: int) -> int:
    """How many mails were kept for a person, of one sender or of all; counted up to `most`."""
    query = select(_D.id).where(
        _D.at >= since, _D.decision == Decision.QUARANTINED, _D.why != Why.WORDS
    )
    if sender is not None:
        query = query.where(_D.sender == sender if sender else _D.sender.is_(None))
    counted = select(func.count()).select_from(query.limit(most).subquery())
    return int(db.execute(counted).scalar_one())


def count_forwarded(db: Db, sender: str, *, since: int, most: int) -> int:
    """How many mails of one sender did something, words among them; counted up to `most`."""
    query = select(_D.id).where(
        _D.sender == sender,
        _D.at >= since,
        _D.decision.in_((Decision.FORWARDED, Decision.APPLIED)),
    )
    counted = select(func.count()).select_from(query.limit(most).subquery())
    return int(db.execute(counted).scalar_one())


def was_refreshed(db: Db, owner: PrincipalId, uid: str, sender: str, *, since: int) -> bool:
    """Somebody was sent the invitation again not long ago, as he had asked."""
    query = select(_D.id).where(
        _D.owner_id == owner,
        _D.uid == uid,
        _D.sender == sender,
        _D.why == Why.REFRESHED,
        _D.at >= since,
    )
    return db.execute(query.limit(1)).first() is not None


def keep(db: Db, number: int, octets: bytes, recipients: Sequence[str]) -> None:
    """The mail waits."""
    row = {"decision_id": number, "octets": octets, "recipients": json.dumps(list(recipients))}
    db.execute(insert(quarantined_mails).values(row))


def get_kept(db: Db, number: int) -> Kept:
    """Raises NotFound, also where somebody has decided on it."""
    row = db.execute(select(_Q.octets, _Q.recipients).where(_Q.decision_id == number)).first()
    if row is None:
        raise NotFound("there is nothing here")
    return Kept(bytes(row[0]), tuple(json.loads(row[1])))


def settle(db: Db, number: int, how: Settled, *, by: PrincipalId | None, now: int) -> bool:
    """The mail waits no more and is gone; False where somebody was first."""
    query = update(mail_decisions).where(_D.id == number, _D.settled.is_(None))
    done = db.execute(query.values(settled=how, settled_at=now, settled_by=by)).rowcount
    db.execute(delete(quarantined_mails).where(_Q.decision_id == number))
    return done == 1


def expire(db: Db, *, before: int, now: int) -> list[PrincipalId]:
    """Mails that waited too long are dropped; for whom they were."""
    query = select(_D.id, _D.owner_id).where(
        _D.decision == Decision.QUARANTINED, _D.settled.is_(None), _D.at < before
    )
    owners: dict[PrincipalId, None] = {}
    for number, owner in db.execute(query.limit(1_000)).all():
        settle(db, number, Settled.EXPIRED, by=None, now=now)
        if owner is not None:
            owners[PrincipalId(owner)] = None
    return list(owners)


def forget(db: Db, *, senders_before: int, before: int) -> int:
    """Senders are forgotten first, decisions later; how many rows are gone."""
    old = or_(_D.sender.is_not(None), _D.message_id.is_not(None))
    query = update(mail_decisions).where(_D.at < senders_before, old)
    db.execute(query.values(sender=None, message_id=None, note=None))
    settled = or_(_D.decision != Decision.QUARANTINED, _D.settled.is_not(None))
    return db.execute(delete(mail_decisions).where(_D.at < before, settled)).rowcount


def _one(db: Db, query: Select[Any]) -> Logged | None:
    row = db.execute(query.limit(1)).first()
    return None if row is None else _logged(row)


def _logged(row: Sequence[Any]) -> Logged:
    found = Logged(*row)
    return found._replace(
        decision=Decision(found.decision),
        why=Why(found.why),
        settled=None if found.settled is None else Settled(found.settled),
    )
