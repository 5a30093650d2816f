"""People, rooms and groups as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from calendars.http.shapes import Shape, StrictShape, one_line
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.storage.delegations import Delegation

LanguageName = Literal["fr", "en"]
OutsideAddress = Annotated[
    str, StringConstraints(min_length=3, max_length=254), AfterValidator(one_line)
]
Kind = Literal["INDIVIDUAL", "GROUP", "ROOM", "RESOURCE"]


class PersonOut(Shape):
    """One principal."""

    login: str = Field(examples=["anne"])
    name: str = Field(examples=["Anne Kaori"])
    kind: Kind = Field(description="Personne, groupe, salle ou matériel (RFC 5545 §3.2.3).")
    email: str | None = Field(None, examples=["anne@example.org"])
    addresses: list[str] = Field(
        description="Adresses d'agenda, la préférée d'abord.",
        examples=[["mailto:anne@example.org", "urn:uuid:8d9bfe0b-9a4f-4d0c-8f0e-4c5c5a0f6a55"]],
    )
    capacity: int | None = Field(None, description="Nombre de places d'une salle.")

    @classmethod
    def of(cls, principal: Principal) -> PersonOut:
        """A principal as others see it."""
        return cls(
            login=principal.login,
            name=principal.display_name,
            kind=principal.kind.value,
            email=principal.email,
            addresses=list(principal.addresses),
            capacity=principal.capacity,
        )


class DiaryOut(Shape):
    """Somebody else's diary that the asker may open."""

    login: str = Field(examples=["directeur"])
    rights: str = Field(examples=["write"])


class MeOut(PersonOut):
    """Who asks."""

    role: str = Field(description="Fonction dans le service.", examples=["secretary"])
    language: LanguageName | None = Field(
        None, description="La langue de mes messages ; sans choix, celle de l'organisation."
    )
    diaries: list[DiaryOut] = Field(description="Les agendas d'autrui qui vous sont ouverts.")

    @classmethod
    def who(
        cls, principal: Principal, received: list[Delegation], language: Language | None
    ) -> MeOut:
        """The asker with the diaries that others opened to him."""
        return cls(
            **PersonOut.of(principal).model_dump(),
            role=principal.role.value,
            language=None if language is None else language.value,
            diaries=[DiaryOut(login=row.owner, rights=row.rights) for row in received],
        )


class MeChange(StrictShape):
    """What one may change about oneself."""

    language: LanguageName | None = Field(
        description="La langue de mes messages ; `null` : celle de l'organisation.",
        examples=["en"],
    )


class CorrespondentChange(StrictShape):
    """What is remembered of somebody without an account."""

    address: OutsideAddress = Field(examples=["judge@court.example"])
    language: LanguageName | None = Field(
        description="La langue des messages que nous lui écrivons ; `null` : l'oublier.",
        examples=["en"],
    )


class PeopleOut(Shape):
    """What a search found."""

    items: list[PersonOut]
