"""What one meeting of a series leaves to the next: postponed points and open actions (MTG-7)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.principal import Visibility
from scheduler.meetings import action_repository, repository
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
    agenda = repository.agenda_of(db, meeting.id)
    fresh = not agenda.items
    added = 0
    titles = {one.title for one in agenda.items}
    if fresh and before.held_at is not None:
        added += _add(db, meeting, APPROVAL, ItemKind.APPROVAL, _APPROVAL_MINUTES)
    if _is_anything_open(db, meeting, now=now) and FOLLOW_UP not in titles:
        added += _add(db, meeting, FOLLOW_UP, ItemKind.INFORMATION, _FOLLOW_UP_MINUTES)
    taken = repository.list_carried(db, meeting.id)
    for one in repository.agenda_of(db, before.id).items:
        if one.state is ItemState.POSTPONED and one.id not in taken:
            added += _take_up(db, meeting, one)
    return added


def _is_anything_open(db: Db, meeting: Meeting, *, now: int) -> bool:
    pending = action_repository.list_pending(db, meeting.series)
    return any(one.state in PENDING for one in current(db, pending, now=now))


def _add(db: Db, meeting: Meeting, title: str, kind: ItemKind, minutes: int) -> int:
    item = AgendaItem(
        ItemId(0), 0, title, kind, minutes, None, Visibility.PUBLIC, ItemState.RETAINED
    )
    return _place(db, meeting, item)


def _take_up(db: Db, meeting: Meeting, left: AgendaItem) -> int:
    item = AgendaItem(
        ItemId(0), 0, left.title, left.kind, left.minutes, left.presenter, left.visibility,
        ItemState.RETAINED, carried_from=left.id,
    )  # fmt: skip
    return _place(db, meeting, item)


def _place(db: Db, meeting: Meeting, item: AgendaItem) -> int:
    agenda = repository.agenda_of(db, meeting.id)
    agenda.place(item, None)
    repository.add_item(db, meeting.id, item)
    return 1
