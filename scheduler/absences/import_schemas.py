"""What a list of absences does, line by line, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo

from pydantic import Field

from calendars.http.shapes import Shape
from calendars.model.typeset import typeset
from scheduler.absences.import_absences import Outcome, Preview
from scheduler.absences.schemas import AbsenceOut
from scheduler.absences.table_rules import Fault, Line

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ADDED: "ajoutée",
    Outcome.MOVED: "déplacée",
    Outcome.UNCHANGED: "inchangée",
    Outcome.REFUSED: "refusée",
}
FIELDS: Mapping[str, str] = {"person": "Identifiant", "first": "Du", "last": "Au"}
_WHY: Mapping[Fault, str] = {
    Fault.EMPTY: "la case est vide",
    Fault.BAD_DAY: "ce n'est pas un jour, comme 2026-03-03, 03/03/2026 ou 3 mars 2026",
    Fault.BACKWARDS: "l'absence finirait avant de commencer, ou dure plus de trois ans",
    Fault.UNKNOWN_PERSON: "personne de ce nom, ou son agenda ne vous est pas confié",
    Fault.NO_CALENDAR: "cette personne n'a pas d'agenda",
    Fault.TWICE: "cette absence est déjà dite plus haut",
}


class ImportLineOut(Shape):
    """One line of the file."""

    line: int = Field(description="Comme le fichier les compte, l'intitulé étant la première.")
    person: str
    first: date | None = None
    last: date | None = None
    outcome: Outcome
    field: str | None = Field(None, description="La colonne en cause.")
    because: str | None = Field(None, description="Pourquoi elle est refusée.")


class ImportOut(Shape):
    """What an import does, or would do."""

    lines: list[ImportLineOut]
    gone: list[AbsenceOut] = Field(
        description="Venues de cette liste, dans la période du fichier, et qui n'y sont plus : "
        "retirées avec `replace`, sinon laissées."
    )
    unread: list[str] = Field(description="Colonnes qui ne sont pas lues.")
    warning: str | None = None
    token: str = Field(description="Vaut pour cette issue exactement.")

    @classmethod
    def of(cls, seen: Preview, zone: tzinfo) -> ImportOut:
        """In words."""
        return cls(
            lines=[_line(one.line, one.outcome) for one in seen.lines],
            gone=[AbsenceOut.of(one, zone) for one in seen.gone],
            unread=list(seen.table.unread),
            warning=reasons_warning(seen.table.reasons),
            token=seen.token,
        )


def reasons_warning(columns: tuple[str, ...]) -> str | None:
    """That reasons are not kept, where the file has some."""
    if not columns:
        return None
    named = ", ".join(f"« {one} »" for one in columns)
    return typeset(f"Non lu : {named}. Aucun motif d'absence n'est conservé ; ôtez-le du fichier.")


def _line(line: Line, outcome: Outcome) -> ImportLineOut:
    return ImportLineOut(
        line=line.at,
        person=line.person,
        first=line.absence.first if line.absence else None,
        last=line.absence.last if line.absence else None,
        outcome=outcome,
        field=FIELDS.get(line.field) if line.fault else None,
        because=typeset(_WHY[line.fault]) if line.fault else None,
    )
