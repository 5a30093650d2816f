"""Who saw and changed what (SEC-8)."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from calendars.api.parameters import Before
from calendars.api.shapes.audit import AuditOut, csv_of
from calendars.http.shapes import PathName, QueryInstant
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.audit import Deed, Result
from calendars.services.list_audit import Question, list_for, list_own
from calendars.storage.audit_lines import Wanted

TAG = "Journal"
MAX_ROWS = 10_000

router = APIRouter(tags=[TAG])

_EXPLAINED = (
    "Chacun lit les lignes qui concernent ses agendas, et ses propres actes ; un administrateur "
    "lit tout, et sa consultation est elle-même inscrite. Les plus récentes d'abord."
)


def _known(codes: type[StrEnum], text: str) -> str:
    if text not in set(codes):
        raise PydanticCustomError("field", "ce code n'existe pas")
    return text


DeedCode = Annotated[
    str,
    AfterValidator(partial(_known, Deed)),
    WithJsonSchema({"type": "string", "enum": [str(deed) for deed in Deed]}),
]
ResultCode = Annotated[
    str,
    AfterValidator(partial(_known, Result)),
    WithJsonSchema({"type": "string", "enum": [str(result) for result in Result]}),
]
PageSize = Annotated[int, Query(ge=1, le=500, description="Combien de lignes au plus.")]


async def _question(  # noqa: PLR0913 - the filters of one question
    *,
    owner: Annotated[PathName | None, Query(description="Chez qui.")] = None,
    actor: Annotated[PathName | None, Query(description="Par qui.")] = None,
    deed: Annotated[list[DeedCode] | None, Query(max_length=40, description="Quels actes.")] = None,
    result: Annotated[ResultCode | None, Query(description="Faits ou refusés.")] = None,
    calendar: Annotated[PathName, Query(description="L'agenda de `object`.")] = "agenda",
    object_: Annotated[
        PathName | None, Query(alias="object", description="Le nom d'un objet de cet agenda.")
    ] = None,
    start: Annotated[QueryInstant | None, Query(alias="from", description="À partir de.")] = None,
    end: Annotated[QueryInstant | None, Query(alias="to", description="Avant.")] = None,
    before: Before = None,
) -> Question:
    wanted = Wanted(
        deeds=deed or (),
        result=result,
        since=None if start is None else int(start.timestamp()),
        until=None if end is None else int(end.timestamp()),
        before=before,
    )
    return Question(wanted, owner, actor, calendar, object_)


Asked = Annotated[Question, Depends(_question)]


@router.get(
    "/me/audit",
    operation_id="listOwnAudit",
    summary="Qui a vu ou changé mes agendas, et ce que j'ai fait",
    description="Les lignes qui vous concernent, les plus récentes d'abord.",
)
def list_mine(
    actor: CurrentPrincipal, state: State, question: Asked, limit: PageSize = 100
) -> AuditOut:
    """Lines that concern the asker, whatever his role."""
    with state.database.reading() as db:
        found = list_own(db, actor, question, limit=limit)
    return AuditOut.of(found, state.zone, limit)


@router.get("/audit", operation_id="listAudit", summary="Le journal", description=_EXPLAINED)
def list_all(
    actor: CurrentPrincipal, state: State, question: Asked, limit: PageSize = 100
) -> AuditOut:
    """Every line for administrators, one's own for the others."""
    with state.database.reading() as db:
        found = list_for(db, actor, question, limit=limit, now=state.now())
    return AuditOut.of(found, state.zone, limit)


@router.get(
    "/audit.csv",
    operation_id="exportAudit",
    summary="Le journal, pour un tableur",
    description=f"{_EXPLAINED} Séparateur : point-virgule ; {MAX_ROWS} lignes au plus.",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export(actor: CurrentPrincipal, state: State, question: Asked) -> Response:
    """The same lines as `/audit`, as CSV."""
    with state.database.reading() as db:
        found = list_for(db, actor, question, limit=MAX_ROWS, now=state.now())
    headers = {"Content-Disposition": 'attachment; filename="journal.csv"'}
    return Response(
        csv_of(found, state.zone).encode(), media_type="text/csv; charset=utf-8", headers=headers
    )
