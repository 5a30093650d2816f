"""`niaouli diary …`: diaries on paper (DIA-6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    Config,
    actor_of,
    day_in,
    now_of,
    open_service,
    say,
)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="À qui est l'agenda.")]
DayOption = Annotated[
    str | None, typer.Option("--day", metavar="JOUR", help="AAAA-MM-JJ ; sinon aujourd'hui.")
]
Target = Annotated[
    Path | None, typer.Option("--pdf", "-o", metavar="FICHIER", help="Le PDF à écrire.")
]
Reader = Annotated[
    str | None, typer.Option("--as", metavar="LOGIN", help="Qui le lira ; sinon la personne.")
]
Posted = Annotated[bool, typer.Option("--posted", help="À afficher : sans lieux ni titres privés.")]


def _command(kind: str, words: str) -> Callable[..., None]:
    """The command that prints one kind of sheet."""

    def command(
        login: Login,
        day: DayOption = None,
        target: Target = None,
        reader: Reader = None,
        config: Config = None,
        *,
        posted: Posted = False,
    ) -> None:
        _print(kind, login, day, target, reader, config, posted=posted)

    command.__doc__ = words
    return command


def _print(
    kind: str,
    login: str,
    day: str | None,
    target: Path | None,
    reader: str | None,
    config: Path | None,
    *,
    posted: bool,
) -> None:
    from scheduler.diary_sheets.model import Profile
    from scheduler.diary_sheets.service import Press, SheetKind, Wanted, print_sheet

    with open_service(config) as service, service.database.reading() as db:
        zone = service.zone
        asked = day_in(day) if day else service.today()
        who = actor_of(db, login, reader)
        made = print_sheet(
            db, who, login,
            Wanted(SheetKind(kind), asked, Profile.POSTED if posted else Profile.OWN),
            Press(service.settings.organisation, zone), now=now_of(service),
        )  # fmt: skip
    written = target or Path(made.filename)
    written.write_bytes(made.octets)
    say(f"Écrit : {written}")


COMMANDS = {
    "week": _command("week", "Imprimer l'agenda d'une semaine."),
    "day": _command("day", "Imprimer la feuille d'un jour."),
    "month": _command("month", "Imprimer le plan d'un mois."),
}
