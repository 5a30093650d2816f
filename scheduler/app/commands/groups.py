"""`niaouli group …`: groups of accounts, which may own calendars of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    get_account,
    now_of,
    open_service,
    say,
    write_json,
    write_rows,
)

Members = Annotated[list[str] | None, typer.Option(metavar="LOGIN", help="Répétable.")]


def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", show_default=False, help="Son nom.")],
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Créer un groupe, avec ses agendas."""
    from calendars.kernel.audit import CONSOLE
    from calendars.model.principal import PrincipalKind
    from calendars.services.open_account import NewAccount, open_account

    new = NewAccount(login, name, PrincipalKind.GROUP)
    with open_service(config) as service, service.database.transaction() as db:
        added = open_account(
            db, new, timezone_id=service.settings.timezone, by=CONSOLE, now=now_of(service)
        )
    if as_json:
        write_json({"login": added.login, "name": added.display_name})
    else:
        say(f"Groupe créé : {added.login} ({added.display_name}).")


def list_(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Lister les groupes."""
    from calendars.model.principal import PrincipalKind
    from calendars.storage import principals

    with open_service(config) as service, service.database.reading() as db:
        rows = [
            {
                "login": group.login,
                "name": group.display_name,
                "members": len(principals.members_of(db, group.id)),
            }
            for group in principals.list_all(db, kinds=[PrincipalKind.GROUP])
        ]
    headings = {"login": "Identifiant", "name": "Nom", "members": "Membres"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def members(
    login: LoginArgument,
    add: Members = None,
    remove: Members = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les membres d'un groupe, en ajouter (--add) ou en retirer (--remove)."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.set_members import change_members
    from calendars.storage import principals

    with open_service(config) as service, service.database.transaction() as db:
        for each in (login, *(add or ()), *(remove or ())):
            get_account(db, each)
        if add or remove:
            found = change_members(
                db, login, add=add or (), remove=remove or (), by=CONSOLE, now=now_of(service)
            )
        else:
            found = principals.members_of(db, get_account(db, login).id)
    rows = [{"login": each.login, "name": each.display_name} for each in found]
    write_rows({"login": "Identifiant", "name": "Nom"}, rows, as_json=as_json, as_csv=as_csv)


COMMANDS: dict[str, Callable[..., None]] = {"add": add, "list": list_, "members": members}
