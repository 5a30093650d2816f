"""What the wordings of all languages have in common: the filters that templates find."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar

from calendars.model.language import Language
from notifications.wording.moments import Moment, day_of, local, offset

_DAY = timedelta(days=1)


class Wording(ABC):
    """How one language writes days, hours, lengths and names, by the clocks of one zone."""

    language: ClassVar[Language]
    undated: ClassVar[str]
    """Instead of a date that is not known."""

    FILTERS: ClassVar = (
        *(
            "long_date",
            "short_date",
            "hour",
            "moment",
            "when",
            "on",
            "since",
            "to",
            "days",
            "until",
        ),
        *("lasting", "between", "zone_note", "details", "of", "listed"),
        *("month", "weekday", "day_month"),
    )

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone

    @abstractmethod
    def spaced(self, text: str) -> str:
        """Running text with the spaces that the language wants."""

    @abstractmethod
    def of(self, name: str) -> str:
        """The name as an owner's: `d’Aurélien`."""

    @abstractmethod
    def lasting(self, minutes: int) -> str:
        """A length."""

    @abstractmethod
    def days(self, first: Moment, last: Moment) -> str:
        """From one day to another, both included."""

    @abstractmethod
    def on(self, start: Moment | None, end: Moment | None = None) -> str:
        """When something is, behind “planned”."""

    @abstractmethod
    def since(self, start: Moment | None, end: Moment | None = None) -> str:
        """When something was, behind “moved”: `du mardi 3 mars…`."""

    @abstractmethod
    def to(self, start: Moment | None, end: Moment | None = None) -> str:
        """When something will be, behind “moved”: `au mercredi 4 mars…`."""

    @abstractmethod
    def zone_note(self, moment: Moment | None) -> str:
        """Whose clocks show that hour, for those who have others; begins with a space."""

    @abstractmethod
    def details(self, start: Moment | None, end: Moment | None, *, abroad: bool) -> str:
        """What stands in one pair of brackets behind a date: whose hour it is, how long it lasts;
        begins with a space."""

    @abstractmethod
    def _date(self, day: date) -> str: ...

    @abstractmethod
    def _short(self, day: date) -> str: ...

    @abstractmethod
    def _month(self, day: date) -> str: ...

    @abstractmethod
    def _clock(self, clock: datetime) -> str: ...

    @abstractmethod
    def _together(self, day: str, hour: str) -> str: ...

    @abstractmethod
    def _and(self, most: str, last: str) -> str: ...

    def long_date(self, moment: Moment) -> str:
        """`mardi 3 mars 2026`."""
        return self._date(day_of(moment, self.zone))

    def short_date(self, moment: Moment | None) -> str:
        """`03/03/2026`, as subjects and tables have it; empty without a date."""
        return "" if moment is None else self._short(day_of(moment, self.zone))

    def month(self, moment: Moment) -> str:
        """`mars 2026`."""
        day = day_of(moment, self.zone)
        return f"{self._month(day)} {day.year}"

    def weekday(self, moment: Moment) -> str:
        """`mardi`."""
        return self.long_date(moment).split(" ", 1)[0]

    def day_month(self, moment: Moment) -> str:
        """`mardi 3 mars`."""
        return self.long_date(moment).rsplit(" ", 1)[0]

    def hour(self, moment: Moment) -> str:
        """`14 h 30`; empty for a day."""
        found = local(moment, self.zone)
        return self._clock(found) if isinstance(found, datetime) else ""

    def moment(self, moment: Moment) -> str:
        """`mardi 3 mars 2026 à 14 h 30`."""
        hour = self.hour(moment)
        return self._together(self.long_date(moment), hour) if hour else self.long_date(moment)

    def when(self, start: Moment | None, end: Moment | None = None) -> str:
        """A moment; or the days from one to the other, `end` being the day after the last."""
        if start is None:
            return self.undated
        first = local(start, self.zone)
        if isinstance(first, datetime) or end is None:
            return self.moment(start)
        return self.days(first, max(first, day_of(end, self.zone) - _DAY))

    def until(self, start: Moment | None, end: Moment | None) -> str:
        """The hour at which it ends, where it ends the same day; else empty."""
        if start is None or end is None:
            return ""
        same = day_of(start, self.zone) == day_of(end, self.zone)
        return self.hour(end) if same and self.hour(start) else ""

    def between(self, start: Moment | None, end: Moment | None) -> str:
        """How long it lasts from one instant to the other; empty for days."""
        first = None if start is None else local(start, self.zone)
        last = None if end is None else local(end, self.zone)
        if not isinstance(first, datetime) or not isinstance(last, datetime) or last <= first:
            return ""
        return self.lasting(int((last - first).total_seconds()) // 60)

    def listed(self, names: Sequence[str]) -> str:
        """`A, B et C`."""
        *most, last = names
        return self._and(", ".join(most), last) if most else last

    def _city(self) -> str:
        return str(self.zone).rpartition("/")[2].replace("_", " ")

    def _away(self, moment: Moment | None) -> str:
        """`UTC+11`; empty where no hour is told."""
        if moment is None or not isinstance(local(moment, self.zone), datetime):
            return ""
        return offset(moment, self.zone)
