"""What the service does for a series by itself: dates become meetings, closed days are treated.

The event is the truth: a series that is moved to another hour in a program takes its meetings
along, one that is deleted there is over. What the last meeting left comes onto the next agenda.
"""

from __future__ import annotations

from datetime import date, timedelta

from calendars.kernel.audit import JOB
from calendars.kernel.database import Database, Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import decode, parse, serialize
from calendars.model.entry import as_instant, moment_of
from calendars.model.event_draft import NoSuchOccurrence
from calendars.model.event_writing import place_of
from calendars.model.principal import OWNER, Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_entry import Standing, find_entry
from calendars.services.find_principals import get_principal_by_id
from calendars.services.put_object import ObjectPath, PutObject, store_in
from scheduler.meetings import action_repository, repository, series_repository
from scheduler.meetings.access import look_at
from scheduler.meetings.call_meeting import (
    MeetingDraft,
    OfEvent,
    RefTaken,
    call_meeting,
    note_event,
)
from scheduler.meetings.carry_over import carry_over
from scheduler.meetings.closed_later import tell_of_closed_days
from scheduler.meetings.keep_actions import current
from scheduler.meetings.model import AgendaItem, ItemId, Meeting, MeetingId
from scheduler.meetings.rules import PENDING, TO_COME, ItemState
from scheduler.meetings.series_event import (
    SeriesWriting,
    rhythm_of,
    start_on,
    treat_closed_days,
)
from scheduler.meetings.series_model import MeetingSeries, SeriesDate
from scheduler.meetings.write_event import write_agenda
from scheduler.working_time.recurring import LONGEST_CLOSURE
from scheduler.working_time.service import working_calendar

_DAY, _YEAR = timedelta(days=1), timedelta(days=366)


def keep_all_series(database: Database, dispatch: Dispatch, *, now: int) -> int:
    """Each in a transaction of its own; how many meetings and agendas that made or changed."""
    with database.reading() as db:
        codes = [one.code for one in series_repository.list_all(db, living=True)]
    done = 0
    for code in codes:
        with database.transaction() as db:
            series = series_repository.get(db, code, lock=True)
            owner = get_principal_by_id(db, series.owner_id)
            if not owner.disabled:
                done += bring_up_to_date(db, owner.acting(JOB), series, dispatch, now=now)
    return done


def bring_up_to_date(
    db: Db, actor: Principal, series: MeetingSeries, dispatch: Dispatch, *, now: int
) -> int:
    """As its event stands now. Done again, it does nothing."""
    standing, writing = open_event(db, series)
    if standing is None or writing is None:
        series.over = True
        series_repository.save(db, series)
        return 0
    today = epoch_to_local(now, writing.zone).date()
    _follow_rhythm(db, series, writing, today)
    _follow_clock(db, series, writing, today)
    if _treat_further(db, series, writing, today, now=now):
        rewrite(db, actor, standing, writing, dispatch, now=now)
    tell_of_closed_days(db, series, writing, today, now=now)
    last = series.recurring.last_day
    if last is not None and last < today:
        series.over = True
        series_repository.save(db, series)
    return _call_dates(db, actor, series, standing, dispatch, now=now) + _take_up(
        db, actor, series, dispatch, today, now=now
    )


def open_event(db: Db, series: MeetingSeries) -> tuple[Standing | None, SeriesWriting | None]:
    """The event as it stands in the organiser's diary, and its object, to be written on."""
    standing = find_entry(db, series.owner_id, series.uid)
    if standing is None:
        return None, None
    zone = zone_of(standing.collection)
    calendar = parse(decode(standing.stored.data))
    place = place_of(calendar, standing.collection.timezone_id, zone)
    return standing, SeriesWriting(calendar, place, zone)


def rewrite(
    db: Db, actor: Principal, standing: Standing, writing: SeriesWriting, dispatch: Dispatch, *,
    now: int,
) -> None:  # fmt: skip
    """By the one write path: everybody who is invited is told."""
    collection, stored = standing
    body = serialize(writing.calendar).encode()
    path = ObjectPath(collection.owner_login, collection.name, stored.name)
    put = PutObject(path, CalendarObject.parse(body), body)
    store_in(db, actor, (collection, OWNER), put, dispatch=dispatch, now=now)


def _follow_rhythm(db: Db, series: MeetingSeries, writing: SeriesWriting, today: date) -> None:
    """The series comes on other days by a program: the dates to come are those of now."""
    rhythm = rhythm_of(writing, series)
    if rhythm is None:
        return
    series.recurring, series.treated_until = rhythm, today
    series_repository.save(db, series)
    series_repository.forget_dates(db, series.id, today)


def _follow_clock(db: Db, series: MeetingSeries, writing: SeriesWriting, today: date) -> None:
    """The whole series was moved to another hour: its dates are known by that from now on."""
    started = moment_of(writing.master.line("DTSTART"), writing.place.zones)
    if started is None:
        return
    local = epoch_to_local(as_instant(started, writing.zone), writing.zone)
    minute = local.hour * 60 + local.minute
    if minute == series.start_minute:
        return
    series.start_minute = minute
    series_repository.save(db, series)
    for one in series_repository.list_dates(db, series.id, today):
        one.original = int(start_on(series, one.nominal, writing.zone).timestamp())
        series_repository.save_date(db, one)
        if one.meeting_id is not None:
            meeting = repository.get_by_id(db, one.meeting_id, lock=True)
            if meeting.state in TO_COME and meeting.uid == series.uid:
                meeting.recurrence_id = one.original
                repository.save(db, meeting)


def _treat_further(
    db: Db, series: MeetingSeries, writing: SeriesWriting, today: date, *, now: int
) -> bool:
    """Closed days of the year to come; whether the object says something else now."""
    until = today + _YEAR
    if until <= series.treated_until:
        return False
    before = serialize(writing.calendar)
    working = working_calendar(db, series.treated_until, until + 2 * LONGEST_CLOSURE)
    there = {one.nominal for one in series_repository.list_dates(db, series.id, today)}
    for one in treat_closed_days(writing, series, until, working, now=now):
        if one.nominal not in there:
            series_repository.add_date(db, one)
    series.treated_until = until
    series_repository.save(db, series)
    return serialize(writing.calendar) != before


def _call_dates(
    db: Db, actor: Principal, series: MeetingSeries, standing: Standing, dispatch: Dispatch, *,
    now: int,
) -> int:  # fmt: skip
    """The next dates become meetings; how many."""
    horizon = now + series.ahead * 86_400
    called = 0
    for one in series_repository.list_dates(db, series.id):
        if one.meeting_id is None and one.day is not None and now < one.original <= horizon:
            one.meeting_id = _call(db, actor, series, one, standing, dispatch, now=now)
            if one.meeting_id is None:
                one.day, one.because = None, "retirée de l'agenda"
            series_repository.save_date(db, one)
            called += 1
    return called


def _call(
    db: Db, actor: Principal, series: MeetingSeries, dated: SeriesDate, standing: Standing,
    dispatch: Dispatch, *, now: int,
) -> MeetingId | None:  # fmt: skip
    """A meeting of that occurrence; None where it was taken out of the diary."""
    closes = series.closes_before
    event = OfEvent(standing.collection.name, standing.stored.name, dated.original)
    wanted = MeetingDraft(
        kind=series.kind,
        title=series.title,
        on_behalf_of=get_principal_by_id(db, series.owner_id).login,
        series=series.code,
        chair=series.chair,
        chair_function=series.chair_function,
        secretary=series.secretary,
        agenda_closes_at=None if closes is None else dated.original - closes * 60,
        event=event,
    )
    try:
        opened = call_meeting(db, actor, wanted, dispatch=dispatch, now=now)
    except NoSuchOccurrence:
        return None
    except RefTaken:
        there = repository.find_of_event(db, series.owner_id, series.uid, dated.original)
        return None if there is None else there.id
    if closes is not None and opened.starts_at is not None:
        opened.meeting.agenda_closes_at = opened.starts_at - closes * 60
    _stand(db, series, opened.meeting)
    _write_agenda(db, actor, opened.meeting, dispatch, now=now)
    return opened.meeting.id


def _stand(db: Db, series: MeetingSeries, meeting: Meeting) -> None:
    """The standing points, after what the meeting before has left."""
    agenda = repository.agenda_of(db, meeting.id)
    for one in series.items:
        item = AgendaItem(
            ItemId(0), 0, one.title, one.kind, one.minutes, one.presenter, one.visibility,
            ItemState.RETAINED,
        )  # fmt: skip
        agenda.place(item, None)
        repository.add_item(db, meeting.id, item)
    repository.save_agenda(db, agenda)


def _take_up(
    db: Db, actor: Principal, series: MeetingSeries, dispatch: Dispatch, today: date, *, now: int
) -> int:
    """What the last meeting left comes onto the next agenda, once for each step it takes."""
    for one in series_repository.list_dates(db, series.id, today - 2 * LONGEST_CLOSURE):
        if one.meeting_id is None:
            continue
        meeting = repository.get_by_id(db, one.meeting_id)
        if meeting.state not in TO_COME or (meeting.starts_at or 0) <= now:
            continue
        before = repository.find_before(db, meeting)
        if before is None or before.held_at is None:
            return 0
        left = action_repository.list_pending_of(db, series.owner_id, series.code)
        pending = current(db, left, now=now)
        is_open = any(action.state in PENDING for action in pending)
        mark = f"{before.id}/{before.state}/{is_open}"
        if mark == one.carried:
            return 0
        added = carry_over(db, meeting, now=now)
        _write_agenda(db, actor, meeting, dispatch, now=now)
        one.carried = mark
        series_repository.save_date(db, one)
        return added
    return 0


def _write_agenda(
    db: Db, actor: Principal, meeting: Meeting, dispatch: Dispatch, *, now: int
) -> None:
    opened = look_at(db, actor, meeting, now=now)
    if write_agenda(db, actor, opened, dispatch, now=now):
        opened = look_at(db, actor, meeting, now=now)
    note_event(db, opened)
