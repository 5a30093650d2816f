"""Polls of dates as JSON (MTG-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Email, Instant, Shape, StrictShape, Text, instant_of
from calendars.http.spreadsheet import Cell
from scheduler.polls.model import Poll, Tally


class PollIn(StrictShape):
    """Who is asked about the dates."""

    required: list[Email] = Field(
        default_factory=list,
        max_length=200,
        description="Qui doit pouvoir venir ; sans personne, les invités des événements.",
        examples=[["paul@example.org"]],
    )
    optional: list[Email] = Field(default_factory=list, max_length=200)
    message: Text = Field("", description="Un mot de votre part, dans le message.")
    closes_at: Instant | None = Field(None, description="Réponses attendues avant.")


class VoterOut(Shape):
    """Somebody who is asked."""

    email: str
    name: str
    required: bool
    answered_at: datetime | None
    comment: str


class TallyOut(Shape):
    """How one date stands."""

    position: int = Field(description="Le numéro de l'option, à retenir par elle.")
    start: datetime
    end: datetime
    yes: list[str]
    if_needed: list[str]
    no: list[str]
    silent: list[str] = Field(description="Qui n'a pas répondu.")
    missing: list[str] = Field(description="Qui devrait être là et a dit non.")


POLL_HEADINGS = (
    "Référence", "Titre", "État", "Réponses avant", "Dates", "Réponses", "Personnes",
    "Meilleure date",
)  # fmt: skip
TALLY_HEADINGS = (
    "Option", "Début", "Fin", "Oui", "Si nécessaire", "Non", "Sans réponse", "Manquerait",
)  # fmt: skip
STATES: Mapping[str, str] = {
    "open": "ouvert",
    "retained": "décidé",
    "expired": "expiré",
    "abandoned": "abandonné",
}


class PollOut(Shape):
    """A poll; the dates stand best first."""

    ref: str
    title: str
    state: Literal["open", "retained", "expired", "abandoned"]
    closes_at: datetime | None
    voters: list[VoterOut]
    options: list[TallyOut]

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        answered = sum(one.answered_at is not None for one in self.voters)
        best = self.options[0].start if self.options else None
        return (
            self.ref, self.title, STATES[self.state], self.closes_at, len(self.options),
            answered, len(self.voters), best,
        )  # fmt: skip

    @property
    def tally_rows(self) -> list[tuple[Cell, ...]]:
        """Lines of a spreadsheet, one for each date, the best first."""
        return [
            (
                one.position, one.start, one.end, one.yes, one.if_needed, one.no, one.silent,
                one.missing,
            )
            for one in self.options
        ]  # fmt: skip

    @classmethod
    def of(cls, poll: Poll, tallies: list[Tally], state: str, zone: tzinfo) -> PollOut:
        """With its instants by the clocks of the site."""
        return cls(
            ref=poll.ref,
            title=poll.title,
            state=state,  # type: ignore[arg-type]
            closes_at=_instant(poll.closes_at, zone),
            voters=[
                VoterOut(
                    email=one.address.removeprefix("mailto:"),
                    name=one.name,
                    required=one.required,
                    answered_at=_instant(one.answered_at, zone),
                    comment=one.comment,
                )
                for one in poll.voters
            ],
            options=[_tally(one, zone) for one in tallies],
        )


class PollsOut(Shape):
    """The latest first."""

    items: list[PollOut]


class RemindedOut(Shape):
    """How many are asked again."""

    asked: int


def _tally(one: Tally, zone: tzinfo) -> TallyOut:
    option = one.option
    return TallyOut(
        position=option.position,
        start=instant_of(option.starts_at).astimezone(zone),
        end=instant_of(option.ends_at).astimezone(zone),
        yes=list(one.yes),
        if_needed=list(one.if_needed),
        no=list(one.no),
        silent=list(one.silent),
        missing=list(one.required_missing),
    )


def _instant(seconds: int | None, zone: tzinfo) -> datetime | None:
    return None if seconds is None else instant_of(seconds).astimezone(zone)
