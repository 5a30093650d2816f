"""Sites, ways and workplaces over REST (DIR, DIA-5)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.directory import service
from scheduler.directory.schemas import (
    PairShape,
    PairsShape,
    SiteIn,
    SiteOut,
    SitesOut,
    WayShape,
    WaysShape,
    WorkplaceShape,
)

TAG = "Sites et trajets"

router = APIRouter(prefix="/api/v1/directory", tags=[TAG], responses=PROBLEM_RESPONSES)

Code = Annotated[PathName, Path(description="Le code du site.", examples=["CMS-BRL"])]
Login = Annotated[PathName, Path(description="L'identifiant de la personne.", examples=["anne"])]


@router.get(
    "/sites",
    operation_id="listSites",
    summary="Les sites",
    description="Avec leur commune, dont dépendent les trajets.",
)
def list_sites(_: CurrentPrincipal, state: State) -> SitesOut:
    """Every site."""
    with state.database.reading() as db:
        return SitesOut(items=[SiteOut.of(one) for one in service.list_sites(db)])


@router.get(
    "/sites.csv",
    operation_id="exportSites",
    summary="Les sites, pour un tableur",
    description="Avec leur commune.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_sites(actor: CurrentPrincipal, state: State) -> Response:
    """The same as CSV."""
    found = list_sites(actor, state).items
    return spreadsheet(
        "sites.csv",
        ("Code", "Nom", "Commune"),
        [(one.code, one.label, one.commune) for one in found],
    )


@router.put(
    "/sites/{code}",
    operation_id="setSite",
    summary="Régler un site",
    description="Réservé à l'administration.",
)
def set_site(actor: CurrentPrincipal, state: State, code: Code, wanted: SiteIn) -> SiteOut:
    """A site from now on."""
    site = wanted.site(code)
    with state.database.transaction() as db:
        service.set_site(db, actor, site, now=state.now())
    return SiteOut.of(site)


@router.delete(
    "/sites/{code}",
    status_code=204,
    operation_id="removeSite",
    summary="Retirer un site",
    description="Réservé à l'administration.",
)
def remove_site(actor: CurrentPrincipal, state: State, code: Code) -> None:
    """A site less."""
    with state.database.transaction() as db:
        service.remove_site(db, actor, code, now=state.now())


@router.get(
    "/travel-times",
    operation_id="listTravelTimes",
    summary="Les temps de trajet",
    description="D'une commune à une autre, en minutes, dans les deux sens.",
)
def list_ways(_: CurrentPrincipal, state: State) -> WaysShape:
    """Every way."""
    with state.database.reading() as db:
        found = service.list_ways(db)
    return WaysShape(items=[WayShape.model_validate(one._asdict()) for one in found])


@router.get(
    "/travel-times.csv",
    operation_id="exportTravelTimes",
    summary="Les temps de trajet, pour un tableur",
    description="D'une commune à une autre, en minutes, dans les deux sens.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_ways(actor: CurrentPrincipal, state: State) -> Response:
    """The same as CSV."""
    found = list_ways(actor, state).items
    return spreadsheet(
        "trajets.csv", ("D'une commune", "À l'autre", "Minutes"), [one.way() for one in found]
    )


@router.put(
    "/travel-times",
    operation_id="setTravelTimes",
    summary="Régler des temps de trajet",
    description="Ceux qui sont nommés ; les autres restent. Réservé à l'administration.",
)
def set_ways(actor: CurrentPrincipal, state: State, wanted: WaysShape) -> WaysShape:
    """How long these ways take from now on."""
    with state.database.transaction() as db:
        service.set_ways(db, actor, [one.way() for one in wanted.items], now=state.now())
    return wanted


@router.put(
    "/workplaces/{login}",
    operation_id="setWorkplace",
    summary="Dire où travaille une personne",
    description="Réservé à l'administration.",
)
def set_workplace(
    actor: CurrentPrincipal, state: State, login: Login, wanted: WorkplaceShape
) -> WorkplaceShape:
    """Where somebody works from now on."""
    with state.database.transaction() as db:
        service.set_workplace(db, actor, login, wanted.site, now=state.now())
    return wanted


@router.get(
    "/not-together",
    operation_id="listNotTogether",
    summary="Qui ne s'absente pas en même temps",
    description="Deux à deux.",
)
def list_pairs(_: CurrentPrincipal, state: State) -> PairsShape:
    """Every pair."""
    with state.database.reading() as db:
        found = service.list_pairs(db)
    return PairsShape(items=[PairShape(first=a, second=b) for a, b in found])


@router.put(
    "/not-together",
    operation_id="setNotTogether",
    summary="Dire qui ne s'absente pas en même temps",
    description="À la place de ce qui valait. Réservé à l'administration.",
)
def set_pairs(actor: CurrentPrincipal, state: State, wanted: PairsShape) -> PairsShape:
    """These pairs and no others."""
    with state.database.transaction() as db:
        pairs = [(one.first, one.second) for one in wanted.items]
        service.set_pairs(db, actor, pairs, now=state.now())
    return wanted
