"""Whoever wrote against a rule in a calendar program finds a task that says so (DIA-4).

The change log is followed: a PUT costs nothing more, whatever program it comes from. When the
conflict is gone the task goes too.
"""

from __future__ import annotations

from datetime import tzinfo
from hashlib import blake2b

from calendars.kernel.audit import JOB
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import ObjectId, PrincipalId
from calendars.model.calendar_user_address import addresses_of, calendar_user_address
from calendars.model.component import Component, decode, parse
from calendars.model.instances import is_recurring
from calendars.model.principal import Principal, PrincipalKind
from calendars.model.typeset import typeset
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_principals import get_principal_by_id
from calendars.services.follow_calendars import (
    FollowedObject,
    hear,
    list_calendars_now,
    owner_in,
    read_followed,
)
from calendars.services.open_task import Task, close_task, open_task
from scheduler.diaries import conflict_repository as shelf
from scheduler.diaries.conflict_repository import ToldOf
from scheduler.diaries.conflict_words import words_of_many
from scheduler.diaries.examine import OF_A_DAY, Examiner, Found
from scheduler.diaries.placement import mark_of
from scheduler.diaries.severity import Severity
from scheduler.diaries.travel import keep_in_step

BATCH = 200
MASS = 50
"""So many changes of one calendar at once are an import: nobody made them one by one."""
_LISTED = "- {}"


def is_behind(db: Db) -> bool:
    """Something changed since the last time; told without a write."""
    seen = shelf.positions(db)
    return any(seen.get(c, -1) < modseq for c, modseq in list_calendars_now(db).items())


def warn(db: Db, zone: tzinfo, *, dispatch: Dispatch | None = None, now: int) -> int:
    """Tell of the conflicts of what was written since the last time; how many tasks were opened.

    A store that was there before this rule is taken as it is: only new writes are looked at. With a
    dispatch the ways to appointments are kept in step with them (DIA-5).
    """
    seen, calendars = shelf.positions(db), list_calendars_now(db)
    if not seen:
        for collection, modseq in calendars.items():
            shelf.set_position(db, collection, modseq)
        return 0
    warner = _Warner(db, zone, now=now)
    for collection, modseq in calendars.items():
        position = seen.get(collection, 0)
        if position >= modseq:
            continue
        heard = hear(db, collection, since=position, limit=BATCH)
        shelf.set_position(db, collection, heard.position)
        if dispatch is not None:
            keep_in_step(db, heard.changed, heard.gone, zone, dispatch=dispatch, now=now)
        if len(heard.changed) < MASS:
            for one in heard.changed:
                warner.look_at(one)
        for number in heard.gone:
            warner.close(number)
        if heard.changed or heard.gone:
            warner.look_again(owner_in(db, collection))
    return warner.opened


class _Warner:
    """One round; what holds for all objects is read once."""

    def __init__(self, db: Db, zone: tzinfo, *, now: int) -> None:
        self._db, self._zone, self._now = db, zone, now
        self._examiner = Examiner(db, zone, now=now)
        weighings = shelf.weighings(db)
        self._told_of = {c for c, w in weighings.items() if w.severity is not Severity.NOTE}
        self._seen: set[ObjectId] = set()
        self.opened = 0

    def look_at(self, one: FollowedObject, *, written: bool = True) -> None:
        """One object that was written, or that stood in conflict with something that was."""
        if one.component != "VEVENT" or one.id in self._seen:
            return
        self._seen.add(one.id)
        owner = self._person(one.owner_id)
        if owner is None:
            return
        calendar = parse(decode(one.data))
        if _awaits_answer(calendar, owner):
            return
        passed = shelf.passed_over(self._db, owner.id, mark_of(calendar))
        found = [
            each
            for each in self._examiner.examine(owner, calendar, one.uid)
            if each.conflict.code in self._told_of - passed
        ]
        if not found:
            self.close(one.id)
            return
        held = shelf.find_task(self._db, one.id)
        known = frozenset() if held is None else held.told
        # As time goes by a series comes upon further holidays: that is no news.
        mere = frozenset() if written or not is_recurring(calendar) else OF_A_DAY
        new = [f for f in found if _key(f) not in known and f.conflict.code not in mere]
        if new:
            self._tell(one, owner, calendar, new, known.intersection(map(_key, found)))

    def look_again(self, owner: PrincipalId) -> None:
        """What was in conflict with something that moved may be so no more."""
        tasks = shelf.tasks_of(self._db, owner)
        told = [ObjectId(one.object_id) for one in tasks if one.object_id not in self._seen]
        there = read_followed(self._db, told)
        for number in told:
            if number in there:
                self.look_at(there[number], written=False)
            else:
                self.close(number)

    def close(self, number: ObjectId) -> None:
        """There is nothing to tell of that object any more."""
        told = shelf.find_task(self._db, number)
        if told is None:
            return
        person = self._person(PrincipalId(told.person_id))
        if person is not None:
            close_task(self._db, person.acting(JOB), person, told.task_uid, now=self._now)
        shelf.drop_task(self._db, number)

    def _tell(
        self,
        one: FollowedObject,
        owner: Principal,
        calendar: Component,
        found: list[Found],
        known: frozenset[str],
    ) -> None:
        """What is new, in one task; of many dates the number and the first ones."""
        reader = self._reader(one, owner, calendar)
        uid = blake2b(f"conflict/{one.id}".encode(), digest_size=16).hexdigest()
        words = words_of_many([each.conflict for each in found], self._zone)
        lines = [_LISTED.format(one) for one in words]
        whose = "votre agenda" if reader.id == owner.id else f"l'agenda de {owner.display_name}"
        task = Task(
            uid,
            typeset(f"Conflit de dates dans {whose}"),
            typeset("Ce qui vient d'être écrit se heurte à ceci :\n" + "\n".join(lines)),
            due_at=max(self._now, found[0].conflict.starts_at),
            visibility="PRIVATE",
        )
        held = shelf.find_task(self._db, one.id)
        if held is not None and held.person_id != reader.id:
            self.close(one.id)
        if open_task(self._db, reader.acting(JOB), reader, task, now=self._now):
            self.opened += 1
        told = known.union(map(_key, found))
        shelf.keep_task(self._db, ToldOf(one.id, owner.id, reader.id, uid, told))

    def _reader(self, one: FollowedObject, owner: Principal, calendar: Component) -> Principal:
        """Who wrote it in this diary; of an invitation the diary's owner, who has accepted it."""
        writer = None if one.written_by is None else self._person(one.written_by)
        invited = _organizer(calendar) not in {None, *addresses_of(owner)}
        return owner if writer is None or invited else writer

    def _person(self, number: PrincipalId) -> Principal | None:
        try:
            found = get_principal_by_id(self._db, number)
        except NotFound:
            return None
        return found if found.kind is PrincipalKind.INDIVIDUAL and not found.disabled else None


def _key(one: Found) -> str:
    """What makes a conflict another one than those that were told."""
    return f"{one.conflict.code}@{one.conflict.starts_at}"


def _organizer(calendar: Component) -> str | None:
    for event in calendar.children("VEVENT"):
        line = event.line("ORGANIZER")
        if line is not None:
            return calendar_user_address(line.value)
    return None


def _awaits_answer(calendar: Component, owner: Principal) -> bool:
    """An invitation without an answer: nobody has placed anything in that diary yet."""
    addresses = addresses_of(owner)
    if _organizer(calendar) in {None, *addresses}:
        return False
    return any(
        line.parameter("PARTSTAT") in {None, "NEEDS-ACTION"}
        for event in calendar.children("VEVENT")
        for line in event.all("ATTENDEE")
        if calendar_user_address(line.value) in addresses
    )
