"""The recurrence set: RRULE and RDATE without EXDATE and EXRULE (RFC 5545 §3.8.5).

Starts are told apart by their instants, of dates by their midnights. They come in order and only
as far as somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from heapq import heappop, heappush, merge
from operator import itemgetter

from calendars.model.availability_rows import period_instants
from calendars.model.budget import Budget
from calendars.model.component import ContentLine
from calendars.model.moments import Form, Moment, read_moment, tzid_of
from calendars.model.recurrence import LAST, Rule
from calendars.model.recurrence_rule import Frequency
from calendars.model.time_zones import Zones
from calendars.model.values import Duration, parse_period
from calendars.model.wall_clock import epoch_to_local, local_to_epoch

_DAY = 86_400
_MIDNIGHT = time.min
_CLOCK_CHANGE = timedelta(days=1)
_INSTANT = itemgetter(0)


Start = tuple[int, datetime, Duration | None]
"""An instance as the series gives it, before any override: its instant, its wall clock in the
zone of DTSTART, and a length of its own if a PERIOD gives one.
"""


class RecurrenceSet:
    """The set of one component with a start."""

    def __init__(
        self, first: Moment, lines: list[ContentLine], zones: Zones, budget: Budget
    ) -> None:
        """Raises InvalidCalendarData, TooManyInstances, UnsupportedRscale."""
        self.first = first
        self._zones = zones
        self._budget = budget
        self.rules: list[Rule] = []
        self._exceptions: list[Rule] = []
        self._dates: list[Start] = []
        self._excluded: set[int] = set()
        self._excluded_days: set[date] = set()
        for line in lines:
            if line.name == "RRULE":
                self.rules.append(Rule.parse(line.value, minutely=True))
            elif line.name == "EXRULE":
                self._exceptions.append(Rule.parse(line.value, minutely=True))
            else:
                self._read_dates(line)
        # The same start may be there twice, once with a length of its own: that one tells more.
        self._dates.sort(key=lambda start: (start[0], start[2] is None))
        self.longest = max((length.total for _, _, length in self._dates if length), default=0)

    def _read_dates(self, line: ContentLine) -> None:
        tzid = tzid_of(line)
        values = line.value.split(",")
        self._budget.spend(len(values))
        if line.name == "RDATE":
            self._dates.extend(self._added(text.strip(), tzid) for text in values)
            return
        for text in values:
            moment = read_moment(text, tzid, self._zones)
            if moment.form is Form.DATE and self.first.form is not Form.DATE:
                self._excluded_days.add(moment.wall.date())
            else:
                self._excluded.add(self.instant_of(moment))

    def _added(self, text: str, tzid: str | None) -> Start:
        begins, slash, _ = text.partition("/")
        instant = self.instant_of(read_moment(begins, tzid, self._zones))
        wall = epoch_to_local(instant, self.first.zone)
        if not slash or self.first.form is Form.DATE:
            return instant, wall, None
        period = parse_period(text)
        if isinstance(period.end, Duration):
            return instant, wall, period.end
        begin, end = period_instants(period, tzid, self._zones)
        return instant, wall, Duration(0, end - begin)

    def instant_of(self, moment: Moment) -> int:
        """The instant of the instance that a moment names, be it written in another form.

        Of all-day series only the date counts, and a date names the instance at the time of day
        of DTSTART.
        """
        if self.first.form is Form.DATE:
            return local_to_epoch(
                datetime.combine(_day_of(moment, self._zones), _MIDNIGHT), self.first.zone
            )
        if moment.form is Form.DATE:
            wall = datetime.combine(moment.wall.date(), self.first.wall.time())
            return local_to_epoch(wall, self.first.zone)
        return moment.instant

    def excludes(self, instant: int) -> bool:
        """EXDATE names that start."""
        if instant in self._excluded:
            return True
        if not self._excluded_days:
            return False
        return epoch_to_local(instant, self.first.zone).date() in self._excluded_days

    @property
    def bounded(self) -> bool:
        """It ends by itself."""
        return all(rule.bounded for rule in self.rules)

    def between(self, low: int, high: int) -> Iterator[Start]:
        """The starts in [low, high), in order, each once.

        Raises TooManyInstances, InvalidCalendarData.
        """
        forbidden = _Pursuit(self._forbidden(low, high) if self._exceptions else iter(()))
        picky = bool(self._excluded or self._excluded_days or self._exceptions)
        previous: int | None = None
        for start in self._all(low, high):
            instant = start[0]
            if instant >= high:
                return
            if instant < low or instant == previous:
                continue
            previous = instant
            if picky and (self.excludes(instant) or instant in forbidden):
                continue
            yield start

    def _all(self, low: int, high: int) -> Iterator[Start]:
        walk = self._walk(self.rules, low, high)
        if not self.rules:
            walk = iter(((self.first.instant, self.first.wall, None),))
        # Where both name one start, RDATE comes first: it may give it a length.
        return merge(self._walk_dates(low, high), walk, key=_INSTANT) if self._dates else walk

    def _walk_dates(self, low: int, high: int) -> Iterator[Start]:
        start = bisect_left(self._dates, low, key=_INSTANT)
        for added in self._dates[start : bisect_left(self._dates, high, key=_INSTANT)]:
            self._budget.spend()
            yield added

    def _forbidden(self, low: int, high: int) -> Iterator[Start]:
        """What EXRULE names; unlike RRULE it has nothing to say of DTSTART for its own sake."""
        for start in self._walk(self._exceptions, low, high):
            if start[0] != self.first.instant or any(
                rule.names_start(self._origin, self._budget) for rule in self._exceptions
            ):
                yield start

    @property
    def _origin(self) -> date | datetime:
        wall = self.first.wall
        return wall.date() if self.first.form is Form.DATE else wall

    def _walk(self, rules: list[Rule], low: int, high: int) -> Iterator[Start]:
        walks = [self._walk_rule(rule, low, high) for rule in rules]
        return walks[0] if len(walks) == 1 else merge(*walks, key=_INSTANT)

    def _walk_rule(self, rule: Rule, low: int, high: int) -> Iterator[Start]:
        zone = self.first.zone
        start, end = epoch_to_local(low, zone), min(epoch_to_local(high, zone), LAST)
        if zone is not UTC and not isinstance(zone, timezone):
            start, end = start - _CLOCK_CHANGE, end + _CLOCK_CHANGE
        walls = rule.between(self._origin, start, end, self._budget, zone=zone)
        starts = ((local_to_epoch(wall, zone), wall, None) for wall in walls)
        return _in_order(starts) if _may_swap(rule) else starts


class _Pursuit:
    """Membership in an endless ordered sequence, asked for in order."""

    def __init__(self, starts: Iterator[Start]) -> None:
        self._starts = starts
        self._last: int | None = None

    def __contains__(self, instant: int) -> bool:
        while self._last is None or self._last < instant:
            following = next(self._starts, None)
            if following is None:
                return False
            self._last = following[0]
        return self._last == instant


def _may_swap(rule: Rule) -> bool:
    """Several starts a day: one that the clocks skip may count after the next (§3.3.5)."""
    parts = rule.parts
    if parts.freq in (Frequency.HOURLY, Frequency.MINUTELY):
        return True
    return bool(parts.by_hour or parts.by_minute or parts.by_second)


def _in_order(starts: Iterator[Start]) -> Iterator[Start]:
    """Nearly ordered starts in order: no clock is moved by more than a day."""
    waiting: list[Start] = []
    for start in starts:
        heappush(waiting, start)
        while waiting[0][0] < start[0] - _DAY:
            yield heappop(waiting)
    while waiting:
        yield heappop(waiting)


def _day_of(moment: Moment, zones: Zones) -> date:
    """The date that is meant where only dates count.

    Some clients write the dates of all-day series as times: midnight in UTC, or the local
    midnight told in UTC.
    """
    if moment.form is not Form.UTC or moment.wall.time() == _MIDNIGHT:
        return moment.wall.date()
    return epoch_to_local(moment.instant, zones.default).date()
