"""People of a meeting follow the groups that are invited to it, until it begins (DIR-1, MTG-2).

A group counts as its members of the day of the meeting. Who joins it before is invited, who leaves
it is told that he is expected no more; meetings that are past keep the people that they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calendars.kernel.audit import JOB
from calendars.kernel.database import Database, Db
from calendars.model.calendar_user_address import calendar_user_address, preferred_address
from calendars.model.component import Component, decode, parse
from calendars.model.line_edit import stamp
from calendars.services.date_members import members_on
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import repository
from scheduler.meetings.access import Opened, look_at
from scheduler.meetings.call_meeting import note_event
from scheduler.meetings.house import House
from scheduler.meetings.invitation import component_of, groups_in, members_in, replace_members
from scheduler.meetings.model import Meeting, MeetingId
from scheduler.meetings.rules import TO_COME
from scheduler.meetings.write_event import edit_event

_MARK = b"CUTYPE=GROUP"


def follow_groups(database: Database, dispatch: Dispatch, house: House, *, now: int) -> int:
    """Meetings to come whose groups have other members by now; how many there were."""
    with database.reading() as db:
        due = [one.id for one in _with_groups(db, now=now) if _wanted(db, one, house, now=now)]
    for number in due:
        with database.transaction() as db:
            _follow(db, number, dispatch, house, now=now)
    return len(due)


def _with_groups(db: Db, *, now: int) -> Iterable[Meeting]:
    kept = [
        one
        for one in repository.list_in_state(db, TO_COME)
        if one.uid is not None and one.starts_at is not None and one.starts_at > now
    ]
    there = find_entries(db, [(one.owner_id, one.uid) for one in kept if one.uid is not None])
    for one in kept:
        stored = there.get((one.owner_id, one.uid or ""))
        if stored is not None and _MARK in stored.data:
            yield one


def _follow(db: Db, number: MeetingId, dispatch: Dispatch, house: House, *, now: int) -> None:
    meeting = repository.get_by_id(db, number, lock=True)
    wanted = _wanted(db, meeting, house, now=now)
    if not wanted:
        return
    opened = _open(db, meeting, now=now)

    def change(component: Component) -> None:
        for group, members in wanted.items():
            replace_members(component, group, members)
        stamp(component, now, revised=False)

    edit_event(db, opened.owner.acting(JOB), opened, change, dispatch, now=now)
    note_event(db, _open(db, meeting, now=now))


def _wanted(db: Db, meeting: Meeting, house: House, *, now: int) -> Mapping[str, Mapping[str, str]]:
    """The groups whose people differ, with who belongs to them on that day, by address and name."""
    opened = _open(db, meeting, now=now)
    component = _component(opened)
    if component is None or opened.starts_at is None:
        return {}
    named, day = groups_in(component), house.day(opened.starts_at)
    groups = find_calendar_users(db, [calendar_user_address(one) for one in named])
    own = preferred_address(opened.owner)
    invited = {calendar_user_address(line.value) for line in component.all("ATTENDEE")}
    found = {}
    for address, group in groups.items():
        people = members_on(db, group.id, day)
        members = {str(preferred_address(one)): one.display_name for one in people}
        members.pop(own, None)
        there = members_in(component, address)
        if there - members.keys() or members.keys() - invited:
            found[str(address)] = members
    return found


def _component(opened: Opened) -> Component | None:
    if opened.standing is None or opened.zone is None or opened.event is None:
        return None
    calendar = parse(decode(opened.standing.stored.data))
    return component_of(calendar, opened.meeting.recurrence_id, opened.zone)


def _open(db: Db, meeting: Meeting, *, now: int) -> Opened:
    return look_at(db, get_principal_by_id(db, meeting.owner_id), meeting, now=now)
