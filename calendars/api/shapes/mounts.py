"""Calendars of others in one's own home, as JSON."""

from __future__ import annotations

from pydantic import Field

from calendars.api.shapes.calendars import COLOR, CalendarOut, Color
from calendars.http.shapes import Line, Shape, StrictShape
from calendars.services.list_calendars import OpenCalendar

_COLUMNS = {"title": "display_name", "color": "color", "hidden": "hidden"}


class MountOut(Shape):
    """One calendar of somebody else, as the asker sees it."""

    name: str = Field(
        description="Son nom dans mes adresses CalDAV.", examples=["directrice~agenda"]
    )
    hidden: bool = Field(description="Je l'ai retiré de mes agendas ; mes droits demeurent.")
    calendar: CalendarOut

    @classmethod
    def of(cls, calendar: OpenCalendar, hidden: bool) -> MountOut:  # noqa: FBT001 - a row
        """A calendar with what the asker may do in it."""
        return cls(
            name=calendar.collection.path[1], hidden=hidden, calendar=CalendarOut.of(*calendar)
        )


class MountsOut(Shape):
    """All that others opened to the asker."""

    items: list[MountOut]


class MountChange(StrictShape):
    """What shall be different about it for the asker."""

    title: Line | None = Field(None, examples=["Directrice"])
    color: Color | None = Field(None, description=COLOR, examples=["#8E44AD"])
    hidden: bool = Field(False, description="`true` le retire, `false` le fait réapparaître.")

    def columns(self) -> dict[str, object]:
        """The columns that were spoken of."""
        spoken = self.model_fields_set
        return {column: getattr(self, name) for name, column in _COLUMNS.items() if name in spoken}
