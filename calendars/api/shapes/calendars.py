"""Calendars as JSON."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Line, PathName, Shape, StrictShape, Text
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Access, Privilege
from calendars.model.time_zones import named_zone

Color = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$")]


def _known_zone(name: str) -> str:
    zone = named_zone(name)
    if zone is None:
        raise PydanticCustomError("field", "ce fuseau horaire est inconnu")
    # The name of the tz database, whatever name the caller knows the zone by.
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


ZoneName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[ -~]+$"),
    AfterValidator(_known_zone),
]
Component = Literal["VEVENT", "VTODO", "VJOURNAL"]
_COLUMNS = {
    "title": "display_name",
    "description": "description",
    "color": "color",
    "transparent": "transparent",
}
COLOR = "Couleur, `#RRVVBB` ou `#RRVVBBAA`."
_ZONE = "Fuseau des journées entières et des heures sans fuseau."


class CalendarOut(Shape):
    """One calendar."""

    owner: str = Field(examples=["anne"])
    name: str = Field(description="Son nom dans les adresses.", examples=["agenda"])
    title: str | None = Field(None, examples=["Agenda"])
    description: str | None = None
    color: str | None = Field(None, description=COLOR, examples=["#1E88E5"])
    timezone: str = Field(description=_ZONE, examples=["Pacific/Noumea"])
    components: list[str] = Field(
        description="Types d'objets pris : événements, tâches, notes.",
        examples=[["VEVENT", "VTODO", "VJOURNAL"]],
    )
    transparent: bool = Field(description="Ses événements ne rendent pas occupé.")
    can_write: bool = Field(description="Vous pouvez y écrire.")
    sees: list[str] = Field(
        description="Classes dont vous voyez le contenu.", examples=[["PUBLIC", "PRIVATE"]]
    )

    @classmethod
    def of(cls, collection: CalendarCollection, access: Access) -> CalendarOut:
        """A calendar with what the asker may do in it."""
        return cls(
            owner=collection.owner_login,
            name=collection.name,
            title=collection.display_name,
            description=collection.description,
            color=collection.color,
            timezone=collection.timezone_id,
            components=list(collection.components),
            transparent=collection.transparent,
            can_write=Privilege.WRITE_CONTENT in access.privileges,
            sees=sorted(access.sees),
        )


class CalendarsOut(Shape):
    """The calendars of one person."""

    items: list[CalendarOut]


class CalendarChange(StrictShape):
    """What shall be different about a calendar; null removes."""

    title: Line | None = Field(None, examples=["Commissions"])
    description: Text | None = None
    color: Color | None = Field(None, description=COLOR, examples=["#1E88E5"])
    timezone: ZoneName | None = Field(
        None, description=f"{_ZONE} `null` : celui de la personne.", examples=["Pacific/Noumea"]
    )
    transparent: bool = Field(False, description="Ses événements ne rendent pas occupé.")

    def columns(self) -> dict[str, object]:
        """The columns that were spoken of."""
        spoken = self.model_fields_set
        columns: dict[str, object] = {
            column: getattr(self, name) for name, column in _COLUMNS.items() if name in spoken
        }
        if "timezone" in spoken:
            columns["timezone"] = None
            if self.timezone is not None:
                columns["timezone_id"] = self.timezone
        return columns


class CalendarDraft(CalendarChange):
    """A calendar to be made."""

    name: PathName | None = Field(
        None,
        description="Son nom dans les adresses ; sans lui, il est tiré du titre.",
        examples=["commissions"],
    )
    components: list[Component] = Field(
        [], max_length=3, description="Types d'objets pris ; par défaut, les trois."
    )
