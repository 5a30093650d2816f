"""The shelf of series of meetings and of their dates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.model import MeetingId
from scheduler.meetings.rules import ItemKind
from scheduler.meetings.series_model import MeetingSeries, SeriesDate, SeriesId, StandingItem
from scheduler.meetings.tables import meeting_series, meeting_series_dates
from scheduler.working_time.recurring import OnClosedDays, Recurring

_S, _D = meeting_series.c, meeting_series_dates.c
_PLAIN = (
    "code", "kind", "title", "owner_id", "chair", "chair_function", "secretary", "visibility",
    "start_minute", "minutes", "ahead", "closes_before", "uid", "treated_until", "over",
)  # fmt: skip


def add(db: Db, one: MeetingSeries, *, by: PrincipalId, now: int) -> MeetingSeries:
    """A new series, which gets its id."""
    row = insert(meeting_series).values(**_values(one), made_by=by, made_at=now)
    one.id = SeriesId(db.execute(row.returning(_S.id)).scalar_one())
    return one


def save(db: Db, one: MeetingSeries) -> None:
    """As it is now."""
    db.execute(update(meeting_series).where(_S.id == one.id).values(**_values(one)))


def is_taken(db: Db, code: str) -> bool:
    """A series is called that already."""
    return db.execute(select(_S.id).where(_S.code == code)).first() is not None


def get(db: Db, code: str, *, lock: bool = False) -> MeetingSeries:
    """The series of that code; locked, nobody else writes its dates meanwhile. Raises NotFound."""
    query = select(meeting_series).where(_S.code == code)
    found = _series(db, query.with_for_update() if lock else query)
    if not found:
        raise NotFound("there is nothing here")
    return found[0]


def list_all(db: Db, *, living: bool = False) -> list[MeetingSeries]:
    """All of them, or those that go on, by code."""
    query = select(meeting_series).order_by(_S.code)
    return _series(db, query.where(_S.over.is_(False)) if living else query)


def standing_titles(db: Db, code: str | None) -> frozenset[str]:
    """What stands on every agenda of a series; of what is none, nothing."""
    if code is None:
        return frozenset()
    row = db.execute(select(_S["items"]).where(_S.code == code)).first()
    return frozenset() if row is None else frozenset(one["title"] for one in json.loads(row[0]))


def add_date(db: Db, one: SeriesDate) -> None:
    """A date more."""
    known = {"series_id": one.series_id, "nominal": one.nominal}
    db.execute(insert(meeting_series_dates).values(**known, **_date_values(one)))


def save_date(db: Db, one: SeriesDate) -> None:
    """As it is now."""
    where = (_D.series_id == one.series_id, _D.nominal == one.nominal)
    db.execute(update(meeting_series_dates).where(*where).values(**_date_values(one)))


def forget_dates(db: Db, series: SeriesId, after: date) -> None:
    """Dates to come that are no meetings yet."""
    where = (_D.series_id == series, _D.nominal > after, _D.meeting_id.is_(None))
    db.execute(delete(meeting_series_dates).where(*where))


def list_dates(
    db: Db, series: SeriesId, first: date | None = None, last: date | None = None
) -> list[SeriesDate]:
    """Its dates by the rhythm, in order."""
    query = select(meeting_series_dates).where(_D.series_id == series)
    query = query if first is None else query.where(_D.nominal >= first)
    query = query if last is None else query.where(_D.nominal <= last)
    return [
        SeriesDate(
            SeriesId(row.series_id), row.nominal, row.original, row.day, row.because, row.version,
            None if row.meeting_id is None else MeetingId(row.meeting_id), row.carried,
        )
        for row in db.execute(query.order_by(_D.nominal))
    ]  # fmt: skip


def _values(one: MeetingSeries) -> dict[str, Any]:
    rule, first_day, last_day, on_closed = one.recurring
    return {
        **{name: getattr(one, name) for name in _PLAIN},
        "rule": rule, "first_day": first_day, "last_day": last_day, "on_closed": on_closed,
        "items": json.dumps([item._asdict() for item in one.items], ensure_ascii=False),
    }  # fmt: skip


def _date_values(one: SeriesDate) -> dict[str, Any]:
    return {
        "original": one.original, "day": one.day, "because": one.because, "version": one.version,
        "meeting_id": one.meeting_id, "carried": one.carried,
    }  # fmt: skip


def _series(db: Db, query: Select[Any]) -> list[MeetingSeries]:
    found = []
    for row in db.execute(query).mappings():
        values: dict[str, Any] = {name: row[name] for name in _PLAIN}
        values["over"] = bool(row["over"])
        recurring = Recurring(
            row["rule"], row["first_day"], row["last_day"], OnClosedDays(row["on_closed"])
        )
        items = _items(json.loads(row["items"]))
        found.append(
            MeetingSeries(id=SeriesId(row["id"]), recurring=recurring, items=items, **values)
        )
    return found


def _items(said: Sequence[dict[str, Any]]) -> tuple[StandingItem, ...]:
    return tuple(StandingItem(**{**one, "kind": ItemKind(one["kind"])}) for one in said)
