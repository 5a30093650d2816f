"""Rooms, vehicles and equipment: find one, see when it is free, say how it answers (RES-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from calendars.api.examples import CLOSURES, POLICIES
from calendars.api.parameters import ResourcePath
from calendars.api.shapes.resources import (
    RESOURCE_HEADINGS,
    CategoryName,
    ClosureIn,
    ClosureOut,
    ClosuresOut,
    FreePeriodOut,
    FreePeriodsOut,
    PolicyShape,
    ResourceOut,
    ResourcesOut,
)
from calendars.http.shapes import Identifier, Line, QueryInstant
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from calendars.services import set_policy
from calendars.services.resource_bookings import free_periods

TAG = "Salles, véhicules et matériel"

router = APIRouter(prefix="/resources", tags=[TAG])

Capacity = Annotated[int, Query(ge=0, le=10_000, description="Places au moins.")]
Features = Annotated[
    list[Line], Query(max_length=20, description="Tous ces équipements, mot pour mot.")
]


@router.get(
    "",
    operation_id="listResources",
    summary="Ce qui se réserve",
    description="Salles, véhicules et matériel, avec leur site et leurs équipements.",
)
def list_all(
    _: CurrentPrincipal,
    state: State,
    category: CategoryName | None = None,
    site: Line | None = None,
    capacity: Capacity = 0,
    feature: Features = [],  # noqa: B006 - FastAPI copies it
) -> ResourcesOut:
    """Every resource that has what is asked for."""
    with state.database.reading() as db:
        found = set_policy.list_resources(db)
    wanted = {name.casefold() for name in feature}
    items = [
        ResourceOut.of(one)
        for one in found
        if category in {None, one.facts.category.value}
        and site in {None, one.facts.site}
        and (one.principal.capacity or 0) >= capacity
        and wanted <= {name.casefold() for name in one.facts.features}
    ]
    return ResourcesOut(items=items)


@router.get(
    "/resources.csv",
    operation_id="exportResources",
    summary="Ce qui se réserve, pour un tableur",
    description="Salles, véhicules et matériel, avec leur site et leurs équipements.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal,
    state: State,
    category: CategoryName | None = None,
    site: Line | None = None,
    capacity: Capacity = 0,
    feature: Features = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The same as CSV."""
    found = list_all(actor, state, category, site, capacity, feature).items
    return spreadsheet("ressources.csv", RESOURCE_HEADINGS, [one.row for one in found])


@router.get(
    "/{login}",
    operation_id="getResource",
    summary="Une ressource",
    description="Ce qu'elle est et qui répond aux demandes.",
)
def read(_: CurrentPrincipal, state: State, login: ResourcePath) -> ResourceOut:
    """One resource."""
    with state.database.reading() as db:
        return ResourceOut.of(set_policy.get_resource(db, login))


@router.get(
    "/{login}/policy",
    operation_id="getResourcePolicy",
    summary="Comment une ressource répond",
    description="Ce qu'elle accepte, à quelles heures, et qui valide.",
)
def read_policy(_: CurrentPrincipal, state: State, login: ResourcePath) -> PolicyShape:
    """The policy that holds."""
    with state.database.reading() as db:
        return PolicyShape.of(set_policy.get_resource(db, login))


@router.put(
    "/{login}/policy",
    operation_id="setResourcePolicy",
    summary="Dire comment une ressource répond",
    description="À la place de ce qui valait ; ce qui est déjà répondu reste. Réservé à qui tient "
    "l'agenda de la ressource.",
)
def write_policy(
    actor: CurrentPrincipal,
    state: State,
    login: ResourcePath,
    wanted: Annotated[PolicyShape, Body(openapi_examples=POLICIES)],
) -> PolicyShape:
    """Another policy in the place of the one that held."""
    with state.database.transaction() as db:
        facts, policy = wanted.facts(), wanted.policy()
        found = set_policy.set_policy(db, actor, login, facts, policy, now=state.now())
    return PolicyShape.of(found)


@router.get(
    "/{login}/out-of-service",
    operation_id="listClosures",
    summary="Périodes hors service",
    description="Celles qui ne sont pas passées.",
)
def list_closures(_: CurrentPrincipal, state: State, login: ResourcePath) -> ClosuresOut:
    """The periods out of service."""
    with state.database.reading() as db:
        found = set_policy.list_closures(db, login, now=state.now())
    return ClosuresOut(items=[ClosureOut.of(one, state.zone) for one in found])


@router.post(
    "/{login}/out-of-service",
    status_code=201,
    operation_id="addClosure",
    summary="Mettre hors service",
    description="Les réservations déjà acceptées restent : prévenez leurs organisateurs.",
)
def close(
    actor: CurrentPrincipal,
    state: State,
    login: ResourcePath,
    wanted: Annotated[ClosureIn, Body(openapi_examples=CLOSURES)],
) -> ClosureOut:
    """One more period out of service."""
    with state.database.transaction() as db:
        made = set_policy.close(db, actor, login, wanted.closure(), now=state.now())
    return ClosureOut.of(made, state.zone)


@router.delete(
    "/{login}/out-of-service/{id}",
    status_code=204,
    operation_id="removeClosure",
    summary="Remettre en service",
    description="La période est de nouveau ouverte aux réservations.",
)
def reopen(
    actor: CurrentPrincipal,
    state: State,
    login: ResourcePath,
    id: Annotated[Identifier, Path(description="Le numéro de la période.")],  # noqa: A002
) -> None:
    """The resource is in service again."""
    with state.database.transaction() as db:
        set_policy.reopen(db, actor, login, id, now=state.now())


@router.get(
    "/{login}/availability",
    operation_id="getResourceAvailability",
    summary="Prochains créneaux libres",
    description="D'une durée donnée, selon les réservations, les heures de prêt, les battements et "
    "les périodes hors service ; cherchés sur deux mois.",
)
def tell_availability(
    _: CurrentPrincipal,
    state: State,
    login: ResourcePath,
    duration: Annotated[int, Query(ge=5, le=44_640, description="En minutes.")],
    start: Annotated[
        QueryInstant | None, Query(alias="from", description="Pas avant ; sans lui : maintenant.")
    ] = None,
    count: Annotated[int, Query(ge=1, le=20, description="Combien au plus.")] = 1,
) -> FreePeriodsOut:
    """The next free periods."""
    now = state.now()
    after = now if start is None else int(start.timestamp())
    with state.database.reading() as db:
        resource = set_policy.get_resource(db, login)
        found = free_periods(db, resource, duration * 60, after=after, count=count, now=now)
    return FreePeriodsOut(items=[FreePeriodOut.of(one, state.zone) for one in found])
