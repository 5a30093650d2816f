"""`niaouli webhook …`: the programs that are told of meetings, minutes and actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    now_of,
    one_of,
    open_service,
    said,
    say,
    write,
    write_json,
    write_list,
)

Number = Annotated[
    int, typer.Argument(metavar="ADRESSE", show_default=False, help="Donnée par « webhook list ».")
]
DeliveryNumber = Annotated[
    int,
    typer.Argument(metavar="ENVOI", show_default=False, help="Donné par « webhook deliveries »."),
]


def add(
    url: Annotated[str, typer.Argument(metavar="ADRESSE", show_default=False, help="En https.")],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="ÉVÉNEMENT", help="Répétable ; sans : tous."),
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Déclarer une adresse à prévenir ; son secret est montré cette seule fois.

    Exemple : niaouli webhook add https://archives.example.org/niaouli --kind meeting.moved
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.rules import EventKind
    from scheduler.webhooks.schemas import DeclaredOut, EndpointIn

    wanted = said(EndpointIn, url=url, kinds=kind or list(EventKind))
    with open_service(config) as service, service.database.transaction() as db:
        trusted = service.settings.webhook_host_list
        made = deeds.declare(
            db, CONSOLE, wanted.url, wanted.kinds, trusted=trusted, now=now_of(service)
        )
    told = DeclaredOut.declared(made, service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    say(f"Adresse n° {told.id} déclarée. Le secret qui signe chaque envoi :")
    write(told.secret)


def list_(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Lister les adresses prévenues.

    Exemple : niaouli webhook list
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.schemas import ENDPOINT_HEADINGS, EndpointOut

    with open_service(config) as service, service.database.reading() as db:
        found = [EndpointOut.of(one, service.zone) for one in deeds.list_endpoints(db, CONSOLE)]
    write_list(ENDPOINT_HEADINGS, found, short=ENDPOINT_HEADINGS, as_json=as_json, as_csv=as_csv)


def remove(number: Number, config: Config = None) -> None:
    """Ne plus prévenir une adresse : ce qui l'attendait n'est plus envoyé.

    Exemple : niaouli webhook remove 1
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.model import EndpointId

    with open_service(config) as service, service.database.transaction() as db:
        deeds.remove(db, CONSOLE, EndpointId(number), now=now_of(service))
    say("Elle n'est plus prévenue.")


def ping(number: Number, config: Config = None) -> None:
    """Envoyer à une adresse un événement d'essai, signé comme les autres.

    Exemple : niaouli webhook ping 1
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.model import EndpointId

    with open_service(config) as service, service.database.transaction() as db:
        deeds.ping(db, CONSOLE, EndpointId(number), now=now_of(service))
    say(
        f"L'essai part au prochain envoi ; « niaouli webhook deliveries {number} » en dira l'issue."
    )


def deliveries(
    number: Number,
    state: Annotated[
        str | None, typer.Option("--state", metavar="pending|delivered|failed")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="NOMBRE", min=1, max=2_000)] = 50,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les envois à une adresse, les plus récents d'abord.

    Exemple : niaouli webhook deliveries 1 --state failed
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.model import EndpointId
    from scheduler.webhooks.rules import DeliveryState
    from scheduler.webhooks.schemas import DELIVERY_HEADINGS, DeliveryOut

    only = None if state is None else one_of(DeliveryState, state, "--state")
    with open_service(config) as service, service.database.reading() as db:
        found = deeds.list_deliveries(db, CONSOLE, EndpointId(number), state=only, limit=limit)
        zone = service.zone
    told = [DeliveryOut.of(one, zone) for one in found]
    short = DELIVERY_HEADINGS
    write_list(DELIVERY_HEADINGS, told, short=short, as_json=as_json, as_csv=as_csv)


def retry(number: Number, delivery: DeliveryNumber, config: Config = None) -> None:
    """Reprendre un envoi qui a échoué, sous le même numéro d'événement.

    Exemple : niaouli webhook retry 1 42
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.webhooks import service as deeds
    from scheduler.webhooks.model import EndpointId

    with open_service(config) as service, service.database.transaction() as db:
        deeds.retry(db, CONSOLE, EndpointId(number), delivery, now=now_of(service))
    say("Il repart au prochain envoi.")


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "list": list_,
    "remove": remove,
    "ping": ping,
    "deliveries": deliveries,
    "retry": retry,
}
