"""From the occurrence index, hours and places to the pure search (MTG-3, DIA-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from calendars.model.free_period import open_spans
from calendars.model.principal import Principal
from calendars.model.resource_policy import DAY, MINUTE, AnswerMode
from calendars.model.window import Window
from calendars.services.find_engagements import Engaged
from calendars.services.gather_busy_time import Engagement
from calendars.services.set_policy import Resource
from scheduler.directory.model import Place, Travel
from scheduler.slots.codes import ConflictCode
from scheduler.slots.model import Diary, Span, Stretch, Supply
from scheduler.slots.repository import Known, Whereabouts
from scheduler.slots.sweep import merged, outside
from scheduler.working_time.hours import WorkingHours, at_minute, days_between

_UNKNOWN = Whereabouts(None, absent=False, immovable=False)


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds for every participant of one search."""

    window: Window
    first: date
    last: date
    zone: tzinfo
    travel: Travel
    place: Place | None
    """Where the meeting is."""
    known: Known
    buffer_before: int
    """In seconds."""
    buffer_after: int
    firm: bool

    def whereabouts(self, one: Engagement) -> Whereabouts:
        """What is known of an engagement besides its time."""
        if one.object_id is None:
            return _UNKNOWN
        found = self.known.get((one.object_id, one.starts_at))
        return found or self.known.get((one.object_id, 0), _UNKNOWN)


_Telling = Callable[[Ground, Engagement, Whereabouts, Place | None, int], Iterable[Stretch]]


class Week:
    """Hours of one kind laid out over the days of a search: people of one site share them."""

    def __init__(self, hours: WorkingHours, ground: Ground) -> None:
        open_days, lunches = [], []
        for day in days_between(ground.first, ground.last):
            spans = hours.on(day)
            if spans:
                open_days.append(
                    Span(
                        at_minute(day, spans[0][0], ground.zone),
                        at_minute(day, max(end for _, end in spans), ground.zone),
                    )
                )
            lunch = hours.lunch_on(day)
            if lunch is not None:
                lunches.append(Span(*(at_minute(day, minute, ground.zone) for minute in lunch)))
        self.lunches = tuple(lunches)
        self.closed = tuple(
            Stretch(*one, ConflictCode.HOURS) for one in outside(open_days, Span(*ground.window))
        )
        self.unsaid = tuple(one._replace(code=ConflictCode.OVERLAP) for one in self.closed)
        """The same for who may not read the diary."""


def diary_of(
    ground: Ground,
    person: Principal,
    engaged: Engaged,
    week: Week,
    home: Place | None,
    *,
    required: bool,
    apart: Sequence[Span] = (),
) -> Diary:
    """One participant's time; `home` is where he works, `apart` when he must not be away."""
    blocked: list[Stretch] = []
    tentative: list[Span] = []
    busy: list[Span] = []
    tell: _Telling = _stretches if engaged.open else _coarse
    grain = engaged.grain or 1
    for one in engaged.engagements:
        start, end = one.starts_at, one.ends_at
        if end - start <= 1:
            continue
        about = ground.whereabouts(one)
        start -= start % grain
        end += -end % grain
        if one.busy == "T" and not (about.immovable or about.absent or ground.firm):
            tentative.append(Span(start, end))
            continue
        blocked.extend(tell(ground, one, about, home, grain))
        if one.busy != "U" and not about.absent:
            busy.append(Span(start, end))
    apart_as = ConflictCode.NOT_TOGETHER if engaged.open else ConflictCode.OVERLAP
    blocked.extend(Stretch(*span, apart_as) for span in apart)
    closed = week.closed if engaged.open else week.unsaid
    return Diary(
        str(person.login), person.display_name, required, (*blocked, *closed),
        tuple(tentative), merged(busy), week.lunches,
    )  # fmt: skip


def _stretches(
    ground: Ground, one: Engagement, about: Whereabouts, home: Place | None, _: int
) -> Iterator[Stretch]:
    start, end = one.starts_at, one.ends_at
    if one.busy == "U":
        yield Stretch(start, end, ConflictCode.HOURS)
        return
    if about.absent:
        yield Stretch(start, end, ConflictCode.ABSENT)
        return
    yield Stretch(start - ground.buffer_after, end + ground.buffer_before, ConflictCode.OVERLAP)
    way = ground.travel.way(about.place or home, ground.place) * MINUTE
    if way:
        yield Stretch(start - way, end + way, ConflictCode.TRAVEL)


def _coarse(
    ground: Ground, one: Engagement, about: Whereabouts, home: Place | None, grain: int
) -> tuple[Stretch]:
    """Who may not read a diary learns neither why nor to the minute."""
    before = after = 0
    if one.busy != "U" and not about.absent:
        way = ground.travel.way(about.place or home, ground.place) * MINUTE
        before, after = max(ground.buffer_after, way), max(ground.buffer_before, way)
    start, end = one.starts_at - before, one.ends_at + after
    return (Stretch(start - start % grain, end + -end % grain, ConflictCode.OVERLAP),)


def away_spans(ground: Ground, engaged: Iterable[Engagement], home: Place | None) -> list[Span]:
    """When somebody is absent, or busy in another commune than where he works (NOT_TOGETHER)."""
    found = []
    for one in engaged:
        about = ground.whereabouts(one)
        if about.absent or is_away(home, about.place):
            found.append(Span(one.starts_at, one.ends_at))
    return list(merged(found))


def is_away(home: Place | None, place: Place | None) -> bool:
    """The place is in another commune than where somebody works."""
    return home is not None and place is not None and place.commune != home.commune


def supply_of(
    resource: Resource,
    engaged: Sequence[Engagement],
    closures: Iterable[tuple[int, int]],
    ground: Ground,
    *,
    now: int,
) -> Supply:
    """When a resource cannot be had for a meeting inside the window."""
    policy = resource.policy
    gap, window = policy.gap, Span(*ground.window)
    taken: list[Span] = []
    if not policy.allows_overlaps:
        taken = [
            Span(one.starts_at - gap, one.ends_at + gap)
            for one in engaged
            if one.busy == "B" and one.ends_at - one.starts_at > 1
        ]
    taken += [Span(*one) for one in closures]
    taken.append(Span(0, now + policy.min_notice * MINUTE))
    if policy.max_ahead is not None:
        taken.append(Span(now + policy.max_ahead * DAY, window.end + DAY))
    if policy.hours:
        lent = [Span(*one) for one in open_spans(policy.hours, ground.window, ground.zone)]
        taken += outside(lent, window)
    asks = policy.mode.awaits_person
    return Supply(
        str(resource.principal.login), resource.principal.display_name, merged(taken), asks
    )


def could_serve(resource: Resource, minutes: int, people: int) -> bool:
    """Its policy allows a meeting of that length with that many people at all."""
    policy = resource.policy
    return (
        policy.mode is not AnswerMode.DECLINE
        and (policy.max_duration is None or minutes <= policy.max_duration)
        and (policy.max_attendees is None or people <= policy.max_attendees)
    )
