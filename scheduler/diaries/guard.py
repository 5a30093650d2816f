"""Dates are looked at before they are committed, where the writer can be asked back (DIA-4)."""

from __future__ import annotations

from datetime import tzinfo

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.identifiers import etag_of
from calendars.model.component import decode, parse
from calendars.model.instances import is_recurring
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services.create_object import Written
from calendars.services.find_principals import get_principal_by_id
from calendars.services.guard_dates import DateConflict, DatesConflict
from calendars.services.note_deed import note_deed
from calendars.services.tell_holder import tell_holder
from scheduler.diaries import conflict_repository as shelf
from scheduler.diaries.conflict_repository import PassedOver
from scheduler.diaries.conflict_words import words_of
from scheduler.diaries.examine import OF_A_DAY, Examiner, Found
from scheduler.diaries.severity import Override, Severity, Weighing

MAX_TOLD = 20


class DiaryGuard:
    """The rules on conflicts as the port of the calendar faces wants them."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def check(
        self, db: Db, actor: Principal, written: Written, *, override: str | None, now: int
    ) -> None:
        """Whoever passes over a conflict is remembered with his reason. Raises DatesConflict."""
        collection = written.collection
        calendar = parse(decode(written.body))
        if not calendar.children("VEVENT") or not collection.is_calendar:
            return
        owner = get_principal_by_id(db, collection.owner_id)
        if owner.kind is not PrincipalKind.INDIVIDUAL:
            return
        examiner = Examiner(db, self._zone, now=now)
        own = examiner.own_items(owner, calendar)
        if any(item.immovable for item in own):
            return  # it wins; whoever holds the time that it takes is told by a task
        weighings, series = shelf.weighings(db), is_recurring(calendar)
        uid = calendar.children("VEVENT")[0].value("UID") or ""
        found = [
            one
            for one in examiner.examine(owner, calendar, uid)
            if weighings[one.conflict.code].severity is Severity.REFUSE
            and not (series and one.conflict.code in OF_A_DAY)
        ]
        if not found:
            return
        told = tuple(
            self._told(db, actor, owner, one, weighings[one.conflict.code], now=now)
            for one in found[:MAX_TOLD]
        )
        if not override or any(one.final for one in told):
            raise DatesConflict(told)
        codes = frozenset(one.conflict.code for one in found)
        passed = PassedOver(owner.id, uid, etag_of(written.body), codes, override, actor.login)
        number = shelf.add_override(db, passed, now=now)
        details: dict[str, int | str | list[str]] = {
            "override": number,
            "codes": [str(code) for code in sorted(codes)],
        }
        note_deed(db, actor, Deed.OVERRIDE, owner=owner.id, details=details, now=now)

    def _told(
        self,
        db: Db,
        actor: Principal,
        owner: Principal,
        one: Found,
        weighing: Weighing,
        *,
        now: int,
    ) -> DateConflict:
        conflict = one.conflict
        holder = None if one.other is None else tell_holder(db, actor, one.other, now=now)
        return DateConflict(
            str(conflict.code), str(owner.login), words_of(conflict, self._zone),
            conflict.starts_at, conflict.ends_at, holder,
            final=one.immovable or not _may_pass(actor, owner, weighing),
        )  # fmt: skip


def _may_pass(actor: Principal, owner: Principal, weighing: Weighing) -> bool:
    if weighing.override is Override.NOBODY:
        return False
    return weighing.override is Override.WRITERS or (
        actor.id == owner.id or actor.role is Role.ADMIN
    )
