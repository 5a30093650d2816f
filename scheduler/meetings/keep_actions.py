"""The register of actions: what was decided, and how far each owner is (MTG-1, MTG-7).

The owner's task is the truth for its state: it is read whenever the register is, so that a tick in
any client closes the action. What is due and who owes it are the meeting's to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, NotFound
from calendars.model.calendar_user_address import addresses_of, preferred_address
from calendars.model.component import decode, parse
from calendars.model.french_dates import long_date
from calendars.model.principal import Principal
from calendars.services.find_entry import Standing, find_entries, find_entry, lock_calendars_of
from calendars.services.find_principals import get_principal_by_id, list_members
from calendars.services.place_entry import place_entries, rewrite_entry
from scheduler.meetings import action_repository, people, repository
from scheduler.meetings.access import Opened, Part, look_at, open_meeting
from scheduler.meetings.action_model import Action, ActionId
from scheduler.meetings.diary_entries import About, new_task, state_of, uid_of, write_task
from scheduler.meetings.house import House
from scheduler.meetings.minutes_model import NotedAction
from scheduler.meetings.model import ItemId, Meeting
from scheduler.meetings.publish import save_action
from scheduler.meetings.rules import PENDING, ActionState, is_overdue


class ActionRefTaken(Conflict):
    """Another action has that reference."""

    words = "cette référence est déjà celle d'une autre action"


class ActionLine(NamedTuple):
    """A row of the register as it stands now."""

    action: Action
    meeting: Meeting
    owner: people.Somebody
    overdue: bool


@dataclass(frozen=True, slots=True)
class ActionQuery:
    """Which rows are wanted; None does not matter."""

    meeting: str | None = None
    person: str | None = None
    """A login or an e-mail address."""
    service: str | None = None
    """A group: those that its members owe."""
    state: ActionState | None = None
    overdue: bool | None = None


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """What is said of an action; None leaves things as they are."""

    label: str | None = None
    owner: str | None = None
    due: date | None = None
    state: ActionState | None = None
    item: int | None = None
    ref: str | None = None


def current(db: Db, actions: Iterable[Action], *, now: int) -> list[Action]:
    """Actions as their owners' tasks have them at present; where a task is gone, as last known."""
    kept = list(actions)
    wanted = [(one.owner_id, one.uid) for one in kept if one.owner_id is not None]
    there = find_entries(db, wanted)
    for one in kept:
        stored = None if one.owner_id is None else there.get((one.owner_id, one.uid))
        if stored is None or one.state is ActionState.NOTED:
            continue
        state, done_at = state_of(parse(decode(stored.data)).children("VTODO")[0], now=now)
        if state is ActionState.DONE and one.state is ActionState.DONE and done_at == now:
            done_at = one.done_at
        one.told(state, done_at)
    return kept


def list_actions(
    db: Db, actor: Principal, query: ActionQuery, house: House, *, now: int
) -> list[ActionLine]:
    """The register as far as somebody may see it: his own, and those of meetings he takes part in.

    Raises NotFound.
    """
    rows = action_repository.list_all(
        db, meetings=_meetings(db, actor, query, now=now), owners=_owners(db, query)
    )
    visible = _visible(db, actor, rows, now=now)
    lines = lines_of(db, [one for one in rows if one.meeting_id in visible or _is_of(one, actor)],
                     house, now=now)  # fmt: skip
    return [
        one
        for one in lines
        if query.state in {None, one.action.state} and query.overdue in {None, one.overdue}
    ]


def lines_of(db: Db, actions: Sequence[Action], house: House, *, now: int) -> list[ActionLine]:
    """Rows with their meetings and owners."""
    today = house.day(now)
    there = repository.list_by_id(db, {one.meeting_id for one in actions})
    who = people.known(db, [one.owner for one in actions])
    return [
        ActionLine(
            one,
            there[one.meeting_id],
            who[one.owner],
            is_overdue(one.state, one.due, today),
        )
        for one in current(db, actions, now=now)
    ]


def show_still_open(
    db: Db, actor: Principal, ref: str, house: House, *, now: int
) -> list[ActionLine]:
    """What the meetings of the series before this one left to be done. Raises NotFound."""
    return still_open(db, actor, open_meeting(db, actor, ref, now=now), house, now=now)


def still_open(
    db: Db, actor: Principal, opened: Opened, house: House, *, now: int
) -> list[ActionLine]:
    """The same of a meeting that is open already: what the reader owes himself, and what was said
    where he took part; of a confidential meeting, others of the series learn nothing (SEC-2).
    """
    meeting = opened.meeting
    if meeting.series is None:
        return []
    rows = action_repository.list_pending_of(db, meeting.owner_id, meeting.series)
    visible = _visible(db, actor, rows, now=now)
    known = [one for one in rows if one.meeting_id in visible or _is_of(one, actor)]
    return [one for one in lines_of(db, known, house, now=now) if one.action.state in PENDING]


def _meetings(db: Db, actor: Principal, query: ActionQuery, *, now: int) -> Collection[int] | None:
    if query.meeting is None:
        return None
    return {open_meeting(db, actor, query.meeting, now=now).meeting.id}


def _owners(db: Db, query: ActionQuery) -> Collection[str] | None:
    if query.person is not None:
        return {people.resolve(db, [query.person])[0].address}
    if query.service is not None:
        return {str(preferred_address(one)) for one in list_members(db, query.service)}
    return None


def _visible(db: Db, actor: Principal, rows: Sequence[Action], *, now: int) -> frozenset[int]:
    there = repository.list_by_id(db, {one.meeting_id for one in rows})
    return frozenset(
        number
        for number, meeting in there.items()
        if look_at(db, actor, meeting, now=now).part >= Part.READER
    )


def _is_of(action: Action, actor: Principal) -> bool:
    return action.owner_id == actor.id or action.owner in addresses_of(actor)


def note_action(
    db: Db, meeting: Meeting, noted: NotedAction, item: int | None, house: House, *, now: int
) -> Action:
    """A row for an action that the minutes note; it is no task yet."""
    who = people.known(db, [noted.owner])[noted.owner]
    ref = noted.ref or _next_ref(db, house, now=now)
    action = Action(
        ActionId(0),
        ref,
        meeting.id,
        None if item is None else ItemId(item),
        noted.label,
        who.address,
        None if who.principal is None else who.principal.id,
        noted.due,
        ActionState.NOTED,
        uid_of("action", ref),
    )
    return action_repository.add(db, action)


def _next_ref(db: Db, house: House, *, now: int) -> str:
    """`ACT-2026-041`; one that somebody chose by hand is passed over."""
    year = house.day(now).year
    while True:
        ref = f"ACT-{year}-{repository.next_number(db, f'ACT-{year}'):03d}"
        if action_repository.find(db, ref) is None:
            return ref


def open_action(
    db: Db, actor: Principal, ref: str, draft: ActionDraft, house: House, *, now: int
) -> ActionLine:
    """An action at once, without waiting for the minutes.

    Raises NotFound, NotYourPart, UnknownPerson, ActionRefTaken.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    if draft.ref is not None and action_repository.find(db, draft.ref) is not None:
        raise ActionRefTaken("another action has that reference")
    owner = people.resolve(db, [draft.owner or actor.login])[0]
    if draft.item is not None:
        repository.agenda_of(db, opened.meeting.id).item(draft.item)
    noted = NotedAction(draft.label or "", owner.address, draft.due, draft.ref)
    action = note_action(db, opened.meeting, noted, draft.item, house, now=now)
    open_tasks(db, actor, opened, [action], house, now=now)
    return lines_of(db, [action], house, now=now)[0]


def open_tasks(
    db: Db,
    actor: Principal,
    opened: Opened,
    actions: Sequence[Action],
    house: House,
    *,
    now: int,
) -> None:
    """Each action stands in its owner's task list from now on, as the meeting says it."""
    owners = [one.owner_id for one in actions if one.owner_id is not None]
    lock_calendars_of(db, owners)
    about = about_of(opened, house)
    fresh = []
    for action in actions:
        action.open(now=now)
        save_action(db, action, now=now)
        if action.owner_id is None:
            continue
        owner = get_principal_by_id(db, action.owner_id)
        there = find_entry(db, owner.id, action.uid)
        if there is None:
            fresh.append((owner, new_task(action, about, now=now)))
        else:
            _rewrite(db, actor, there, action, about, now=now)
    place_entries(db, actor, fresh, now=now)


def _rewrite(
    db: Db, actor: Principal, there: Standing, action: Action, about: About, *, now: int
) -> None:
    calendar = parse(decode(there.stored.data))
    write_task(calendar, action, about, now=now)
    rewrite_entry(db, actor, there, calendar, now=now)


def about_of(opened: Opened, house: House) -> About:
    """How entries in diaries name their meeting: its title only where everybody may read it."""
    meeting = opened.meeting
    day = "" if opened.starts_at is None else f" du {long_date(house.day(opened.starts_at))}"
    title = f" « {opened.title} »" if opened.visibility == "PUBLIC" else ""
    words = f"Réunion{title}{day} (réf. {meeting.ref})."
    return About(meeting.ref, words, meeting.uid, opened.visibility)


def change_action(
    db: Db, actor: Principal, ref: str, draft: ActionDraft, house: House, *, now: int
) -> ActionLine:
    """Who owes it says how far he is; who keeps the meeting may change all of it. The task follows.

    Raises NotFound, NotYourPart, WrongState, UnknownPerson.
    """
    action = action_repository.get(db, ref, lock=True)
    meeting = repository.get_by_id(db, action.meeting_id)
    opened = look_at(db, actor, meeting, now=now)
    only_state = replace(draft, state=None) == ActionDraft()
    if not (_is_of(action, actor) and only_state):
        if opened.part < Part.READER and not _is_of(action, actor):
            raise NotFound("there is nothing here")
        open_meeting(db, actor, meeting.ref, Part.EDITOR, now=now)
    [action] = current(db, [action], now=now)
    former = action.owner_id
    _apply(db, action, draft, now=now)
    save_action(db, action, now=now)
    if action.state is not ActionState.NOTED:
        if former is not None and former != action.owner_id:
            _take_back(db, actor, former, action, about_of(opened, house), now=now)
        open_tasks(db, actor, opened, [action], house, now=now)
    return lines_of(db, [action], house, now=now)[0]


def _apply(db: Db, action: Action, draft: ActionDraft, *, now: int) -> None:
    action.label = draft.label or action.label
    action.due = draft.due or action.due
    if draft.owner is not None:
        who = people.resolve(db, [draft.owner])[0]
        action.owner = who.address
        action.owner_id = None if who.principal is None else who.principal.id
    if draft.state is not None and draft.state is not action.state:
        action.move(draft.state, now=now)


def _take_back(
    db: Db, actor: Principal, former: int, action: Action, about: About, *, now: int
) -> None:
    """Somebody else owes it now: the task of the former owner is given up."""
    owner = get_principal_by_id(db, former)  # type: ignore[arg-type]
    there = find_entry(db, owner.id, action.uid)
    if there is not None:
        gone = replace(action, state=ActionState.ABANDONED, done_at=None)
        _rewrite(db, actor, there, gone, about, now=now)


def note_progress(db: Db, *, now: int) -> int:
    """What owners ticked in their clients is kept in the register too; how many rows that were."""
    kept = action_repository.list_pending(db)
    before: Mapping[int, ActionState] = {one.id: one.state for one in kept}
    changed = [one for one in current(db, kept, now=now) if one.state is not before[one.id]]
    for one in changed:
        # Of two that look at once, one finds it noted.
        if action_repository.get(db, one.ref, lock=True).state is before[one.id]:
            save_action(db, one, now=now)
    return len(changed)
