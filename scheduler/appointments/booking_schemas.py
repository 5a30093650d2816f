"""Bookable time and appointments as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Instant, Line, PathName, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import mailto
from calendars.model.resource_policy import OpenHours
from calendars.model.wall_clock import clock_of_minutes, minutes_of_clock
from calendars.services.open_account import check_email
from scheduler.appointments.booking_model import (
    AppointmentState,
    Channel,
    Motive,
    Opening,
    OpeningId,
    Request,
    Shown,
)
from scheduler.choosing.schemas import at
from scheduler.working_time.hours import WorkingHours

APPOINTMENT_HEADINGS = (
    "Début", "Fin", "Motif", "Référence", "Canal", "État", "Lieu", "Absences", "N°",
)  # fmt: skip
OPENING_HEADINGS = (
    "N°", "Intitulé", "Fenêtres", "Minutes", "Motifs", "Canaux", "Délai", "Horizon", "Lieu",
)  # fmt: skip
_STATES = {
    AppointmentState.OFFERED: "proposé",
    AppointmentState.PLANNED: "prévu",
    AppointmentState.HELD: "tenu",
    AppointmentState.CANCELLED: "annulé",
    AppointmentState.NO_SHOW: "absent",
}
_CHANNELS = {Channel.IN_PERSON: "présentiel", Channel.PHONE: "téléphone", Channel.VIDEO: "visio"}
_DAYS = ("lu", "ma", "me", "je", "ve", "sa", "di")

Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern="^[A-Za-z0-9_-]+$")]
Email = Annotated[str, StringConstraints(max_length=254)]
Reference = Annotated[str, StringConstraints(max_length=40)]


def _clock(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (len(text) == 5 and hours.isdigit() and minutes.isdigit() and text.isascii()):
        raise PydanticCustomError("clock", "une heure, comme 07:30")
    if int(hours) * 60 + int(minutes) > 24 * 60 or int(minutes) > 59:
        raise PydanticCustomError("clock", "une heure, comme 07:30")
    return text


Clock = Annotated[str, StringConstraints(max_length=5), AfterValidator(_clock)]


class WindowShape(StrictShape):
    """A stretch of some days of the week."""

    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        min_length=1, max_length=7, description="0 : lundi.", examples=[[0, 1, 3]]
    )
    start: Clock = Field(examples=["08:00"])
    end: Clock = Field(examples=["11:30"])

    def hours(self) -> OpenHours:
        """As the service takes it."""
        days = tuple(sorted(set(self.weekdays)))
        return OpenHours(days, minutes_of_clock(self.start), minutes_of_clock(self.end))


class MotiveShape(StrictShape):
    """What one comes for."""

    code: Code = Field(examples=["EVAL"])
    label: Title = Field(
        max_length=80,
        description="Ce qu'en dit l'agenda, avant la référence.",
        examples=["Évaluation"],
    )


class OpeningIn(StrictShape):
    """The rules by which slots can be booked."""

    owner: PathName | None = Field(None, description="De qui ; par défaut, de vous.")
    label: Title = Field(max_length=120, examples=["Rendez-vous d'évaluation"])
    windows: list[WindowShape] = Field(min_length=1, max_length=30)
    minutes: int = Field(ge=5, le=480, examples=[45])
    motives: list[MotiveShape] = Field(min_length=1, max_length=30)
    channels: list[Channel] = Field(default=[Channel.IN_PERSON], min_length=1, max_length=3)
    buffer_before: int = Field(0, ge=0, le=240)
    buffer_after: int = Field(0, ge=0, le=240)
    notice: int = Field(0, ge=0, le=40_320, description="Délai minimal avant le créneau, minutes.")
    change_notice: int = Field(
        1_440, ge=0, le=40_320, description="Plus de changement par le lien ensuite, minutes."
    )
    horizon_days: int = Field(60, ge=1, le=180)
    rooms: list[PathName] = Field(default=[], max_length=20, description="L'une de ces salles.")
    place: Line = Field("", max_length=200, description="Le lieu, sans salle.")
    visibility: Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"] = "CONFIDENTIAL"

    def opening(self) -> Opening:
        """As the service takes it."""
        return Opening(
            OpeningId(0), PrincipalId(0), self.label,
            WorkingHours(tuple(one.hours() for one in self.windows)), self.minutes,
            tuple(Motive(one.code, one.label) for one in self.motives),
            tuple(dict.fromkeys(self.channels)), self.buffer_before, self.buffer_after,
            self.notice, self.change_notice, self.horizon_days, tuple(self.rooms), self.place,
            self.visibility,
        )  # fmt: skip


class WindowOut(Shape):
    """A stretch of some days of the week."""

    weekdays: list[int]
    start: str
    end: str


class MotiveOut(Shape):
    """What one comes for."""

    code: str
    label: str


class OpeningOut(Shape):
    """What somebody has open."""

    id: int
    label: str
    windows: list[WindowOut]
    minutes: int
    motives: list[MotiveOut]
    channels: list[Channel]
    buffer_before: int
    buffer_after: int
    notice: int
    change_notice: int
    horizon_days: int
    rooms: list[str]
    place: str
    visibility: str
    closed: bool

    @classmethod
    def of(cls, one: Opening) -> OpeningOut:
        """As it stands."""
        return cls(
            id=one.id, label=one.label, minutes=one.minutes, buffer_before=one.buffer_before,
            buffer_after=one.buffer_after, notice=one.notice, change_notice=one.change_notice,
            horizon_days=one.horizon_days, rooms=list(one.rooms), place=one.place,
            visibility=one.visibility, closed=one.closed_at is not None,
            channels=list(one.channels),
            windows=[
                WindowOut(
                    weekdays=list(span.weekdays), start=clock_of_minutes(span.start),
                    end=clock_of_minutes(span.end),
                )
                for span in one.hours.spans
            ],
            motives=[MotiveOut(code=m.code, label=m.label) for m in one.motives],
        )  # fmt: skip

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        windows = [
            f"{'-'.join(_DAYS[day] for day in one.weekdays)} {one.start}-{one.end}"
            for one in self.windows
        ]
        return (
            self.id, self.label, windows, self.minutes, [one.code for one in self.motives],
            [_CHANNELS[one] for one in self.channels], self.notice, self.horizon_days, self.place,
        )  # fmt: skip


class OpeningsOut(Shape):
    """In the order in which they were made."""

    items: list[OpeningOut]


class OfferIn(StrictShape):
    """For whom and what a link is sent."""

    motive: Code = Field(examples=["EVAL"])
    reference: Reference = Field(
        "", description="Un code, jamais un nom.", examples=["IS-2026-0421"]
    )
    channel: Channel = Channel.IN_PERSON
    contact: Email | None = Field(
        None, description="L'adresse de qui n'a pas de compte.", examples=["contact@example.org"]
    )

    def request(self) -> Request:
        """As the service takes it. Raises InvalidInput."""
        contact = "" if self.contact is None else str(mailto(check_email(self.contact)))
        return Request(self.motive, self.reference, self.channel, contact)


class AppointmentIn(OfferIn):
    """What is booked."""

    start: Instant = Field(
        description="Le début de l'un des créneaux libres.",
        examples=["2027-03-02T08:45:00+11:00"],
    )


class AppointmentPatch(StrictShape):
    """What became of it."""

    state: Literal["held", "no-show", "cancelled"] = Field(examples=["held"])


class AppointmentOut(Shape):
    """An appointment, by codes alone."""

    id: int
    owner: str
    opening: int
    motive: str = Field(description="Vide pour qui tient l'agenda sans lire sa confidentialité.")
    reference: str = Field(description="De même.")
    channel: Channel
    state: AppointmentState
    start: datetime | None
    end: datetime | None
    location: str
    no_shows: int = Field(description="Absences constatées pour cette référence.")

    @classmethod
    def of(cls, shown: Shown, zone: tzinfo) -> AppointmentOut:
        """By the clocks of the site."""
        one, asked = shown.appointment, shown.appointment.request
        return cls(
            id=one.id, owner=shown.owner.login, opening=one.opening_id,
            motive=asked.motive if shown.told else "",
            reference=asked.reference if shown.told else "",
            channel=asked.channel, state=one.state,
            start=None if one.starts_at is None else at(one.starts_at, zone),
            end=None if one.ends_at is None else at(one.ends_at, zone),
            location=shown.location if shown.told else "",
            no_shows=shown.no_shows if shown.told else 0,
        )  # fmt: skip

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        return (
            self.start, self.end, self.motive, self.reference, _CHANNELS[self.channel],
            _STATES[self.state], self.location, self.no_shows, self.id,
        )  # fmt: skip


class AppointmentsOut(Shape):
    """By time."""

    items: list[AppointmentOut]
