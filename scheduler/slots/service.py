"""Search for slots: rights, the index and the settings in, a ranked answer out (MTG-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import RESOURCE_KINDS, Principal, PrincipalKind
from calendars.model.window import Window
from calendars.services.find_engagements import Engaged, find_engagements
from calendars.services.find_principals import list_people
from calendars.services.gather_busy_time import BusyQuestion, gather_engagements
from calendars.services.set_policy import Resource, list_closures, list_resources, may_book
from calendars.services.tell_busy_time import FreeBusyPolicy, all_members
from scheduler.directory import service as directory
from scheduler.directory.model import Place, Travel
from scheduler.slots import repository
from scheduler.slots.gather import (
    Ground,
    Week,
    away_spans,
    could_serve,
    diary_of,
    is_away,
    supply_of,
)
from scheduler.slots.model import Diary, Need, Search, Span, Terms, Wish
from scheduler.slots.request import Answer, ResourceNeed, SlotRequest, UnknownParticipants
from scheduler.slots.sweep import find_slots
from scheduler.working_time import service as working_time
from scheduler.working_time.hours import WorkingHours, at_minute, days_between
from scheduler.working_time.model import Figures, WorkingCalendar
from scheduler.working_time.rules import Closed, ClosedDay

_DAY = 86_400


class Asking(NamedTuple):
    """Who asks, and under which terms of the house."""

    actor: Principal
    zone: tzinfo
    policy: FreeBusyPolicy
    now: int
    booker: Principal | None = None
    """Who asks for rooms, where that is somebody else."""


class Participants(NamedTuple):
    """The people of a meeting, groups resolved."""

    people: list[Principal]
    required: frozenset[PrincipalId]


def search_slots(db: Db, asking: Asking, request: SlotRequest) -> Answer:
    """The best slots for these people and things, and why there are no others.

    Raises BadSearch, UnknownParticipants.
    """
    request.check()
    resources = list_resources(db)
    who = resolve(db, request.required, request.optional)
    figures = working_time.figures(db)
    days = working_time.working_calendar(db, request.first, request.last)
    travel = directory.travel(db)
    choices = _choices(db, asking.booker or asking.actor, request, resources, len(who.people))
    place = _place(request, travel, choices)
    ground = _ground(db, asking, request, travel, place, who.people)
    diaries, told = _diaries(db, asking, request, ground, who)
    search = Search(
        _starts(db, asking, request, ground, days, figures),
        request.minutes * 60,
        tuple(diaries),
        tuple(_needs(db, request, ground, choices, now=asking.now)),
        tuple(_day_spans(ground)),
        tuple(_wishes(request, ground, days)),
        _terms(figures),
        request.least,
        request.limit,
        request.overlapping,
    )
    names = {one.key: one.name for one in diaries}
    names |= {s.key: s.name for need in search.needs for s in need.supplies}
    opened = frozenset(str(p.login) for p in who.people if told[p.id].open)
    logins = tuple(str(one.login) for one in who.people)
    closed = tuple(_closed(request, days))
    return Answer(find_slots(search), names, opened, closed, logins)


def resolve(db: Db, required: Sequence[str], optional: Sequence[str]) -> Participants:
    """People by login; a group stands for its members (MTG-2). Raises UnknownParticipants."""
    asked = list(dict.fromkeys((*required, *optional)))
    found = list_people(db, asked)
    unknown = [one for one in asked if one not in found or found[one].kind in RESOURCE_KINDS]
    if unknown:
        raise UnknownParticipants(
            tuple(unknown), words=f"personne ne s'appelle ainsi : {', '.join(unknown)}"
        )
    by_id: dict[PrincipalId, Principal] = {}
    needed: set[PrincipalId] = set()
    for login in asked:
        one = found[login]
        members = all_members(db, one.id) if one.kind is PrincipalKind.GROUP else [one]
        people = [member for member in members if member.kind not in RESOURCE_KINDS]
        by_id.update((member.id, member) for member in people)
        if login in required:
            needed.update(member.id for member in people)
    ordered = sorted(by_id.values(), key=lambda one: one.id not in needed)
    return Participants(ordered, frozenset(needed))


def _choices(
    db: Db, actor: Principal, request: SlotRequest, resources: Sequence[Resource], people: int
) -> list[list[Resource]]:
    """For each need what would serve, the best first: no approval, then the smallest."""
    found = []
    for need in request.needs:
        fitting = [
            one
            for one in resources
            if _fits(need, one, people)
            and could_serve(one, request.minutes, people)
            and may_book(db, one, actor)
        ]
        fitting.sort(
            key=lambda one: (
                one.policy.mode.awaits_person,
                one.principal.capacity or 0,
                one.principal.login,
            )
        )
        found.append(fitting)
    return found


def _fits(need: ResourceNeed, one: Resource, people: int) -> bool:
    if need.logins:
        return one.principal.login in need.logins
    seats = need.capacity
    if seats is None:
        seats = people if one.principal.kind is PrincipalKind.ROOM else 0
    has = {feature.casefold() for feature in one.facts.features}
    return (
        need.category in {None, one.facts.category.value}
        and need.site in {None, one.facts.site}
        and (one.principal.capacity or 0) >= seats
        and {feature.casefold() for feature in need.features} <= has
    )


def _place(
    request: SlotRequest, travel: Travel, choices: Sequence[Sequence[Resource]]
) -> Place | None:
    """Where the meeting is: as it was said, else where all the rooms that would do are."""
    if request.place is not None:
        return travel.find(request.place)
    rooms = [one for each in choices for one in each if one.principal.kind is PrincipalKind.ROOM]
    places = {travel.find(one.principal.display_name) for one in rooms}
    return places.pop() if len(places) == 1 else None


def _ground(
    db: Db,
    asking: Asking,
    request: SlotRequest,
    travel: Travel,
    place: Place | None,
    people: Sequence[Principal],
) -> Ground:
    window = Window(
        at_minute(request.first, 0, asking.zone),
        at_minute(request.last, 24 * 60, asking.zone),
    )
    owners = [one.id for one in people]
    pairs = directory.pairs_with(db, [str(one.login) for one in people])
    partners = list_people(db, sorted({login for pair in pairs for login in pair}))
    owners += [one.id for one in partners.values()]
    known = repository.list_whereabouts(db, owners, Window(window.start - _DAY, window.end + _DAY))
    return Ground(
        window, request.first, request.last, asking.zone, travel, place, known,
        request.buffer_before * 60, request.buffer_after * 60, request.firm,
    )  # fmt: skip


def _question(request: SlotRequest, ground: Ground) -> BusyQuestion:
    """A day more on either side: the way home from far away counts too."""
    window = Window(ground.window.start - _DAY, ground.window.end + _DAY)
    return BusyQuestion(window, request.moving)


def _diaries(
    db: Db, asking: Asking, request: SlotRequest, ground: Ground, who: Participants
) -> tuple[list[Diary], Mapping[PrincipalId, Engaged]]:
    told = find_engagements(
        db, asking.actor, who.people, _question(request, ground),
        policy=asking.policy, now=asking.now,
    )  # fmt: skip
    hidden = tuple(str(one.login) for one in who.people if told[one.id].grain is None)
    if hidden:
        raise UnknownParticipants(hidden)
    sites = directory.sites_of(db, [str(one.login) for one in who.people])
    homes = _homes(db, sites)
    hours = working_time.hours_of(
        db, {str(one.login): sites.get(str(one.login)) for one in who.people}
    )
    apart = _apart(db, request, ground, who.people)
    weeks: dict[WorkingHours, Week] = {}
    diaries = []
    for person in who.people:
        login = str(person.login)
        usual = hours[login]
        week = weeks.get(usual) or weeks.setdefault(usual, Week(usual, ground))
        diaries.append(
            diary_of(
                ground, person, told[person.id], week, homes.get(login),
                required=person.id in who.required, apart=apart.get(login, ()),
            )
        )  # fmt: skip
    return diaries, told


def _homes(db: Db, sites: Mapping[str, str]) -> dict[str, Place]:
    known = {one.code: Place(one.commune, one.code) for one in directory.list_sites(db)}
    return {login: known[code] for login, code in sites.items() if code in known}


def _apart(
    db: Db, request: SlotRequest, ground: Ground, people: Sequence[Principal]
) -> dict[str, list[Span]]:
    """When each must not go away because somebody else is away then (NOT_TOGETHER)."""
    logins = [str(one.login) for one in people]
    pairs = directory.pairs_with(db, logins)
    if not pairs or ground.place is None:
        return {}
    partners = list_people(db, sorted({login for pair in pairs for login in pair}))
    homes = _homes(db, directory.sites_of(db, list(partners)))
    ids = [one.id for one in partners.values()]
    taken = gather_engagements(db, ids, _question(request, ground))
    away = {
        login: away_spans(ground, taken[one.id], homes.get(login))
        for login, one in partners.items()
    }
    found: dict[str, list[Span]] = {}
    for first, second in pairs:
        for here, other in ((first, second), (second, first)):
            if here not in logins or not is_away(homes.get(here), ground.place):
                continue
            both = other in logins and is_away(homes.get(other), ground.place)
            spans = [Span(*ground.window)] if both else away.get(other, [])
            found.setdefault(here, []).extend(spans)
    return found


def _needs(
    db: Db,
    request: SlotRequest,
    ground: Ground,
    choices: Sequence[Sequence[Resource]],
    *,
    now: int,
) -> Iterator[Need]:
    wanted = {one.principal.id: one for each in choices for one in each}
    taken = gather_engagements(db, list(wanted), _question(request, ground))
    supplies = {}
    for number, one in wanted.items():
        out = [
            (c.closure.starts_at, c.closure.ends_at)
            for c in list_closures(db, str(one.principal.login), now=now)
        ]
        supplies[number] = supply_of(one, taken[number], out, ground, now=now)
    for place, (need, each) in enumerate(zip(request.needs, choices, strict=True), 1):
        label = f"{need.category or 'resource'} {place}"
        yield Need(label, tuple(supplies[one.principal.id] for one in each))


def _starts(
    db: Db,
    asking: Asking,
    request: SlotRequest,
    ground: Ground,
    days: WorkingCalendar,
    figures: Figures,
) -> tuple[int, ...]:
    """Every start on a working day, in the hours of the place, and not past."""
    hours = request.hours or working_time.site_hours(db, ground.place.spot if ground.place else "")
    step, found = figures.slot_step, []
    for day in days_between(request.first, request.last):
        if not request.closed_days and days.days.closed(day) is not None:
            continue
        for first, last in _openings(hours, day, whole=request.hours is None):
            for minute in range(first + -first % step, last - request.minutes + 1, step):
                start = at_minute(day, minute, ground.zone)
                if start >= asking.now:
                    found.append(start)
    return tuple(sorted(set(found)))


def _openings(hours: WorkingHours, day: date, *, whole: bool) -> Sequence[tuple[int, int]]:
    """The spans of a day as they were asked for; of usual hours the day as a whole.

    Whether a break in it may be used is for each participant's own lunch to decide.
    """
    spans = hours.on(day)
    if whole and spans:
        return [(spans[0][0], max(end for _, end in spans))]
    return spans


def _day_spans(ground: Ground) -> Iterator[Span]:
    for day in days_between(ground.first, ground.last):
        yield Span(at_minute(day, 0, ground.zone), at_minute(day, 24 * 60, ground.zone))


def _wishes(request: SlotRequest, ground: Ground, days: WorkingCalendar) -> Iterator[Wish]:
    for start, end, label in request.avoided:
        yield Wish(start, end, label, "avoided")
    for one in days.breaks if request.avoid_breaks else ():
        start = at_minute(one.first_day, 0, ground.zone)
        end = at_minute(one.last_day, 24 * 60, ground.zone)
        yield Wish(start, end, one.label, "break")


def _terms(figures: Figures) -> Terms:
    return Terms(
        figures.lunch_minutes, figures.lunch_least, figures.long_minutes,
        figures.day_load_minutes, figures.weights,
    )  # fmt: skip


def _closed(request: SlotRequest, days: WorkingCalendar) -> Iterator[ClosedDay]:
    for day in days_between(request.first, request.last):
        closed = days.days.closed(day)
        if closed is not None and closed.because is not Closed.WEEKEND:
            yield closed
