"""The record of a meeting: all that is known of it in one document, in French (MTG-7).

What is handed over to who takes up the file, and what archives take; words agree with the people
whose civility was noted.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from calendars.kernel.database import Db
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import action_repository, minutes_repository, people
from scheduler.meetings.access import Opened
from scheduler.meetings.house import House
from scheduler.meetings.invitation import KINDS
from scheduler.meetings.keep_actions import ActionLine, lines_of
from scheduler.meetings.keep_agenda import AgendaLine, ShownAgenda
from scheduler.meetings.minutes_model import MinutesStep
from scheduler.meetings.note_attendance import list_attending
from scheduler.meetings.printed import presence_words
from scheduler.meetings.rules import ACTIONS, MINUTES, OVERDUE, STATES
from scheduler.meetings.schemas.common import at


def record_of(db: Db, shown: ShownAgenda, house: House, *, now: int) -> dict[str, Any]:
    """Every part of a meeting; people by login, or by e-mail where they have none."""
    opened = shown.opened
    meeting, zone = opened.meeting, house.zone
    found = {
        "reference": meeting.ref,
        "title": opened.title,
        "type": meeting.kind,
        "chair": _login(db, meeting.chair_id),
        "secretary": _login(db, meeting.secretary_id),
        "calendar_uid": meeting.uid,
        "recurrence_id": at(meeting.recurrence_id, zone),
        "starts_at": at(opened.starts_at, zone),
        "ends_at": at(opened.ends_at, zone),
        "room": _room(db, opened),
        "state": STATES[meeting.state],
        "agenda": [_item(one) for one in shown.lines],
        "attendance": {_name(one.who): presence_words(one) for one in list_attending(db, opened)},
        "minutes": {
            "versions": [
                _step(db, one, zone) for one in minutes_repository.minutes_of(db, meeting.id).steps
            ]
        },
        "actions": [
            _action(one, house)
            for one in lines_of(db, action_repository.list_of(db, meeting.id), house, now=now)
        ],
    }
    return {name: _told(value) for name, value in found.items() if value is not None}


def _told(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value.isoformat() if isinstance(value, datetime) else value


def _login(db: Db, number: Any) -> str | None:  # noqa: ANN401 - an id or None
    return None if number is None else get_principal_by_id(db, number).login


def _name(who: people.Somebody) -> str:
    return who.login or who.email or who.name


def _room(db: Db, opened: Opened) -> str | None:
    """The room that was booked, by its login."""
    places = [] if opened.event is None else [o for o in opened.event.invitees if o.place]
    known = people.known(db, [one.address for one in places])
    return next((one.login for one in known.values() if one.login), None)


def _item(line: AgendaLine) -> dict[str, Any]:
    item = line.item
    said = {
        "position": item.position,
        "title": item.title,
        "kind": KINDS[item.kind],
        "minutes": item.minutes,
        "presenter": None if line.presenter is None else _name(line.presenter),
        "documents": [one.ref for one in line.papers] or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _step(db: Db, step: MinutesStep, zone: tzinfo) -> dict[str, Any]:
    when = at(step.at, zone)
    said = {
        "version": step.version,
        "state": MINUTES[step.state],
        "author": _login(db, step.author_id),
        "for": _login(db, step.for_id),
        "at": None if when is None else when.isoformat(),
        "reason": step.reason,
        "replaces": step.replaces,
    }
    return {name: value for name, value in said.items() if value is not None}


def _action(line: ActionLine, house: House) -> dict[str, Any]:
    action = line.action
    done = None if action.done_at is None else house.day(action.done_at)
    said = {
        "ref": action.ref,
        "label": action.label,
        "owner": _name(line.owner),
        "due": None if action.due is None else action.due.isoformat(),
        "state": OVERDUE if line.overdue else ACTIONS[action.state],
        "done_on": None if done is None else done.isoformat(),
    }
    return {name: value for name, value in said.items() if value is not None}
