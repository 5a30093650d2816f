"""The agenda, its papers, and who was there, over REST (MTG-2, MTG-4, MTG-6, MTG-8)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, Line
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.meetings.access import open_meeting
from scheduler.meetings.api.examples import ATTENDANCES, ITEM_CHANGES, ITEMS
from scheduler.meetings.api.parameters import PREFIX, ItemPath, PaperPath, RefPath
from scheduler.meetings.keep_agenda import (
    add_item,
    change_item,
    put_in_order,
    remove_item,
    show_agenda,
    take_up,
)
from scheduler.meetings.keep_papers import PaperFile, hand_in_paper, read_paper, withdraw_paper
from scheduler.meetings.note_attendance import list_attending, note_attendance
from scheduler.meetings.schemas.agenda import (
    ATTENDANCE_HEADINGS,
    ITEM_HEADINGS,
    AgendaOut,
    AttendanceOut,
    AttendancesIn,
    AttendancesOut,
    ItemIn,
    ItemPatch,
    OrderIn,
    PaperOut,
)

_ANY_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _file(
    request: Request,
    filename: Annotated[Line, Query(min_length=1, max_length=200)],
    content_type: Annotated[str, Header(max_length=120)] = "application/octet-stream",
) -> PaperFile:
    return PaperFile(filename, content_type, await request.body())


FileBody = Annotated[PaperFile, Depends(_file)]

TAG = "Ordre du jour et émargement"
router = APIRouter(prefix=f"{PREFIX}/{{ref}}", tags=[TAG], responses=PROBLEM_RESPONSES)


@router.get(
    "/agenda",
    operation_id="readAgenda",
    summary="L'ordre du jour",
    description="Les heures se comptent depuis le début de la réunion. Qui présente un point sans "
    "être invité ne voit que le sien.",
)
def read(actor: CurrentPrincipal, state: State, ref: RefPath) -> AgendaOut:
    """The points with their times."""
    with state.database.reading() as db:
        shown = show_agenda(db, actor, ref, now=state.now())
    return AgendaOut.of(shown, state.zone)


@router.get(
    "/agenda.csv",
    operation_id="exportAgenda",
    summary="L'ordre du jour, pour un tableur",
    description="Une ligne par point, avec ses heures et ses pièces.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(actor: CurrentPrincipal, state: State, ref: RefPath) -> Response:
    """The points as CSV."""
    rows = [one.row for one in read(actor, state, ref).items]
    return spreadsheet(f"{ref}-ordre-du-jour.csv", ITEM_HEADINGS, rows)


@router.post(
    "/agenda",
    status_code=201,
    operation_id="addAgendaItem",
    summary="Ajouter un point",
    description="Il est écrit dans l'événement, sans nouvelle invitation. Une fois l'ordre du "
    "jour arrêté, le point est « ajouté en séance ».",
)
def add(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    wanted: Annotated[ItemIn, Body(openapi_examples=ITEMS)],
) -> AgendaOut:
    """One point more."""
    draft, now = wanted.draft(), state.now()
    with state.database.transaction() as db:
        shown = add_item(db, actor, ref, draft, dispatch=state.dispatch, now=now)
    return AgendaOut.of(shown, state.zone)


@router.put("/agenda/order", operation_id="orderAgenda", summary="Changer l'ordre des points")
def order(actor: CurrentPrincipal, state: State, ref: RefPath, wanted: OrderIn) -> AgendaOut:
    """All points in another order."""
    ids, now = wanted.items, state.now()
    with state.database.transaction() as db:
        shown = put_in_order(db, actor, ref, ids, dispatch=state.dispatch, now=now)
    return AgendaOut.of(shown, state.zone)


@router.post(
    "/agenda/carry",
    operation_id="carryAgenda",
    summary="Reprendre ce que la réunion précédente a laissé",
    description="Les points reportés et le suivi des actions ; répété, rien n'est doublé.",
)
def carry(actor: CurrentPrincipal, state: State, ref: RefPath) -> AgendaOut:
    """What was left."""
    with state.database.transaction() as db:
        shown = take_up(db, actor, ref, dispatch=state.dispatch, now=state.now())
    return AgendaOut.of(shown, state.zone)


@router.patch("/agenda/{item}", operation_id="changeAgendaItem", summary="Changer un point")
def change(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    item: ItemPath,
    wanted: Annotated[ItemPatch, Body(openapi_examples=ITEM_CHANGES)],
) -> AgendaOut:
    """What is named is otherwise."""
    draft, now = wanted.draft(), state.now()
    with state.database.transaction() as db:
        shown = change_item(db, actor, ref, item, draft, dispatch=state.dispatch, now=now)
    return AgendaOut.of(shown, state.zone)


@router.delete("/agenda/{item}", operation_id="removeAgendaItem", summary="Retirer un point")
def remove(actor: CurrentPrincipal, state: State, ref: RefPath, item: ItemPath) -> AgendaOut:
    """One point less."""
    with state.database.transaction() as db:
        shown = remove_item(db, actor, ref, item, dispatch=state.dispatch, now=state.now())
    return AgendaOut.of(shown, state.zone)


@router.put(
    "/papers/{paper}",
    operation_id="handInPaper",
    summary="Déposer une pièce",
    description="Le corps de la demande est le fichier, de dix mébioctets au plus. La pièce est "
    "jointe à l'événement (RFC 8607) sans nouvelle invitation : chacun l'ouvre depuis son agenda. "
    "Celle d'un point réservé ne l'est pas : la lisent ici ceux qui prennent part à la réunion, et "
    "qui présente le point.",
    openapi_extra=_ANY_FILE,
)
def hand_in(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    paper: PaperPath,
    file: FileBody,
    item: Annotated[Identifier | None, Query(description="Le point dont elle est.")] = None,
) -> PaperOut:
    """A file."""
    now = state.now()
    with state.database.transaction() as db:
        handed = hand_in_paper(
            db, actor, ref, (paper, item), file, dispatch=state.dispatch, now=now
        )
    return PaperOut.of(handed, state.zone)


@router.get(
    "/papers/{paper}",
    operation_id="readPaper",
    summary="Lire une pièce",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "Le fichier."}},
)
def fetch(actor: CurrentPrincipal, state: State, ref: RefPath, paper: PaperPath) -> Response:
    """A file, never shown inside of a page."""
    with state.database.reading() as db:
        found = read_paper(db, actor, ref, paper, now=state.now())
    return download(found.content, found.filename, found.media_type)


def download(content: bytes, filename: str, media_type: str) -> Response:
    """A file that a browser keeps, and does not run."""
    named = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": named})


@router.delete(
    "/papers/{paper}",
    status_code=204,
    operation_id="withdrawPaper",
    summary="Retirer une pièce",
    description="L'événement ne la porte plus.",
)
def withdraw(actor: CurrentPrincipal, state: State, ref: RefPath, paper: PaperPath) -> None:
    """A paper less."""
    with state.database.transaction() as db:
        withdraw_paper(db, actor, ref, paper, dispatch=state.dispatch, now=state.now())


@router.get(
    "/attendance",
    operation_id="readAttendance",
    summary="Qui est attendu, qui était là",
    description="Attendu d'après les réponses, corrigé le jour même.",
)
def attendance(actor: CurrentPrincipal, state: State, ref: RefPath) -> AttendancesOut:
    """The sheet."""
    with state.database.reading() as db:
        found = list_attending(db, open_meeting(db, actor, ref, now=state.now()))
    return AttendancesOut(items=[AttendanceOut.of(one, state.zone) for one in found])


@router.get(
    "/attendance.csv",
    operation_id="exportAttendance",
    summary="Qui est attendu, qui était là, pour un tableur",
    description="Une ligne par personne.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_attendance(actor: CurrentPrincipal, state: State, ref: RefPath) -> Response:
    """The sheet as CSV."""
    rows = [one.row for one in attendance(actor, state, ref).items]
    return spreadsheet(f"{ref}-presences.csv", ATTENDANCE_HEADINGS, rows)


@router.put("/attendance", operation_id="noteAttendance", summary="Corriger les présences")
def note(
    actor: CurrentPrincipal,
    state: State,
    ref: RefPath,
    wanted: Annotated[AttendancesIn, Body(openapi_examples=ATTENDANCES)],
) -> AttendancesOut:
    """What was seen."""
    notes, now = [one.note() for one in wanted.items], state.now()
    with state.database.transaction() as db:
        opened = note_attendance(db, actor, ref, notes, now=now)
        found = list_attending(db, opened)
    return AttendancesOut(items=[AttendanceOut.of(one, state.zone) for one in found])
