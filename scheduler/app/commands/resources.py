"""`niaouli resource …`: what is booked like a person is invited (RES-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands import resource_policies
from scheduler.app.commands.console import (
    AsCsv,
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

_HEADINGS = {
    "login": "Identifiant",
    "kind": "Type",
    "category": "Genre",
    "name": "Nom",
    "site": "Site",
    "capacity": "Places",
    "features": "Équipements",
    "mode": "Qui répond",
    "approvers": "Qui valide",
    "email": "Adresse",
}
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
    from calendars.model.resource_policy import Category, ResourceFacts, ResourcePolicy
    from calendars.services.open_account import NewAccount, open_account
    from calendars.services.set_policy import set_policy

    if kind not in KINDS:
        raise WrongUsage(f"le genre « {kind} » n'existe pas ; choisissez : {', '.join(KINDS)}")
    new = NewAccount(login, name, PrincipalKind(KINDS[kind]), email=email, capacity=capacity)
    with open_service(config) as service, service.database.transaction() as db:
        added = open_account(
            db, new, timezone_id=service.settings.timezone, by=CONSOLE, now=now_of(service)
        )
        facts, policy = ResourceFacts(Category(kind)), ResourcePolicy(max_attendees=capacity)
        set_policy(db, CONSOLE, added.login, facts, policy, now=now_of(service))
    if as_json:
        write_json({"login": added.login, "name": added.display_name, "kind": str(added.kind)})
    else:
        say(f"Ressource créée : {added.login} ({added.display_name}).")


def list_(
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les salles, les véhicules et le matériel."""
    from calendars.services.set_policy import list_resources

    with open_service(config) as service, service.database.reading() as db:
        found = list_resources(db)
    rows = [
        {
            "login": one.principal.login,
            "kind": str(one.principal.kind),
            "category": str(one.facts.category),
            "name": one.principal.display_name,
            "site": one.facts.site,
            "capacity": one.principal.capacity,
            "features": ", ".join(one.facts.features),
            "mode": str(one.policy.mode),
            "approvers": ", ".join(one.policy.approvers),
            "email": one.principal.email,
        }
        for one in found
    ]
    write_rows(_HEADINGS, rows, as_json=as_json, as_csv=as_csv)


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "list": list_,
    **resource_policies.COMMANDS,
}
