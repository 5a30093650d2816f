"""Messages taken on the telephone as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from pydantic import Field

from calendars.http.shapes import Line, PathName, Shape, StrictShape, Text, Title, instant_of
from calendars.http.spreadsheet import Cell
from scheduler.appointments.model import Call, CallUrgency, Shown


class PhoneMessageIn(StrictShape):
    """Who called, and what for."""

    to: PathName = Field(description="Pour qui.", examples=["anne"])
    caller: Title = Field(max_length=200, examples=["Mairie de Bourail"])
    number: Line = Field("", max_length=64, examples=["+687 00 00 00"])
    text: Text = Field("", max_length=4_000, examples=["Rappeler avant midi."])
    urgency: CallUrgency = CallUrgency.NORMAL
    confidential: bool = Field(
        default=False, description="Pour la personne seule : ses assistantes ne le voient pas."
    )

    def call(self) -> Call:
        """As the service takes it."""
        return Call(self.caller, self.number, self.text, self.urgency, self.confidential)


class PhoneMessagePatch(StrictShape):
    """How far it is."""

    read: bool | None = Field(None, examples=[True])
    done: bool | None = Field(None, examples=[True])


CALL_HEADINGS = (
    "N°", "Pour", "Noté par", "Noté le", "Appelant", "Numéro", "Message", "Urgence",
    "Confidentiel", "Lu le", "Traité le",
)  # fmt: skip
URGENCIES: Mapping[CallUrgency, str] = {
    CallUrgency.NORMAL: "normale",
    CallUrgency.URGENT: "urgente",
}


class PhoneMessageOut(Shape):
    """A message and how far it is."""

    id: int
    to: str
    written_by: str
    written_at: datetime
    caller: str
    number: str
    text: str
    urgency: CallUrgency
    confidential: bool
    read_at: datetime | None
    done_at: datetime | None

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.id, self.to, self.written_by, self.written_at, self.caller, self.number,
            self.text, URGENCIES[self.urgency], self.confidential, self.read_at, self.done_at,
        )  # fmt: skip

    @classmethod
    def of(cls, shown: Shown, zone: tzinfo) -> PhoneMessageOut:
        """With instants in the organisation's zone."""
        one = shown.message

        def at(instant: int | None) -> datetime | None:
            return None if instant is None else instant_of(instant).astimezone(zone)

        said = {
            **one.call._asdict(), "id": one.id, "to": shown.owner.login,
            "written_by": shown.writer.login, "written_at": at(one.made_at),
            "read_at": at(one.read_at), "done_at": at(one.done_at),
        }  # fmt: skip
        return cls.model_validate(said)


class PhoneMessagesOut(Shape):
    """The newest first, a hundred at most; older ones by `before`."""

    items: list[PhoneMessageOut]
