"""`niaouli export`: what an account holds, as one iCalendar text on standard output."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    CommandFailed,
    Config,
    LoginArgument,
    get_account,
    now_of,
    open_service,
)


def export(
    login: LoginArgument,
    calendar: Annotated[
        str | None, typer.Option("--calendar", metavar="NOM", help="Cet agenda seulement.")
    ] = None,
    config: Config = None,
) -> None:
    """Écrire les agendas d'un compte sur la sortie standard (> FICHIER.ics)."""
    from calendars.kernel.audit import CONSOLE, Deed
    from calendars.model.principal import OWNER
    from calendars.services.export_calendar import export_lines
    from calendars.storage import audit, collections

    with open_service(config) as service, service.database.reading() as db:
        owner = get_account(db, login)
        found = [each for each in collections.list_of(db, owner.login) if each.is_calendar]
        name: str | None = owner.display_name
        if calendar is not None:
            found = [each for each in found if calendar in {each.name, each.display_name}]
            if not found:
                raise CommandFailed(f"{login} n'a pas d'agenda « {calendar} »")
            name = found[0].display_name
        for text in export_lines(db, [(each, OWNER) for each in found], name=name):
            sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        for each in found:
            audit.record(db, CONSOLE, Deed.EXPORT, audit.about(each), now=now_of(service))
