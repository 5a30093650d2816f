"""`niaouli serve` and `niaouli run-due`: the service itself, and what is due now."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    CommandFailed,
    Config,
    instant_in,
    say,
    settings_of,
    write_json,
)

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.app.settings import Settings


def serve(config: Config = None) -> None:
    """Démarrer le service (web, tâches et messages), jusqu'à Ctrl-C."""
    from scheduler.app import logs
    from scheduler.app.server import CONFIG_VARIABLE
    from scheduler.app.server import serve as run_server

    settings = settings_of(config)
    check_free(settings)
    check_templates(settings)
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.absolute())  # for the worker processes
    logs.configure(settings.log_level)
    say(f"Niaouli écoute sur {settings.url} (Ctrl-C pour arrêter)")
    run_server(settings)


def check_free(settings: Settings) -> None:
    """Nobody listens there yet. Raises CommandFailed."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        because = "déjà prise" if error.errno == errno.EADDRINUSE else "inutilisable ici"
        raise CommandFailed(
            f"l'adresse {settings.listen} est {because} ; NIAOULI_LISTEN en choisit une autre"
        ) from None


def check_templates(settings: Settings) -> None:
    """The administrator's own templates can be used. Raises CommandFailed."""
    from notifications.own_templates import faults_of
    from scheduler.app.wiring import composers

    own = settings.data / "templates"
    if own.is_dir():
        for fault in faults_of(composers(settings), own):
            raise CommandFailed(f"modèle de message défectueux : {fault.sentence}")


def run_due(
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Faire comme s'il était 2026-03-02T07:00."),
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Faire une fois tout ce qui est dû, puis s'arrêter."""
    from scheduler.app.due_work import do_due_work
    from scheduler.app.wiring import assemble

    settings = settings_of(config)
    instant = None if at is None else instant_of(at, settings)
    service = assemble(settings, clock=_clock_at(instant))
    try:
        done = do_due_work(service)
    finally:
        service.database.close()
    if as_json:
        write_json(done)
        return
    say(
        f"Séries prolongées : {done['extended']} ; "
        f"lignes périmées oubliées : {done['forgotten']} ; "
        f"rappels : {done['reminders']} ; courriels : {done['mails']}."
    )


def _clock_at(instant: datetime | None):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from calendars.kernel.clock import FixedClock, SystemClock

    return SystemClock() if instant is None else FixedClock(instant)


def instant_of(text: str, settings: Settings) -> datetime:
    """An ISO date and time; without an offset it is local time of the site (TIM-1)."""
    from zoneinfo import ZoneInfo

    return instant_in(text, ZoneInfo(settings.timezone))
