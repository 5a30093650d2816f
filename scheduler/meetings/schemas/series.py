"""Series of meetings as JSON."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Annotated

from pydantic import Field, StringConstraints

from calendars.http.shapes import Day, Line, Overriding, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.meetings.hold_series import (
    MAX_ITEMS,
    DatedMeeting,
    SeriesChange,
    SeriesDraft,
)
from scheduler.meetings.invited import Invited
from scheduler.meetings.rules import STATES, ItemKind, MeetingState
from scheduler.meetings.schemas.agenda import Length
from scheduler.meetings.schemas.common import Class, Code, Minutes, Named, Ref, at
from scheduler.meetings.schemas.meetings import People
from scheduler.meetings.series_model import MOST_AHEAD, MeetingSeries, StandingItem
from scheduler.working_time.recurring import MAX_RULE, OnClosedDays, Recurring

Hour = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Ahead = Annotated[
    int,
    Field(ge=1, le=MOST_AHEAD, description="Combien de jours avant sa date une "
          "réunion reçoit son ordre du jour."),
]  # fmt: skip
Before = Annotated[
    int,
    Field(ge=0, le=60 * 24 * 60, description="Combien de minutes avant la réunion l'ordre du "
          "jour est arrêté."),
]  # fmt: skip


class StandingItemIn(StrictShape):
    """A point that stands on every agenda."""

    title: Title = Field(examples=["Tour de table"])
    kind: ItemKind = ItemKind.INFORMATION
    minutes: Length = 10
    presenter: Named | None = None
    visibility: Class = "PUBLIC"

    def item(self) -> StandingItem:
        """As the service takes it."""
        return StandingItem(self.title, self.kind, self.minutes, self.presenter, self.visibility)


Items = Annotated[
    list[StandingItemIn], Field(max_length=MAX_ITEMS, description="Les points permanents.")
]


class SeriesIn(Overriding):
    """What is said of a new series."""

    code: Ref = Field(description="Comment la série s'appelle.", examples=["codir-2027"])
    kind: Code = Field(description="Le type de réunion.", examples=["CODIR"])
    title: Title = Field(examples=["Comité de direction"])
    rule: Line = Field(
        min_length=1,
        max_length=MAX_RULE,
        description="Le rythme : une règle RRULE sans heures ni fin.",
        examples=["FREQ=WEEKLY;BYDAY=MO"],
    )
    first_day: Day = Field(description="Au plus tôt.", examples=["2027-03-01"])
    last_day: Day | None = Field(None, description="Sans elle, la série continue.")
    start: Hour = Field(examples=["08:30"])
    minutes: Minutes = 60
    on_closed: OnClosedDays = Field(
        OnClosedDays.NEXT,
        description="Un jour fermé : au jour ouvré suivant, précédent, ou pas de réunion.",
    )
    on_behalf_of: Named | None = Field(None, description="Par défaut : soi-même.")
    chair: Named | None = None
    chair_function: Line | None = Field(None, examples=["le directeur"])
    secretary: Named | None = None
    visibility: Class = "PUBLIC"
    location: Line | None = None
    required: People = Field(
        default_factory=list, description="Des personnes, ou des groupes par leur identifiant."
    )
    optional: People = Field(default_factory=list)
    rooms: People = Field(default_factory=list)
    items: Items = Field(default_factory=list)
    ahead: Ahead = 35
    closes_before: Before | None = None

    def draft(self) -> SeriesDraft:
        """As the service takes it."""
        recurring = Recurring(self.rule, self.first_day, self.last_day, self.on_closed)
        return SeriesDraft(
            code=self.code,
            kind=self.kind,
            title=self.title,
            recurring=recurring,
            start=time.fromisoformat(self.start),
            minutes=self.minutes,
            on_behalf_of=self.on_behalf_of,
            chair=self.chair,
            chair_function=self.chair_function,
            secretary=self.secretary,
            visibility=self.visibility,
            location=self.location,
            invited=Invited(tuple(self.required), tuple(self.optional), tuple(self.rooms)),
            items=tuple(one.item() for one in self.items),
            ahead=self.ahead,
            closes_before=self.closes_before,
        )


class SeriesPatch(StrictShape):
    """What shall be otherwise for the dates to come."""

    last_day: Day | None = Field(None, description="La série s'arrête là ; chacun est prévenu.")
    items: Items | None = None
    ahead: Ahead | None = None
    chair: Named | None = None
    chair_function: Line | None = None
    secretary: Named | None = None
    closes_before: Before | None = None

    def change(self) -> SeriesChange:
        """As the service takes it."""
        return SeriesChange(
            last_day=self.last_day,
            items=None if self.items is None else tuple(one.item() for one in self.items),
            ahead=self.ahead,
            chair=self.chair,
            chair_function=self.chair_function,
            secretary=self.secretary,
            closes_before=self.closes_before,
        )


class StandingItemOut(Shape):
    """A point that stands on every agenda."""

    title: str
    kind: ItemKind
    minutes: int
    presenter: str | None
    visibility: Class


class SeriesOut(Shape):
    """A series; who comes and where is the event's to say."""

    code: str
    kind: str
    title: str
    rule: str
    first_day: date
    last_day: date | None
    start: str
    minutes: int
    on_closed: OnClosedDays
    chair: str | None
    chair_function: str | None
    secretary: str | None
    visibility: Class
    items: list[StandingItemOut]
    ahead: int
    closes_before: int | None
    uid: str = Field(description="L'UID de son événement.")
    over: bool

    @classmethod
    def of(cls, one: MeetingSeries) -> SeriesOut:
        """As JSON."""
        names = (
            "code", "kind", "title", "minutes", "chair", "chair_function", "secretary",
            "visibility", "ahead", "closes_before", "uid", "over",
        )  # fmt: skip
        said = {name: getattr(one, name) for name in names}
        hour, minute = divmod(one.start_minute, 60)
        items = [item._asdict() for item in one.items]
        return cls.model_validate(
            {**said, **one.recurring._asdict(), "start": f"{hour:02}:{minute:02}", "items": items}
        )


class ManySeriesOut(Shape):
    """By code."""

    items: list[SeriesOut]


DATE_HEADINGS = ("Jour du rythme", "Jour", "Début", "Réunion", "État", "Parce que")


class SeriesDateOut(Shape):
    """A date of the rhythm, and what became of it."""

    nominal: date = Field(description="Le jour que veut le rythme.")
    day: date | None = Field(description="Absent : pas de réunion.")
    because: str
    meeting: str | None = Field(description="La référence, dès que la date a un ordre du jour.")
    state: MeetingState | None
    start: datetime | None

    @classmethod
    def of(cls, one: DatedMeeting, zone: tzinfo) -> SeriesDateOut:
        """As its meeting stands, where there is one."""
        meeting = one.meeting
        return cls(
            nominal=one.date.nominal,
            day=one.date.day,
            because=one.date.because,
            meeting=None if meeting is None else meeting.ref,
            state=None if meeting is None else meeting.state,
            start=None if meeting is None else at(meeting.starts_at, zone),
        )

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        state = None if self.state is None else STATES[self.state]
        return (self.nominal, self.day, self.start, self.meeting, state, self.because)


class SeriesDatesOut(Shape):
    """In order."""

    items: list[SeriesDateOut]
