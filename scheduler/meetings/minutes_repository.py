"""The shelf of minutes: steps are added; the text of a draft alone is written over."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from calendars.kernel.database import Db
from scheduler.meetings.minutes_model import Minutes, MinutesKind, MinutesStep, Section
from scheduler.meetings.model import MeetingId
from scheduler.meetings.rules import OUT, MinutesState
from scheduler.meetings.tables import minutes, minutes_given

_C, _G = minutes.c, minutes_given.c


class Given(NamedTuple):
    """A version that somebody was sent."""

    id: int
    version: int
    address: str
    given_at: int


def minutes_of(db: Db, meeting_id: MeetingId) -> Minutes:
    """All steps of the minutes of a meeting."""
    query = select(minutes).where(_C.meeting_id == meeting_id).order_by(_C.id)
    return Minutes(tuple(_step(row) for row in db.execute(query).mappings()))


def _step(row: Any) -> MinutesStep:  # noqa: ANN401 - a row
    return MinutesStep(
        row["version"],
        MinutesState(row["state"]),
        MinutesKind(row["kind"]),
        row["author_id"],
        row["at"],
        tuple(Section.of(one) for one in json.loads(row["content"])),
        row["for_id"],
        row["reason"],
        row["replaces"],
        row["id"],
    )


def add_step(db: Db, meeting_id: MeetingId, step: MinutesStep) -> None:
    """One step more."""
    db.execute(insert(minutes).values(meeting_id=meeting_id, **_values(step)))


def rewrite_draft(db: Db, step_id: int, step: MinutesStep) -> None:
    """A draft says something else."""
    db.execute(update(minutes).where(_C.id == step_id).values(**_values(step)))


def _values(step: MinutesStep) -> dict[str, Any]:
    return {
        "version": step.version,
        "state": step.state,
        "kind": step.kind,
        "author_id": step.author_id,
        "for_id": step.for_id,
        "at": step.at,
        "reason": step.reason,
        "replaces": step.replaces,
        "content": json.dumps([one.json() for one in step.sections], ensure_ascii=False),
    }


def list_distributed(db: Db, ids: Collection[int]) -> set[int]:
    """Of those meetings the ones whose minutes were sent."""
    query = select(_C.meeting_id).where(_C.meeting_id.in_(list(ids)), _C.state.in_(list(OUT)))
    return set(db.execute(query).scalars()) if ids else set()


def note_given(
    db: Db, meeting_id: MeetingId, version: int, addresses: Collection[str], *, now: int
) -> None:
    """These people were sent a version."""
    had = {one.address for one in list_given(db, meeting_id) if one.version == version}
    rows = [
        {"meeting_id": meeting_id, "version": version, "address": one, "given_at": now}
        for one in addresses
        if one not in had
    ]
    if rows:
        db.execute(insert(minutes_given), rows)


def list_given(db: Db, meeting_id: MeetingId, address: str | None = None) -> list[Given]:
    """Who was sent which version, or what one of them was."""
    query = select(*(_G[name] for name in Given._fields)).where(_G.meeting_id == meeting_id)
    if address is not None:
        query = query.where(_G.address == address)
    return [Given(*row) for row in db.execute(query.order_by(_G.version, _G.id))]
