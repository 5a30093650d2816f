"""A series of meetings in one act: one recurring event, everybody invited once (MTG-2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object, place_of
from calendars.model.line_edit import put_value
from calendars.model.principal import Principal, Privilege, Visibility
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import DEFAULT_CALENDAR
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_principals import get_principal
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.schedules_for import schedules_for
from scheduler.meetings import people, repository, series_repository
from scheduler.meetings.access import NotYourPart
from scheduler.meetings.call_meeting import LONGEST
from scheduler.meetings.invitation import write_people
from scheduler.meetings.invited import NOBODY, Invited, invitees_of, organizer_of
from scheduler.meetings.keep_series import bring_up_to_date, open_event, rewrite
from scheduler.meetings.model import Meeting
from scheduler.meetings.series_event import (
    SeriesWriting,
    end_on,
    rule_line,
    start_on,
    treat_closed_days,
)
from scheduler.meetings.series_model import (
    MOST_AHEAD,
    MeetingSeries,
    SeriesDate,
    SeriesId,
    SeriesTaken,
    StandingItem,
)
from scheduler.working_time.recurring import (
    LONGEST_CLOSURE,
    BadRule,
    Recurring,
    check_rule,
    nominal_days,
)
from scheduler.working_time.service import working_calendar

YEAR = timedelta(days=366)
MAX_ITEMS = 30
_BOUNDS = ("UNTIL", "COUNT")


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    """What is said of a new series."""

    code: str
    kind: str
    title: str
    recurring: Recurring
    start: time
    minutes: int = 60
    on_behalf_of: str | None = None
    chair: str | None = None
    chair_function: str | None = None
    secretary: str | None = None
    visibility: str = Visibility.PUBLIC
    location: str | None = None
    invited: Invited = NOBODY
    items: tuple[StandingItem, ...] = ()
    ahead: int = 35
    closes_before: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """What shall be otherwise; None leaves it."""

    last_day: date | None = None
    items: tuple[StandingItem, ...] | None = None
    ahead: int | None = None
    chair: str | None = None
    chair_function: str | None = None
    secretary: str | None = None
    closes_before: int | None = None


@dataclass(frozen=True, slots=True)
class DatedMeeting:
    """A date of a series, and its meeting where there is one yet."""

    date: SeriesDate
    meeting: Meeting | None


def hold_series(
    db: Db, actor: Principal, draft: SeriesDraft, *, dispatch: Dispatch, now: int
) -> MeetingSeries:
    """One event with its rhythm, closed days passed over or moved; the next dates are meetings.

    Raises NotFound, NeedPrivileges, SeriesTaken, BadRule, UnknownPerson, InvalidInput,
    BookingConflict.
    """
    owner = get_principal(db, draft.on_behalf_of or actor.login)
    parent = (owner.login, DEFAULT_CALENDAR)
    collection, _ = open_collection(db, actor, parent, Privilege.SCHEDULE, now=now)
    if series_repository.is_taken(db, draft.code):
        raise SeriesTaken("a series is called that already")
    series = _new(db, owner, draft)
    writing = _event(db, series, owner, draft, collection, now=now)
    until = series.recurring.first_day + YEAR
    working = working_calendar(db, series.recurring.first_day, until + 2 * LONGEST_CLOSURE)
    dates = treat_closed_days(writing, series, until, working, now=now)
    series.treated_until = until
    series_repository.add(db, series, by=actor.id, now=now)
    for one in dates:
        one.series_id = series.id
        series_repository.add_date(db, one)
    body = serialize(writing.calendar).encode()
    put = PutObject(ObjectPath(*parent, f"{series.uid}.ics"), CalendarObject.parse(body), body)
    put_object(db, actor, put, dispatch=dispatch, now=now)
    bring_up_to_date(db, actor, series, dispatch, now=now)
    return series


def _new(db: Db, owner: Principal, draft: SeriesDraft) -> MeetingSeries:
    recurring = draft.recurring
    if any(f"{one}=" in recurring.rule.upper() for one in _BOUNDS):
        raise BadRule("a series ends by its last day")
    check_rule(recurring.rule, recurring.first_day)
    days = nominal_days(recurring, recurring.first_day, recurring.first_day + YEAR)
    if not days:
        raise BadRule("the series has no date")
    if not 1 <= draft.minutes <= LONGEST:
        raise InvalidInput("a meeting lasts between a minute and a day")
    for login in filter(None, (draft.chair, draft.secretary)):
        get_principal(db, login)
    start_minute = draft.start.hour * 60 + draft.start.minute
    # The first day of an event is one of its rule: programs differ about any other (§3.8.5.3).
    series = MeetingSeries(
        SeriesId(0), draft.code, draft.kind, draft.title, owner.id, draft.chair,
        draft.chair_function, draft.secretary, draft.visibility,
        recurring._replace(first_day=days[0]), start_minute, draft.minutes, draft.ahead,
        draft.closes_before, _standing(db, draft.items), f"{uuid.uuid4()}",
        days[0] - timedelta(days=1),
    )  # fmt: skip
    _check(series)
    return series


def _event(
    db: Db,
    series: MeetingSeries,
    owner: Principal,
    draft: SeriesDraft,
    collection: CalendarCollection,
    *,
    now: int,
) -> SeriesWriting:
    zone, tzid = zone_of(collection), collection.timezone_id
    said = EventDraft(
        title=series.title,
        location=draft.location,
        visibility=series.visibility,
        start=start_on(series, series.recurring.first_day, zone),
        duration=series.minutes,
    )
    calendar = new_object("VEVENT", said, uid=series.uid, tzid=tzid, floating=zone, now=now)
    writing = SeriesWriting(calendar, place_of(calendar, tzid, zone), zone)
    put_value(writing.master, "RRULE", rule_line(series, zone))
    invitees = invitees_of(db, draft.invited)
    if invitees:
        write_people(writing.master, organizer_of(owner), invitees)
    return writing


def list_series(db: Db, actor: Principal, *, now: int) -> list[MeetingSeries]:
    """Those that the actor keeps."""
    return [one for one in series_repository.list_all(db) if _keeps(db, actor, one, now=now)]


def get_series(
    db: Db, actor: Principal, code: str, *, lock: bool = False, now: int
) -> MeetingSeries:
    """For its organiser, who keeps his diary, its chair and its secretary. Raises NotFound."""
    found = series_repository.get(db, code, lock=lock)
    if not _keeps(db, actor, found, now=now):
        raise NotFound("there is nothing here")
    return found


def list_dates(
    db: Db, actor: Principal, code: str, window: tuple[date, date], *, now: int
) -> list[DatedMeeting]:
    """The dates of the rhythm, with what closed days made of them, and why. Raises NotFound."""
    series = get_series(db, actor, code, now=now)
    dates = series_repository.list_dates(db, series.id, *window)
    there = repository.list_by_id(db, {one.meeting_id for one in dates if one.meeting_id})
    return [DatedMeeting(one, there.get(one.meeting_id or 0)) for one in dates]


def change_series(
    db: Db, actor: Principal, code: str, change: SeriesChange, *, dispatch: Dispatch, now: int
) -> MeetingSeries:
    """What is to come goes along; a series that ends tells everybody once.

    Raises NotFound, NotYourPart, NeedPrivileges, UnknownPerson, InvalidInput.
    """
    series = get_series(db, actor, code, lock=True, now=now)
    for login in filter(None, (change.chair, change.secretary)):
        get_principal(db, login)
    for name in ("ahead", "chair", "chair_function", "secretary", "closes_before"):
        value = getattr(change, name)
        if value is not None:
            setattr(series, name, value)
    if change.items is not None:
        series.items = _standing(db, change.items)
    if change.last_day is not None:
        series.recurring = series.recurring._replace(last_day=change.last_day)
    _check(series)
    if change.last_day is not None:
        _end(db, actor, series, dispatch, now=now)
    series_repository.save(db, series)
    bring_up_to_date(db, actor, series, dispatch, now=now)
    return series


def _end(db: Db, actor: Principal, series: MeetingSeries, dispatch: Dispatch, *, now: int) -> None:
    if not schedules_for(db, actor, series.owner_id, series.uid, now=now):
        raise NotYourPart("who ends a series speaks in the organiser's name")
    standing, writing = open_event(db, series)
    if standing is None or writing is None:
        return
    end_on(writing, series, now=now)
    rewrite(db, actor, standing, writing, dispatch, now=now)
    for one in series_repository.list_dates(db, series.id, series.recurring.last_day):
        if one.nominal > (series.recurring.last_day or one.nominal) and one.day is not None:
            one.day, one.because = None, "la série s'arrête avant"
            series_repository.save_date(db, one)


def _keeps(db: Db, actor: Principal, series: MeetingSeries, *, now: int) -> bool:
    if actor.login in {series.chair, series.secretary} or actor.id == series.owner_id:
        return True
    return schedules_for(db, actor, series.owner_id, series.uid, now=now)


def _standing(db: Db, items: Sequence[StandingItem]) -> tuple[StandingItem, ...]:
    """Presenters by their addresses. Raises UnknownPerson."""
    found = []
    for one in items:
        presenter = people.resolve_one(db, one.presenter)
        found.append(one._replace(presenter=None if presenter is None else presenter.address))
    return tuple(found)


def _check(series: MeetingSeries) -> None:
    recurring = series.recurring
    if not 1 <= series.ahead <= MOST_AHEAD:
        raise InvalidInput(f"dates are meetings up to {MOST_AHEAD} days ahead")
    if len(series.items) > MAX_ITEMS:
        raise InvalidInput("that are too many standing items")
    if recurring.last_day is not None and recurring.last_day < recurring.first_day:
        raise InvalidInput("it ends after it begins")
