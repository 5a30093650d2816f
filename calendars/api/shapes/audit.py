"""Lines of the audit trail as JSON and as CSV."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from typing import Any

from pydantic import Field

from calendars.http.audit_words import FACES, RESULTS, deed_label
from calendars.http.shapes import Shape, instant_of
from calendars.http.spreadsheet import table_of
from calendars.services.list_audit import Answer
from calendars.storage.audit_lines import Told


class AuditLineOut(Shape):
    """Who did what, for whom, when, from where; never a title."""

    id: int = Field(examples=[1234])
    at: datetime
    deed: str = Field(description="Le code de l'acte.", examples=["read"])
    label: str = Field(
        description="L'acte, en français.", examples=["Lecture d'un contenu protégé"]
    )
    result: str = Field(description="`done` ou `refused`.", examples=["done"])
    actor: str | None = Field(
        description="Qui a agi ; vide pour le service lui-même ou sa console.",
        examples=["assistante-1"],
    )
    owner: str | None = Field(
        description="Chez qui, ou au nom de qui ; vide pour la maison.", examples=["directeur"]
    )
    face: str = Field(description="Par où.", examples=["caldav"])
    address: str | None = Field(
        description="L'adresse du poste : de vos propres actes seulement, sauf administrateur."
    )
    credential: int | None = Field(description="Le mot de passe employé (son numéro).")
    calendar: str | None = Field(examples=["agenda"])
    object: str | None = Field(description="Une empreinte : la même pour le même objet.")
    visibility: str | None = Field(description="Sa classe lors de l'acte.", examples=["PRIVATE"])
    details: dict[str, Any]

    @classmethod
    def of(cls, told: Told, zone: tzinfo, *, address: bool) -> AuditLineOut:
        """A line; `address` says whether from where is told."""
        line = told.line
        return cls(
            id=told.id,
            at=instant_of(line.at).astimezone(zone),
            deed=line.deed,
            label=deed_label(line.deed),
            result=line.result,
            actor=told.actor,
            owner=told.owner,
            face=line.face,
            address=line.address if address else None,
            credential=line.credential_id if address else None,
            calendar=told.calendar,
            object=line.object,
            visibility=line.visibility,
            details=json.loads(line.details) if line.details else {},
        )


class AuditOut(Shape):
    """Lines, the latest first."""

    items: list[AuditLineOut]
    next: int | None = Field(description="À rendre en `before` pour la suite.")

    @classmethod
    def of(cls, answer: Answer, zone: tzinfo, limit: int) -> AuditOut:
        """One page."""
        items = lines_of(answer, zone)
        return cls(items=items, next=items[-1].id if len(items) == limit else None)


def lines_of(answer: Answer, zone: tzinfo) -> list[AuditLineOut]:
    """Each line as far as the reader may know it."""
    return [
        AuditLineOut.of(told, zone, address=answer.tells_address(told)) for told in answer.lines
    ]


HEADINGS = (
    "N°", "Date", "Acte", "Résultat", "Par", "Chez", "Par où", "Adresse", "Agenda", "Objet",
    "Classe", "Détails",
)  # fmt: skip


def csv_of(answer: Answer, zone: tzinfo) -> str:
    """For a spreadsheet: French headings, semicolons, a byte order mark."""
    rows = (
        (
            line.id, f"{line.at:%d/%m/%Y %H:%M:%S}", line.label, RESULTS.get(line.result, ""),
            line.actor, line.owner, FACES.get(line.face, line.face), line.address, line.calendar,
            line.object, line.visibility, json.dumps(line.details) if line.details else "",
        )
        for line in lines_of(answer, zone)
    )  # fmt: skip
    return table_of(HEADINGS, rows)
