"""Absences over REST: one by one, or by a list that is looked at first (DIA-7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName
from calendars.http.state import CurrentPrincipal, State
from scheduler.absences import service as deeds
from scheduler.absences.import_absences import SOURCE, Wanted, import_table, preview
from scheduler.absences.import_schemas import ImportOut
from scheduler.absences.schemas import AbsenceIn, AbsenceOut, AbsencesOut
from scheduler.absences.service import Register

TAG = "Absences"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

_TABLE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "Identifiant;Du;Au;Référence\n"
                "anne;03/03/2026;6 mars 2026 matin;CG-118\n",
            }
        },
    }
}
_COLUMNS = (
    "Un fichier CSV : Identifiant ou Courriel, Du, Au, et au besoin Référence. Les jours "
    "s'écrivent 2026-03-03, 03/03/2026 ou 3 mars 2026, suivis au besoin de « matin » ou "
    "« après-midi ». Aucun motif n'est lu ni conservé."
)


def give_register(app: FastAPI, register: Register) -> None:
    """Routes of this application work with it from now on."""
    app.state.absence_register = register


async def _register_of(request: Request) -> Register:
    register: Register = request.app.state.absence_register
    return register


async def _table(request: Request) -> bytes:
    return await request.body()


CurrentRegister = Annotated[Register, Depends(_register_of)]
Login = Annotated[PathName, Path(description="Qui est absent.", examples=["anne"])]
Number = Annotated[int, Path(ge=1, le=2**53, alias="id", examples=[1])]
Table = Annotated[bytes, Depends(_table)]
Source = Annotated[
    str,
    Query(
        pattern=r"^[\w .-]{1,40}$",
        description="Le nom de la liste : une autre ne touche pas à ce que celle-ci a apporté.",
    ),
]
Replace = Annotated[bool, Query(description="Retirer ce qui n'y est plus.")]
Token = Annotated[
    str,
    Query(pattern="^[0-9a-f]{32}$", description="Le jeton de l'aperçu.", examples=["0" * 32]),
]


@router.get(
    "/diaries/{login}/absences",
    operation_id="listAbsences",
    summary="Les absences notées d'une personne",
)
def list_all(
    actor: CurrentPrincipal, state: State, register: CurrentRegister, login: Login
) -> AbsencesOut:
    """By start."""
    with state.database.reading() as db:
        found = deeds.list_absences(db, actor, login, register, now=state.now())
    return AbsencesOut(items=[AbsenceOut.of(one, state.zone) for one in found])


@router.post(
    "/diaries/{login}/absences",
    status_code=201,
    operation_id="noteAbsence",
    summary="Noter une absence",
    description="Sans motif : l'agenda dit « Absent », et rien d'autre. Pour soi, pour qui vous "
    "confie son agenda ; l'administration et le personnel pour tous. Dite deux fois, elle n'est "
    "notée qu'une.",
)
def note(
    actor: CurrentPrincipal, state: State, register: CurrentRegister, login: Login, said: AbsenceIn
) -> AbsenceOut:
    """A new one."""
    with state.database.transaction() as db:
        made = deeds.note_absence(
            db, actor, login, said.absence(), register, reference=said.reference, now=state.now()
        )
    return AbsenceOut.of(made, state.zone)


@router.delete(
    "/diaries/{login}/absences/{id}",
    status_code=204,
    operation_id="removeAbsence",
    summary="Retirer une absence",
)
def remove(
    actor: CurrentPrincipal, state: State, register: CurrentRegister, login: Login, number: Number
) -> None:
    """He is there after all."""
    with state.database.transaction() as db:
        deeds.remove_absence(db, actor, login, number, register, now=state.now())


@router.post(
    "/absences/import/preview",
    operation_id="previewAbsenceImport",
    summary="Voir ce qu'une liste d'absences ferait",
    description=f"{_COLUMNS} Rien n'est écrit ; le jeton vaut pour cette issue exactement.",
    openapi_extra=_TABLE,
)
def look(
    actor: CurrentPrincipal, state: State, register: CurrentRegister, table: Table,
    source: Source = SOURCE, replace: Replace = False,
) -> ImportOut:  # fmt: skip
    """What would be done."""
    with state.database.reading() as db:
        seen = preview(db, actor, Wanted(table, source, replace), register, now=state.now())
    return ImportOut.of(seen, state.zone)


@router.post(
    "/absences/import",
    operation_id="importAbsences",
    summary="Importer une liste d'absences, comme l'aperçu l'a montrée",
    description="Le même fichier et le jeton de son aperçu ; si une issue a changé entre-temps, "
    "rien n'est fait (409). Les lignes refusées sont laissées ; refait, l'import ne change rien.",
    openapi_extra=_TABLE,
)
def do(
    actor: CurrentPrincipal, state: State, register: CurrentRegister, table: Table, token: Token,
    source: Source = SOURCE, replace: Replace = False,
) -> ImportOut:  # fmt: skip
    """As it was seen."""
    with state.database.transaction() as db:
        done = import_table(
            db, actor, Wanted(table, source, replace), register, token, now=state.now()
        )
    return ImportOut.of(done, state.zone)
