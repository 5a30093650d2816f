"""A table of references over REST: looked at first, then done as it was seen (DIR-5)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.state import CurrentPrincipal, State
from calendars.model.wall_clock import epoch_to_local
from scheduler.references import import_references
from scheduler.references.api.parameters import TAG, CurrentEyes
from scheduler.references.import_schemas import ImportOut

router = APIRouter(prefix="/api/v1/references/import", tags=[TAG], responses=PROBLEM_RESPONSES)

_EXAMPLE = (
    "Système;Numéro;Date;Sens;Objet;Clé;Propriétaire\n"
    "COURRIER;2026-C-00123;Vendredi 27 juin 2025;reçu;événement;t;anne\n"
)
_TABLE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": _EXAMPLE,
            }
        },
    }
}
_COLUMNS = (
    "Un fichier CSV : Système, Numéro, Objet (réunion, demande, événement, échéance), Clé, et au "
    "besoin Propriétaire, Date, Sens (reçu, envoyé)."
)


async def _table(request: Request) -> bytes:
    return await request.body()


Table = Annotated[bytes, Depends(_table)]
Token = Annotated[
    str,
    Query(pattern="^[0-9a-f]{32}$", description="Le jeton de l'aperçu.", examples=["0" * 32]),
]


@router.post(
    "/preview",
    operation_id="previewReferenceImport",
    summary="Voir ce qu'un import ferait",
    description=f"{_COLUMNS} Chaque ligne est ajoutée, changée, inchangée ou refusée, et l'on dit "
    "pourquoi. Rien n'est écrit ; le jeton vaut pour cela exactement.",
    openapi_extra=_TABLE,
)
def look(actor: CurrentPrincipal, state: State, eyes: CurrentEyes, table: Table) -> ImportOut:
    """What would be done."""
    now = state.now()
    with state.database.reading() as db:
        seen = import_references.preview(
            db, actor, table, eyes=eyes, today=epoch_to_local(now, state.zone).date(), now=now
        )
    return ImportOut.of(seen)


@router.post(
    "",
    operation_id="importReferences",
    summary="Importer des références, comme l'aperçu l'a montré",
    description="Avec le même fichier et le jeton de son aperçu ; si l'issue d'une ligne a changé "
    "entre temps, rien n'est fait (409). Les lignes refusées sont laissées.",
    openapi_extra=_TABLE,
)
def do(
    actor: CurrentPrincipal, state: State, eyes: CurrentEyes, table: Table, token: Token
) -> ImportOut:
    """As it was seen."""
    now = state.now()
    with state.database.transaction() as db:
        done = import_references.import_table(
            db,
            actor,
            table,
            token,
            eyes=eyes,
            today=epoch_to_local(now, state.zone).date(),
            now=now,
        )
    return ImportOut.of(done)
