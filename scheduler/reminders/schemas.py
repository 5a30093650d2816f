"""Reminders, policies, wishes and digests as JSON."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Annotated

from pydantic import Field, PlainSerializer, field_validator

from calendars.http.shapes import Shape, StrictShape
from scheduler.reminders.choose_digests import Digest, DigestDraft
from scheduler.reminders.digests import Period
from scheduler.reminders.letters import Upcoming
from scheduler.reminders.rules import MAX_DAYS, Policy
from scheduler.reminders.wishes import Wishes

Clock = Annotated[
    str,
    Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="Une heure du site, comme `07:30`.",
        examples=["07:30"],
    ),
]
Kind = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Days = Annotated[
    list[Annotated[int, Field(ge=1, le=MAX_DAYS)]],
    Field(
        max_length=10,
        description="Combien de jours avant ; d'un jour fermé au jour ouvré qui précède.",
        examples=[[7, 2, 1]],
    ),
]
Local = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]


class UpcomingOut(Shape):
    """A reminder to come."""

    at: Local = Field(description="Quand il partira.")
    uid: str
    title: str = Field(description="Vide si l'événement est confidentiel.")
    start: Local | date = Field(description="Le début, ou le jour, de l'occurrence.")
    days_before: int | None = Field(description="Selon le type d'événement ; null pour une alarme.")

    @classmethod
    def of(cls, one: Upcoming, zone: tzinfo) -> UpcomingOut:
        """By the clocks of the site."""
        start: datetime | date = (
            datetime.fromisoformat(one.start).astimezone(zone)
            if "T" in one.start
            else date.fromisoformat(one.start)
        )
        at = datetime.fromtimestamp(one.at, zone)
        return cls(at=at, uid=one.uid, title=one.title, start=start, days_before=one.days_before)


class RemindersOut(Shape):
    """Reminders to come, the next one first."""

    items: list[UpcomingOut]


class WishesShape(StrictShape):
    """What somebody wants to be reminded of by mail."""

    policies: bool = Field(True, description="Les rappels prévus par type d'événement.")
    alarms: bool = Field(True, description="Les alarmes par courriel (`ACTION:EMAIL`).")
    muted: list[Kind] = Field(
        default_factory=list, max_length=50, description="Types dont rien n'est rappelé."
    )

    @classmethod
    def of(cls, wishes: Wishes) -> WishesShape:
        """As they are kept."""
        return cls(policies=wishes.policies, alarms=wishes.alarms, muted=list(wishes.muted))

    def wishes(self) -> Wishes:
        """As the deeds take them."""
        return Wishes(self.policies, self.alarms, tuple(self.muted))


class PolicyIn(StrictShape):
    """The reminders of one kind of event."""

    days: Days = Field(min_length=1)
    at: Clock = "07:30"
    urgent: bool = Field(False, description="Part le jour dit, fût-il fermé.")

    @field_validator("days")
    @classmethod
    def _each_once(cls, days: list[int]) -> list[int]:
        return sorted(set(days), reverse=True)

    def policy(self, kind: str) -> Policy:
        """As the rules take it."""
        return Policy(kind, tuple(self.days), time.fromisoformat(self.at), self.urgent)


class PolicyOut(Shape):
    """The reminders of one kind of event."""

    kind: str = Field(description="Une catégorie d'événements (`CATEGORIES`).")
    days: list[int]
    at: str
    urgent: bool

    @classmethod
    def of(cls, policy: Policy) -> PolicyOut:
        """As it holds."""
        return cls(
            kind=policy.kind,
            days=list(policy.days),
            at=f"{policy.at:%H:%M}",
            urgent=policy.urgent,
        )


class PoliciesOut(Shape):
    """Every kind that has reminders."""

    items: list[PolicyOut]


class DigestIn(StrictShape):
    """How a digest comes."""

    at: Clock = "17:00"
    when_empty: bool = Field(False, description="Même quand l'agenda est vide.")

    def draft(self, reader: str, period: Period) -> DigestDraft:
        """As the deed takes it."""
        return DigestDraft(reader, period, time.fromisoformat(self.at), self.when_empty)


class DigestOut(Shape):
    """The digest of a diary for one reader."""

    reader: str
    period: Period = Field(description="`day` : le jour ouvré suivant ; `week` : la semaine.")
    at: str
    when_empty: bool
    next_at: Local

    @classmethod
    def of(cls, one: Digest, zone: tzinfo) -> DigestOut:
        """By the clocks of the site."""
        kept = one.subscription
        return cls(
            reader=one.reader.login,
            period=kept.period,
            at=f"{kept.at:%H:%M}",
            when_empty=kept.when_empty,
            next_at=datetime.fromtimestamp(kept.next_at, zone),
        )


class DigestsOut(Shape):
    """The digests of a diary."""

    items: list[DigestOut]
