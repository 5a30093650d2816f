"""`niaouli directory …`: sites, ways, who works where (DIR, DIA-5)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    now_of,
    open_service,
    say,
    write_rows,
)

File = Annotated[
    Path | None, typer.Option("--load", metavar="FICHIER.csv", help="Ajouter les lignes d'un CSV.")
]


def sites(
    load: File = None, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister les sites, ou en charger (colonnes code, label, commune)."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.directory import service as deeds
    from scheduler.directory.model import Site

    with open_service(config) as service, service.database.transaction() as db:
        for row in _rows(load, "code", "label", "commune"):
            site = Site(row["code"], row["label"], row["commune"])
            deeds.set_site(db, CONSOLE, site, now=now_of(service))
        found = deeds.list_sites(db)
    headings = {"code": "Code", "label": "Nom", "commune": "Commune"}
    write_rows(headings, [one._asdict() for one in found], as_json=as_json, as_csv=as_csv)


def travel(
    load: File = None, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister les temps de trajet, ou en charger (commune_a, commune_b, minutes)."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.directory import service as deeds
    from scheduler.directory.model import Way

    with open_service(config) as service, service.database.transaction() as db:
        ways = [
            Way(row["commune_a"], row["commune_b"], _minutes(row["minutes"]))
            for row in _rows(load, "commune_a", "commune_b", "minutes")
        ]
        if ways:
            deeds.set_ways(db, CONSOLE, ways, now=now_of(service))
        found = deeds.list_ways(db)
    headings = {"commune_a": "D'une commune", "commune_b": "À l'autre", "minutes": "Minutes"}
    write_rows(headings, [one._asdict() for one in found], as_json=as_json, as_csv=as_csv)


def workplace(
    login: LoginArgument,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Son code ; « - » le retire.")],
    config: Config = None,
) -> None:
    """Dire où travaille une personne."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.directory.service import set_workplace

    with open_service(config) as service, service.database.transaction() as db:
        wanted = None if site == "-" else site
        set_workplace(db, CONSOLE, login, wanted, now=now_of(service))
    say(f"Réglé pour {login}.")


def _rows(path: Path | None, *columns: str) -> Iterator[dict[str, str]]:
    if path is None:
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if any(not row.get(name) for name in columns):
                raise WrongUsage(f"{path.name} : les colonnes {', '.join(columns)} sont attendues")
            yield row


def _minutes(text: str) -> int:
    if not text.isdigit():
        raise WrongUsage(f"« {text} » n'est pas un nombre de minutes")
    return int(text)


COMMANDS: dict[str, Callable[..., None]] = {
    "sites": sites,
    "travel": travel,
    "workplace": workplace,
}
