"""Letters and papers that go along with the invitations to a meeting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Privilege
from calendars.services.put_object import ObjectPath
from calendars.services.read_entry import open_entry
from notifications.api.shapes_of_covers import PaperDraft, PaperOut, PapersOut
from notifications.covers import add_paper, list_papers, remove_paper

TAG = "Pièces des invitations"
TAGS = [{"name": TAG, "description": "Ce qui est joint aux invitations d'une réunion."}]

router = APIRouter(
    prefix="/api/v1/principals/{login}/calendars/{calendar}/objects/{name}/cover",
    tags=[TAG],
    responses=PROBLEM_RESPONSES,
)


async def _path(
    login: Annotated[PathName, Path(description="L'identifiant de la personne.")],
    calendar: Annotated[PathName, Path(description="Le nom de l'agenda.")],
    name: Annotated[PathName, Path(description="Le nom de l'objet.")],
) -> ObjectPath:
    return ObjectPath(login, calendar, name)


ObjectAt = Annotated[ObjectPath, Depends(_path)]


@router.get(
    "",
    operation_id="listCoverPapers",
    summary="Les pièces jointes aux invitations",
    description="Pour qui invite au nom de la personne.",
)
def list_all(actor: CurrentPrincipal, state: State, path: ObjectAt) -> PapersOut:
    """The files, without their octets."""
    with state.database.transaction() as db:
        found = list_papers(db, _meeting(db, actor, path, now=state.now()))
    return PapersOut(items=[PaperOut.of(one) for one in found])


@router.post(
    "",
    status_code=201,
    operation_id="addCoverPaper",
    summary="Joindre une pièce aux invitations",
    description="À toutes, ou à celle d'une seule personne : une convocation, par exemple. Elle "
    "part avec l'invitation qui attend encore, ou avec la prochaine mise à jour. Si l'événement "
    "n'est pas public, elle n'est jamais jointe : elle se lit sur la page que le lien du message "
    "ouvre. Une pièce du même nom remplace la précédente.",
)
def add(actor: CurrentPrincipal, state: State, path: ObjectAt, wanted: PaperDraft) -> PaperOut:
    """One more file."""
    now = state.now()
    paper, reader = wanted.paper, wanted.reader
    with state.database.transaction() as db:
        added = add_paper(db, _meeting(db, actor, path, now=now), paper, reader, now=now)
    return PaperOut.of(added)


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="removeCoverPaper",
    summary="Retirer une pièce",
    description="Elle n'est plus jointe à ce qui partira ; ce qui est parti l'est.",
)
def remove(
    actor: CurrentPrincipal,
    state: State,
    path: ObjectAt,
    number: Annotated[Identifier, Path(alias="id", description="Le numéro de la pièce.")],
) -> None:
    """A file goes along no more."""
    with state.database.transaction() as db:
        if not remove_paper(db, _meeting(db, actor, path, now=state.now()), number):
            raise NotFound("there is nothing here")


def _meeting(db: Db, actor: Principal, path: ObjectPath, *, now: int) -> tuple[PrincipalId, str]:
    """Whoever invites in somebody's name decides what goes along. Raises NotFound and others."""
    entry = open_entry(db, actor, path, Privilege.SCHEDULE, now=now)
    return entry.collection.owner_id, entry.stored.uid
