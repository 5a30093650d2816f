"""What every command shares: the service it works on, and how it speaks to the operator.

Results go to standard output, everything else to standard error, so that `--json` can be piped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, TypeVar

import typer

from calendars.model.typeset import typeset

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console
    from rich.progress import Progress

    from calendars.http.spreadsheet import Cell
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
AsCsv: TypeAlias = Annotated[
    bool, typer.Option("--csv", help="Écrire du CSV pour un tableur (UTF-8, points-virgules).")
]
ActsAs: TypeAlias = Annotated[
    str | None,
    typer.Option("--as", metavar="LOGIN", help="Qui agit ; sinon la personne elle-même."),
]
Override: TypeAlias = Annotated[
    str | None,
    typer.Option("--override", metavar="MOTIF", help="Passer outre ce qui s'oppose à la date."),
]
LoginArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="LOGIN", show_default=False, help="L'identifiant du compte.")
]


class Listed(Protocol):
    """What REST answers for one line of a list."""

    @property
    def row(self) -> tuple[Cell, ...]:
        """The line for a spreadsheet."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """The line as JSON."""


Said = TypeVar("Said", bound="BaseModel")
Choice = TypeVar("Choice", bound=StrEnum)
Dated = TypeVar("Dated", bound=date)
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""As in the JSON face; nearer to the ends of the calendar nothing can be reckoned."""


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
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    *,
    as_json: bool,
    as_csv: bool = False,
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """A table with French headings (key → heading), or the same rows as JSON or as CSV.

    `words` (key → code → words) is for the terminal: programs and spreadsheets get the codes.
    """
    if as_json:
        write_json([{key: row.get(key) for key in columns} for row in rows])
        return
    headings = list(columns.values())
    cells = [{key: _shown(row.get(key)) for key in columns} for row in rows]
    if as_csv:
        write_csv(headings, [list(row.values()) for row in cells])
        return
    told = words or {}
    write_table(
        headings,
        [[told.get(key, {}).get(cell, cell) for key, cell in row.items()] for row in cells],
    )


def write_list(
    headings: Sequence[str],
    found: Sequence[Listed],
    *,
    short: Sequence[str],
    as_json: bool,
    as_csv: bool,
) -> None:
    """A list as REST answers it: whole as JSON and CSV; a terminal has room for `short` only."""
    if as_json:
        write_json([one.model_dump(mode="json") for one in found])
        return
    rows = [one.row for one in found]
    if as_csv:
        write_csv(headings, rows)
        return
    kept = [headings.index(one) for one in short]
    write_table(short, [[row[index] for index in kept] for row in rows])


def write_csv(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """The table as REST gives it to a spreadsheet."""
    from calendars.http.spreadsheet import table_of

    sys.stdout.write(table_of(headings, rows))


def write_facts(facts: Mapping[str, Cell]) -> None:
    """What is known of one thing, a line each; what is not known is left out."""
    known = {name: _seen(value) for name, value in facts.items()}
    width = max(map(len, known), default=0)
    for name, value in known.items():
        if value:
            write(f"{name.ljust(width)}  {value}")


def write_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """The table for a terminal."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(_seen(cell)) for cell in row))
    console(error=False).print(table)


_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


def _seen(cell: Cell) -> str:
    """A value as people look for it: days of the week come first."""
    from calendars.http.spreadsheet import text_of

    day = f"{_DAYS[cell.weekday()]} " if isinstance(cell, date) else ""
    return day + text_of(cell)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "" if value is None else str(value)


def console(*, error: bool = True) -> Console:
    """A terminal to draw on; without one, lines are not cut."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else 1_000)


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
    """A day as an option names it, of the years that REST takes. Raises WrongUsage."""
    try:
        return _bounded(date.fromisoformat(text), text)
    except ValueError:
        raise WrongUsage(f"« {text} » n'est pas un jour de la forme AAAA-MM-JJ") from None


def _bounded(found: Dated, text: str) -> Dated:
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        return found
    raise WrongUsage(f"« {text} » : choisissez une date de {FIRST_YEAR} à {LAST_YEAR}")


def instant_in(text: str, zone: tzinfo) -> datetime:
    """An instant as an option names it, by the clocks of the site (TIM-1). Raises WrongUsage."""
    try:
        found = _bounded(datetime.fromisoformat(text), text)
    except ValueError:
        raise WrongUsage(f"« {text} » n'est pas un instant, par exemple 2026-03-02T07:00") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def span_in(text: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """From when to when: `2026-03-02T08:00/09:30`. Raises WrongUsage."""
    first, _, last = text.partition("/")
    start = instant_in(first, zone)
    if len(last) == len("09:30"):
        last = f"{start:%Y-%m-%d}T{last}"
    try:
        return start, instant_in(last, zone)
    except WrongUsage:
        raise WrongUsage(f"« {text} » : écrivez par exemple 2026-03-02T08:00/09:30") from None


def said(shape: type[Said], **values: object) -> Said:
    """What REST would take, from options; one that was not given is left out. Raises WrongUsage."""
    from pydantic import ValidationError

    from calendars.http.faults import faults_of

    try:
        return shape(**{name: value for name, value in values.items() if value is not None})
    except ValidationError as error:
        faults = faults_of(error.errors())
    raise WrongUsage(" ; ".join(f"{one['field']} : {one['message']}" for one in faults))


def one_of(kind: type[Choice], text: str, option: str) -> Choice:
    """The value of that name. Raises WrongUsage, which names them all."""
    if text not in set(kind):
        raise WrongUsage(f"{option} : choisissez {', '.join(kind)}")
    return kind(text)


def actor_of(db: Db, login: str, acts_as: str | None = None) -> Principal:
    """Who acts at the console: the one named by --as, else the person. Raises CommandFailed."""
    from calendars.kernel.audit import CONSOLE

    return get_account(db, acts_as or login).acting(CONSOLE)


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
