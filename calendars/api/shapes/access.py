"""Passwords, delegations and busy time as JSON."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Day, Line, PathName, Shape, StrictShape, instant_of, one_line
from calendars.model.free_busy import BusyInterval
from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft
from calendars.storage.credentials import Credential
from calendars.storage.delegations import Delegation

PasswordKind = Literal["application", "token"]
_KINDS: dict[str, PasswordKind] = {"APPLICATION": "application", "TOKEN": "token"}
RightsName = Literal["freebusy", "read", "write", "schedule", "act_for"]
OriginName = Literal["delegation", "sharing", "proxy"]
_ORIGINS: dict[str, OriginName] = {"delegation": "delegation", "sharing": "sharing"}
Label = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(one_line)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class AppPasswordDraft(StrictShape):
    """An application password or token to be made."""

    label: Label = Field(
        description="Le programme ou l'appareil.", examples=["Thunderbird du bureau"]
    )
    kind: PasswordKind = Field(
        "application",
        description="Un mot de passe pour un client d'agenda, ou un jeton (`Bearer`).",
    )


class AppPasswordOut(Shape):
    """An application password or token, without its secret."""

    id: int
    kind: PasswordKind
    label: str
    created_at: datetime
    last_used_at: datetime | None = None

    @classmethod
    def of(cls, held: Credential) -> AppPasswordOut:
        """What may be told of a credential."""
        used = held.last_used_at
        return cls(
            id=held.id,
            kind=_KINDS[held.kind],
            label=held.label,
            created_at=instant_of(held.created_at),
            last_used_at=None if used is None else instant_of(used),
        )


class IssuedPasswordOut(AppPasswordOut):
    """A new one, with the secret that is told this once."""

    secret: str = Field(description="Dit cette seule fois : notez-le.")


class AppPasswordsOut(Shape):
    """Those that are good now."""

    items: list[AppPasswordOut]


class PasswordChange(StrictShape):
    """A new password for the account."""

    old: Secret
    new: Annotated[str, StringConstraints(min_length=8, max_length=256)] = Field(
        description="Huit caractères au moins."
    )


class DelegationIn(StrictShape):
    """What is given to somebody."""

    rights: RightsName = Field(
        description="Chaque droit comprend les précédents : disponibilités, lecture, écriture, "
        "invitations, intérim."
    )
    sees_private: bool = Field(False, description="Voit aussi le contenu des objets `PRIVATE`.")
    valid_from: Day | None = Field(None, description="Premier jour.", examples=["2026-07-20"])
    valid_to: Day | None = Field(
        None, description="Dernier jour, compris.", examples=["2026-08-07"]
    )
    reason: Line = Field("", examples=["Intérim"])
    calendar: PathName | None = Field(
        None, description="Un seul agenda, par son nom ; sans lui, tous.", examples=["agenda"]
    )

    @model_validator(mode="after")
    def _forwards(self) -> DelegationIn:
        first, last = self.valid_from, self.valid_to
        if first is not None and last is not None and last < first:
            raise PydanticCustomError("field", "`valid_to` précède `valid_from`")
        return self

    def draft(self) -> DelegationDraft:
        """As the service takes it."""
        return DelegationDraft(
            Rights(self.rights),
            self.sees_private,
            self.valid_from,
            self.valid_to,
            self.reason,
            self.calendar,
        )


class DelegationOut(Shape):
    """One delegation."""

    id: int
    owner: str
    delegate: str
    rights: RightsName
    sees_private: bool
    valid_from: date | None = None
    valid_to: date | None = Field(None, description="Dernier jour, compris.")
    reason: str
    calendar: str | None = Field(None, description="L'agenda dont il s'agit ; sans lui, tous.")
    origin: OriginName = Field(
        description="Donnée comme telle, par le partage d'un agenda, ou comme mandataire "
        "(`calendar-proxy`) depuis un client d'agenda."
    )

    @classmethod
    def of(cls, row: Delegation, zone: tzinfo) -> DelegationOut:
        """A row with its days as the site counts them."""
        first, after = row.valid_from, row.valid_to
        return cls(
            id=row.id,
            owner=row.owner,
            delegate=row.delegate,
            rights=row.rights.value,
            sees_private=row.sees_private,
            valid_from=None if first is None else _day(first, zone),
            valid_to=None if after is None else _day(after - 1, zone),
            reason=row.reason,
            calendar=row.calendar,
            origin=_ORIGINS.get(row.origin, "proxy"),
        )


class DelegationsOut(Shape):
    """What one person gave and received."""

    given: list[DelegationOut]
    received: list[DelegationOut] = Field(description="Celles qui valent aujourd'hui.")


class GivenOut(Shape):
    """What one person gave to another."""

    items: list[DelegationOut]


class PeriodOut(Shape):
    """A stretch of busy time."""

    start: datetime
    end: datetime
    kind: Literal["busy", "tentative", "unavailable"]


class BusyPersonOut(Shape):
    """One who was asked about."""

    login: str
    found: bool = Field(
        description="Faux si la personne n'existe pas ou si ses disponibilités ne vous sont pas "
        "ouvertes : rien ne distingue les deux cas."
    )
    busy: list[PeriodOut]


class BusyOut(Shape):
    """Merged busy periods, person by person."""

    items: list[BusyPersonOut]


_FBTYPES: dict[str, Literal["busy", "tentative", "unavailable"]] = {
    "B": "busy",
    "T": "tentative",
    "U": "unavailable",
}


def period_of(interval: BusyInterval, zone: tzinfo) -> PeriodOut:
    """A busy period by the clocks of the site."""
    start, end = (
        instant_of(instant).astimezone(zone) for instant in (interval.starts_at, interval.ends_at)
    )
    return PeriodOut(start=start, end=end, kind=_FBTYPES[interval.busy])


def _day(instant: int, zone: tzinfo) -> date:
    return instant_of(instant).astimezone(zone).date()
