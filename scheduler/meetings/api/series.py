"""Series of meetings over REST: CODIR, bureau meetings, made in one act (MTG-2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Day
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.meetings import hold_series
from scheduler.meetings.api.examples import SERIES, SERIES_CHANGES
from scheduler.meetings.schemas.common import Ref
from scheduler.meetings.schemas.series import (
    DATE_HEADINGS,
    ManySeriesOut,
    SeriesDateOut,
    SeriesDatesOut,
    SeriesIn,
    SeriesOut,
    SeriesPatch,
)

TAG = "Séries de réunions"
router = APIRouter(prefix="/api/v1/meeting-series", tags=[TAG], responses=PROBLEM_RESPONSES)

CodePath = Annotated[Ref, Path(description="Le code de la série.", examples=["codir-2027"])]
From = Annotated[Day, Query(alias="from", examples=["2027-01-01"])]
To = Annotated[Day, Query(alias="to", examples=["2027-12-31"])]


@router.get("", operation_id="listMeetingSeries", summary="Les séries de réunions que l'on tient")
def list_all(actor: CurrentPrincipal, state: State) -> ManySeriesOut:
    """By code."""
    with state.database.reading() as db:
        found = hold_series.list_series(db, actor, now=state.now())
    return ManySeriesOut(items=[SeriesOut.of(one) for one in found])


@router.post(
    "",
    status_code=201,
    operation_id="holdMeetingSeries",
    summary="Créer une série de réunions",
    description="Un seul événement qui revient, et une seule invitation. Les jours fermés sont "
    "déplacés ou laissés, avec la raison ; les prochaines dates sont des réunions, chacune avec "
    "son ordre du jour : points permanents, points reportés, actions en cours.",
)
def hold(
    actor: CurrentPrincipal,
    state: State,
    wanted: Annotated[SeriesIn, Body(openapi_examples=SERIES)],
) -> SeriesOut:
    """A new series."""
    with state.placing(actor, wanted.override) as (db, dispatch):
        made = hold_series.hold_series(
            db, actor, wanted.draft(), dispatch=dispatch, now=state.now()
        )
    return SeriesOut.of(made)


@router.get("/{code}", operation_id="readMeetingSeries", summary="Une série de réunions")
def read(actor: CurrentPrincipal, state: State, code: CodePath) -> SeriesOut:
    """For who keeps it."""
    with state.database.reading() as db:
        found = hold_series.get_series(db, actor, code, now=state.now())
    return SeriesOut.of(found)


@router.patch(
    "/{code}",
    operation_id="changeMeetingSeries",
    summary="Changer ou arrêter une série de réunions",
    description="Vaut pour les dates qui n'ont pas encore d'ordre du jour. L'heure, le lieu et "
    "les personnes se changent dans l'événement. Un dernier jour prévient chacun.",
)
def change(
    actor: CurrentPrincipal,
    state: State,
    code: CodePath,
    wanted: Annotated[SeriesPatch, Body(openapi_examples=SERIES_CHANGES)],
) -> SeriesOut:
    """What is named is otherwise."""
    with state.database.transaction() as db:
        found = hold_series.change_series(
            db, actor, code, wanted.change(), dispatch=state.dispatch, now=state.now()
        )
    return SeriesOut.of(found)


@router.get(
    "/{code}/dates",
    operation_id="listSeriesDates",
    summary="Les dates d'une série, et pourquoi",
    description="Tenues comme prévu, déplacées ou laissées, avec la raison ; leurs réunions.",
)
def dates(
    actor: CurrentPrincipal, state: State, code: CodePath, first: From, last: To
) -> SeriesDatesOut:
    """In order."""
    return SeriesDatesOut(items=_dates(actor, state, code, first, last))


@router.get(
    "/{code}/dates.csv",
    operation_id="exportSeriesDates",
    summary="Les dates d'une série, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal, state: State, code: CodePath, first: From, last: To
) -> Response:
    """The same as CSV."""
    rows = [one.row for one in _dates(actor, state, code, first, last)]
    return spreadsheet(f"{code}.csv", DATE_HEADINGS, rows)


def _dates(
    actor: CurrentPrincipal, state: State, code: str, first: Day, last: Day
) -> list[SeriesDateOut]:
    with state.database.reading() as db:
        found = hold_series.list_dates(db, actor, code, (first, last), now=state.now())
    return [SeriesDateOut.of(one, state.zone) for one in found]
