"""Keep the agenda: points come, go and change places; the event follows, no mail leaves (MTG-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_user_address import addresses_of
from calendars.model.principal import Principal, Visibility
from calendars.services.deliver_itip import Dispatch
from scheduler.meetings import people, repository
from scheduler.meetings.access import Opened, Part, look_at, open_meeting
from scheduler.meetings.call_meeting import note_event
from scheduler.meetings.carry_over import carry_over
from scheduler.meetings.model import Agenda, AgendaItem, ItemId, Paper, TimedItem
from scheduler.meetings.papers import forget_paper, papers_of, settle
from scheduler.meetings.rules import ItemKind, ItemState, overrun
from scheduler.meetings.write_event import write_agenda

MAX_ITEMS = 200


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What is said of a point; None leaves things as they are."""

    title: str | None = None
    kind: ItemKind | None = None
    minutes: int | None = None
    presenter: str | None = None
    visibility: str | None = None
    state: ItemState | None = None
    position: int | None = None
    papers: tuple[str, ...] | None = None


class AgendaLine(NamedTuple):
    """A point with its times, who presents it, and its papers."""

    item: AgendaItem
    timed: TimedItem
    presenter: people.Somebody | None
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class ShownAgenda:
    """An agenda as one reader sees it."""

    opened: Opened
    lines: tuple[AgendaLine, ...]
    papers: tuple[Paper, ...] = ()
    """Those that belong to no point."""
    overrun: int = 0
    """By how many minutes it is longer than the meeting."""


def show_agenda(db: Db, actor: Principal, ref: str, *, now: int) -> ShownAgenda:
    """The agenda; who only presents a point sees that one (MTG-8). Raises NotFound."""
    return agenda_for(db, actor, open_meeting(db, actor, ref, Part.PRESENTER, now=now))


def agenda_for(db: Db, actor: Principal, opened: Opened) -> ShownAgenda:
    """The same of a meeting that is open already."""
    agenda = repository.agenda_of(db, opened.meeting.id)
    papers = papers_of(db, opened)
    who = people.known(db, [one.presenter for one in agenda.items if one.presenter])
    timed = agenda.timed(opened.starts_at)
    mine = frozenset(map(str, addresses_of(actor)))
    lines = tuple(
        AgendaLine(
            one.item,
            one,
            who.get(one.item.presenter or ""),
            tuple(paper for paper in papers if paper.item_id == one.item.id),
        )
        for one in timed
        if opened.part >= Part.READER or one.item.presenter in mine
    )
    if opened.part < Part.READER:
        return ShownAgenda(opened, lines)
    windows = [one.window for one in timed if one.window]
    late = 0 if opened.ends_at is None else overrun(windows, opened.ends_at)
    loose = tuple(paper for paper in papers if paper.item_id is None)
    return ShownAgenda(opened, lines, loose, late)


def add_item(
    db: Db, actor: Principal, ref: str, draft: ItemDraft, *, dispatch: Dispatch, now: int
) -> ShownAgenda:
    """One point more; once the agenda is closed it is one that was added in session (MTG-6).

    Raises NotFound, NotYourPart, UnknownPerson, InvalidInput.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    agenda = repository.agenda_of(db, opened.meeting.id)
    if len(agenda.items) >= MAX_ITEMS:
        raise InvalidInput(
            "that are too many items for one agenda",
            words="l'ordre du jour a déjà trop de points",
            field="title",
        )
    if draft.title is None:
        raise InvalidInput("an item has a title", words="un point a un titre", field="title")
    late = opened.meeting.takes_items_late(now=now)
    item = AgendaItem(
        ItemId(0),
        0,
        draft.title,
        draft.kind or ItemKind.INFORMATION,
        10 if draft.minutes is None else draft.minutes,
        _address(db, draft.presenter),
        draft.visibility or Visibility.PUBLIC,
        draft.state or (ItemState.RETAINED if late else ItemState.PROPOSED),
        added_in_session=late,
    )
    agenda.place(item, draft.position)
    repository.add_item(db, opened.meeting.id, item)
    _expect(db, opened, item, draft.papers or ())
    return _kept(db, actor, opened, agenda, dispatch, now=now)


def change_item(
    db: Db,
    actor: Principal,
    ref: str,
    item_id: int,
    draft: ItemDraft,
    *,
    dispatch: Dispatch,
    now: int,
) -> ShownAgenda:
    """What is said of a point is written. Raises NotFound, NotYourPart, UnknownPerson."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    agenda = repository.agenda_of(db, opened.meeting.id)
    item = agenda.item(item_id)
    item.title = draft.title or item.title
    item.kind = draft.kind or item.kind
    item.minutes = item.minutes if draft.minutes is None else draft.minutes
    item.visibility = draft.visibility or item.visibility
    item.state = draft.state or item.state
    if draft.presenter is not None:
        item.presenter = _address(db, draft.presenter)
    if draft.position is not None:
        agenda.drop(item)
        agenda.place(item, draft.position)
    _expect(db, opened, item, draft.papers or ())
    return _kept(db, actor, opened, agenda, dispatch, now=now)


def remove_item(
    db: Db, actor: Principal, ref: str, item_id: int, *, dispatch: Dispatch, now: int
) -> ShownAgenda:
    """One point less; its papers stay with the meeting, those of a reserved one go along.

    Raises NotFound, NotYourPart.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    agenda = repository.agenda_of(db, opened.meeting.id)
    item = agenda.item(item_id)
    agenda.drop(item)
    if item.reserved:
        # What was for those who see the point is not for everybody without it (MTG-8).
        for paper in settle(db, opened):
            if paper.item_id == item.id:
                forget_paper(db, paper)
    repository.remove_item(db, item.id)
    return _kept(db, actor, opened, agenda, dispatch, now=now)


def put_in_order(
    db: Db, actor: Principal, ref: str, ids: Sequence[int], *, dispatch: Dispatch, now: int
) -> ShownAgenda:
    """The points in another order. Raises NotFound, NotYourPart."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    agenda = repository.agenda_of(db, opened.meeting.id)
    agenda.put_in_order(ids)
    return _kept(db, actor, opened, agenda, dispatch, now=now)


def take_up(db: Db, actor: Principal, ref: str, *, dispatch: Dispatch, now: int) -> ShownAgenda:
    """What the meeting before left comes onto the agenda. Raises NotFound, NotYourPart."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    carry_over(db, opened.meeting, now=now)
    agenda = repository.agenda_of(db, opened.meeting.id)
    return _kept(db, actor, opened, agenda, dispatch, now=now)


def _expect(db: Db, opened: Opened, item: AgendaItem, papers: Sequence[str]) -> None:
    """They are announced, or put to that point; what is on the event already may be among them."""
    if papers:
        settle(db, opened)
    for one in papers:
        repository.expect_paper(db, opened.meeting.id, one, item.id)


def _kept(
    db: Db, actor: Principal, opened: Opened, agenda: Agenda, dispatch: Dispatch, *, now: int
) -> ShownAgenda:
    repository.save_agenda(db, agenda)
    if write_agenda(db, actor, opened, dispatch, now=now):
        opened = look_at(db, actor, opened.meeting, now=now)
        note_event(db, opened)
    return agenda_for(db, actor, opened)


def _address(db: Db, named: str | None) -> str | None:
    somebody = people.resolve_one(db, named or None)
    return None if somebody is None else somebody.address
