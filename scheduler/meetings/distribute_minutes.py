"""Send minutes to those who took part: letter, note in the diary, tasks for actions (MTG-7)."""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Db
from calendars.model.french_dates import long_date
from calendars.model.principal import Principal, PrincipalKind, Visibility
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_principals import get_principal_by_id
from calendars.services.place_entry import place_entries
from notifications.post import Paper
from scheduler.meetings import action_repository, minutes_repository, people
from scheduler.meetings.access import Opened, Part, open_meeting
from scheduler.meetings.action_model import Action
from scheduler.meetings.diary_entries import minutes_note
from scheduler.meetings.house import House
from scheduler.meetings.keep_actions import about_of, current, open_tasks
from scheduler.meetings.keep_minutes import take_step
from scheduler.meetings.letters import Sender, Sending, minutes_url, send_minutes
from scheduler.meetings.minutes_model import Minutes, MinutesStep, NotedAction, Section, actions_in
from scheduler.meetings.note_attendance import list_attending
from scheduler.meetings.printed import MINUTES_KINDS, interim_of, minutes_pdf
from scheduler.meetings.rules import PENDING, ActionState, MinutesState


def distribute_minutes(db: Db, actor: Principal, ref: str, house: House, *, now: int) -> Minutes:
    """What was validated, or corrected, goes out to everybody who was asked to come.

    Raises NotFound, NotYourPart, WrongState.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    last = minutes_repository.minutes_of(db, opened.meeting.id).current
    again = last is not None and last.state is MinutesState.CORRECTED
    state = MinutesState.REDISTRIBUTED if again else MinutesState.DISTRIBUTED
    found = take_step(db, actor, opened, state, now=now)
    step = found.steps[-1]
    readers = readers_of(db, opened)
    given = {one.address for one in readers}
    minutes_repository.note_given(db, opened.meeting.id, step.version, given, now=now)
    _settle_actions(db, actor, opened, found, step, house, now=now)
    _leave_notes(db, actor, opened, (found, step), readers, house, now=now)
    paper = None
    if is_attachable(opened, step.sections):
        name = f"{ref}-v{step.version}.pdf"
        paper = Paper(name, "application/pdf", minutes_pdf(db, opened, found, step, house))
    sender, sending = Sender.of(db, actor, opened, now=now), Sending(found, step, paper)
    send_minutes(db, sender, opened, sending, readers, house, now=now)
    return found


def is_attachable(opened: Opened, sections: Sequence[Section]) -> bool:
    """Minutes leave the house as a file only where all of them are PUBLIC (MTG-7)."""
    return opened.visibility == Visibility.PUBLIC and not any(one.reserved for one in sections)


def readers_of(db: Db, opened: Opened) -> list[people.Somebody]:
    """Everybody who was asked to come, there or not, and those who keep the meeting."""
    found = {one.who.address: one.who for one in list_attending(db, opened)}
    meeting = opened.meeting
    for number in (opened.owner.id, meeting.chair_id, meeting.secretary_id):
        if number is not None:
            somebody = people.of(get_principal_by_id(db, number))
            found.setdefault(somebody.address, somebody)
    return list(found.values())


def _settle_actions(
    db: Db,
    actor: Principal,
    opened: Opened,
    found: Minutes,
    step: MinutesStep,
    house: House,
    *,
    now: int,
) -> None:
    """Tasks are as the minutes have them now; what a correction leaves out is given up."""
    noted = {one.ref: one for one in actions_in(step.sections)}
    former = found.replaced_by(step)
    dropped = {one.ref for one in actions_in(former.sections)} if former else set()
    changed: list[Action] = []
    for action in current(db, action_repository.list_of(db, opened.meeting.id), now=now):
        said = noted.get(action.ref)
        if said is not None:
            differs = _amend(db, action, said)
            if differs or action.state is ActionState.NOTED:
                changed.append(action)
        elif action.ref in dropped and action.state in PENDING:
            action.move(ActionState.ABANDONED, now=now)
            changed.append(action)
    open_tasks(db, actor, opened, changed, house, now=now)


def _amend(db: Db, action: Action, said: NotedAction) -> bool:
    if (action.label, action.owner, action.due) == (said.label, said.owner, said.due):
        return False
    who = people.known(db, [said.owner])[said.owner]
    action.label, action.owner, action.due = said.label, said.owner, said.due
    action.owner_id = None if who.principal is None else who.principal.id
    return True


def _leave_notes(
    db: Db,
    actor: Principal,
    opened: Opened,
    what: tuple[Minutes, MinutesStep],
    readers: Sequence[people.Somebody],
    house: House,
    *,
    now: int,
) -> None:
    """A note in the diary of each colleague; its class is the meeting's."""
    found, step = what
    start = opened.starts_at
    if start is None:
        return
    kind = MINUTES_KINDS[step.kind]
    public = opened.visibility == Visibility.PUBLIC
    title = f"{kind} : {opened.title}" if public else f"{kind}, réf. {opened.meeting.ref}"
    url = minutes_url(opened, step.version, house)
    text = f"{_validated(db, opened, found, step, house)}\n{url}"
    day = f"{epoch_to_local(start, house.zone):%Y%m%d}"
    about = about_of(opened, house)
    note = minutes_note(about, day, (title, text), url, now=now)
    inside = [
        one.principal
        for one in readers
        if one.principal is not None and one.principal.kind is PrincipalKind.INDIVIDUAL
    ]
    place_entries(db, actor, [(person, note) for person in inside], now=now)


def _validated(db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House) -> str:
    validation = found.validation_of(step)
    said = f"Version n° {step.version}"
    if validation is not None:
        name = get_principal_by_id(db, validation.author_id).display_name
        day = long_date(house.day(validation.at))
        said += f", validée le {day} par {name}{interim_of(db, opened, validation, ', ')}"
    return f"{said}. À lire, après connexion, à l'adresse suivante :"
