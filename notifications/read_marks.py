"""Which mails of a mailbox were taken in and had to stay where they are.

UIDs count within one UIDVALIDITY: when the mailbox gets another one, the old marks mean nothing
any more and are forgotten.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from calendars.kernel.database import Db
from notifications.tables import read_marks

_M = read_marks.c
_KNOWN = select(_M.uid).where(
    _M.mailbox == bindparam("mailbox"), _M.validity == bindparam("validity")
)


def list_of(db: Db, mailbox: str, validity: int) -> frozenset[int]:
    """The UIDs that are not read again."""
    rows = db.execute(_KNOWN, {"mailbox": mailbox, "validity": validity})
    return frozenset(row[0] for row in rows)


def add(db: Db, mailbox: str, validity: int, uid: int, *, now: int) -> None:
    """This one was taken in, and could not be moved."""
    db.execute(delete(read_marks).where(_M.mailbox == mailbox, _M.validity != validity))
    if uid not in list_of(db, mailbox, validity):
        row = {"mailbox": mailbox, "validity": validity, "uid": uid, "at": now}
        db.execute(insert(read_marks).values(**row))
