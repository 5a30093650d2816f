"""Keep the table of next reminders true: follow what changed in the calendars (TIM-11, NOT-3).

Whoever writes knows nothing of reminders. This comes behind, sees what changed since, and reckons
the next reminder of each such object anew; letters that wait with an old date are taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import CollectionId, ObjectId
from calendars.services.follow_calendars import FollowedObject, hear, list_calendars_now
from notifications import outbox
from scheduler.reminders import repository, subscriptions
from scheduler.reminders.desk import Desk, Diaries
from scheduler.reminders.repository import Ticked, Watch

KIND = "reminder"
SLICE = 200
CLOCK_SLACK = 120
"""Clocks of two machines differ by less; a clock that goes back by more was set."""
WAITS_AT_MOST = 3 * 86_400
"""So long the outbox tries: nothing older can have been taken back."""


def note_tick(db: Db, desk: Desk, *, now: int) -> Ticked:
    """What changed besides the diaries since the last tick: the clock, the policies, the closures.

    A clock that was set back makes what lies ahead again be looked at again; what was sent is
    known to the outbox and is not sent twice. New policies hold from now on.
    """
    was = repository.read_clock(db)
    if was is None:
        ticked = Ticked(now, now, desk.plan)
    else:
        if now < was.ticked_at - CLOCK_SLACK:
            repository.rewind(db, now=now)
            subscriptions.rewind(db, now=now)
        planned_at = min(was.planned_at, now)
        if desk.plan != was.plan:
            repository.follow_anew(db)
            planned_at = now
        ticked = Ticked(now, planned_at, desk.plan)
    repository.set_clock(db, ticked)
    return ticked


def follow(database: Database, desk: Desk, *, now: int) -> int:
    """Hear of all changes; how many objects that were. Short transactions: nobody waits."""
    with database.transaction() as db:
        ticked = note_tick(db, desk, now=now)
    with database.reading() as db:
        there, known = list_calendars_now(db), repository.list_followed(db)
    heard = 0
    for collection in known.keys() - there.keys():
        with database.transaction() as db:
            _forget(db, collection, now=now)
    for collection in sorted(one for one, at in there.items() if known.get(one, -1) < at):
        more = True
        while more:
            with database.transaction() as db:
                count, more = _follow_one(db, desk, collection, ticked, now=now)
            heard += count
    return heard


def _forget(db: Db, collection: CollectionId, *, now: int) -> None:
    for uid in repository.forget_calendar(db, collection):
        _take_back(db, uid, now=now)


def _follow_one(
    db: Db, desk: Desk, collection: CollectionId, ticked: Ticked, *, now: int
) -> tuple[int, bool]:
    """A slice of one calendar: how many objects, and whether there are more."""
    since = repository.claim_followed(db, collection)
    if since is None:
        return 0, False
    heard = hear(db, collection, since=since, limit=SLICE)
    _drop(db, heard.gone, now=now)
    _plan(db, desk, heard.changed, ticked, now=now)
    repository.set_followed(db, collection, heard.position)
    return len(heard.changed) + len(heard.gone), heard.more


def _drop(db: Db, gone: Sequence[ObjectId], *, now: int) -> None:
    watched = repository.list_watches(db, gone)
    repository.remove(db, watched)
    for watch in watched.values():
        _take_back(db, watch.uid, now=now)


def _plan(
    db: Db, desk: Desk, changed: Sequence[FollowedObject], ticked: Ticked, *, now: int
) -> None:
    """The next reminder of each, reckoned anew."""
    diaries = Diaries(db, desk)
    known = repository.list_watches(db, [one.id for one in changed])
    fresh: list[Watch] = []
    moved: list[Watch] = []
    ended: list[ObjectId] = []
    for one in changed:
        was = known.get(one.id)
        if was is not None and _take_back(db, one.uid, now=now):
            pending = now - WAITS_AT_MOST
            was = was._replace(done_until=pending, due_at=pending)
        watch = _watch(diaries, one, was, ticked)
        if watch is not None:
            (fresh if was is None else moved).append(watch)
        elif was is not None:
            ended.append(one.id)
    repository.add(db, fresh)
    repository.set_due(db, moved)
    repository.remove(db, ended)


def _watch(
    diaries: Diaries, one: FollowedObject, was: Watch | None, ticked: Ticked
) -> Watch | None:
    """None for what reminds nobody, or nobody any more."""
    if not _may_remind(one, policies=bool(diaries.desk.guidance.policies)):
        return None
    done_until = _done_until(one, was, ticked)
    try:
        due_at = diaries.reminded(one).next_after(done_until)
    except InvalidInput:
        return None
    if due_at is None:
        return None
    return Watch(one.id, one.collection_id, one.owner_id, one.uid, due_at, done_until)


def _done_until(one: FollowedObject, was: Watch | None, ticked: Ticked) -> int:
    """What was due before the change was made is no news: the change itself is told.

    Unless a reminder was due by then and nobody had seen to it yet.
    """
    since = max(one.written_at, ticked.planned_at)
    if was is None:
        return since
    return was.done_until if was.due_at <= since else max(was.done_until, since)


def _may_remind(one: FollowedObject, *, policies: bool) -> bool:
    """A look at the text, without reading it: most objects remind nobody by mail."""
    if not policies and not one.alarmed:
        return False
    text = one.data.replace(b"\r\n ", b"").upper()
    return (one.alarmed and b"EMAIL" in text) or (policies and b"CATEGORIES" in text)


def _take_back(db: Db, uid: str, *, now: int) -> bool:
    """Letters that still wait say what was; what is still right is written again (NOT-3)."""
    if not outbox.withdraw(db, about=uid, kinds=[KIND], now=now):
        return False
    repository.look_again(db, uid, since=now - WAITS_AT_MOST, now=now)
    return True
