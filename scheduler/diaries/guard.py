"""Dates are looked at before they are committed, where the writer can be asked back (DIA-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.http.inquiries import Inquiries
from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.model.component import decode, parse
from calendars.model.instances import is_recurring
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services.deliver_itip import Placed
from calendars.services.find_principals import get_principal_by_id
from calendars.services.guard_dates import DateConflict, DatesConflict
from calendars.services.note_deed import note_deed
from calendars.services.tell_holder import tell_holder
from scheduler.diaries import conflict_repository as shelf
from scheduler.diaries.conflict_repository import PassedOver
from scheduler.diaries.conflict_words import words_of
from scheduler.diaries.examine import OF_A_DAY, Examiner, Found
from scheduler.diaries.guard_people import Wanted, busy_people, free_for
from scheduler.diaries.placement import mark_of, needed
from scheduler.diaries.severity import Override, Severity, Weighing
from scheduler.slots.codes import ConflictCode
from scheduler.slots.service import Asking

MAX_TOLD = 20


class _Against(NamedTuple):
    """One object that was written, and all that stands against it."""

    wanted: Wanted
    conflicts: list[DateConflict]


class DiaryGuard:
    """The rules on conflicts as the port of the calendar faces wants them."""

    def __init__(self, zone: tzinfo, inquiries: Inquiries) -> None:
        self._zone, self._inquiries = zone, inquiries

    def check(
        self,
        db: Db,
        actor: Principal,
        placed: Sequence[Placed],
        *,
        override: str | None,
        now: int,
    ) -> None:
        """Whoever passes over a conflict is remembered with his reason. Raises DatesConflict."""
        reason = (override or "").strip()
        asking = Asking(actor, self._zone, self._inquiries.policy, now)
        against = [found for one in _settled(placed) if (found := self._against(db, asking, one))]
        told = tuple(each for one in against for each in one.conflicts)[:MAX_TOLD]
        if not told:
            return
        if not reason or any(one.final for one in told):
            raise DatesConflict(told, free_for(db, asking, against[0].wanted))
        for one in against:
            _remember(db, actor, one, reason, now=now)

    def _against(self, db: Db, asking: Asking, one: Placed) -> _Against | None:
        calendar = parse(decode(one.body))
        if not calendar.children("VEVENT") or not one.collection.is_calendar:
            return None
        before = None if one.before is None else parse(decode(one.before))
        moved = before is None or mark_of(before) != mark_of(calendar)
        if not moved and before is not None and needed(calendar) <= needed(before):
            return None
        owner = get_principal_by_id(db, one.collection.owner_id)
        if owner.kind is not PrincipalKind.INDIVIDUAL:
            return None
        examiner = Examiner(db, self._zone, now=asking.now)
        own = examiner.own_items(owner, calendar)
        if any(item.immovable for item in own):
            return None  # it wins; whoever holds the time that it takes is told by a task
        uid = calendar.children("VEVENT")[0].value("UID") or ""
        wanted = Wanted(owner, calendar, uid, own)
        weighings = shelf.weighings(db)
        found = list(_in_diary(db, asking, wanted, examiner, weighings)) if moved else []
        if own and weighings[ConflictCode.OVERLAP].severity is Severity.REFUSE:
            self._inquiries.charge(asking.actor.id, len(needed(calendar)), now=asking.now)
            found += busy_people(db, asking, wanted, None if moved else before)
        return _Against(wanted, found) if found else None


def _settled(placed: Sequence[Placed]) -> Iterator[Placed]:
    """What was written several times is looked at once, as it stands in the end."""
    last: dict[tuple[int, str], Placed] = {}
    for one in placed:
        key = (one.collection.id, one.name)
        first = last.get(key, one)
        last[key] = one._replace(before=first.before)
    yield from last.values()


def _in_diary(
    db: Db,
    asking: Asking,
    wanted: Wanted,
    examiner: Examiner,
    weighings: dict[ConflictCode, Weighing],
) -> Iterator[DateConflict]:
    """What its owner's own diary has against it."""
    series = is_recurring(wanted.calendar)
    for one in examiner.examine(wanted.owner, wanted.calendar, wanted.uid):
        weighing = weighings[one.conflict.code]
        if weighing.severity is not Severity.REFUSE:
            continue
        if not (series and one.conflict.code in OF_A_DAY):
            yield _told(db, asking, wanted.owner, one, weighing)


def _told(db: Db, asking: Asking, owner: Principal, one: Found, weighing: Weighing) -> DateConflict:
    conflict, actor = one.conflict, asking.actor
    holder = None if one.other is None else tell_holder(db, actor, one.other, now=asking.now)
    return DateConflict(
        str(conflict.code), str(owner.login), words_of(conflict, asking.zone),
        conflict.starts_at, conflict.ends_at, holder,
        final=one.immovable or not _may_pass(actor, owner, weighing),
        severity=str(weighing.severity),
    )  # fmt: skip


def _remember(db: Db, actor: Principal, against: _Against, reason: str, *, now: int) -> None:
    owner, calendar, uid, _ = against.wanted
    codes = frozenset(ConflictCode(one.code) for one in against.conflicts)
    passed = PassedOver(owner.id, uid, mark_of(calendar), codes, reason, actor.login)
    number = shelf.add_override(db, passed, now=now)
    details: dict[str, int | str | list[str]] = {
        "override": number,
        "codes": [str(code) for code in sorted(codes)],
    }
    note_deed(db, actor, Deed.OVERRIDE, owner=owner.id, details=details, now=now)


def _may_pass(actor: Principal, owner: Principal, weighing: Weighing) -> bool:
    if weighing.override is Override.NOBODY:
        return False
    return weighing.override is Override.WRITERS or (
        actor.id == owner.id or actor.role is Role.ADMIN
    )
