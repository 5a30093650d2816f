"""Minutes over REST: draft, submit, validate, distribute, correct; PDF, DOCX, Markdown (MTG-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.state import CurrentPrincipal, FaceState, State
from calendars.kernel.database import Db
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import people
from scheduler.meetings.access import Opened, Part, open_meeting
from scheduler.meetings.api.agenda import download
from scheduler.meetings.api.examples import CORRECTIONS, MINUTES, RETURNS
from scheduler.meetings.api.parameters import PREFIX, HouseState, RefPath, VersionPath
from scheduler.meetings.distribute_minutes import distribute_minutes
from scheduler.meetings.house import House
from scheduler.meetings.keep_agenda import show_agenda
from scheduler.meetings.keep_minutes import (
    as_noted,
    correct_minutes,
    draft_minutes,
    read_minutes,
    return_minutes,
    submit_minutes,
    validate_minutes,
)
from scheduler.meetings.minutes_model import Minutes, MinutesStep, actions_in
from scheduler.meetings.printed import (
    agenda_pdf,
    attendance_pdf,
    minutes_docx,
    minutes_markdown,
    minutes_pdf,
)
from scheduler.meetings.record import record_of
from scheduler.meetings.schemas.minutes import CorrectionIn, MinutesIn, MinutesOut, ReasonIn

TAG = "Comptes rendus et documents"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
router = APIRouter(prefix=f"{PREFIX}/{{ref}}", tags=[TAG], responses=PROBLEM_RESPONSES)


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}, "description": "Le document."}}


def told(
    db: Db, zone: tzinfo, opened: Opened | str, found: Minutes, step: MinutesStep
) -> MinutesOut:
    """One version as JSON, with the names of the people in it."""
    owners = people.known(db, [one.owner for one in actions_in(step.sections)])
    numbers = {one.author_id for one in found.steps} | {one.for_id for one in found.steps}
    logins: dict[int, str] = {
        one: get_principal_by_id(db, one).login for one in numbers if one is not None
    }
    ref = opened if isinstance(opened, str) else opened.meeting.ref
    return MinutesOut.of(ref, found, step, owners, logins, zone)


@router.get(
    "/agenda.pdf",
    operation_id="printAgenda",
    summary="L'ordre du jour en PDF",
    response_class=Response,
    responses=_file(PDF),
)
def agenda(actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath) -> Response:
    """On paper."""
    now = state.now()
    with state.database.reading() as db:
        open_meeting(db, actor, ref, now=now)
        content = agenda_pdf(db, actor, show_agenda(db, actor, ref, now=now), house, now=now)
    return download(content, f"{ref}-ordre-du-jour.pdf", PDF)


@router.get(
    "/attendance.pdf",
    operation_id="printAttendance",
    summary="La feuille d'émargement en PDF",
    response_class=Response,
    responses=_file(PDF),
)
def attendance(actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath) -> Response:
    """To be signed."""
    now = state.now()
    with state.database.reading() as db:
        opened = open_meeting(db, actor, ref, Part.EDITOR, now=now)
        content = attendance_pdf(db, opened, house, now=now)
    return download(content, f"{ref}-emargement.pdf", PDF)


@router.get(
    "/minutes",
    operation_id="readMinutes",
    summary="Le compte rendu",
    description="La dernière version : pour qui tient la réunion, le brouillon aussi ; pour les "
    "participants, ce qui a été diffusé.",
)
def read(actor: CurrentPrincipal, state: State, ref: RefPath) -> MinutesOut:
    """The last version."""
    with state.database.reading() as db:
        opened, found, step = read_minutes(db, actor, ref, now=state.now())
        return told(db, state.zone, opened, found, step)


@router.put(
    "/minutes",
    operation_id="draftMinutes",
    summary="Écrire le brouillon",
    description="Sans texte, il est préparé d'après l'ordre du jour.",
)
def draft(
    actor: CurrentPrincipal,
    state: State,
    house: HouseState,
    ref: RefPath,
    wanted: Annotated[MinutesIn, Body(openapi_examples=MINUTES)],
) -> MinutesOut:
    """A draft."""
    text = wanted.text()
    with state.database.transaction() as db:
        if text is not None:
            text = (text[0], as_noted(db, text[1]))
        found = draft_minutes(db, actor, ref, text, house, now=state.now())
        return told(db, state.zone, ref, found, found.steps[-1])


Deed = Callable[[Db, House, int], Minutes]


def _done(state: FaceState, house: House, ref: str, deed: Deed) -> MinutesOut:
    with state.database.transaction() as db:
        found = deed(db, house, state.now())
        return told(db, state.zone, ref, found, found.steps[-1])


@router.post("/minutes/submit", operation_id="submitMinutes", summary="Soumettre le brouillon")
def submit(actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath) -> MinutesOut:
    """To the chair."""
    return _done(state, house, ref, lambda db, _, now: submit_minutes(db, actor, ref, now=now))


@router.post("/minutes/return", operation_id="returnMinutes", summary="Renvoyer pour reprise")
def send_back(
    actor: CurrentPrincipal,
    state: State,
    house: HouseState,
    ref: RefPath,
    wanted: Annotated[ReasonIn, Body(openapi_examples=RETURNS)],
) -> MinutesOut:
    """By the chair, with a reason."""
    reason = wanted.reason
    return _done(
        state, house, ref, lambda db, _, now: return_minutes(db, actor, ref, reason, now=now)
    )


@router.post(
    "/minutes/validate",
    operation_id="validateMinutes",
    summary="Valider",
    description="Par la présidence, ou par qui en assure l'intérim à cette date.",
)
def validate(actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath) -> MinutesOut:
    """By the chair, or in his stead."""
    return _done(state, house, ref, lambda db, _, now: validate_minutes(db, actor, ref, now=now))


@router.post(
    "/minutes/distribute",
    operation_id="distributeMinutes",
    summary="Diffuser",
    description="Un message à chacun (le PDF n'est joint que si la réunion est publique), une note "
    "dans l'agenda, une tâche pour chaque action.",
)
def distribute(
    actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath
) -> MinutesOut:
    """To everybody who was asked to come."""
    return _done(
        state, house, ref, lambda db, said, now: distribute_minutes(db, actor, ref, said, now=now)
    )


@router.post(
    "/minutes/correct",
    operation_id="correctMinutes",
    summary="Rectifier ce qui a été diffusé",
    description="Une nouvelle version, avec son motif ; elle reste à diffuser.",
)
def correct(
    actor: CurrentPrincipal,
    state: State,
    house: HouseState,
    ref: RefPath,
    wanted: Annotated[CorrectionIn, Body(openapi_examples=CORRECTIONS)],
) -> MinutesOut:
    """A new version."""
    sections, reason = [one.section() for one in wanted.sections], wanted.reason
    with state.database.transaction() as db:
        noted = as_noted(db, sections)
        found = correct_minutes(db, actor, ref, noted, reason, house, now=state.now())
        return told(db, state.zone, ref, found, found.steps[-1])


@router.get(
    "/minutes/{version}.pdf",
    operation_id="printMinutes",
    summary="Une version en PDF",
    response_class=Response,
    responses=_file(PDF),
)
def as_pdf(
    actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath, version: VersionPath
) -> Response:
    """PDF/A, tagged."""
    with state.database.reading() as db:
        opened, found, step = read_minutes(db, actor, ref, version, now=state.now())
        content = minutes_pdf(db, opened, found, step, house)
    return download(content, f"{ref}-v{version}.pdf", PDF)


@router.get(
    "/minutes/{version}.docx",
    operation_id="exportMinutes",
    summary="Une version pour un traitement de texte",
    response_class=Response,
    responses=_file(DOCX),
)
def as_docx(
    actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath, version: VersionPath
) -> Response:
    """DOCX."""
    with state.database.reading() as db:
        opened, found, step = read_minutes(db, actor, ref, version, now=state.now())
        content = minutes_docx(db, opened, found, step, house)
    return download(content, f"{ref}-v{version}.docx", DOCX)


@router.get(
    "/minutes/{version}.md",
    operation_id="readMinutesText",
    summary="Une version en Markdown",
    response_class=Response,
    responses=_file("text/markdown"),
)
def as_markdown(
    actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath, version: VersionPath
) -> Response:
    """One text."""
    with state.database.reading() as db:
        opened, found, step = read_minutes(db, actor, ref, version, now=state.now())
        content = minutes_markdown(db, opened, found, step, house)
    return download(content.encode(), f"{ref}-v{version}.md", "text/markdown; charset=utf-8")


@router.get("/minutes/{version}", operation_id="readMinutesVersion", summary="Une version")
def read_version(
    actor: CurrentPrincipal, state: State, ref: RefPath, version: VersionPath
) -> MinutesOut:
    """As JSON."""
    with state.database.reading() as db:
        opened, found, step = read_minutes(db, actor, ref, version, now=state.now())
        return told(db, state.zone, opened, found, step)


@router.get(
    "/record",
    operation_id="readRecord",
    summary="La fiche de la réunion",
    description="Tout ce qui en est connu, en un document, pour qui la tient.",
)
def record(
    actor: CurrentPrincipal, state: State, house: HouseState, ref: RefPath
) -> dict[str, Any]:
    """In French."""
    now = state.now()
    with state.database.reading() as db:
        open_meeting(db, actor, ref, Part.EDITOR, now=now)
        return record_of(db, show_agenda(db, actor, ref, now=now), house, now=now)
