"""Remind whom it concerns of what is due: once, in time, and of nothing that is past (TIM-11)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Role
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.follow_calendars import FollowedObject, read_followed
from notifications import outbox
from notifications.post import Post, Urgency
from scheduler.reminders import repository, wishes
from scheduler.reminders.desk import Desk, Diaries, open_desk
from scheduler.reminders.letters import (
    Directory,
    Reminding,
    Upcoming,
    addresses_named,
    facts_of,
    remindings,
)
from scheduler.reminders.model import Due, Reminded
from scheduler.reminders.repository import Watch
from scheduler.reminders.rules import Policy, policy_for
from scheduler.reminders.watching import KIND, follow
from scheduler.reminders.wishes import Wishes

BATCH = 100
MAX_UPCOMING = 200

log = logging.getLogger(__name__)


class NotTheAdministrator(Forbidden):
    """What holds for everybody is set by those who run the service."""

    words = "réservé à l'administration"


def remind(database: Database, desk: Desk, *, now: int) -> int:
    """One tick: hear of what changed, then see to what is due; how many letters that makes.

    Two processes at once see to different objects; a tick that was missed is made up for by the
    next one, as far as that is still of use.
    """
    follow(database, desk, now=now)
    posted = 0
    while True:
        with database.transaction() as db:
            due = repository.claim_due(db, now=now, limit=BATCH)
            posted += _see_to(db, desk, due, now=now)
        if not due:
            return posted


def _see_to(db: Db, desk: Desk, due: Sequence[Watch], *, now: int) -> int:
    """What is due is written about, and the next instant reckoned."""
    there = read_followed(db, [watch.object_id for watch in due])
    diaries = Diaries(db, desk)
    diaries.prepare(found.owner_id for found in there.values())
    posted, again, ended = 0, [], []
    for watch in due:
        found = there.get(watch.object_id)
        count, following = (
            (0, None) if found is None else _see_to_one(diaries, watch, found, now=now)
        )
        posted += count
        if following is None:
            ended.append(watch.object_id)
        else:
            again.append(watch._replace(due_at=following, done_until=now))
    repository.set_due(db, again)
    repository.remove(db, ended)
    return posted


def _see_to_one(
    diaries: Diaries, watch: Watch, found: FollowedObject, *, now: int
) -> tuple[int, int | None]:
    """How many letters, and when to look again: None for never.

    After the last reminder it is kept until that is past: a letter that waits may have to be
    taken back.
    """
    try:
        one = diaries.reminded(found)
        dues = one.due_between(watch.done_until, now)
        following = one.next_after(now)
    except InvalidInput:
        log.warning("reminder.unreadable", extra={"object_id": watch.object_id})
        return 0, None
    dues = [due for due in dues if not _told_by_its_kind(diaries, found.uid, due)]
    if not dues:
        return 0, following
    posted = _post(diaries, one, found, dues, now=now)
    if following is None:
        last = max(due.useful_until for due in dues)
        following = last + 1 if last >= now else None
    return posted, following


def _told_by_its_kind(diaries: Diaries, uid: str, due: Due) -> bool:
    """A meeting reminds its people on the eve itself: two letters would be one too many (MTG-6)."""
    eve = diaries.desk.eve
    by_policy = due.cause.alarm is None and due.cause.before == 1
    return by_policy and eve is not None and eve(diaries.db, uid, due.starts_at)


def _post(
    diaries: Diaries, one: Reminded, found: FollowedObject, dues: Sequence[Due], *, now: int
) -> int:
    db, desk = diaries.db, diaries.desk
    owner, _ = diaries.owner(found.owner_id)
    known = _directory(diaries, one, found.owner_id, dues)
    wanted = remindings(one, dues, known, now=now)
    count = 0
    for each in wanted:
        leaves_at = _leaves_at(desk, each, now=now)
        if leaves_at > each.due.useful_until:
            continue
        urgent = each.due.cause.urgent
        letter = Post(
            kind=KIND,
            template="reminder",
            language=diaries.language_of(each.reader.address),
            facts=facts_of(one, each, owner),
            owner_id=owner.id,
            actor_id=owner.id,
            recipient=each.reader.address,
            occasion=each.occasion,
            about=found.uid,
            urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
            expires_at=each.due.useful_until + 1,
        )
        count += outbox.post(db, letter, now=now, due_at=leaves_at)
    return count


def _leaves_at(desk: Desk, each: Reminding, *, now: int) -> int:
    """People outside are written to in the hours for it, and by policy everybody is (TIM-11)."""
    asked_for = each.due.cause.alarm is not None and each.reader.inside
    if asked_for or each.due.cause.urgent:
        return now
    return desk.guidance.hours.next_open(now)


def _directory(
    diaries: Diaries, one: Reminded, owner_id: PrincipalId, dues: Sequence[Due]
) -> Directory:
    owner, addresses = diaries.owner(owner_id)
    named = addresses_named(one, dues)
    users = find_calendar_users(diaries.db, named) if named else {}
    people = [owner.id, *(user.id for user in users.values())]
    said = diaries.wishes_of(people)
    return Directory(owner, addresses, diaries.mailbox(owner_id), users, said)


# --- what somebody will be reminded of, and wants to be ------------------------------------------


def list_upcoming(db: Db, actor: Principal, desk: Desk, *, until: int, now: int) -> list[Upcoming]:
    """The actor's own reminders to come, the next one first."""
    watches = repository.list_upcoming(db, actor.id, until=until, limit=MAX_UPCOMING)
    there = read_followed(db, [watch.object_id for watch in watches])
    diaries = Diaries(db, desk)
    found: dict[tuple[str, str], Upcoming] = {}
    for watch in watches:
        stored = there.get(watch.object_id)
        if stored is not None:
            for each in _upcoming(diaries, stored, watch, until=until, now=now):
                found.setdefault((each[0], each[1].uid), each[1])
    return sorted(found.values())[:MAX_UPCOMING]


def _upcoming(
    diaries: Diaries, stored: FollowedObject, watch: Watch, *, until: int, now: int
) -> list[tuple[str, Upcoming]]:
    try:
        one = diaries.reminded(stored)
        dues = one.due_between(max(now, watch.done_until), until)
    except InvalidInput:
        return []
    known = _directory(diaries, one, stored.owner_id, dues)
    listed = []
    for due in dues:
        for each in remindings(one, [due], known, now=min(now, due.at)):
            if each.reader.address in known.addresses:
                facts = facts_of(one, each, known.owner)
                cause = None if due.cause.alarm is not None else due.cause.before
                said = (str(facts["title"]), str(facts["start"]))
                listed.append((each.occasion, Upcoming(due.at, stored.uid, *said, cause)))
    return listed


def read_wishes(db: Db, actor: Principal) -> Wishes:
    """What the actor wants to be reminded of."""
    return wishes.list_wishes(db, [actor.id]).get(actor.id, Wishes())


def set_wishes(db: Db, actor: Principal, wanted: Wishes) -> Wishes:
    """What the actor wants from now on."""
    wishes.set_wishes(db, actor.id, wanted)
    return read_wishes(db, actor)


def list_policies(db: Db) -> list[Policy]:
    """The kinds of events that everybody is reminded of."""
    return wishes.list_policies(db)


def set_policy(db: Db, actor: Principal, policy: Policy, *, now: int) -> None:
    """The reminders of a kind of event. Raises NotTheAdministrator."""
    _check_administrator(actor)
    wishes.set_policy(db, policy, by=actor.login, now=now)


def remove_policy(db: Db, actor: Principal, kind: str, *, now: int) -> None:
    """A kind of which nobody is reminded any more. Raises NotTheAdministrator, NotFound."""
    _check_administrator(actor)
    if policy_for([kind], wishes.list_policies(db)) is None:
        raise NotFound("that kind has no reminders")
    wishes.set_policy(db, Policy(kind, ()), by=actor.login, now=now)


def _check_administrator(actor: Principal) -> None:
    if actor.role is not Role.ADMIN:
        raise NotTheAdministrator("reminders by kind are set by an administrator")


__all__ = ["Desk", "open_desk", "remind"]
