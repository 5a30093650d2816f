"""English, as it is written outside America: day before month, hours from 0 to 24."""

from __future__ import annotations

from datetime import date, datetime

from calendars.model.french_dates import NBSP
from calendars.model.language import Language
from notifications.wording.base import Wording
from notifications.wording.moments import Moment, day_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CITIES = {"Noumea": "Nouméa"}


class English(Wording):
    """`Tuesday 3 March 2026 at 14:30`."""

    language = Language.ENGLISH
    undated = "date to be announced"

    def spaced(self, text: str) -> str:
        """English sets no space before its signs."""
        return text

    def of(self, name: str) -> str:
        """`of Rosalie`."""
        return f"of {name}"

    def lasting(self, minutes: int) -> str:
        """`2 h 30 min`, `45 min`, `3 days`."""
        days, rest = divmod(minutes, 24 * 60)
        if days and not rest:
            return f"{days}{NBSP}day{'s' if days > 1 else ''}"
        hours, rest = divmod(minutes, 60)
        said = [f"{hours}{NBSP}h"] if hours else []
        return NBSP.join([*said, f"{rest}{NBSP}min"] if rest or not hours else said)

    def days(self, first: Moment, last: Moment) -> str:
        """`from Monday 6 to Friday 10 April 2026`: what both have in common is said once."""
        one, other = day_of(first, self.zone), day_of(last, self.zone)
        if one == other:
            return self._date(one)
        words = self._date(one).split(" ")
        if one.year == other.year:
            words = words[:2] if one.month == other.month else words[:3]
        return f"from {' '.join(words)} to {self._date(other)}"

    def on(self, start: Moment | None, end: Moment | None = None) -> str:
        """`on Tuesday 3 March 2026 at 14:00`, `from Monday 6 to Friday 10 April 2026`."""
        said = self.when(start, end)
        if start is None:
            return f"on a {self.undated}"
        return said if said.startswith("from ") else f"on {said}"

    def since(self, start: Moment | None, end: Moment | None = None) -> str:
        """`from Tuesday 3 March 2026 at 14:00`."""
        said = self.when(start, end)
        if start is None:
            return f"from a {self.undated}"
        return f"from the days {said}" if said.startswith("from ") else f"from {said}"

    def to(self, start: Moment | None, end: Moment | None = None) -> str:
        """`to Wednesday 4 March 2026 at 09:00`."""
        said = self.when(start, end)
        if start is None:
            return f"to a {self.undated}"
        return f"to the days {said}" if said.startswith("from ") else f"to {said}"

    def zone_note(self, moment: Moment | None) -> str:
        """` (Nouméa time, UTC+11)`."""
        said = self._whose(moment)
        return f" ({said})" if said else ""

    def details(self, start: Moment | None, end: Moment | None, *, abroad: bool) -> str:
        """` (Nouméa time, UTC+11; expected length: 1 h)`."""
        lasts = self.between(start, end)
        said = [self._whose(start) if abroad else "", f"expected length: {lasts}" if lasts else ""]
        known = "; ".join(filter(None, said))
        return f" ({known})" if known else ""

    def _whose(self, moment: Moment | None) -> str:
        away = self._away(moment)
        return f"{_CITIES.get(self._city(), self._city())} time, {away}" if away else ""

    def _date(self, day: date) -> str:
        return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"

    def _short(self, day: date) -> str:
        return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"

    def _month(self, day: date) -> str:
        return _MONTHS[day.month - 1]

    def _clock(self, clock: datetime) -> str:
        return f"{clock:%H:%M}"

    def _together(self, day: str, hour: str) -> str:
        return f"{day} at {hour}"

    def _and(self, most: str, last: str) -> str:
        return f"{most} and {last}"
