"""What one meeting of a series leaves to the next: postponed points and open actions (MTG-7)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.principal import Visibility
from scheduler.meetings import action_repository, repository, series_repository
from scheduler.meetings.keep_actions import current
from scheduler.meetings.model import AgendaItem, ItemId, Meeting
from scheduler.meetings.rules import DATED, PENDING, ItemKind, ItemState

APPROVAL = "Approbation du compte rendu précédent"
FOLLOW_UP = "Suivi des actions"
_APPROVAL_MINUTES, _FOLLOW_UP_MINUTES = 5, 10


def carry_over(db: Db, meeting: Meeting, *, now: int) -> int:
    """The agenda takes up what the meeting before left; done again, it adds only what is new."""
    before = repository.find_before(db, meeting)
    if before is None or before.state not in DATED:
        return 0
    titles = [one.title for one in repository.agenda_of(db, meeting.id).items]
    standing = series_repository.standing_titles(db, meeting.series)
    # What stands on every agenda comes after what the meeting before has left.
    fresh = standing | {FOLLOW_UP} >= set(titles)
    before_it = next((at for at, title in enumerate(titles, 1) if title in standing), None)
    found: list[AgendaItem] = []
    if fresh and before.held_at is not None:
        found.append(_point(APPROVAL, ItemKind.APPROVAL, _APPROVAL_MINUTES))
    if FOLLOW_UP not in titles and _is_anything_open(db, meeting, now=now):
        found.append(_point(FOLLOW_UP, ItemKind.INFORMATION, _FOLLOW_UP_MINUTES))
    taken = repository.list_carried(db, meeting.id)
    found += [
        _taken_up(one)
        for one in repository.agenda_of(db, before.id).items
        if one.state is ItemState.POSTPONED and one.id not in taken
    ]
    for at, item in enumerate(found):
        _place(db, meeting, item, None if before_it is None else before_it + at)
    return len(found)


def _is_anything_open(db: Db, meeting: Meeting, *, now: int) -> bool:
    pending = action_repository.list_pending_of(db, meeting.owner_id, meeting.series)
    return any(one.state in PENDING for one in current(db, pending, now=now))


def _point(title: str, kind: ItemKind, minutes: int) -> AgendaItem:
    return AgendaItem(
        ItemId(0), 0, title, kind, minutes, None, Visibility.PUBLIC, ItemState.RETAINED
    )


def _taken_up(left: AgendaItem) -> AgendaItem:
    return AgendaItem(
        ItemId(0), 0, left.title, left.kind, left.minutes, left.presenter, left.visibility,
        ItemState.RETAINED, carried_from=left.id,
    )  # fmt: skip


def _place(db: Db, meeting: Meeting, item: AgendaItem, position: int | None) -> None:
    agenda = repository.agenda_of(db, meeting.id)
    agenda.place(item, position)
    repository.add_item(db, meeting.id, item)
    repository.save_agenda(db, agenda)
