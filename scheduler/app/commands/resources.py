"""`niaouli resource …`: what is booked like a person is invited (RES-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    now_of,
    open_service,
    say,
    write_json,
    write_rows,
)

KINDS = {"room": "ROOM", "vehicle": "RESOURCE", "equipment": "RESOURCE"}


def add(
    login: LoginArgument,
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="|".join(KINDS), show_default=False, help="Son genre."),
    ],
    name: Annotated[str, typer.Option("--name", show_default=False, help="Son nom.")],
    capacity: Annotated[
        int | None, typer.Option("--capacity", min=1, help="Nombre de places.")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", help="Son adresse, pour l'inviter.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Créer une salle, un véhicule ou un matériel, avec son agenda."""
    from calendars.kernel.audit import CONSOLE
    from calendars.model.principal import PrincipalKind
    from calendars.services.open_account import NewAccount, open_account

    if kind not in KINDS:
        raise WrongUsage(f"le genre « {kind} » n'existe pas ; choisissez : {', '.join(KINDS)}")
    new = NewAccount(login, name, PrincipalKind(KINDS[kind]), email=email, capacity=capacity)
    with open_service(config) as service, service.database.transaction() as db:
        added = open_account(
            db, new, timezone_id=service.settings.timezone, by=CONSOLE, now=now_of(service)
        )
    if as_json:
        write_json({"login": added.login, "name": added.display_name, "kind": str(added.kind)})
    else:
        say(f"Ressource créée : {added.login} ({added.display_name}).")


def list_(config: Config = None, *, as_json: AsJson = False) -> None:
    """Lister les salles, les véhicules et le matériel."""
    from calendars.model.principal import PrincipalKind
    from calendars.storage import principals

    with open_service(config) as service, service.database.reading() as db:
        found = principals.list_all(db, kinds=[PrincipalKind.ROOM, PrincipalKind.RESOURCE])
    rows = [
        {
            "login": each.login,
            "kind": str(each.kind),
            "name": each.display_name,
            "capacity": each.capacity,
            "email": each.email,
        }
        for each in found
    ]
    headings = {
        "login": "Identifiant",
        "kind": "Genre",
        "name": "Nom",
        "capacity": "Places",
        "email": "Adresse",
    }
    write_rows(headings, rows, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {"add": add, "list": list_}
