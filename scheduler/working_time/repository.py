"""The shelf of working time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.model.resource_policy import OpenHours
from scheduler.working_time.hours import WorkingHours
from scheduler.working_time.model import (
    DateChange,
    DayKind,
    DecidedDay,
    Figures,
    KeptDate,
    SchoolBreak,
    Scope,
)
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit
from scheduler.working_time.tables import (
    calendar_versions,
    decided_days,
    kept_dates,
    school_breaks,
    working_figures,
    working_hours,
)

_D, _B, _H = decided_days.c, school_breaks.c, working_hours.c
_F, _V, _K = working_figures.c, calendar_versions.c, kept_dates.c


def list_days(db: Db, first: date, last: date) -> list[DecidedDay]:
    """What was decided of days, by day."""
    rows = db.execute(
        select(_D.day, _D.kind, _D.label).where(_D.day.between(first, last)).order_by(_D.day)
    )
    return [DecidedDay(day, DayKind(kind), label) for day, kind, label in rows]


def set_day(db: Db, one: DecidedDay) -> None:
    """One decision a day."""
    db.execute(delete(decided_days).where(_D.day == one.day))
    db.execute(insert(decided_days).values(day=one.day, kind=one.kind, label=one.label))


def unset_day(db: Db, day: date) -> bool:
    """Nothing is decided of the day any more; whether something was."""
    return db.execute(delete(decided_days).where(_D.day == day)).rowcount > 0


def next_version(db: Db, day: date, *, by: str, now: int) -> int:
    """The days have changed: the number of what holds from now on."""
    row = insert(calendar_versions).values(at=now, by=by, day=day)
    return int(db.execute(row.returning(_V.version)).scalar_one())


def version(db: Db) -> int:
    """How often the days have changed."""
    return int(db.execute(select(func.coalesce(func.max(_V.version), 0))).scalar_one())


def list_breaks(db: Db, first: date, last: date) -> list[SchoolBreak]:
    """Those that touch the days from one to another."""
    rows = db.execute(
        select(_B.label, _B.first_day, _B.last_day, _B.id)
        .where(_B.first_day <= last, _B.last_day >= first)
        .order_by(_B.first_day, _B.id)
    )
    return [SchoolBreak(*row) for row in rows]


def add_break(db: Db, one: SchoolBreak) -> SchoolBreak:
    """One more, with its number."""
    row = insert(school_breaks).values(
        label=one.label, first_day=one.first_day, last_day=one.last_day
    )
    return one._replace(id=int(db.execute(row.returning(_B.id)).scalar_one()))


def remove_break(db: Db, number: int) -> bool:
    """Whether there was one of that number."""
    return db.execute(delete(school_breaks).where(_B.id == number)).rowcount > 0


def list_hours(db: Db, scope: Scope, subjects: Sequence[str]) -> dict[str, WorkingHours]:
    """The hours that were set for these subjects."""
    rows = db.execute(
        select(_H.subject, _H.spans).where(_H.scope == scope, _H.subject.in_(subjects))
    )
    return {
        subject: WorkingHours(tuple(OpenHours(tuple(days), *rest) for days, *rest in spans))
        for subject, spans in ((subject, json.loads(text)) for subject, text in rows)
    }


def set_hours(db: Db, scope: Scope, subject: str, hours: WorkingHours | None) -> None:
    """The hours of a subject from now on; None takes back what was set."""
    db.execute(delete(working_hours).where(_H.scope == scope, _H.subject == subject))
    if hours is not None:
        spans = json.dumps([[one.weekdays, one.start, one.end] for one in hours.spans])
        db.execute(insert(working_hours).values(scope=scope, subject=subject, spans=spans))


def figures(db: Db) -> Figures:
    """The figures that hold: the defaults, and what was set."""
    found = Figures()
    for name, value in db.execute(select(_F.name, _F.value)):
        found = found.with_figure(name, json.loads(value))
    return found


def set_figure(db: Db, name: str, value: object) -> None:
    """One figure from now on."""
    db.execute(delete(working_figures).where(_F.name == name))
    db.execute(insert(working_figures).values(name=name, value=json.dumps(value)))


def keep_date(db: Db, one: KeptDate, *, by: str, now: int) -> KeptDate:
    """The date of that occasion from now on, in the place of one that was kept before."""
    where = (_K.about == one.about, _K.occasion == one.occasion)
    former = db.execute(select(_K.day, _K.former_day).where(*where)).one_or_none()
    if former is not None:
        moved = former.day if former.day != one.day else former.former_day
        one = one._replace(former_day=moved)
        db.execute(delete(kept_dates).where(*where))
    row = insert(kept_dates).values({**_values(one), "made_at": now, "made_by": by})
    return one._replace(id=int(db.execute(row.returning(_K.id)).scalar_one()))


def _values(one: KeptDate) -> Mapping[str, Any]:
    return {
        "about": one.about,
        "occasion": one.occasion,
        "rule": one.rule,
        "from_day": one.inputs.day,
        "count": one.inputs.count,
        "unit": one.inputs.unit,
        "day": one.day,
        "because": one.because,
        "version": one.version,
        "former_day": one.former_day,
        "sent_at": one.sent_at,
    }


def list_kept(
    db: Db, *, about: str | None = None, since: date | None = None, unsent: bool = False
) -> list[KeptDate]:
    """Kept dates by day: those about something, those not past, those that can still move."""
    query = select(kept_dates).order_by(_K.day, _K.id)
    if about is not None:
        query = query.where(_K.about == about)
    if since is not None:
        query = query.where(or_(_K.day >= since, _K.from_day >= since))
    if unsent:
        query = query.where(_K.sent_at.is_(None))
    return [_kept(row) for row in db.execute(query)]


def _kept(row: Row[Any]) -> KeptDate:
    inputs = DateInputs(row.from_day, row._mapping["count"], DayUnit(row.unit))
    return KeptDate(
        row.about, row.occasion, DateRule(row.rule), inputs, row.day, row.because, row.version,
        row.former_day, row.sent_at, row.id,
    )  # fmt: skip


def move_date(db: Db, change: DateChange, version: str) -> None:
    """A kept date becomes another by new data about days."""
    values = {"day": change.day, "because": change.because, "version": version}
    db.execute(
        update(kept_dates)
        .where(_K.id == change.kept.id)
        .values(**values, former_day=change.kept.day)
    )


def mark_sent(db: Db, about: str, occasion: str, *, now: int) -> bool:
    """What the date was for has left: it moves no more."""
    found = db.execute(
        update(kept_dates).where(_K.about == about, _K.occasion == occasion).values(sent_at=now)
    )
    return found.rowcount > 0
