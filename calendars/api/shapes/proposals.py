"""Other times that were proposed, as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Shape, StrictShape, instant_of
from calendars.itip.counter import Proposal
from calendars.model.calendar_user_address import CalendarUserAddress, email_in
from calendars.services.decide_proposal import OpenProposal


class ProposedOut(Shape):
    """The other time."""

    start: datetime = Field(description="Dans le fuseau de l'agenda.")
    end: datetime
    location: str | None = Field(None, description="Seulement si un autre lieu est proposé.")
    occurrence: datetime | None = Field(
        None, description="Début initial de l'occurrence concernée ; vide pour la réunion entière."
    )
    comment: str | None = None
    outdated: bool = Field(description="La réunion a changé depuis.")

    @classmethod
    def of(cls, one: Proposal, zone: tzinfo) -> ProposedOut:
        """By the clocks of the calendar's zone."""
        key = one.recurrence_id
        return cls(
            start=datetime.fromtimestamp(one.starts_at, zone),
            end=datetime.fromtimestamp(one.ends_at, zone),
            location=one.location,
            occurrence=None if key is None else datetime.fromtimestamp(key, zone),
            comment=one.comment,
            outdated=one.outdated,
        )


class ProposalOut(Shape):
    """What somebody who is invited would rather have."""

    id: int = Field(examples=[3])
    at: datetime
    calendar: str = Field(examples=["agenda"])
    name: str = Field(description="Nom de l'objet dans l'agenda.")
    by: str = Field(description="Adresse de la personne qui propose.")
    by_name: str
    proposed: list[ProposedOut]

    @classmethod
    def of(cls, one: OpenProposal, zone: tzinfo) -> ProposalOut:
        """With its meeting."""
        _, calendar, name = one.meeting.path
        by = one.wanted[0].by
        return cls(
            id=one.id,
            at=instant_of(one.at),
            calendar=calendar,
            name=name,
            by=email_in(CalendarUserAddress(by)) or by,
            by_name=one.name,
            proposed=[ProposedOut.of(each, zone) for each in one.wanted],
        )


class ProposalsOut(Shape):
    """What waits for a decision, oldest first."""

    items: list[ProposalOut]


class DeclineIn(StrictShape):
    """No, with a word to who proposed."""

    comment: str = Field(default="", max_length=1_000, examples=["L'horaire est maintenu."])


class ProposalOutcome(Shape):
    """What was decided."""

    id: int
    state: Literal["accepted", "declined"]
