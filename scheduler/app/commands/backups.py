"""`niaouli backup` and `niaouli restore`: the whole store in one file, for either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    CommandFailed,
    Config,
    now_of,
    open_service,
    progress,
    say,
    settings_of,
    write_json,
)

if TYPE_CHECKING:
    from rich.progress import TaskID


def backup(
    path: Annotated[Path, typer.Argument(metavar="FICHIER", show_default=False)],
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Sauvegarder toute la base dans un fichier, service en marche ou arrêté."""
    from scheduler.app.backup import write_backup

    with open_service(config) as service, _watched() as watch:
        manifest = write_backup(service.database, path, now=now_of(service), watch=watch)
    if as_json:
        write_json(manifest.as_json())
    else:
        say(f"Sauvegarde écrite : {path} ({manifest.rows} lignes). Gardez-la comme la base.")


def restore(
    path: Annotated[Path, typer.Argument(metavar="FICHIER", show_default=False)],
    config: Config = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Remplacer le contenu d'une base qui n'est pas vide.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Rétablir une sauvegarde dans une base vide, service arrêté."""
    from calendars.kernel.database import Database
    from scheduler.app.restore import BadBackup, StoreNotEmpty, restore_backup

    settings = settings_of(config)
    if not path.is_file():
        raise CommandFailed(f"le fichier « {path} » n'existe pas")
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.store)
    try:
        with _watched() as watch:
            manifest = restore_backup(database, path, force=force, watch=watch)
    except StoreNotEmpty:
        raise CommandFailed("la base n'est pas vide ; --force remplace tout son contenu") from None
    except BadBackup as error:
        raise CommandFailed(f"cette sauvegarde est incomplète ou altérée ({error})") from None
    finally:
        database.close()
    if as_json:
        write_json(manifest.as_json())
    else:
        say(f"Sauvegarde rétablie : {manifest.rows} lignes.")


@contextmanager
def _watched() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each table."""
    with progress() as bar:
        tasks: dict[str, TaskID] = {}

        def watch(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=None, note="")
            bar.update(tasks[table], total=total, completed=done, note=f"{done}/{total}")

        yield watch
