"""Diaries of a directorate over three years, and by brute force what a year reminds of.

Nothing here is asked of the service: occurrences are listed one by one, days counted one by one.
Nouméa has no daylight saving, so that its clocks are those of UTC and eleven hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from dateutil.rrule import MONTHLY, WEEKLY, rrule
from holidays import country_holidays

OFFSET = timedelta(hours=11)
DAY = timedelta(days=1)
CLOSED = frozenset(country_holidays("FR", subdiv="NC", years=range(2024, 2029)))
POLICIES = {"Formation": (7, 2), "Commission": (7, 2, 1)}
SEVEN_THIRTY = timedelta(hours=7, minutes=30)


class Letter(NamedTuple):
    """Whom a tick reminds of what."""

    tick: int
    uid: str
    recipient: str
    start: int
    """Of the occurrence; of days their midnight."""


@dataclass(frozen=True)
class Entry:
    """An event of somebody's, with everything that its reminders depend on."""

    uid: str
    owner: str
    start: datetime
    """By the clocks of Nouméa."""
    all_day: bool = False
    every: str = ""
    """weekly, monthly, or once."""
    count: int = 0
    """How often; without end if 0."""
    left_out: tuple[int, ...] = ()
    """Occurrences that were taken out, by number."""
    moved: tuple[int, timedelta] | None = None
    """One that was moved."""
    alarms: tuple[int, ...] = ()
    """Minutes before."""
    kind: str = ""
    outsiders: tuple[str, ...] = ()
    written_at: int = 0

    def starts(self, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """(original, actual) of each occurrence up to an instant."""
        if not self.every:
            yield self.start, self.start
            return
        for number, found in enumerate(self._originals(until=until)):
            if number in self.left_out:
                continue
            away = self.moved is not None and self.moved[0] == number
            yield found, found + self.moved[1] if away and self.moved else found

    def _originals(self, until: datetime | None = None) -> list[datetime]:
        """What the rule gives; without an end that is asked for, its first forty."""
        count = self.count or (None if until else 40)
        last = None if count else until
        if self.every == "weekly":
            return list(rrule(WEEKLY, dtstart=self.start, count=count, until=last))
        return list(rrule(MONTHLY, dtstart=self.start, count=count, until=last))

    @property
    def text(self) -> str:
        """As iCalendar."""
        lines = self._component(self.start, repeats=True)
        if self.moved is not None:
            number, by = self.moved
            original = self._originals()[number]
            lines += self._component(original + by, original=original)
        inner = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *lines, "END:VCALENDAR", ""]
        return "\r\n".join(inner)

    def _component(
        self, start: datetime, *, repeats: bool = False, original: datetime | None = None
    ) -> list[str]:
        lines = ["BEGIN:VEVENT", f"UID:{self.uid}", "DTSTAMP:20250101T000000Z", "SUMMARY:x"]
        if self.all_day:
            lines += [
                f"DTSTART;VALUE=DATE:{start:%Y%m%d}",
                f"DTEND;VALUE=DATE:{start + DAY:%Y%m%d}",
            ]
        else:
            lines += [f"DTSTART{_stamp(start, local=repeats)}", "DURATION:PT1H"]
        if original is not None:
            lines.append(f"RECURRENCE-ID{_stamp(original, local=True)}")
        if repeats and self.every:
            count = f";COUNT={self.count}" if self.count else ""
            lines.append(f"RRULE:FREQ={self.every.upper()}{count}")
            taken = self._originals()
            lines += [f"EXDATE{_stamp(taken[number], local=True)}" for number in self.left_out]
        if self.kind:
            lines.append(f"CATEGORIES:{self.kind}")
        if self.outsiders:
            lines.append(f"ORGANIZER:mailto:{self.owner}@example.org")
            lines += [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{one}" for one in self.outsiders]
        for minutes in self.alarms:
            lines += [
                "BEGIN:VALARM", "ACTION:EMAIL", f"TRIGGER:-PT{minutes}M", "DESCRIPTION:x",
                "SUMMARY:x", f"ATTENDEE:mailto:{self.owner}@example.org", "END:VALARM",
            ]  # fmt: skip
        return [*lines, "END:VEVENT"]


def _stamp(moment: datetime, *, local: bool) -> str:
    if local:
        return f";TZID=Pacific/Noumea:{moment:%Y%m%dT%H%M%S}"
    return f":{moment - OFFSET:%Y%m%dT%H%M%S}Z"


def epoch(local: datetime) -> int:
    """The instant at which the clocks of Nouméa show that."""
    return int((local - OFFSET).replace(tzinfo=UTC).timestamp())


def is_worked(day: date) -> bool:
    """Nobody works at the week-end and on holidays."""
    return day.weekday() < 5 and day not in CLOSED


@dataclass
class Wanted:
    """One reminder, before anybody knows when the service looks."""

    at: int
    order: int
    until: int
    by_policy: bool


def _wanted(entry: Entry, start: datetime) -> list[Wanted]:
    """The reminders of one occurrence, the owner's alarms and everybody's policy."""
    begins = epoch(start)
    found = [
        Wanted(begins - minutes * 60, 0, begins if minutes else begins + 3600, False)
        for minutes in entry.alarms
    ]
    by_day: dict[date, int] = {}
    for before in sorted(POLICIES.get(entry.kind, ()), reverse=True):
        day = start.date() - before * DAY
        while not is_worked(day):
            day -= DAY
        by_day[day] = before
    midnight = datetime.min.time()
    for day in by_day:
        at = epoch(datetime.combine(day, midnight) + SEVEN_THIRTY)
        if at < begins:
            found.append(Wanted(at, 1, begins, True))
    return found


def _open_from(tick: int) -> int:
    """The first minute at which people may be written to by policy."""
    local = datetime.fromtimestamp(tick, UTC).replace(tzinfo=None) + OFFSET
    while not (is_worked(local.date()) and 7 <= local.hour < 19):
        local = local.replace(second=0) + timedelta(minutes=1)
    return epoch(local)


@dataclass
class Oracle:
    """What each tick must tell, reckoned by looking at every occurrence of everything."""

    ticks: Sequence[int]
    last: datetime
    expected: list[Letter] = field(default_factory=list)

    def add(self, entry: Entry, since: int, until: int) -> None:
        """An entry that stood so from one instant to another."""
        for _, start in entry.starts(self.last):
            people = [(f"{entry.owner}@example.org", True)]
            people += [(one, False) for one in entry.outsiders]
            wanted = [one for one in _wanted(entry, start) if since < one.at]
            for person, inside in people:
                mine = [one for one in wanted if inside or one.by_policy]
                self.expected += self._told(entry, epoch(start), person, mine, until)

    def _told(
        self, entry: Entry, start: int, person: str, wanted: Sequence[Wanted], until: int
    ) -> Iterator[Letter]:
        by_tick: dict[int, list[Wanted]] = {}
        for one in wanted:
            tick = self._tick_after(one.at)
            if tick is not None and tick < until and tick <= one.until:
                by_tick.setdefault(tick, []).append(one)
        for tick, several in by_tick.items():
            said = max(several, key=lambda one: (one.at, one.order))
            if not said.by_policy or _open_from(tick) <= said.until:
                yield Letter(tick, entry.uid, person, start)

    def _tick_after(self, instant: int) -> int | None:
        """By halves: the first tick that is not before the instant."""
        low, high = 0, len(self.ticks)
        while low < high:
            middle = (low + high) // 2
            if self.ticks[middle] < instant:
                low = middle + 1
            else:
                high = middle
        return self.ticks[low] if low < len(self.ticks) else None


class Volume(NamedTuple):
    """How much of each there is in one diary."""

    singles: int
    series: int


def entries_of(owner: str, first: date, days: int, volume: Volume, random: Random) -> list[Entry]:
    """Three years of somebody's diary; the year that is looked at lies in the middle."""
    found = []
    for number in range(volume.singles):
        start = _hour(first + random.randrange(days) * DAY, random)
        found.append(_dressed(Entry(f"{owner}-{number}", owner, start), random))
    for number in range(volume.series):
        start = _hour(first + random.randrange(60) * DAY, random)
        every = random.choice(["weekly", "weekly", "monthly"])
        if every == "monthly":
            start = start.replace(day=min(start.day, 28))
        count = random.choice([0, 0, days // 7 if every == "weekly" else days // 30])
        touched = random.sample(range(1, min(count or 30, 30)), min(count or 3, 3) - 1)
        entry = Entry(
            f"{owner}-s{number}", owner, start, every=every, count=count,
            left_out=tuple(sorted(touched[1:])),
        )  # fmt: skip
        if random.random() < 0.5:
            by = timedelta(minutes=15 * random.randrange(-40, 40))
            entry = replace(entry, moved=(touched[0], by))
        # Half of them have an alarm, some are of a kind that everybody is reminded of.
        alarms = (random.choice([15, 30, 60, 1440]),) if number % 2 else ()
        kind = "Commission" if number % 5 == 4 else ""
        found.append(replace(entry, alarms=alarms, kind=kind))
    return found


def _hour(day: date, random: Random) -> datetime:
    quarter = timedelta(minutes=15 * random.randrange(28, 72))
    return datetime.combine(day, datetime.min.time()) + quarter


def _dressed(entry: Entry, random: Random) -> Entry:
    """Some days, some alarms, some kinds, some people outside."""
    if random.random() < 0.15:
        midnight = datetime.combine(entry.start.date(), datetime.min.time())
        entry = replace(entry, start=midnight, all_day=True)
    alarms = random.sample([15, 30, 120, 1440, 2880, 10080], random.choice([0, 0, 0, 1, 2]))
    kind = random.choice(["", "", "Réunion", "Formation", "Commission"])
    outside = 2 if kind == "Formation" and random.random() < 0.3 else 0
    outsiders = tuple(f"f{random.randrange(10_000)}@famille.test" for _ in range(outside))
    return replace(
        entry, alarms=tuple(alarms), kind=kind, outsiders=tuple(dict.fromkeys(outsiders))
    )


def ticks_of(first: date, days: int, *, outage: date | None, every: int = 30) -> list[int]:
    """Every half hour of the working day, thrice a day else; none on the day of an outage."""
    found = []
    for number in range(days):
        day = datetime.combine(first + number * DAY, datetime.min.time())
        if day.date() == outage:
            continue
        minutes = range(7 * 60, 19 * 60 + 1, every) if is_worked(day.date()) else (420, 720, 1080)
        found += [epoch(day + timedelta(minutes=one)) for one in minutes]
    return found
