"""Who does what only one may do at a time, whatever number of processes runs.

A lease ends by itself: a process that was killed holds nothing for long, and another goes on.
"""

from __future__ import annotations

from sqlalchemy import bindparam, or_, text, update

from calendars.kernel.database import Db
from notifications.tables import leases

_L = leases.c
_TAKE = (
    update(leases)
    .where(
        _L.name == bindparam("wanted"),
        or_(_L.holder == bindparam("me"), _L.until <= bindparam("now")),
    )
    .values(holder=bindparam("me"), until=bindparam("end"))
)
# Both engines say it so; of two who come first at once, one gets it.
_FIRST = text(
    "INSERT INTO leases (name, holder, until) VALUES (:wanted, :me, :end)"
    " ON CONFLICT (name) DO NOTHING"
)


def take(db: Db, name: str, holder: str, *, now: int, seconds: int) -> bool:
    """Whether it is the holder's now: new, prolonged, or taken over from who let it lapse."""
    named = {"wanted": name, "me": holder, "end": now + seconds}
    if db.execute(_TAKE, {**named, "now": now}).rowcount:
        return True
    return bool(db.execute(_FIRST, named).rowcount)


def give_back(db: Db, name: str, holder: str) -> None:
    """Whoever comes next need not wait until it lapses."""
    db.execute(update(leases).where(_L.name == name, _L.holder == holder).values(until=0))
