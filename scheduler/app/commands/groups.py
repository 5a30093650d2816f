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
    day_in,
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
    since: Annotated[
        str | None, typer.Option("--from", metavar="JOUR", help="Avec --add : premier jour.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="JOUR", help="Avec --add : dernier jour.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les membres d'un groupe, en ajouter (--add) ou en retirer (--remove)."""

    from calendars.kernel.audit import CONSOLE
    from calendars.services.date_members import list_periods, set_period
    from calendars.services.set_members import change_members

    days = (day_in(since) if since else None, day_in(until) if until else None)
    with open_service(config) as service, service.database.transaction() as db:
        now = now_of(service)
        for each in (login, *(add or ()), *(remove or ())):
            get_account(db, each)
        dated = any(days)
        plain = [] if dated else add or []
        if plain or remove:
            change_members(db, login, add=plain, remove=remove or (), by=CONSOLE, now=now)
        for each in (add or ()) if dated else ():
            set_period(db, CONSOLE, login, each, days, today=service.today(), now=now)
        rows = [
            {
                "login": each.login,
                "name": each.display_name,
                "since": None if period.valid_from is None else period.valid_from.isoformat(),
                "until": None if period.valid_to is None else period.valid_to.isoformat(),
            }
            for each, period in list_periods(db, login)
        ]
    headings = {"login": "Identifiant", "name": "Nom", "since": "Depuis", "until": "Jusqu'au"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


COMMANDS: dict[str, Callable[..., None]] = {"add": add, "list": list_, "members": members}
