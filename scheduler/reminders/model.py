"""The reminders of one calendar object: which fall due when, for whom, about which occurrence.

Nothing is listed ahead: of a series the occurrences are walked as far as the answer asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import Enum
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from calendars.itip.people import part_stat
from calendars.model.alarm_times import Trigger, trigger_of
from calendars.model.budget import Budget
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component, split_values, unescape
from calendars.model.instances import instances
from calendars.model.invalid import InvalidCalendarData, TooManyInstances, UnsupportedRscale
from calendars.model.timed_instance import TimedInstance
from calendars.model.timed_values import epoch_of
from calendars.model.values import parse_datetime
from calendars.model.wall_clock import epoch_to_local
from calendars.model.window import ALWAYS, NEVER_AFTER, Window
from scheduler.reminders.rules import (
    FARTHEST_SHIFT,
    Policy,
    SendingHours,
    policy_for,
    useful_until,
)

_DAY = 86_400
_SLACK = 2 * _DAY
_SHIFT = (FARTHEST_SHIFT + 1) * _DAY
_AWAY = frozenset(("DECLINED", "DELEGATED"))
_OVER = frozenset(("CANCELLED", "COMPLETED"))
_THINGS = frozenset(("ROOM", "RESOURCE"))
MAX_REPEATS = 10
"""A mail is no alarm clock: of REPEAT no more is heard."""
_SEVERAL = re.compile(r"BY(MINUTE|SECOND)=[0-9]+,")
_LOOKED_AT = 50
"""How many occurrences are asked which of them an alarm at an instant is about."""


class Audience(Enum):
    """Whom a moment is for: people outside may have to wait (TIM-11)."""

    BOTH = "both"
    INSIDE = "inside"
    OUTSIDE = "outside"


class Cause(NamedTuple):
    """Why somebody is reminded: an alarm of the event, or the policy of its kind."""

    alarm: Component | None
    before: int
    """Days before, of a policy."""
    urgent: bool
    """It does not wait for the hours in which letters leave."""


class Due(NamedTuple):
    """One reminder of one occurrence."""

    at: int
    cause: Cause
    audience: Audience
    occurrence: TimedInstance
    starts_at: int
    useful_until: int


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the rules need to know besides the object."""

    policies: Sequence[Policy]
    hours: SendingHours


class Reminded:
    """A calendar object in one diary."""

    def __init__(
        self, calendar: Component, owner: frozenset[str], floating: tzinfo, guidance: Guidance
    ) -> None:
        """`owner` are the addresses of whose diary it is; `floating` the zone of that diary."""
        self.calendar = calendar
        self.owner = owner
        self._floating = floating
        self._guidance = guidance
        self._triggers: dict[int, list[tuple[Component, Trigger]]] = {}

    @property
    def site(self) -> tzinfo:
        """The zone of days (TIM-1)."""
        return self._guidance.hours.zone

    @cached_property
    def _parts(self) -> list[Component]:
        return [one for one in self.calendar.components if one.name in ("VEVENT", "VTODO")]

    @cached_property
    def concerns_nobody(self) -> bool:
        """It has no reminder at all: nothing of it needs to be watched."""
        return not any(self._alarms(part) or self._policy(part) is not None for part in self._parts)

    @cached_property
    def _tells_others(self) -> bool:
        """Its owner invites others to it: he may have them reminded."""
        return any(self.is_organized(part) and part.line("ATTENDEE") for part in self._parts)

    def is_organized(self, part: Component) -> bool:
        """The owner of the diary is the organizer."""
        organizer = part.value("ORGANIZER")
        return organizer is not None and calendar_user_address(organizer) in self.owner

    # --- moments ---------------------------------------------------------------------------------

    def due_between(self, after: int, upto: int) -> list[Due]:
        """What falls due in (after, upto], by instant; what cannot be told is not.

        No more occurrences are looked at than those whose reminders may lie there.
        """
        low, high = self._reach
        window = Window(after + low, upto + high)
        found = [due for instance in self._instances(window) for due in self._of(instance)]
        wanted = (due for due in (*self._absolute, *found) if after < due.at <= upto)
        return sorted(wanted, key=lambda due: due.at)

    def next_after(self, after: int) -> int | None:
        """The instant of the next reminder, None if there will be none."""
        low, high = self._reach
        best = min((due.at for due in self._absolute if due.at > after), default=None)
        for instance in self._instances(Window(after + low, NEVER_AFTER)):
            if best is not None and instance.starts_at - high > best:
                return best
            for due in self._of(instance):
                if due.at > after and (best is None or due.at < best):
                    best = due.at
        return best

    @cached_property
    def _reach(self) -> tuple[int, int]:
        """Of an occurrence that starts at s, reminders lie in [s - high, s - low] at most.

        Where an alarm counts from the end, s may be the end: windows find what overlaps them.
        """
        low, high = -_SLACK, _SLACK
        shift = _SHIFT if self._tells_others else 0
        for part in self._parts:
            policy = self._policy(part)
            if policy is not None:
                high = max(high, max(policy.days) * _DAY + _SHIFT + _SLACK)
            for _, trigger in self._alarms(part):
                first = trigger.offset.total
                high = max(high, shift + _SLACK - first)
                low = min(low, -shift - _SLACK - first - trigger.repetition.lasts)
        return low, high

    def _instances(self, window: Window) -> Iterator[TimedInstance]:
        if self.concerns_nobody:
            return
        try:
            yield from instances(self.calendar, window, zone=self._floating, budget=Budget())
        except (InvalidCalendarData, TooManyInstances, UnsupportedRscale):
            return

    def _of(self, instance: TimedInstance) -> Iterator[Due]:
        """The reminders of one occurrence that count from its times."""
        part = instance.component
        if not self._takes_place(part):
            return
        starts_at = self.start_of(instance)
        for alarm, trigger in self._alarms(part):
            if trigger.instant is None:
                first = trigger.first_for(instance, self._zone_for(instance))
                if first is not None:
                    yield from self._repeated(alarm, trigger, first, instance)
        policy = self._policy(part)
        if policy is not None:
            urgent = policy.urgent or is_urgent(part)
            for at, before in policy.moments(self.day_of(instance), self._guidance.hours):
                if at < starts_at:
                    cause = Cause(None, before, urgent)
                    yield Due(at, cause, Audience.BOTH, instance, starts_at, starts_at)

    @cached_property
    def _absolute(self) -> list[Due]:
        """Those of alarms at an instant of their own, as snoozed ones are (RFC 9074 §8.2).

        Such an alarm goes off once, about the occurrence that is next then, or the first of all.
        """
        return [
            due
            for part in self._parts
            for alarm, trigger in self._alarms(part)
            if trigger.instant is not None and self._takes_place(part)
            for meant in self._meant(part, trigger.instant)
            for due in self._repeated(alarm, trigger, trigger.instant, meant)
        ]

    def _meant(self, part: Component, at: int) -> Iterator[TimedInstance]:
        for window in (Window(at, NEVER_AFTER), ALWAYS):
            for instance in islice(self._instances(window), _LOOKED_AT):
                if instance.component is part:
                    yield instance
                    return

    def _repeated(
        self, alarm: Component, trigger: Trigger, first: int, instance: TimedInstance
    ) -> Iterator[Due]:
        starts_at = self.start_of(instance)
        heard = _acknowledged(alarm)
        urgent = is_urgent(instance.component)
        cause = Cause(alarm, 0, urgent)
        for number in range(min(trigger.repetition.times, MAX_REPEATS) + 1):
            at = first + number * trigger.repetition.every
            if heard is not None and heard >= at:
                continue
            outside = at
            if self._tells_others and not urgent:
                outside = self._guidance.hours.for_outsiders(at, starts_at)
            until = useful_until(at, starts_at)
            if outside == at:
                yield Due(at, cause, Audience.BOTH, instance, starts_at, until)
            else:
                yield Due(at, cause, Audience.INSIDE, instance, starts_at, until)
                yield Due(outside, cause, Audience.OUTSIDE, instance, starts_at, until)

    # --- what the components say -----------------------------------------------------------------

    def start_of(self, instance: TimedInstance) -> int:
        """When it starts; a day starts at midnight of the site, a task counts by its due date."""
        start = _start(instance)
        return instance.starts_at if start is None else epoch_of(start, self._zone_for(instance))

    def day_of(self, instance: TimedInstance) -> date:
        """The day of the site on which it starts (TIM-1)."""
        start = _start(instance)
        if start is not None and not isinstance(start, datetime):
            return start
        return epoch_to_local(self.start_of(instance), self.site).date()

    def _zone_for(self, instance: TimedInstance) -> tzinfo:
        return self._floating if isinstance(_start(instance), datetime) else self.site

    def attendees(self, part: Component) -> Iterator[str]:
        """Addresses of people who are invited and have not said that they stay away."""
        for line in part.all("ATTENDEE"):
            if (line.parameter("CUTYPE") or "").upper() in _THINGS:
                continue
            if part_stat(line) not in _AWAY:
                yield calendar_user_address(line.value)

    def _takes_place(self, part: Component) -> bool:
        """It is neither over nor cancelled, and whose diary it is comes, or invites others."""
        if (part.value("STATUS") or "").strip().upper() in _OVER:
            return False
        return self.is_organized(part) or not self.stays_away(part)

    def stays_away(self, part: Component) -> bool:
        """Whose diary it is has declined, or sends somebody else."""
        return any(
            calendar_user_address(line.value) in self.owner and part_stat(line) in _AWAY
            for line in part.all("ATTENDEE")
        )

    def _alarms(self, part: Component) -> list[tuple[Component, Trigger]]:
        """The alarms that go off as a mail; all others are the business of the programs."""
        known = self._triggers.get(id(part))
        if known is None:
            known = [
                (alarm, trigger)
                for alarm in ([] if _is_dense(part) else part.children("VALARM"))
                if (alarm.value("ACTION") or "").strip().upper() == "EMAIL"
                and (trigger := trigger_of(alarm, self._floating)) is not None
            ]
            self._triggers[id(part)] = known
        return known

    def _policy(self, part: Component) -> Policy | None:
        if part.name != "VEVENT" or not self._guidance.policies:
            return None
        return policy_for(kinds_of(part), self._guidance.policies)


def kinds_of(part: Component) -> Iterator[str]:
    """CATEGORIES: by them the kind of an event is known."""
    for line in part.all("CATEGORIES"):
        yield from (unescape(value) for value in split_values(line.value))


def _is_dense(part: Component) -> bool:
    """It comes several times an hour: nobody is written to every minute."""
    return bool(_SEVERAL.search((part.value("RRULE") or "").upper()))


def is_urgent(part: Component) -> bool:
    """PRIORITY 1 is the highest (RFC 5545 §3.8.1.9): such a letter does not wait for Monday."""
    return (part.value("PRIORITY") or "").strip() == "1"


def _acknowledged(alarm: Component) -> int | None:
    """Until when the alarm was heard, on whichever device (RFC 9074 §6.1)."""
    value = alarm.value("ACKNOWLEDGED")
    if value is None:
        return None
    try:
        heard = parse_datetime(value.strip())
    except InvalidCalendarData:
        return None
    return None if heard.tzinfo is None else int(heard.timestamp())


def _start(instance: TimedInstance) -> date | datetime | None:
    if instance.component.name == "VEVENT":
        return instance.dtstart
    return instance.due if instance.due is not None else instance.dtstart
