"""`niaouli demo`: an invented directorate to try the service with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from calendars.model.typeset import typeset
from scheduler.app.commands.console import (
    CommandFailed,
    Config,
    console,
    now_of,
    open_service,
    progress,
    say,
    settings_of,
)

if TYPE_CHECKING:
    from scheduler.app.settings import Settings
    from scheduler.app.wiring import Service
    from scheduler.demonstration.directorate import Directorate


def demo(
    config: Config = None,
    *,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Charger seulement, sans servir.")
    ] = False,
) -> None:
    """Charger la direction de démonstration (une fois), puis servir jusqu'à Ctrl-C."""
    from scheduler.app.commands.serve import check_free, serve
    from scheduler.demonstration.directorate import Directorate

    settings = settings_of(config)
    if not no_serve:
        check_free(settings)
    directorate = Directorate()
    with open_service(config) as service:
        _load(service, directorate)
    _present(settings, directorate)
    if not no_serve:
        serve(config)


def _load(service: Service, directorate: Directorate) -> None:
    from scheduler.app.commands.refusals import tell_refused
    from scheduler.demonstration.load import StoreInUse, load

    with progress() as bar:
        task = bar.add_task("Démonstration", total=None, note="")

        def watch(label: str, done: int, total: int) -> None:
            bar.update(task, total=total, completed=done, note=label[:50])

        try:
            loaded = load(
                service.database,
                directorate,
                timezone_id=service.settings.timezone,
                now=now_of(service),
                watch=watch,
            )
        except StoreInUse:
            raise CommandFailed(
                "cette base contient de vrais comptes ; la démonstration, dont le mot de passe "
                "est public, ne s'y installe pas (choisissez un autre NIAOULI_DATA)"
            ) from None
    if loaded.total:
        say(f"Démonstration chargée : {loaded.added} objets.")
    tell_refused(loaded)


def _present(settings: Settings, directorate: Directorate) -> None:
    """Who can sign in, and what to type in each program."""
    from rich import box
    from rich.panel import Panel
    from rich.table import Table

    from scheduler.app.guides import Place, guides
    from scheduler.demonstration.load import ADMIN, PASSWORD

    screen = console(error=False)
    table = Table("Identifiant", "Nom", "Fonction", box=box.SIMPLE_HEAD, pad_edge=False)
    for person in directorate.people:
        table.add_row(person.login, person.name, person.title)
    table.add_row(ADMIN, "Administration", "administration du service")
    screen.print(table)
    place = Place(settings.url)
    for guide in guides(place, directorate.people[0].login):
        lines = [f"{number}. {typeset(step)}" for number, step in enumerate(guide.steps, 1)]
        box_of = Panel("\n".join(lines), title=guide.program, title_align="left", width=88)
        screen.print(box_of)
    screen.print(typeset(f"Mot de passe de tous les comptes : [bold]{PASSWORD}[/bold]"))
    screen.print(
        typeset("Personnes, dossiers et adresses sont inventés ; n'y mettez rien de vrai.")
    )
    screen.print(typeset(f"Ces explications, pour un navigateur : {place.url}/"))
    if place.is_local:
        screen.print(
            typeset(
                "Un téléphone ne peut pas joindre cette adresse : il lui faut HTTPS et un nom "
                "que le réseau connaît (NIAOULI_TLS_CERT, NIAOULI_BASE_URL)."
            )
        )
