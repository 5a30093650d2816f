"""Webhooks over REST, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier
from calendars.http.spreadsheet import CSV_RESPONSES, MOST_ROWS, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.webhooks import service
from scheduler.webhooks.model import EndpointId
from scheduler.webhooks.rules import DeliveryState
from scheduler.webhooks.schemas import (
    DELIVERY_HEADINGS,
    ENDPOINT_HEADINGS,
    DeclaredOut,
    DeliveriesOut,
    DeliveryOut,
    EndpointIn,
    EndpointOut,
    EndpointsOut,
)

TAG = "Webhooks"

router = APIRouter(prefix="/api/v1/webhooks", tags=[TAG], responses=PROBLEM_RESPONSES)

Number = Annotated[Identifier, Path(description="Le numéro de l'adresse.", examples=[1])]
DeliveryNumber = Annotated[Identifier, Path(description="Le numéro de l'envoi.", examples=[1])]


def give_trusted(app: FastAPI, hosts: frozenset[str]) -> None:
    """The hosts of our own network that may be told."""
    app.state.webhook_hosts = hosts


def _trusted(request: Request) -> frozenset[str]:
    found: frozenset[str] = request.app.state.webhook_hosts
    return found


@router.post(
    "",
    status_code=201,
    operation_id="declareWebhook",
    summary="Déclarer une adresse à prévenir",
    description="Réservé à l'administration. La réponse contient le secret, une seule fois.",
)
def declare(
    actor: CurrentPrincipal,
    state: State,
    wanted: EndpointIn,
    trusted: Annotated[frozenset[str], Depends(_trusted)],
) -> DeclaredOut:
    """An address is told from now on."""
    with state.database.transaction() as db:
        made = service.declare(
            db, actor, wanted.url, wanted.kinds, trusted=trusted, now=state.now()
        )
    return DeclaredOut.declared(made, state.zone)


@router.get(
    "",
    operation_id="listWebhooks",
    summary="Les adresses prévenues",
    description="Réservé à l'administration.",
)
def list_endpoints(actor: CurrentPrincipal, state: State) -> EndpointsOut:
    """Who is told."""
    with state.database.reading() as db:
        found = service.list_endpoints(db, actor)
    return EndpointsOut(items=[EndpointOut.of(one, state.zone) for one in found])


@router.get(
    ".csv",
    operation_id="exportWebhooks",
    summary="Les adresses prévenues, pour un tableur",
    description="Réservé à l'administration.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_endpoints(actor: CurrentPrincipal, state: State) -> Response:
    """Who is told, as CSV."""
    rows = [one.row for one in list_endpoints(actor, state).items]
    return spreadsheet("webhooks.csv", ENDPOINT_HEADINGS, rows)


@router.delete(
    "/{number}",
    status_code=204,
    operation_id="removeWebhook",
    summary="Ne plus prévenir une adresse",
    description="Ce qui l'attendait n'est plus envoyé. Réservé à l'administration.",
)
def remove(actor: CurrentPrincipal, state: State, number: Number) -> None:
    """An address less."""
    with state.database.transaction() as db:
        service.remove(db, actor, EndpointId(number), now=state.now())


@router.post(
    "/{number}/ping",
    status_code=204,
    operation_id="pingWebhook",
    summary="Envoyer un événement d'essai à une adresse",
    description="Du genre `ping`, sans contenu, signé comme les autres. Réservé à "
    "l'administration.",
)
def ping(actor: CurrentPrincipal, state: State, number: Number) -> None:
    """Does it listen."""
    with state.database.transaction() as db:
        service.ping(db, actor, EndpointId(number), now=state.now())


@router.get(
    "/{number}/deliveries",
    operation_id="listWebhookDeliveries",
    summary="Les envois à une adresse",
    description="Les plus récents d'abord. Réservé à l'administration.",
)
def list_deliveries(
    actor: CurrentPrincipal,
    state: State,
    number: Number,
    only: Annotated[DeliveryState | None, Query(alias="state")] = None,
    before: Annotated[Identifier | None, Query(description="Ceux d'avant ce numéro.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveriesOut:
    """What an address was told."""
    with state.database.reading() as db:
        found = service.list_deliveries(
            db, actor, EndpointId(number), state=only, before=before, limit=limit
        )
    return DeliveriesOut(items=[DeliveryOut.of(one, state.zone) for one in found])


@router.get(
    "/{number}/deliveries.csv",
    operation_id="exportWebhookDeliveries",
    summary="Les envois à une adresse, pour un tableur",
    description="Réservé à l'administration.",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_deliveries(
    actor: CurrentPrincipal,
    state: State,
    number: Number,
    only: Annotated[DeliveryState | None, Query(alias="state")] = None,
) -> Response:
    """What an address was told, as CSV."""
    found = list_deliveries(actor, state, number, only, limit=MOST_ROWS).items
    return spreadsheet("envois.csv", DELIVERY_HEADINGS, [one.row for one in found])


@router.post(
    "/{number}/deliveries/{delivery}/retry",
    status_code=204,
    operation_id="retryWebhookDelivery",
    summary="Reprendre un envoi qui a échoué",
    description="Sous le même numéro d'événement. Réservé à l'administration.",
)
def retry(actor: CurrentPrincipal, state: State, number: Number, delivery: DeliveryNumber) -> None:
    """What had failed is due again."""
    with state.database.transaction() as db:
        service.retry(db, actor, EndpointId(number), delivery, now=state.now())
