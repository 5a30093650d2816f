"""What an import of references does, as JSON and in French."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from calendars.http.shapes import Shape
from scheduler.references.import_references import Judged, Outcome, Preview
from scheduler.references.import_rules import Fault

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ADDED: "ajoutée",
    Outcome.CHANGED: "changée",
    Outcome.UNCHANGED: "inchangée",
    Outcome.REFUSED: "refusée",
}
FAULTS: Mapping[Fault, str] = {
    Fault.UNREADABLE: "il manque le système, le numéro, l'objet ou sa clé",
    Fault.BAD_DATE: "la date n'existe pas, ou n'est pas ce jour de la semaine",
    Fault.BAD_DIRECTION: "le sens est « reçu » ou « envoyé »",
    Fault.BAD_KIND: "l'objet n'est pas connu, ou son propriétaire est à dire ou à taire",
    Fault.NO_SYSTEM: "ce système n'est pas déclaré",
    Fault.BAD_NUMBER: "le numéro n'a pas la forme de ce système",
    Fault.NOT_FOUND: "vous n'avez rien de tel",
    Fault.READ_ONLY: "vous voyez l'objet sans pouvoir le modifier",
    Fault.TAKEN: "ce numéro est celui d'un autre objet",
}


class ImportLineOut(Shape):
    """A line of the file, and what becomes of it."""

    line: int = Field(description="Les intitulés sont la ligne 1.")
    system: str
    number: str
    outcome: Outcome
    fault: Fault | None
    because: str = Field(description="Pourquoi elle est refusée.")

    @classmethod
    def of(cls, one: Judged) -> ImportLineOut:
        """As it was judged."""
        because = "" if one.fault is None else FAULTS[one.fault]
        return cls(
            line=one.line.at, system=one.line.system, number=one.line.number,
            outcome=one.outcome, fault=one.fault, because=because,
        )  # fmt: skip


class ImportOut(Shape):
    """What an import does, or would do."""

    token: str = Field(description="À redonner pour importer.")
    added: int
    changed: int
    unchanged: int
    refused: int
    lines: list[ImportLineOut]

    @classmethod
    def of(cls, seen: Preview) -> ImportOut:
        """Line by line."""
        counts = {str(one): seen.count(one) for one in Outcome}
        lines = [ImportLineOut.of(one) for one in seen.lines]
        return cls(token=seen.token, lines=lines, **counts)
