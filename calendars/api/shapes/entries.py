"""Events, tasks and journals as JSON, read and written without iCalendar."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from calendars.api.shapes.calendars import ZoneName
from calendars.http.shapes import Day, Line, Moment, Overriding, Shape, StrictShape, Text, Title
from calendars.model.component import Component
from calendars.model.entry import Entry, Person, entries_of, entry_of, shown
from calendars.model.event_draft import UNTOUCHED, EventDraft
from calendars.model.recurrence_rule import Frequency
from calendars.model.repeat import Repeat
from calendars.model.time_zones import Zones

Type = Literal["event", "task", "journal"]
TYPES: dict[str, Type] = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "journal"}
COMPONENTS = {told: component for component, told in TYPES.items()}

Class = Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"]
Status = Literal[
    "TENTATIVE",
    "CONFIRMED",
    "CANCELLED",
    "NEEDS-ACTION",
    "IN-PROCESS",
    "COMPLETED",
    "DRAFT",
    "FINAL",
]
ByDay = Annotated[str, StringConstraints(pattern=r"^(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$")]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 366)]

_START = "Début : un instant (RFC 3339), ou une date pour une journée entière."
_END = (
    "Fin, du même genre que le début ; d'une tâche, son échéance. Une date est celle du "
    "lendemain du dernier jour."
)
_CLASS = "Qui voit le contenu : tous les lecteurs, certains délégués, ou les seuls concernés."
_ALARMS = "Rappels, en minutes avant le début (ou avant l'échéance d'une tâche sans début)."
_EXAMPLE = "2026-03-03T14:30:00+11:00"


class RepeatIn(StrictShape):
    """How a new series recurs."""

    freq: Literal["daily", "weekly", "monthly", "yearly"]
    interval: int = Field(1, ge=1, le=999, description="Toutes les *n* périodes.")
    until: Day | None = Field(None, description="Dernier jour, compris.", examples=["2026-06-30"])
    count: int | None = Field(None, ge=1, le=9_999, description="Nombre d'occurrences.")
    byday: list[ByDay] = Field(
        [],
        max_length=14,
        description="Jours, de `MO` à `SU` ; `1MO` le premier lundi, `-1FR` le dernier vendredi.",
        examples=[["TU", "TH"]],
    )

    @model_validator(mode="after")
    def _one_end(self) -> RepeatIn:
        if self.until is not None and self.count is not None:
            raise PydanticCustomError("field", "donnez `until` ou `count`, pas les deux")
        return self

    def value(self) -> Repeat:
        """As the model takes it."""
        freq = Frequency(self.freq.upper())
        return Repeat(freq, self.interval, self.count, self.until, tuple(self.byday))


class RepeatOut(Shape):
    """How a series recurs."""

    freq: str = Field(examples=["weekly"])
    interval: int
    until: date | None = None
    count: int | None = None
    byday: list[str]
    rule: str = Field(
        description="La règle entière (RFC 5545 §3.3.10).", examples=["FREQ=WEEKLY;BYDAY=TU,TH"]
    )


class EntryChange(Overriding):
    """What shall be different; a member that is missing changes nothing, null removes."""

    title: Line | None = Field(None, examples=["Réunion de service"])
    start: Moment | None = Field(None, description=_START, examples=[_EXAMPLE])
    end: Moment | None = Field(None, description=_END, examples=["2026-03-03T15:30:00+11:00"])
    duration: int | None = Field(
        None, ge=1, le=60 * 24 * 366, description="Durée en minutes, à la place de la fin."
    )
    all_day: bool | None = Field(
        None, description="Journée entière ; se déduit du début, et doit s'accorder avec lui."
    )
    timezone: ZoneName | None = Field(
        None,
        description="Fuseau où les heures sont fixées ; par défaut, celui de l'agenda.",
        examples=["Pacific/Noumea"],
    )
    location: Line | None = Field(None, examples=["Salle Niaouli"])
    description: Text | None = None
    categories: list[Line] | None = Field(None, max_length=50, examples=[["CODIR"]])
    visibility: Class | None = Field(
        None, validation_alias="class", description=_CLASS, examples=["PUBLIC"]
    )
    status: Status | None = None
    busy: bool | None = Field(None, description="Rend occupé (événements).")
    percent: int | None = Field(None, ge=0, le=100, description="Avancement (tâches).")
    alarms: list[Minutes] | None = Field(None, max_length=20, description=_ALARMS, examples=[[15]])
    repeat: RepeatIn | None = Field(
        None,
        description="Répétition. La changer oublie les exceptions de l'ancienne.",
    )

    @model_validator(mode="after")
    def _days_agree(self) -> EntryChange:
        if self.all_day is None or self.start is None:
            return self
        if self.all_day is isinstance(self.start, datetime):
            raise PydanticCustomError("field", "`all_day` et `start` ne s'accordent pas")
        return self

    def draft(self) -> EventDraft:
        """What was spoken of, as the model takes it."""
        spoken: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        spoken.pop("all_day", None)
        spoken.pop("type", None)
        spoken.pop("override", None)
        for name in ("categories", "alarms"):
            if name in spoken:
                spoken[name] = tuple(spoken[name] or ())
        # For these, null says no more than silence.
        for name in ("duration", "timezone", "busy"):
            if spoken.get(name, UNTOUCHED) is None:
                del spoken[name]
        if self.repeat is not None:
            spoken["repeat"] = self.repeat.value()
        return EventDraft(**spoken)


class EntryDraft(EntryChange):
    """A new event, task or journal."""

    type: Type = Field("event", description="Événement, tâche ou note.")
    title: Title = Field(examples=["Réunion de service"])


class ParticipantOut(Shape):
    """An organizer or attendee."""

    address: str = Field(examples=["mailto:paul@example.org"])
    name: str | None = None
    status: str | None = Field(None, description="Sa réponse.", examples=["ACCEPTED"])

    @classmethod
    def of(cls, person: Person) -> ParticipantOut:
        """As the object names them."""
        return cls(address=person.address, name=person.name, status=person.status)


class EntryOut(Shape):
    """What one component says."""

    type: Type
    uid: str
    title: str | None = None
    start: datetime | date | None = Field(None, description=_START, examples=[_EXAMPLE])
    end: datetime | date | None = Field(None, description=_END)
    all_day: bool
    timezone: str | None = Field(None, description="Fuseau où les heures sont fixées.")
    location: str | None = None
    description: str | None = None
    url: str | None = None
    categories: list[str]
    visibility: Class = Field(serialization_alias="class", description=_CLASS)
    status: str | None = None
    busy: bool
    percent: int | None = None
    alarms: list[int] = Field(description=_ALARMS)
    repeat: RepeatOut | None = None
    organizer: ParticipantOut | None = None
    attendees: list[ParticipantOut]
    occurrence: datetime | date | None = Field(
        None, description="Début initial de l'occurrence dont ceci est l'exception."
    )

    @classmethod
    def of(cls, entry: Entry, zone: tzinfo) -> EntryOut:
        """A component with its instants by the clocks of a zone."""
        return cls.model_construct(**_members(entry, zone))


class ObjectOut(EntryOut):
    """One calendar object with its exceptions."""

    name: str = Field(description="Son nom dans l'agenda.", examples=["1f0c….ics"])
    etag: str = Field(description="Son étiquette, pour `If-Match`.")
    exceptions: list[EntryOut] = Field(description="Occurrences changées à part.")

    @classmethod
    def read(cls, name: str, etag: str, calendar: Component, zone: tzinfo) -> ObjectOut:
        """A stored object with its instants by the clocks of the calendar's zone."""
        zones = Zones.of(calendar, zone)
        first, *rest = (entry_of(component, zones) for component in entries_of(calendar))
        exceptions = [EntryOut.of(entry, zone) for entry in rest]
        return cls.model_construct(
            **_members(first, zone), name=name, etag=etag, exceptions=exceptions
        )


def _members(entry: Entry, zone: tzinfo) -> dict[str, Any]:
    times = entry.times
    return {
        "type": TYPES[entry.component],
        "uid": entry.uid,
        "title": entry.title,
        "start": shown(times.start, zone),
        "end": shown(times.end, zone),
        "all_day": times.all_day,
        "timezone": times.tzid or None,
        "location": entry.location,
        "description": entry.description,
        "url": entry.url,
        "categories": list(entry.categories),
        "visibility": entry.visibility,
        "status": entry.status,
        "busy": entry.busy,
        "percent": entry.percent,
        "alarms": list(entry.alarms),
        "repeat": _repeat(entry),
        "organizer": None if entry.organizer is None else ParticipantOut.of(entry.organizer),
        "attendees": [ParticipantOut.of(person) for person in entry.attendees],
        "occurrence": shown(entry.recurrence_id, zone),
    }


def _repeat(entry: Entry) -> RepeatOut | None:
    repeat = entry.repeat
    if repeat is None or entry.rule is None:
        return None
    return RepeatOut(
        freq=repeat.freq.value.lower(),
        interval=repeat.interval,
        until=repeat.until,
        count=repeat.count,
        byday=list(repeat.by_day),
        rule=entry.rule,
    )
