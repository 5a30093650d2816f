"""People, rooms and groups as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from calendars.http.shapes import Shape
from calendars.model.principal import Principal
from calendars.storage.delegations import Delegation

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
    diaries: list[DiaryOut] = Field(description="Les agendas d'autrui qui vous sont ouverts.")

    @classmethod
    def who(cls, principal: Principal, received: list[Delegation]) -> MeOut:
        """The asker with the diaries that others opened to him."""
        return cls(
            **PersonOut.of(principal).model_dump(),
            role=principal.role.value,
            diaries=[DiaryOut(login=row.owner, rights=row.rights) for row in received],
        )


class PeopleOut(Shape):
    """What a search found."""

    items: list[PersonOut]
