"""Days, hours and computed dates over REST (TIM)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day, Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, FaceState, State
from scheduler.working_time import service
from scheduler.working_time.hours import local_day
from scheduler.working_time.model import Scope
from scheduler.working_time.schemas import (
    BREAK_HEADINGS,
    DAY_HEADINGS,
    BreakIn,
    BreakOut,
    BreaksOut,
    ClosedDayOut,
    DateIn,
    DateOut,
    DatesOut,
    DayIn,
    DaysOut,
    FigureIn,
    FiguresOut,
    HoursShape,
    MovedDatesOut,
    ScopeName,
)

TAG = "Temps de travail"

router = APIRouter(prefix="/api/v1/working-time", tags=[TAG], responses=PROBLEM_RESPONSES)

From = Annotated[Day, Query(alias="from", description="Premier jour.", examples=["2026-01-01"])]
To = Annotated[Day, Query(alias="to", description="Dernier jour.", examples=["2026-12-31"])]
DayPath = Annotated[Day, Path(description="Le jour.", examples=["2026-05-15"])]
Trial = Annotated[bool, Query(description="Dire seulement quelles échéances changeraient.")]
Subject = Annotated[
    PathName, Path(description="Le code du site ou l'identifiant ; `-` pour tout le monde.")
]
MAX_DAYS = 3_660


@router.get(
    "/days",
    operation_id="listClosedDays",
    summary="Jours fériés et fermetures",
    description="Ceux du territoire, plus ce qui a été décidé par arrêté. Dix ans au plus.",
)
def list_days(_: CurrentPrincipal, state: State, first: From, last: To) -> DaysOut:
    """The closed days of a period."""
    last = min(last, first + timedelta(days=MAX_DAYS))
    with state.database.reading() as db:
        found = service.working_calendar(db, first, max(first, last))
    closed = {day: ("holiday", label) for day, label in found.days.holidays.items()}
    closed |= {day: ("closure", label) for day, label in found.days.closures.items()}
    items = [
        ClosedDayOut.model_validate({"day": day, "kind": kind, "label": label})
        for day, (kind, label) in sorted(closed.items())
        if first <= day <= last
    ]
    return DaysOut(items=items, version=found.version)


@router.get(
    "/days.csv",
    operation_id="exportClosedDays",
    summary="Jours fériés et fermetures, pour un tableur",
    description="Ceux du territoire, plus ce qui a été décidé par arrêté.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_days(actor: CurrentPrincipal, state: State, first: From, last: To) -> Response:
    """The same as CSV."""
    found = list_days(actor, state, first, last).items
    return spreadsheet("jours-fermes.csv", DAY_HEADINGS, [one.row for one in found])


@router.put(
    "/days/{day}",
    operation_id="decideDay",
    summary="Fermer ou ouvrir un jour",
    description="Réservé à l'administration. Les échéances conservées qui ne sont pas passées sont "
    "recalculées ; la réponse les énumère. Avec `trial`, rien n'est écrit.",
)
def decide(
    actor: CurrentPrincipal,
    state: State,
    day: DayPath,
    wanted: Annotated[DayIn, Body(examples=[{"kind": "closure", "label": "Pont"}])],
    *,
    trial: Trial = False,
) -> MovedDatesOut:
    """A day is closed, or opened."""
    now = state.now()
    with state.database.transaction() as db:
        moved = service.decide_day(
            db, actor, wanted.decided(day), today=_today(state), now=now, trial=trial
        )
    return MovedDatesOut.of(moved, trial=trial)


@router.delete(
    "/days/{day}",
    operation_id="undecideDay",
    summary="Revenir à ce que veut la loi",
    description="Ce qui avait été décidé de ce jour ne vaut plus.",
)
def undecide(
    actor: CurrentPrincipal, state: State, day: DayPath, *, trial: Trial = False
) -> MovedDatesOut:
    """The day is what the law makes it."""
    now = state.now()
    with state.database.transaction() as db:
        moved = service.undecide_day(db, actor, day, today=_today(state), now=now, trial=trial)
    return MovedDatesOut.of(moved, trial=trial)


@router.get(
    "/school-breaks",
    operation_id="listSchoolBreaks",
    summary="Vacances scolaires",
    description="Celles qui touchent la période.",
)
def list_breaks(_: CurrentPrincipal, state: State, first: From, last: To) -> BreaksOut:
    """The breaks of a period."""
    with state.database.reading() as db:
        found = service.list_breaks(db, first, last)
    return BreaksOut(items=[BreakOut.of(one) for one in found])


@router.get(
    "/school-breaks.csv",
    operation_id="exportSchoolBreaks",
    summary="Vacances scolaires, pour un tableur",
    description="Celles qui touchent la période.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_breaks(actor: CurrentPrincipal, state: State, first: From, last: To) -> Response:
    """The same as CSV."""
    found = list_breaks(actor, state, first, last).items
    return spreadsheet("vacances.csv", BREAK_HEADINGS, [one.row for one in found])


@router.post(
    "/school-breaks",
    status_code=201,
    operation_id="addSchoolBreak",
    summary="Ajouter des vacances scolaires",
    description="Réservé à l'administration.",
)
def add_break(actor: CurrentPrincipal, state: State, wanted: BreakIn) -> BreakOut:
    """One more break."""
    with state.database.transaction() as db:
        return BreakOut.of(service.add_break(db, actor, wanted.school_break(), now=state.now()))


@router.delete(
    "/school-breaks/{id}",
    status_code=204,
    operation_id="removeSchoolBreak",
    summary="Retirer des vacances scolaires",
    description="Réservé à l'administration.",
)
def remove_break(
    actor: CurrentPrincipal, state: State, number: Annotated[Identifier, Path(alias="id")]
) -> None:
    """One less."""
    with state.database.transaction() as db:
        service.remove_break(db, actor, number, now=state.now())


@router.get(
    "/hours/{scope}/{subject}",
    operation_id="getWorkingHours",
    summary="Heures de travail",
    description="De tous, d'un site ou d'une personne dont vous pouvez lire l'agenda. Sans réglage "
    "propre, celles de tous.",
)
def read_hours(
    actor: CurrentPrincipal, state: State, scope: ScopeName, subject: Subject
) -> HoursShape:
    """The hours of a subject."""
    with state.database.reading() as db:
        found = service.read_hours(db, actor, Scope(scope), _subject(subject), now=state.now())
    return HoursShape.of(found)


@router.put(
    "/hours/{scope}/{subject}",
    operation_id="setWorkingHours",
    summary="Régler des heures de travail",
    description="Celles de tous et des sites par l'administration ; celles d'une personne par "
    "elle-même ou par qui tient son agenda.",
)
def write_hours(
    actor: CurrentPrincipal, state: State, scope: ScopeName, subject: Subject, wanted: HoursShape
) -> HoursShape:
    """Hours from now on."""
    with state.database.transaction() as db:
        service.set_hours(
            db, actor, Scope(scope), _subject(subject), wanted.hours(), now=state.now()
        )
    return wanted


@router.delete(
    "/hours/{scope}/{subject}",
    status_code=204,
    operation_id="removeWorkingHours",
    summary="Revenir aux heures communes",
    description="Le réglage propre est retiré.",
)
def remove_hours(actor: CurrentPrincipal, state: State, scope: ScopeName, subject: Subject) -> None:
    """No hours of its own any more."""
    with state.database.transaction() as db:
        service.set_hours(db, actor, Scope(scope), _subject(subject), None, now=state.now())


@router.get(
    "/figures",
    operation_id="getFigures",
    summary="Chiffres de la loi et de l'usage",
    description="Durée de la pause, journée chargée, poids des préférences.",
)
def read_figures(_: CurrentPrincipal, state: State) -> FiguresOut:
    """The figures that hold."""
    with state.database.reading() as db:
        return FiguresOut.of(service.figures(db))


@router.put(
    "/figures/{name}",
    operation_id="setFigure",
    summary="Régler un chiffre",
    description="Réservé à l'administration.",
)
def write_figure(
    actor: CurrentPrincipal,
    state: State,
    name: Annotated[PathName, Path(examples=["lunch_minutes"])],
    wanted: Annotated[FigureIn, Body(examples=[{"value": 60}])],
) -> FiguresOut:
    """One figure from now on."""
    with state.database.transaction() as db:
        found = service.set_figure(db, actor, name, wanted.plain(), now=state.now())
    return FiguresOut.of(found)


@router.post(
    "/dates",
    operation_id="computeDate",
    summary="Calculer une échéance",
    description="Avec les raisons du résultat. Avec `about`, elle est conservée, et recalculée "
    "tant qu'elle n'est pas passée quand un jour est fermé ou ouvert.",
)
def compute(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[
        DateIn,
        Body(examples=[{"rule": "appeal-end", "day": "2026-07-23", "count": 2}]),
    ],
) -> DateOut:
    """A date and why."""
    rule, inputs = wanted.rule_of(), wanted.inputs()
    if wanted.about is None:
        with state.database.reading() as db:
            return DateOut.of(service.compute_date(db, rule, inputs))
    with state.database.transaction() as db:
        found = service.keep_date(
            db, actor.login, wanted.about, wanted.occasion, rule, inputs, now=state.now()
        )
    return DateOut.of(found)


@router.get(
    "/dates",
    operation_id="listDates",
    summary="Échéances conservées",
    description="De ce que l'on nomme.",
)
def list_dates(_: CurrentPrincipal, state: State, about: Annotated[PathName, Query()]) -> DatesOut:
    """The kept dates about something."""
    with state.database.reading() as db:
        found = service.list_kept(db, about=about)
    return DatesOut(items=[DateOut.of(one) for one in found])


def _subject(name: str) -> str:
    return "" if name == "-" else name


def _today(state: FaceState) -> date:
    return local_day(state.now(), state.zone)
