"""Absences as JSON."""

from __future__ import annotations

from datetime import date, tzinfo

from pydantic import Field

from calendars.http.shapes import Day, Shape, StrictShape
from scheduler.absences.model import Absence, Standing, absence_of


class AbsenceIn(StrictShape):
    """Days, both included."""

    first: Day = Field(examples=["2026-03-03"])
    last: Day = Field(examples=["2026-03-06"])
    from_noon: bool = Field(False, description="Le premier jour, l'après-midi seulement.")
    until_noon: bool = Field(False, description="Le dernier jour, le matin seulement.")
    reference: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f]*$")

    def absence(self) -> Absence:
        """As the service takes it."""
        return Absence(self.first, self.last, self.from_noon, self.until_noon)


class AbsenceOut(Shape):
    """When somebody is away; why is known to nobody here."""

    id: int
    login: str
    first: date
    last: date
    from_noon: bool
    until_noon: bool
    reference: str

    @classmethod
    def of(cls, one: Standing, zone: tzinfo) -> AbsenceOut:
        """As it stands in the diary now."""
        when = absence_of(one.window, zone)
        return cls(
            id=one.kept.id, login=one.owner.login, reference=one.kept.reference, **when._asdict()
        )


class AbsencesOut(Shape):
    """By start."""

    items: list[AbsenceOut]
