"""`niaouli deadline …`: dates that must not be missed, and what comes again (DLN-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from scheduler.app.commands.console import (
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    get_account,
    now_of,
    open_service,
    write_rows,
)

Month = Annotated[str, typer.Option("--month", metavar="MOIS", help="AAAA-MM.")]


def list_all(login: LoginArgument, config: Config = None, *, as_json: AsJson = False) -> None:
    """Les échéances d'une personne, avec leurs raisons."""
    from scheduler.deadlines.service import list_deadlines

    with open_service(config) as service, service.database.reading() as db:
        who = get_account(db, login)
        found = list_deadlines(db, who, login, now=now_of(service))
    rows = [
        {"id": one.id, "label": one.label, "due": str(one.due), "state": str(one.state),
         "because": one.because}
        for one in found
    ]  # fmt: skip
    headings = {
        "id": "N°", "label": "Échéance", "due": "Date", "state": "État", "because": "Parce que",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json)


def gaps(
    login: LoginArgument, month: Month, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Les jours dus d'un mois, jusqu'à hier, qui n'ont pas été cochés."""
    from scheduler.deadlines.keep_routines import gaps_of_month

    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise WrongUsage(f"« {month} » n'est pas un mois de la forme AAAA-MM") from None
    with open_service(config) as service, service.database.reading() as db:
        zone = ZoneInfo(service.settings.timezone)
        who = get_account(db, login)
        found = gaps_of_month(db, who, login, first, zone=zone, now=now_of(service))
    rows = [
        {"routine": one.routine.id, "label": one.routine.label, "day": str(day.day),
         "nominal": str(day.nominal), "because": day.because}
        for one in found
        for day in one.gaps
    ]  # fmt: skip
    headings = {
        "routine": "N°", "label": "Tâche", "day": "Jour dû", "nominal": "Jour de la règle",
        "because": "Pourquoi ce jour",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {"list": list_all, "gaps": gaps}
