"""What every command shares: the service it works on, and how it speaks to the operator.

Results go to standard output, everything else to standard error, so that `--json` can be piped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from calendars.model.typeset import typeset

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.settings import Settings
    from scheduler.app.wiring import Service

Config: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FICHIER", help="Réglages (niaouli.toml) ; l'environnement l'emporte."
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Écrire du JSON.")]
LoginArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="LOGIN", show_default=False, help="L'identifiant du compte.")
]


class CommandFailed(Exception):
    """The command cannot be done; the message is French and names what is wrong."""


class WrongUsage(CommandFailed):
    """The command was not typed as it should be: exit status 2."""


def say(text: str) -> None:
    """One line for the operator, on standard error."""
    print(typeset(text), file=sys.stderr, flush=True)  # noqa: T201 - the operator's terminal


def write(text: str) -> None:
    """One line of the result, on standard output."""
    print(text, flush=True)  # noqa: T201 - the operator's terminal


def write_json(value: object) -> None:
    """The result for another program."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def write_rows(
    columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, as_json: bool
) -> None:
    """A table with French headings (key → heading), or the same rows as JSON."""
    if as_json:
        write_json([{key: row.get(key) for key in columns} for row in rows])
        return
    from rich import box
    from rich.table import Table

    table = Table(*columns.values(), box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(_shown(row.get(key)) for key in columns))
    console(error=False).print(table)


def _shown(value: object) -> str:
    from rich.markup import escape

    if isinstance(value, bool):
        return "oui" if value else "non"
    return "" if value is None else escape(str(value))


def console(*, error: bool = True) -> Console:
    """A terminal to draw on; without one, lines are not cut."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else 200)


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress bars on standard error, for as long as the block lasts."""
    from rich import progress as bars

    terminal = console()
    shown = bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[note]}"),
        bars.TimeRemainingColumn(),
        console=terminal,
        disable=not terminal.is_terminal,
    )
    with shown:
        yield shown


def settings_of(config: Path | None) -> Settings:
    """The settings that hold for this command. Raises BadSetting."""
    from scheduler.app import settings

    return settings.load(config)


@contextmanager
def open_service(config: Path | None) -> Iterator[Service]:
    """The service on its store, brought to the newest schema."""
    from scheduler.app.wiring import assemble

    service = assemble(settings_of(config))
    try:
        yield service
    finally:
        service.database.close()


def now_of(service: Service) -> int:
    """The present instant in epoch seconds."""
    return int(service.clock.now().timestamp())


def day_in(text: str) -> date:
    """A day as an option names it. Raises WrongUsage."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"« {text} » n'est pas un jour de la forme AAAA-MM-JJ") from None


def get_account(db: Db, login: str) -> Principal:
    """The account of a login. Raises CommandFailed, which names it."""
    from calendars.storage import principals

    found = principals.find(db, login)
    if found is None:
        raise CommandFailed(f"aucun compte ne s'appelle « {login} »")
    return found


def read_password(*, from_stdin: bool, ask: str = "Mot de passe") -> str:
    """A secret from the first line of standard input, or typed twice without an echo."""
    if from_stdin:
        secret = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    elif sys.stdin.isatty():
        secret = str(typer.prompt(ask, hide_input=True, confirmation_prompt="Encore une fois"))
    else:
        raise WrongUsage("donnez le mot de passe avec --password-stdin")
    if not secret:
        raise CommandFailed("le mot de passe est vide")
    return secret
