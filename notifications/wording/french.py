"""French (FR-1, FR-2)."""

from __future__ import annotations

from datetime import date, datetime
from unicodedata import normalize

from calendars.model import french_dates
from calendars.model.language import Language
from calendars.model.typeset import typeset
from notifications.wording.base import Wording
from notifications.wording.moments import Moment, day_of

_CITIES = {"Noumea": "Nouméa"}
"""As French writes them, where the zone's name has lost an accent."""


class French(Wording):
    """`mardi 3 mars 2026 à 14 h 30`, with spaces at which no line breaks."""

    language = Language.FRENCH
    undated = "date à préciser"

    def spaced(self, text: str) -> str:
        """No line breaks before a sign."""
        return typeset(text)

    def of(self, name: str) -> str:
        """`d’Aurélien`, `de Rosalie`: no vowel stands behind `de`."""
        first = normalize("NFD", name[:1]).casefold()[:1]
        return f"d’{name}" if first and first in "aeiouyœæ" else f"de {name}"

    def lasting(self, minutes: int) -> str:
        """`2 h 30`, `45 min`, `3 jours`."""
        return french_dates.lasting(minutes)

    def days(self, first: Moment, last: Moment) -> str:
        """`du lundi 6 au vendredi 10 avril 2026`: what both have in common is said once."""
        one, other = day_of(first, self.zone), day_of(last, self.zone)
        if one == other:
            return self._date(one)
        words = self._date(one).split(" ")
        if one.year == other.year:
            words = words[:2] if one.month == other.month else words[:3]
        return f"du {' '.join(words)} au {self._date(other)}"

    def on(self, start: Moment | None, end: Moment | None = None) -> str:
        """`le mardi 3 mars 2026 à 14 h`, `du lundi 6 au vendredi 10 avril 2026`."""
        said = self.when(start, end)
        if start is None:
            return f"à une {self.undated}"
        return said if said.startswith("du ") else f"le {said}"

    def since(self, start: Moment | None, end: Moment | None = None) -> str:
        """`du mardi 3 mars 2026 à 14 h`, `de la période du lundi 6 au…`."""
        said = self.when(start, end)
        if start is None:
            return f"d’une {self.undated}"
        return f"de la période {said}" if said.startswith("du ") else f"du {said}"

    def to(self, start: Moment | None, end: Moment | None = None) -> str:
        """`au mercredi 4 mars 2026 à 9 h`, `à la période du lundi 6 au…`."""
        said = self.when(start, end)
        if start is None:
            return f"à une {self.undated}"
        return f"à la période {said}" if said.startswith("du ") else f"au {said}"

    def zone_note(self, moment: Moment | None) -> str:
        """` (heure de Nouméa, UTC+11)`."""
        said = self._whose(moment)
        return f" ({said})" if said else ""

    def details(self, start: Moment | None, end: Moment | None, *, abroad: bool) -> str:
        """` (heure de Nouméa, UTC+11 ; durée prévue : 1 h)`."""
        lasts = self.between(start, end)
        said = [self._whose(start) if abroad else "", f"durée prévue : {lasts}" if lasts else ""]
        known = " ; ".join(filter(None, said))
        return f" ({known})" if known else ""

    def _whose(self, moment: Moment | None) -> str:
        away = self._away(moment)
        city = _CITIES.get(self._city(), self._city())
        return f"heure {self.of(city)}, {away}" if away else ""

    def _date(self, day: date) -> str:
        return french_dates.long_date(day)

    def _short(self, day: date) -> str:
        return f"{day:%d/%m/%Y}"

    def _month(self, day: date) -> str:
        return french_dates.month_name(day)

    def _clock(self, clock: datetime) -> str:
        return french_dates.hour(clock)

    def _together(self, day: str, hour: str) -> str:
        return f"{day} à {hour}"

    def _and(self, most: str, last: str) -> str:
        return f"{most} et {last}"
