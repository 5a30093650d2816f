"""Draw up minutes from the agenda, submit, validate and correct them (MTG-1, DIR-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Visibility
from calendars.services.act_for import acts_for
from calendars.services.note_deed import note_deed
from scheduler.meetings import action_repository, minutes_repository, people, repository
from scheduler.meetings.access import Opened, Part, open_meeting
from scheduler.meetings.house import House
from scheduler.meetings.keep_actions import note_action
from scheduler.meetings.minutes_model import (
    Minutes,
    MinutesKind,
    MinutesStep,
    NotedAction,
    Section,
    Step,
)
from scheduler.meetings.model import Meeting, WrongState
from scheduler.meetings.publish import publish_minutes
from scheduler.meetings.rules import OVER, ItemState, MeetingState, MinutesState

POSTPONED_TEXT = "Point reporté à la prochaine réunion."


class NotTheChair(Forbidden):
    """Minutes are validated by the chair, or by who takes his interim that day (DIR-3)."""

    named = ("not-the-chair", "Réservé à la présidence de la réunion")
    words = "la présidence valide et renvoie, ou qui en assure l'intérim ce jour-là"


def draft_minutes(
    db: Db,
    actor: Principal,
    ref: str,
    text: tuple[MinutesKind, Sequence[Section]] | None,
    house: House,
    *,
    now: int,
) -> Minutes:
    """The text of a draft; without one it is drawn up from the agenda.

    Raises NotFound, NotYourPart, WrongState, UnknownPerson, InvalidInput.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    meeting = opened.meeting
    if meeting.state not in OVER | {MeetingState.IN_SESSION}:
        raise WrongState(meeting.state, MinutesState.DRAFT)
    kind, sections = text or (MinutesKind.ACCOUNT, _from_agenda(db, meeting))
    noted = _with_actions(db, meeting, sections, house, now=now)
    step = Step(MinutesState.DRAFT, actor.id, noted, kind)
    return _take(db, meeting, step, now=now)


def _from_agenda(db: Db, meeting: Meeting) -> list[Section]:
    """A section for each point, with the actions that were noted for it already."""
    noted = action_repository.list_of(db, meeting.id)
    return [
        Section(
            one.title,
            one.id,
            POSTPONED_TEXT if one.state is ItemState.POSTPONED else "",
            (),
            tuple(
                NotedAction(action.label, action.owner, action.due, action.ref)
                for action in noted
                if action.item_id == one.id
            ),
            one.visibility != Visibility.PUBLIC,
        )
        for one in repository.agenda_of(db, meeting.id).items
    ]


def _with_actions(
    db: Db, meeting: Meeting, sections: Sequence[Section], house: House, *, now: int
) -> tuple[Section, ...]:
    """Every action bears a reference of its own, which stays from version to version."""
    agenda = repository.agenda_of(db, meeting.id)
    reserved = {one.id for one in agenda.items if one.visibility != Visibility.PUBLIC}
    found = []
    for section in sections:
        if section.item is not None:
            agenda.item(section.item)
        actions = tuple(
            _noted(db, meeting, one, section.item, house, now=now) for one in section.actions
        )
        hidden = section.reserved or section.item in reserved
        found.append(replace(section, actions=actions, reserved=hidden))
    return tuple(found)


def _noted(
    db: Db, meeting: Meeting, noted: NotedAction, item: int | None, house: House, *, now: int
) -> NotedAction:
    there = None if noted.ref is None else action_repository.find(db, noted.ref)
    if there is not None and there.meeting_id != meeting.id:
        raise InvalidInput(
            "that action is of another meeting",
            words="cette action est d'une autre réunion",
            field="sections",
        )
    if there is None:
        there = note_action(db, meeting, noted, item, house, now=now)
    return noted._replace(ref=there.ref)


def submit_minutes(db: Db, actor: Principal, ref: str, *, now: int) -> Minutes:
    """The draft goes to the chair. Raises NotFound, NotYourPart, WrongState."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    if opened.meeting.state not in OVER:
        raise WrongState(opened.meeting.state, MinutesState.SUBMITTED)
    return _take(db, opened.meeting, Step(MinutesState.SUBMITTED, actor.id), now=now)


def return_minutes(db: Db, actor: Principal, ref: str, reason: str, *, now: int) -> Minutes:
    """They go back, with a reason. Raises NotFound, NotTheChair, WrongState, ReasonNeeded."""
    opened, chair = _as_chair(db, actor, ref, now=now)
    step = Step(MinutesState.RETURNED, actor.id, for_id=chair, reason=reason)
    return _take(db, opened.meeting, step, now=now)


def validate_minutes(db: Db, actor: Principal, ref: str, *, now: int) -> Minutes:
    """They are true: the chair says so, or who takes his interim, in his stead (DIR-3).

    Raises NotFound, NotTheChair, WrongState.
    """
    opened, chair = _as_chair(db, actor, ref, now=now)
    step = Step(MinutesState.VALIDATED, actor.id, for_id=chair)
    found = _take(db, opened.meeting, step, now=now)
    _note(db, actor, opened, Deed.VALIDATE, found.steps[-1], now=now)
    return found


def _as_chair(db: Db, actor: Principal, ref: str, *, now: int) -> tuple[Opened, PrincipalId | None]:
    """Who decides, and for whom: None for himself."""
    opened = open_meeting(db, actor, ref, Part.READER, now=now, lock=True)
    chair = opened.meeting.chair_id or opened.owner.id
    if not acts_for(db, actor, chair, now=now):
        raise NotTheChair("the chair validates, or who takes the interim")
    return opened, None if actor.id == chair else chair


def correct_minutes(
    db: Db,
    actor: Principal,
    ref: str,
    sections: Sequence[Section],
    reason: str,
    house: House,
    *,
    now: int,
) -> Minutes:
    """A new version of what was sent, which says what changed; the former one is kept (MTG-7).

    Raises NotFound, NotYourPart, WrongState, ReasonNeeded, InvalidInput.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    noted = _with_actions(db, opened.meeting, sections, house, now=now)
    step = Step(MinutesState.CORRECTED, actor.id, noted, reason=reason)
    found = _take(db, opened.meeting, step, now=now)
    publish_minutes(db, opened.meeting, found.steps[-1], opened.visibility, now=now)
    return found


def take_step(
    db: Db, actor: Principal, opened: Opened, state: MinutesState, *, now: int
) -> Minutes:
    """A step that changes no text. Raises WrongState."""
    found = _take(db, opened.meeting, Step(state, actor.id), now=now)
    _note(db, actor, opened, Deed.DISTRIBUTE, found.steps[-1], now=now)
    publish_minutes(db, opened.meeting, found.steps[-1], opened.visibility, now=now)
    return found


def _take(db: Db, meeting: Meeting, wanted: Step, *, now: int) -> Minutes:
    so_far = minutes_repository.minutes_of(db, meeting.id)
    last = so_far.current
    step = so_far.advance(wanted, now=now)
    if last is not None and last.state is step.state is MinutesState.DRAFT:
        minutes_repository.rewrite_draft(db, last.id, step)
    else:
        minutes_repository.add_step(db, meeting.id, step)
    return minutes_repository.minutes_of(db, meeting.id)


def read_minutes(
    db: Db, actor: Principal, ref: str, version: int | None = None, *, now: int
) -> tuple[Opened, Minutes, MinutesStep]:
    """The minutes for who takes part: those that keep them see drafts, others what was sent.

    Content that is not PUBLIC is not read without a line in the trail (SEC-8). Raises NotFound.
    """
    opened = open_meeting(db, actor, ref, now=now)
    found = minutes_repository.minutes_of(db, opened.meeting.id)
    keeps = opened.part is Part.EDITOR
    if version is not None:
        step = found.version(version, sent_only=not keeps)
    else:
        last = found.current if keeps else found.sent
        if last is None:
            raise NotFound("there is nothing here")
        step = last
    if opened.visibility != Visibility.PUBLIC and actor.id != opened.owner.id:
        _note(db, actor, opened, Deed.READ, step, now=now)
    return opened, found, step


def _note(
    db: Db, actor: Principal, opened: Opened, deed: Deed, step: MinutesStep, *, now: int
) -> None:
    details: dict[str, int | str] = {"meeting": opened.meeting.ref, "minutes": step.version}
    owner, visibility = opened.owner.id, opened.visibility
    note_deed(db, actor, deed, owner=owner, details=details, visibility=visibility, now=now)


def as_noted(db: Db, sections: Sequence[Section]) -> list[Section]:
    """Owners of actions that were named by login or e-mail, by their addresses.

    Raises UnknownPerson, InvalidInput.
    """
    names = [one.owner for section in sections for one in section.actions]
    found = {name: people.resolve(db, [name])[0].address for name in names}
    return [
        replace(
            section,
            actions=tuple(one._replace(owner=found[one.owner]) for one in section.actions),
        )
        for section in sections
    ]
