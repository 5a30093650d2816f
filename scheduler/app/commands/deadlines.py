"""`niaouli deadline …`: dates that must not be missed, and what comes again (DLN-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    day_in,
    get_account,
    now_of,
    open_service,
    write_csv,
    write_list,
    write_rows,
)

Month = Annotated[str, typer.Option("--month", metavar="MOIS", help="AAAA-MM.")]


def list_all(
    login: LoginArgument,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les échéances d'une personne, avec leurs raisons."""
    from scheduler.deadlines.schemas import HEADINGS, DeadlinesOut
    from scheduler.deadlines.service import list_deadlines

    with open_service(config) as service, service.database.reading() as db:
        zone = ZoneInfo(service.settings.timezone)
        who = get_account(db, login)
        found = DeadlinesOut.of(list_deadlines(db, who, login, now=now_of(service)), zone)
    short = ("N°", "Échéance", "Date", "État", "Parce que")
    write_list(HEADINGS, found.items, short=short, as_json=as_json, as_csv=as_csv)


def templates(config: Config = None, *, as_json: AsJson = False) -> None:
    """Les échéanciers types, et les rôles qu'il faut pourvoir."""
    from scheduler.deadlines.chain_repository import list_templates

    with open_service(config) as service, service.database.reading() as db:
        found = list_templates(db)
    rows = [
        {"code": one.code, "label": one.label, "roles": ", ".join(one.roles),
         "steps": len(one.steps)}
        for one in found
    ]  # fmt: skip
    headings = {"code": "Code", "label": "Échéancier", "roles": "Rôles", "steps": "Étapes"}
    write_rows(headings, rows, as_json=as_json)


def chain(
    login: LoginArgument,
    template: Annotated[str, typer.Argument(metavar="CODE", show_default=False)],
    day: Annotated[str, typer.Option("--day", metavar="JOUR", help="AAAA-MM-JJ.")],
    owner: Annotated[list[str], typer.Option("--owner", metavar="RÔLE=LOGIN", help="Répétable.")],
    about: Annotated[str, typer.Option("--about", metavar="TEXTE", help="De quoi.")] = "",
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Poser toutes les échéances d'un échéancier type, d'un jour donné."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.deadlines.schemas import HEADINGS, DeadlinesOut
    from scheduler.deadlines.start_chain import ChainStart, start_chain

    roles = dict(one.partition("=")[::2] for one in owner)
    if not all(roles.values()):
        raise WrongUsage("nommez chaque rôle ainsi : --owner direction=login")
    start = ChainStart(template, about, day_in(day), roles)
    with open_service(config) as service, service.database.transaction() as db:
        zone = ZoneInfo(service.settings.timezone)
        who = get_account(db, login).acting(CONSOLE)
        made = DeadlinesOut.of(start_chain(db, who, start, zone=zone, now=now_of(service)), zone)
    short = ("N°", "Échéance", "Date", "Parce que")
    write_list(HEADINGS, made.items, short=short, as_json=as_json, as_csv=as_csv)


def gaps(
    login: LoginArgument,
    month: Month,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les jours dus d'un mois, jusqu'à hier, qui n'ont pas été cochés."""
    from scheduler.deadlines.keep_routines import gaps_of_month
    from scheduler.deadlines.routine_schemas import GAP_HEADINGS, gap_rows

    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise WrongUsage(f"« {month} » n'est pas un mois de la forme AAAA-MM") from None
    with open_service(config) as service, service.database.reading() as db:
        zone = ZoneInfo(service.settings.timezone)
        who = get_account(db, login)
        found = gaps_of_month(db, who, login, first, zone=zone, now=now_of(service))
    if as_csv:
        write_csv(GAP_HEADINGS, gap_rows(found))
        return
    rows = [
        {"routine": one.routine.id, "label": one.routine.label, "day": str(day.day),
         "nominal": str(day.nominal), "because": day.because}
        for one in found
        for day in one.gaps
    ]  # fmt: skip
    names = ("routine", "label", "day", "nominal", "because")
    write_rows(dict(zip(names, GAP_HEADINGS, strict=True)), rows, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_all, "templates": templates, "chain": chain, "gaps": gaps,
}  # fmt: skip
