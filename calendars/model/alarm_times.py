"""When alarms go off (RFC 5545 §3.8.6), and whether in a time-range (RFC 4791 §9.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.model.component import Component
from calendars.model.invalid import InvalidCalendarData
from calendars.model.timed_instance import TimedInstance
from calendars.model.timed_values import epoch_of
from calendars.model.values import Duration, parse_datetime, parse_duration
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

_SLACK = 86_400
"""How far a nominal day may be from 24 hours, and more."""

InstancesIn = Callable[[Window], Iterable[TimedInstance]]


class Repetition(NamedTuple):
    """REPEAT and DURATION: how many times more it goes off, and how far apart."""

    times: int
    every: int

    def meets(self, trigger: int, window: Window) -> bool:
        """Whether the alarm goes off in the window: start <= trigger < end."""
        late = max(0, window.start - trigger)
        if late and self.every <= 0:
            return False
        skipped = -(-late // self.every) if late else 0
        return skipped <= self.times and trigger + skipped * self.every < window.end

    @property
    def lasts(self) -> int:
        """From the first time to the last."""
        return self.times * self.every


class Trigger(NamedTuple):
    """TRIGGER, REPEAT and DURATION of a VALARM."""

    instant: int | None
    """Epoch seconds where it is absolute: it goes off once, however often the event recurs."""
    offset: Duration
    by_end: bool
    repetition: Repetition

    def first_for(self, instance: TimedInstance, zone: tzinfo) -> int | None:
        """When it goes off first for an instance; None where that has no such end to it.

        Dates and floating times are read in the zone.
        """
        if self.instant is not None:
            return self.instant
        anchor = _anchor(instance, by_end=self.by_end)
        return None if anchor is None else _moved(anchor, self.offset, zone)


def trigger_of(alarm: Component, zone: tzinfo) -> Trigger | None:
    """When a VALARM goes off; None for one that cannot be read: it never does."""
    line = alarm.line("TRIGGER")
    if line is None:
        return None
    written = line.value.strip()
    try:
        repetition = _repetition(alarm)
        if written[:1].isdigit():
            instant = epoch_of(parse_datetime(written), zone)
            return Trigger(instant, Duration(0, 0), False, repetition)
        offset = parse_duration(line.value)
    except InvalidCalendarData:
        return None
    by_end = (line.parameter("RELATED") or "").upper() == "END"
    return Trigger(None, offset, by_end, repetition)


def alarm_overlaps(
    alarm: Component, window: Window, *, zone: tzinfo, instances_in: InstancesIn
) -> bool:
    """Whether a VALARM goes off in a window for some instance of the component around it.

    `instances_in` finds the instances that overlap a window, `zone` is that of dates and floating
    times. An alarm that cannot be read never goes off. Raises TooManyInstances.
    """
    trigger = trigger_of(alarm, zone)
    if trigger is None:
        return False
    repetition = trigger.repetition
    if trigger.instant is not None:
        return repetition.meets(trigger.instant, window)
    return any(
        first is not None and repetition.meets(first, window)
        for first in (
            trigger.first_for(instance, zone)
            for instance in instances_in(_searched(window, trigger.offset, repetition))
        )
    )


def _repetition(alarm: Component) -> Repetition:
    repeat, every = alarm.value("REPEAT"), alarm.value("DURATION")
    if repeat is None or every is None or not (repeat.isascii() and repeat.isdigit()):
        return Repetition(0, 0)
    return Repetition(int(repeat[:9]), parse_duration(every).total)


def _searched(window: Window, offset: Duration, repetition: Repetition) -> Window:
    """Where the instances lie whose alarm may go off in the window."""
    start, end = window
    if start > NEVER_BEFORE:
        start -= offset.total + repetition.lasts + _SLACK
    if end < NEVER_AFTER:
        end -= offset.total - _SLACK
    return Window(start, end)


def _anchor(instance: TimedInstance, *, by_end: bool) -> date | datetime | None:
    """What a trigger is relative to (RFC 5545 §3.8.6.3)."""
    if not by_end:
        return instance.dtstart
    return instance.due if instance.component.name == "VTODO" else instance.dtend


def _moved(anchor: date | datetime, offset: Duration, zone: tzinfo) -> int:
    """Days are nominal, seconds exact (RFC 5545 §3.3.6)."""
    if not isinstance(anchor, datetime):
        anchor = datetime.combine(anchor, time.min)
    try:
        anchor += timedelta(days=offset.days)
    except OverflowError:
        return NEVER_AFTER
    return epoch_of(anchor, zone) + offset.seconds
