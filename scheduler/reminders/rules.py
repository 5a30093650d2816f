"""When a reminder leaves, and until when it is of use (TIM-11). Pure.

A reminder by policy is planned for a working day, as a notice is (TIM-8): where the day falls on a
closed one, the working day before it. An alarm goes off when its owner asked for it; what it says
to people outside waits for the hours in which they may be written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from scheduler.working_time.rules import WorkingDays

_DAY = timedelta(days=1)
LATE_SECONDS = 3600
"""An alarm that was asked for at the start or later is of use for an hour."""
MAX_DAYS = 60
"""The longest time before the event that a policy may name."""
FARTHEST_SHIFT = 14
"""No run of closed days is longer: what would be moved farther stays where it is."""


@dataclass(frozen=True, slots=True)
class SendingHours:
    """When people outside may be written to: from 7:00 to 19:00 on working days (TIM-11)."""

    working: WorkingDays
    zone: tzinfo
    opens: time = time(7)
    closes: time = time(19)

    def is_open(self, instant: int) -> bool:
        """A letter may leave then; the closing hour itself is late."""
        local = epoch_to_local(instant, self.zone)
        return self.opens <= local.time() < self.closes and self._is_worked(local.date())

    def next_open(self, instant: int) -> int:
        """The first instant that is not before this one at which a letter may leave."""
        if self.is_open(instant):
            return instant
        local = epoch_to_local(instant, self.zone)
        day = local.date() if local.time() < self.opens else local.date() + _DAY
        return self._at(self.working.first_from(day).day, self.opens)

    def last_open(self, instant: int) -> int:
        """The last instant, to the minute, that is not after this one."""
        if self.is_open(instant):
            return instant
        local = epoch_to_local(instant, self.zone)
        day = local.date() if local.time() >= self.closes else local.date() - _DAY
        return self._at(self.working.last_until(day).day, self.closes) - 60

    def for_outsiders(self, asked_at: int, starts_at: int) -> int:
        """When an alarm of that instant may be heard outside: later while there is time yet."""
        later = self.next_open(asked_at)
        if later <= max(starts_at, asked_at):
            return later
        return self.last_open(asked_at)

    def working_day_until(self, day: date) -> date:
        """The day itself, or the working day before it."""
        found = self.working.last_until(day).day
        return found if day - found <= FARTHEST_SHIFT * _DAY else day

    def _is_worked(self, day: date) -> bool:
        return self.working.closed(day) is None

    def _at(self, day: date, clock: time) -> int:
        return local_to_epoch(datetime.combine(day, clock), self.zone)


@dataclass(frozen=True, slots=True)
class Policy:
    """The reminders of one kind of event: so many days before, at an hour of the day."""

    kind: str
    days: tuple[int, ...]
    at: time = time(7, 30)
    urgent: bool = False
    """It leaves on the very day, be it closed."""

    def moments(self, day: date, hours: SendingHours) -> list[tuple[int, int]]:
        """(instant, days before) of an event on a day, the farthest first.

        Two that fall on one day are one: the nearer to the event is said.
        """
        by_day: dict[date, int] = {}
        for before in sorted(self.days, reverse=True):
            named = day - before * _DAY
            by_day[named if self.urgent else hours.working_day_until(named)] = before
        return [
            (local_to_epoch(datetime.combine(sent, self.at), hours.zone), before)
            for sent, before in sorted(by_day.items())
        ]


def useful_until(asked_at: int, starts_at: int) -> int:
    """The last instant at which it helps: before the event, or soon after it was asked for.

    A reminder of an event that has begun is none, unless it was wanted then.
    """
    return starts_at if asked_at < starts_at else asked_at + LATE_SECONDS


def policy_for(kinds: Iterable[str], policies: Iterable[Policy]) -> Policy | None:
    """The policy of an event of these kinds; the first that has one decides."""
    by_kind = {one.kind.casefold(): one for one in policies}
    for kind in kinds:
        found = by_kind.get(kind.strip().casefold())
        if found is not None:
            return found
    return None
