"""When alarms go off, as far as a time-range asks (RFC 4791 §9.9, RFC 5545 §3.8.6)."""

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


def alarm_overlaps(
    alarm: Component, window: Window, *, zone: tzinfo, instances_in: InstancesIn
) -> bool:
    """Whether a VALARM goes off in a window for some instance of the component around it.

    `instances_in` finds the instances that overlap a window, `zone` is that of dates and floating
    times. An alarm that cannot be read never goes off. Raises TooManyInstances.
    """
    trigger = alarm.line("TRIGGER")
    if trigger is None:
        return False
    try:
        repetition = _repetition(alarm)
        if trigger.value.strip()[:1].isdigit():
            return repetition.meets(epoch_of(parse_datetime(trigger.value.strip()), zone), window)
        offset = parse_duration(trigger.value)
    except InvalidCalendarData:
        return False
    by_end = (trigger.parameter("RELATED") or "").upper() == "END"
    return any(
        anchor is not None and repetition.meets(_moved(anchor, offset, zone), window)
        for anchor in (
            _anchor(instance, by_end=by_end)
            for instance in instances_in(_searched(window, offset, repetition))
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
