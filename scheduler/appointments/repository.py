"""The shelf of messages taken on the telephone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.appointments.model import Call, CallId, CallUrgency, PhoneMessage
from scheduler.appointments.tables import phone_messages

_M = phone_messages.c


def add(db: Db, one: PhoneMessage) -> PhoneMessage:
    """A new message."""
    values = {
        **one.call._asdict(), "owner_id": one.owner_id, "writer_id": one.writer_id,
        "uid": one.uid, "made_at": one.made_at, "is_task": one.is_task,
    }  # fmt: skip
    row = insert(phone_messages).values(values).returning(_M.id)
    one.id = CallId(db.execute(row).scalar_one())
    return one


def save(db: Db, one: PhoneMessage) -> None:
    """How far it is."""
    said = {"is_task": one.is_task, "read_at": one.read_at, "done_at": one.done_at}
    db.execute(update(phone_messages).where(_M.id == one.id).values(said))


def find(db: Db, message: CallId, *, lock: bool = False) -> PhoneMessage | None:
    """The message of that number."""
    query = select(phone_messages).where(_M.id == message)
    return next(iter(_messages(db, query.with_for_update() if lock else query)), None)


def list_for(
    db: Db, owner: PrincipalId, *, before: CallId | None, limit: int
) -> list[PhoneMessage]:
    """Messages for somebody, the newest first."""
    return _messages(db, _slice(_M.owner_id == owner, before, limit))


def list_by(
    db: Db, writer: PrincipalId, *, before: CallId | None, limit: int
) -> list[PhoneMessage]:
    """Messages that somebody took, the newest first."""
    return _messages(db, _slice(_M.writer_id == writer, before, limit))


def _slice(whose: Any, before: CallId | None, limit: int) -> Select[Any]:  # noqa: ANN401 - SQL
    query = select(phone_messages).where(whose).order_by(_M.id.desc()).limit(limit)
    return query if before is None else query.where(_M.id < before)


def _messages(db: Db, query: Select[Any]) -> list[PhoneMessage]:
    return [_message(row) for row in db.execute(query)]


def _message(row: Row[Any]) -> PhoneMessage:
    call = Call(row.caller, row.number, row.text, CallUrgency(row.urgency), row.confidential)
    return PhoneMessage(
        CallId(row.id), PrincipalId(row.owner_id), PrincipalId(row.writer_id), row.uid, call,
        row.made_at, row.is_task, row.read_at, row.done_at,
    )  # fmt: skip
