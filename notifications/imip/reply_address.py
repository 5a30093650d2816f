"""The address that answers come back to: the service's own mailbox with a mark for each invitation.

`agenda+k3…@example.org` stands for one meeting and one attendee. Nobody can guess another's, and
the same one stands in every mail about the meeting: programs know the meeting by its organizer.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import exists, insert, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.service_key import service_key
from notifications.tables import reply_addresses

KEY = "reply-address"
_SIGNS = 26
_R = reply_addresses.c


def reply_address(db: Db, mailbox: str, thread: tuple[PrincipalId, str, str], *, now: int) -> str:
    """The address for (owner, UID, recipient); it is remembered, hashed, at its first use."""
    owner, uid, recipient = thread
    token = _token(db, thread, now=now)
    hashed = sha256(token.encode()).hexdigest()
    if not db.execute(select(exists().where(_R.token == hashed))).scalar_one():
        row = {"token": hashed, "owner_id": owner, "recipient": recipient, "uid": uid}
        db.execute(insert(reply_addresses).values(**row, made_at=now))
    return _written(mailbox, token)


def given_address(db: Db, mailbox: str, thread: tuple[PrincipalId, str, str], *, now: int) -> str:
    """The same address, once it was given: nothing is written."""
    return _written(mailbox, _token(db, thread, now=now))


def _token(db: Db, thread: tuple[PrincipalId, str, str], *, now: int) -> str:
    key = service_key(db, KEY, now=now)
    digest = hmac.digest(key, "\0".join(map(str, thread)).encode(), sha256)
    return base64.b32encode(digest).decode().lower()[:_SIGNS]


def _written(mailbox: str, token: str) -> str:
    local, _, domain = mailbox.partition("@")
    return f"{local}+{token}@{domain}"


class Thread(NamedTuple):
    """The invitation that an address for answers stands for."""

    owner_id: PrincipalId
    recipient: str
    uid: str


def thread_of(db: Db, token: str) -> Thread | None:
    """The invitation behind the mark of an address; None for one that we never gave."""
    query = select(_R.owner_id, _R.recipient, _R.uid).where(
        _R.token == sha256(token.encode()).hexdigest()
    )
    row = db.execute(query).first()
    return None if row is None else Thread(PrincipalId(row[0]), row[1], row[2])
