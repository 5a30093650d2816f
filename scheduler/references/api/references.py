"""References and their systems over REST (DIR-5)."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, Line
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.errors import InvalidInput
from scheduler.references import service
from scheduler.references.api.parameters import TAG, CurrentEyes
from scheduler.references.model import Kind, ReferenceId, ReferenceSystem, Subject
from scheduler.references.rules import MAX_NUMBER
from scheduler.references.schemas import (
    HEADINGS,
    ReferenceIn,
    ReferenceOut,
    ReferencesOut,
    SystemIn,
    SystemOut,
    SystemsOut,
)

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Code = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="Le code.", examples=["COURRIER"]),
]


class _Question(NamedTuple):
    number: str | None
    system: str | None
    subject: Subject | None


async def _question(
    number: Annotated[Line | None, Query(min_length=2, max_length=MAX_NUMBER)] = None,
    system: Annotated[Line | None, Query(max_length=40)] = None,
    kind: Kind | None = None,
    key: Annotated[Line | None, Query(min_length=1)] = None,
    owner: Annotated[Line, Query(max_length=255)] = "",
) -> _Question:
    subject = None if kind is None or key is None else Subject(kind, key, owner)
    return _Question(number, system, subject)


Asked = Annotated[_Question, Depends(_question)]


@router.get(
    "/reference-systems",
    operation_id="listReferenceSystems",
    summary="Les systèmes dont viennent les numéros",
)
def list_systems(_: CurrentPrincipal, state: State) -> SystemsOut:
    """Every system."""
    with state.database.reading() as db:
        return SystemsOut(items=[SystemOut.of(one) for one in service.list_systems(db)])


@router.put(
    "/reference-systems/{code}",
    operation_id="setReferenceSystem",
    summary="Déclarer un système",
    description="Réservé à l'administration. Les numéros déjà notés restent. Dans l'expression, "
    "aucun groupe n'est répété.",
)
def set_system(actor: CurrentPrincipal, state: State, code: Code, wanted: SystemIn) -> SystemOut:
    """A system from now on."""
    one = ReferenceSystem(code, wanted.label, wanted.pattern)
    with state.database.transaction() as db:
        service.set_system(db, actor, one, now=state.now())
    return SystemOut.of(one)


@router.delete(
    "/reference-systems/{code}",
    status_code=204,
    operation_id="removeReferenceSystem",
    summary="Retirer un système",
    description="Réservé à l'administration ; un système dont des numéros sont notés reste (409).",
)
def remove_system(actor: CurrentPrincipal, state: State, code: Code) -> None:
    """A system less."""
    with state.database.transaction() as db:
        service.remove_system(db, actor, code, now=state.now())


@router.post(
    "/references",
    status_code=201,
    operation_id="attachReference",
    summary="Noter une référence",
    description="Sur ce que vous pouvez modifier. Le même numéro sur le même objet met à jour sa "
    "date et son sens (200) ; sur un autre, il est refusé (409).",
    responses={200: {"model": ReferenceOut, "description": "Elle était notée."}},
)
def attach(
    actor: CurrentPrincipal,
    state: State,
    eyes: CurrentEyes,
    response: Response,
    wanted: Annotated[
        ReferenceIn,
        Body(
            examples=[
                {
                    "system": "COURRIER",
                    "number": "2026-C-00123",
                    "date": "2026-03-02",
                    "direction": "received",
                    "kind": "calendar-object",
                    "owner": "anne",
                    "key": "t",
                }
            ]
        ),
    ],
) -> ReferenceOut:
    """A number is noted."""
    with state.database.transaction() as db:
        made = service.attach(
            db, actor, wanted.mark(), wanted.subject(), eyes=eyes, now=state.now()
        )
    if not made.is_new:
        response.status_code = 200
    return ReferenceOut.of(made.reference)


@router.get(
    "/references",
    operation_id="findReferences",
    summary="Chercher des références",
    description="Par le début du numéro (`number`, avec `system` ou non), ou celles d'un objet "
    "(`kind`, `key`, `owner`). Seul ce que vous voyez est trouvé.",
)
def find(actor: CurrentPrincipal, state: State, eyes: CurrentEyes, asked: Asked) -> ReferencesOut:
    """What bears a number, or the numbers of a thing."""
    found = _found(actor, state, eyes, asked)
    return ReferencesOut(
        items=[ReferenceOut.of(one) for one in found.references], complete=found.complete
    )


@router.get(
    "/references.csv",
    operation_id="exportReferences",
    summary="Chercher des références, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, eyes: CurrentEyes, asked: Asked) -> Response:
    """The same as CSV: it can be imported again as it is."""
    found = _found(actor, state, eyes, asked)
    rows = [ReferenceOut.of(one).row for one in found.references]
    return spreadsheet("references.csv", HEADINGS, rows)


def _found(
    actor: CurrentPrincipal, state: State, eyes: CurrentEyes, asked: _Question
) -> service.Found:
    """Raises InvalidInput."""
    with state.database.reading() as db:
        if asked.number is not None:
            return service.search(db, actor, asked.number, asked.system, eyes=eyes, now=state.now())
        if asked.subject is None:
            raise InvalidInput(
                "either the beginning of a number, or a kind and a key",
                words="donnez le début d'un numéro, ou un genre et une clé",
                field="number",
            )
        found = service.list_references(db, actor, asked.subject, eyes=eyes, now=state.now())
        return service.Found(found, complete=True)


@router.delete(
    "/references/{reference}",
    status_code=204,
    operation_id="detachReference",
    summary="Retirer une référence",
)
def detach(
    actor: CurrentPrincipal,
    state: State,
    eyes: CurrentEyes,
    reference: Annotated[Identifier, Path(description="Le numéro d'ordre de la référence.")],
) -> None:
    """A number is noted no more."""
    with state.database.transaction() as db:
        service.detach(db, actor, ReferenceId(reference), eyes=eyes, now=state.now())
