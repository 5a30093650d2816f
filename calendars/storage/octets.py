"""The shelf of octets: what files consist of, each content once (RFC 8607, MTG-2).

Attachments name them by digest; what else needs them holds them under a name of its own.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.storage.tables import attachments, octet_keepers, octets

_O, _K = octets.c, octet_keepers.c


def keep(db: Db, data: bytes, *, now: int) -> str:
    """They are there from now on; by which digest."""
    digest = sha256(data).hexdigest()
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    row = dialect.insert(octets).values(digest=digest, data=data, kept_at=now)
    # Whoever forgets at this moment waits for that, and finds that they are needed again.
    again = row.on_conflict_do_update(index_elements=[_O.digest], set_={"kept_at": now})
    db.execute(again)
    return digest


def touch(db: Db, digest: str, *, now: int) -> None:
    """Something names them again."""
    db.execute(update(octets).where(_O.digest == digest).values(kept_at=now))


def find(db: Db, digest: str) -> bytes | None:
    """The octets of that digest."""
    found: bytes | None = db.execute(select(_O.data).where(_O.digest == digest)).scalar()
    return found


def hold(db: Db, digest: str, keeper: str) -> None:
    """They are needed under that name."""
    mine = (_K.digest == digest, _K.keeper == keeper)
    if db.execute(select(_K.digest).where(*mine)).first() is None:
        db.execute(octet_keepers.insert().values(digest=digest, keeper=keeper))


def release(db: Db, keeper: str) -> None:
    """Nothing is needed under that name any more."""
    db.execute(delete(octet_keepers).where(_K.keeper == keeper))


def forget(db: Db, *, before: int) -> int:
    """What nobody has needed since then goes; how many that were."""
    named = exists().where(attachments.c.digest == _O.digest)
    held = exists().where(_K.digest == _O.digest)
    gone = db.execute(delete(octets).where(_O.kept_at < before, ~named, ~held))
    return int(gone.rowcount)
