"""The shelf of meetings, agendas, papers and attendances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.model import (
    Agenda,
    AgendaItem,
    Attendance,
    ItemId,
    Meeting,
    MeetingId,
    Paper,
    PaperId,
)
from scheduler.meetings.rules import TO_COME, ItemKind, ItemState, MeetingState, Presence
from scheduler.meetings.tables import (
    agenda_items,
    attendances,
    counters,
    meeting_papers,
    meetings,
)
from scheduler.references.model import Kind
from scheduler.references.repository import numbers_of

_M, _I, _P, _A = meetings.c, agenda_items.c, meeting_papers.c, attendances.c
_FIELDS = tuple(Meeting.__dataclass_fields__)
_MEETING = select(*(_M[name] for name in _FIELDS))
_ITEM_FIELDS = tuple(AgendaItem.__dataclass_fields__)
_ITEM = select(*(_I[name] for name in _ITEM_FIELDS))
_PAPER = select(*(_P[name] for name in Paper.__dataclass_fields__))
_ATTENDANCE = select(*(_A[name] for name in Attendance.__dataclass_fields__))


def next_number(db: Db, name: str) -> int:
    """The next number of a sequence; of two who ask at once the second waits."""
    engine = postgresql if db.dialect.name == "postgresql" else sqlite
    row = engine.insert(counters).values(name=name, last=1)
    row = row.on_conflict_do_update(
        index_elements=[counters.c.name], set_={"last": counters.c.last + 1}
    )
    number: int = db.execute(row.returning(counters.c.last)).scalar_one()
    return number


def add(db: Db, meeting: Meeting) -> Meeting:
    """A new meeting, which gets its id."""
    values = _values(meeting)
    del values["id"]
    found = db.execute(insert(meetings).values(**values).returning(_M.id)).scalar_one()
    meeting.id = MeetingId(found)
    return meeting


def save(db: Db, meeting: Meeting) -> None:
    """The meeting as it is now."""
    db.execute(update(meetings).where(_M.id == meeting.id).values(**_values(meeting)))


def _values(meeting: Meeting) -> dict[str, Any]:
    # Its references stand on the shelf of references (DIR-5).
    return {**asdict(meeting), "external_refs": "[]"}


def _meetings(db: Db, query: Select[Any]) -> list[Meeting]:
    rows = [dict(row) for row in db.execute(query).mappings()]
    numbers = numbers_of(db, Kind.MEETING, [row["ref"] for row in rows])
    return [
        Meeting(
            **{
                **row,
                "state": MeetingState(row["state"]),
                "external_refs": numbers.get(row["ref"], ()),
            }
        )
        for row in rows
    ]


def get(db: Db, ref: str, *, lock: bool = False) -> Meeting:
    """The meeting of that reference; locked, nobody else changes it meanwhile. Raises NotFound."""
    query = _MEETING.where(_M.ref == ref)
    found = _meetings(db, query.with_for_update() if lock else query)
    if not found:
        raise NotFound("there is nothing here")
    return found[0]


def get_by_id(db: Db, meeting_id: MeetingId, *, lock: bool = False) -> Meeting:
    """The meeting of that number; locked, nobody else changes it meanwhile. Raises NotFound."""
    query = _MEETING.where(_M.id == meeting_id)
    found = _meetings(db, query.with_for_update() if lock else query)
    if not found:
        raise NotFound("there is nothing here")
    return found[0]


def is_taken(db: Db, ref: str) -> bool:
    """A meeting bears that reference already."""
    return db.execute(select(_M.id).where(_M.ref == ref)).first() is not None


def list_between(
    db: Db, window: tuple[int, int] | None, *, series: str | None = None
) -> list[Meeting]:
    """Meetings that had their date there when they were last looked at; those without one too."""
    query = _MEETING.order_by(_M.starts_at, _M.id)
    if window is not None:
        there = (_M.starts_at < window[1]) & (_M.ends_at > window[0])
        query = query.where(or_(_M.starts_at.is_(None), there))
    if series is not None:
        query = query.where(_M.series == series)
    return _meetings(db, query)


def list_in_state(db: Db, states: Collection[MeetingState]) -> list[Meeting]:
    """Every meeting that has come that far."""
    return _meetings(db, _MEETING.where(_M.state.in_(list(states))).order_by(_M.id))


def list_by_id(db: Db, ids: Collection[int]) -> dict[int, Meeting]:
    """The meetings of those numbers."""
    found = _meetings(db, _MEETING.where(_M.id.in_(list(ids)))) if ids else []
    return {one.id: one for one in found}


def find_of_event(
    db: Db, owner: PrincipalId, uid: str, recurrence_id: int | None
) -> Meeting | None:
    """The meeting of an event, or of one occurrence of a series."""
    query = _MEETING.where(_M.owner_id == owner, _M.uid == uid)
    same = _M.recurrence_id.is_(None) if recurrence_id is None else None
    query = query.where(_M.recurrence_id == recurrence_id if same is None else same)
    return next(iter(_meetings(db, query)), None)


def is_meeting_at(db: Db, uid: str, starts_at: int) -> bool:
    """An event of that UID is a meeting that is to come; of a series, the occurrence then."""
    query = select(_M.id).where(
        _M.uid == uid,
        _M.state.in_(list(TO_COME)),
        or_(_M.recurrence_id.is_(None), _M.starts_at == starts_at),
    )
    return db.execute(query.limit(1)).first() is not None


def find_before(db: Db, meeting: Meeting) -> Meeting | None:
    """The last meeting of the series before this one, of those that were not called off.

    Of the same organiser: a series that somebody else calls alike is another one.
    """
    if meeting.series is None:
        return None
    gone = [MeetingState.CANCELLED, MeetingState.POSTPONED]
    query = _MEETING.where(
        _M.series == meeting.series, _M.owner_id == meeting.owner_id, _M.id != meeting.id,
        _M.state.not_in(gone),
        _M.starts_at.is_not(None),
    )  # fmt: skip
    if meeting.starts_at is not None:
        query = query.where(_M.starts_at < meeting.starts_at)
    return next(iter(_meetings(db, query.order_by(_M.starts_at.desc()).limit(1))), None)


def agenda_of(db: Db, meeting_id: MeetingId) -> Agenda:
    """The points of a meeting in their order."""
    rows = db.execute(_ITEM.where(_I.meeting_id == meeting_id).order_by(_I.position, _I.id))
    return Agenda([_item(dict(row)) for row in rows.mappings()])


def _item(values: dict[str, Any]) -> AgendaItem:
    values["kind"], values["state"] = ItemKind(values["kind"]), ItemState(values["state"])
    values["added_in_session"] = bool(values["added_in_session"])
    return AgendaItem(**values)


def add_item(db: Db, meeting_id: MeetingId, item: AgendaItem) -> AgendaItem:
    """A new point, which gets its id."""
    values = asdict(item)
    del values["id"]
    row = insert(agenda_items).values(meeting_id=meeting_id, **values)
    item.id = ItemId(db.execute(row.returning(_I.id)).scalar_one())
    return item


def save_agenda(db: Db, agenda: Agenda) -> None:
    """All points as they are now."""
    for one in agenda.items:
        db.execute(update(agenda_items).where(_I.id == one.id).values(**asdict(one)))


def remove_item(db: Db, item_id: ItemId) -> None:
    """A point less; its papers stay with the meeting."""
    db.execute(delete(agenda_items).where(_I.id == item_id))


def list_carried(db: Db, meeting_id: MeetingId) -> set[int]:
    """The postponed points that the agenda of a meeting has taken up already."""
    query = select(_I.carried_from).where(_I.meeting_id == meeting_id, _I.carried_from.is_not(None))
    return set(db.execute(query).scalars())


def told_starts(db: Db, meeting_id: MeetingId) -> dict[int, int | None]:
    """When the presenters were told last that their points are on."""
    rows = db.execute(select(_I.id, _I.told_start).where(_I.meeting_id == meeting_id))
    return {row[0]: row[1] for row in rows}


def note_told(db: Db, starts: Mapping[ItemId, int]) -> None:
    """They know now."""
    for number, start in starts.items():
        db.execute(update(agenda_items).where(_I.id == number).values(told_start=start))


def list_presented(db: Db, addresses: Collection[str]) -> set[int]:
    """The meetings in which one of the addresses presents a point."""
    query = select(_I.meeting_id).where(_I.presenter.in_(list(addresses)))
    return set(db.execute(query).scalars())


def list_papers(db: Db, meeting_id: MeetingId) -> list[Paper]:
    """The papers of a meeting, handed in or expected."""
    rows = db.execute(_PAPER.where(_P.meeting_id == meeting_id).order_by(_P.id))
    return [Paper(*row) for row in rows]


def find_paper(db: Db, meeting_id: MeetingId, ref: str) -> Paper | None:
    """The paper of that reference."""
    row = db.execute(_PAPER.where(_P.meeting_id == meeting_id, _P.ref == ref)).first()
    return None if row is None else Paper(*row)


def expect_paper(db: Db, meeting_id: MeetingId, ref: str, item_id: ItemId | None) -> None:
    """A paper is announced, or put to another point."""
    if find_paper(db, meeting_id, ref) is None:
        db.execute(insert(meeting_papers).values(meeting_id=meeting_id, ref=ref, item_id=item_id))
    elif item_id is not None:
        where = (_P.meeting_id == meeting_id, _P.ref == ref)
        db.execute(update(meeting_papers).where(*where).values(item_id=item_id))


def save_paper(db: Db, meeting_id: MeetingId, paper: Paper) -> Paper:
    """A paper as it is now; one without a number is new."""
    values = asdict(paper)
    del values["id"]
    if paper.id:
        db.execute(update(meeting_papers).where(_P.id == paper.id).values(**values))
        return paper
    row = insert(meeting_papers).values(meeting_id=meeting_id, **values).returning(_P.id)
    return replace(paper, id=PaperId(db.execute(row).scalar_one()))


def take_papers_off(db: Db, meeting_id: MeetingId) -> None:
    """The event that bore them is gone; they stay with the meeting."""
    mine = update(meeting_papers).where(_P.meeting_id == meeting_id)
    db.execute(mine.values(managed_id=None))


def remove_paper(db: Db, paper_id: PaperId) -> None:
    """A paper less."""
    db.execute(delete(meeting_papers).where(_P.id == paper_id))


def list_attendance(db: Db, meeting_id: MeetingId) -> dict[str, Attendance]:
    """What was noted of the people, by address."""
    rows = db.execute(_ATTENDANCE.where(_A.meeting_id == meeting_id)).mappings()
    found = (Attendance(**{**row, "presence": Presence(row["presence"])}) for row in rows)
    return {one.address: one for one in found}


def note_attendance(db: Db, meeting_id: MeetingId, noted: Sequence[Attendance]) -> None:
    """What was seen on the day takes the place of what was noted before."""
    for one in noted:
        where = (_A.meeting_id == meeting_id, _A.address == one.address)
        db.execute(delete(attendances).where(*where))
        db.execute(insert(attendances).values(meeting_id=meeting_id, **asdict(one)))
