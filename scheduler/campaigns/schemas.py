"""Campaigns as JSON."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from calendars.http.shapes import Day, PathName, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.campaigns.choose import Opened
from scheduler.campaigns.model import (
    CAMPAIGN_STATES,
    DEFAULT_TITLE,
    CampaignDraft,
    CampaignState,
    Line,
    Overview,
)
from scheduler.choosing.schemas import at

CAMPAIGN_HEADINGS = (
    "N°", "Titre", "État", "Premier jour", "Dernier jour", "Changement jusqu'au", "Minutes",
    "Évaluateurs", "Agents", "Choisis",
)  # fmt: skip
PEOPLE_HEADINGS = ("Agent", "Identifiant", "Évaluateur", "État", "Début", "Fin", "Lieu")
OWN_HEADINGS = ("N°", "Évaluateur", "État", "Début", "Fin", "Lieu", "Changement jusqu'au")
_STATES = {"waiting": "à choisir", "chosen": "choisi", "held": "tenu"}

Logins = Annotated[list[PathName], Field(max_length=300)]


class EvaluatorIn(StrictShape):
    """Who appraises, and whom."""

    login: PathName = Field(examples=["anne"])
    people: Logins = Field(
        default=[], description="Personnes et groupes, par identifiant.", examples=[["paul"]]
    )


class CampaignIn(StrictShape):
    """What is said of a campaign when it is prepared."""

    on_behalf_of: PathName | None = Field(None, description="Qui la mène ; par défaut, vous.")
    title: Title = Field(DEFAULT_TITLE, max_length=200)
    visibility: Literal["PRIVATE", "CONFIDENTIAL"] = "CONFIDENTIAL"
    first_day: Day = Field(examples=["2027-03-01"])
    last_day: Day = Field(examples=["2027-03-26"])
    minutes: int = Field(60, ge=10, le=480, description="La durée d'un entretien.")
    buffer_after: int = Field(0, ge=0, le=240, description="Minutes libres entre deux entretiens.")
    rooms: list[PathName] = Field(
        default=[], max_length=20, description="L'une de ces salles ; aucune : sans salle."
    )
    change_until: Day | None = Field(
        None, description="Dernier jour pour changer de créneau ; par défaut, celui de la période."
    )
    evaluators: list[EvaluatorIn] = Field(default=[], max_length=50)

    def draft(self) -> CampaignDraft:
        """As the service takes it."""
        return CampaignDraft(
            on_behalf_of=self.on_behalf_of,
            first_day=self.first_day,
            last_day=self.last_day,
            minutes=self.minutes,
            change_until=self.change_until,
            title=self.title,
            visibility=self.visibility,
            rooms=tuple(self.rooms),
            buffer_after=self.buffer_after,
            people=tuple((one.login, tuple(one.people)) for one in self.evaluators),
        )


class PeopleIn(StrictShape):
    """Whom an evaluator appraises."""

    people: Logins = Field(examples=[["paul"]])


class ShareOut(Shape):
    """What one evaluator has in it."""

    login: str
    name: str
    agreed: bool = Field(description="Il a accepté d'y prendre part.")
    people: int
    chosen: int


class CampaignOut(Shape):
    """A campaign; of other evaluators who runs it sees figures alone."""

    id: int
    owner: str
    title: str
    visibility: str
    state: Literal["preparing", "open", "closed", "cancelled"]
    first_day: date
    last_day: date
    change_until: date
    minutes: int
    buffer_after: int
    rooms: list[str]
    evaluators: list[ShareOut]

    @classmethod
    def of(cls, shown: Overview) -> CampaignOut:
        """As its reader may know it."""
        one = shown.campaign
        return cls(
            id=one.id, owner=shown.owner.login, title=one.title, visibility=one.visibility,
            state=one.state.value, first_day=one.first_day, last_day=one.last_day,
            change_until=one.change_until, minutes=one.minutes, buffer_after=one.buffer_after,
            rooms=list(one.rooms),
            evaluators=[
                ShareOut(
                    login=share.evaluator.principal.login,
                    name=share.evaluator.principal.display_name,
                    agreed=share.evaluator.agreed,
                    people=share.people,
                    chosen=share.chosen,
                )
                for share in shown.shares
            ],
        )  # fmt: skip

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        return (
            self.id, self.title, CAMPAIGN_STATES[CampaignState(self.state)], self.first_day,
            self.last_day, self.change_until, self.minutes, [one.name for one in self.evaluators],
            sum(one.people for one in self.evaluators),
            sum(one.chosen for one in self.evaluators),
        )  # fmt: skip


class CampaignsOut(Shape):
    """The newest first."""

    items: list[CampaignOut]


class PersonOut(Shape):
    """One of the appraised, for his evaluator."""

    login: str
    name: str
    evaluator: str
    state: Literal["waiting", "chosen", "held"]
    start: datetime | None = Field(description="Vide pour qui ne peut savoir quand.")
    end: datetime | None
    location: str

    @classmethod
    def of(cls, line: Line, zone: tzinfo, *, now: int) -> PersonOut:
        """By the clocks of the site."""
        taken = line.taken if line.told else None
        return cls(
            login=line.person.login,
            name=line.person.display_name,
            evaluator=line.evaluator.login,
            state=state_of(line, now=now),
            start=None if taken is None else at(taken.starts_at, zone),
            end=None if taken is None else at(taken.ends_at, zone),
            location="" if taken is None else taken.location,
        )

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        return (
            self.name, self.login, self.evaluator, _STATES[self.state], self.start, self.end,
            self.location,
        )  # fmt: skip


class PeopleOut(Shape):
    """By name."""

    items: list[PersonOut]


class OwnChoiceOut(Shape):
    """Where one is appraised oneself."""

    id: int
    title: str
    evaluator: str = Field(description="Le nom de qui mène l'entretien.")
    state: Literal["waiting", "chosen", "held"]
    open: bool = Field(description="Vous pouvez choisir, ou changer.")
    first_day: date
    last_day: date
    change_until: date
    minutes: int
    start: datetime | None
    end: datetime | None
    location: str

    @classmethod
    def of(cls, opened: Opened, zone: tzinfo, *, choosable: bool, now: int) -> OwnChoiceOut:
        """By the clocks of the site."""
        campaign, line = opened.campaign, opened.line
        taken = line.taken
        return cls(
            id=line.choice.id,
            title=campaign.title,
            evaluator=line.evaluator.display_name,
            state=state_of(line, now=now),
            open=choosable,
            first_day=campaign.first_day,
            last_day=campaign.last_day,
            change_until=campaign.change_until,
            minutes=campaign.minutes,
            start=None if taken is None else at(taken.starts_at, zone),
            end=None if taken is None else at(taken.ends_at, zone),
            location="" if taken is None else taken.location,
        )

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        return (
            self.id, self.evaluator, _STATES[self.state], self.start, self.end, self.location,
            self.change_until,
        )  # fmt: skip


class OwnChoicesOut(Shape):
    """The newest first."""

    items: list[OwnChoiceOut]


def state_of(line: Line, *, now: int) -> Literal["waiting", "chosen", "held"]:
    """Has not chosen, has, or it is over."""
    if line.taken is None:
        return "waiting"
    return "held" if line.is_held(now=now) else "chosen"
