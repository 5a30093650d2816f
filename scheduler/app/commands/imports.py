"""`niaouli import`: calendar files, or a whole account of another CalDAV server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    WrongUsage,
    actor_of,
    now_of,
    open_service,
    progress,
    read_password,
    write,
    write_json,
)

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from calendars.services.import_objects import Tally, Target
    from scheduler.app.wiring import Service


def import_(
    login: LoginArgument,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FICHIER.ics… | https://serveur/…",
            show_default=False,
            help="Des fichiers, ou l'adresse d'un autre serveur CalDAV.",
        ),
    ],
    calendar: Annotated[
        str | None,
        typer.Option(
            "--calendar", metavar="NOM", help="L'agenda qui reçoit tout (créé au besoin)."
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", help="L'identifiant sur l'autre serveur.")
    ] = None,
    config: Config = None,
    *,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Lire son mot de passe sur l'entrée standard."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Importer des fichiers iCalendar ou un compte d'un autre serveur.

    Un second import ne change rien ; un import interrompu reprend où il en était.
    """
    remote = [source for source in sources if "://" in source]
    if remote and len(sources) > 1:
        raise WrongUsage("donnez des fichiers, ou une seule adresse")
    with open_service(config) as service:
        if remote:
            password = read_password(from_stdin=password_stdin)
            wanted = (remote[0], user or login, password)
            tally = _import_account(service, login, wanted, calendar)
        else:
            tally = _import_files(service, login, [Path(each) for each in sources], calendar)
    _report(tally, as_json=as_json)


def _import_files(service: Service, login: str, paths: list[Path], calendar: str | None) -> Tally:
    from calendars.services.import_objects import Tally

    for path in paths:
        if not path.is_file():
            raise CommandFailed(f"le fichier « {path} » n'existe pas")
    total = Tally()
    with progress() as bar:
        for path in paths:
            total.add(_import_file(service, _target(service, login, calendar), path, bar))
    return total


def _target(service: Service, login: str, calendar: str | None) -> Target:
    from calendars.services.import_calendar import calendar_named
    from calendars.services.import_objects import Target, target_of

    with service.database.transaction() as db:
        owner = actor_of(db, login)
        if calendar is None:
            return target_of(db, owner)
        return Target(owner, calendar_named(db, owner, calendar, now=now_of(service)))


def _import_file(service: Service, target: Target, path: Path, bar: Progress) -> Tally:
    from calendars.kernel.errors import ServiceError
    from calendars.services.import_objects import Tally
    from scheduler.connections.calendar_files import pieces_of
    from scheduler.connections.import_run import import_pieces

    tally = Tally()
    task = bar.add_task(path.name, total=path.stat().st_size or 1, note="")
    with path.open("rb") as stream:
        try:
            for batch in import_pieces(
                service.database, target, pieces_of(stream), now=now_of(service)
            ):
                tally.add(batch)
                bar.update(task, completed=stream.tell(), note=f"{tally.total} objets")
        except ServiceError as error:
            # The file as a whole, not one object of it.
            tally.refuse(error, path.name)
    bar.update(task, total=1, completed=1)
    return tally


def _import_account(
    service: Service, login: str, remote: tuple[str, str, str], calendar: str | None
) -> Tally:
    from calendars.services.import_objects import Tally
    from scheduler.connections.import_from_server import Account, import_account, source_of
    from scheduler.connections.other_server import OtherServer

    url, user, password = remote
    with service.database.reading() as db:
        owner = actor_of(db, login)
    server = OtherServer(url, user, password)
    account = Account(owner, server, source_of(url, user), calendar)
    total = Tally()
    try:
        with progress() as bar:
            tasks: dict[str, TaskID] = {}
            for step in import_account(service.database, account, now=now_of(service)):
                total.add(step.tally)
                if step.calendar not in tasks:
                    tasks[step.calendar] = bar.add_task(step.calendar, total=None, note="")
                bar.update(
                    tasks[step.calendar],
                    total=step.total or 1,
                    completed=step.done if step.total else 1,
                    note=f"{step.done}/{step.total}",
                )
    finally:
        server.close()
    return total


def _report(tally: Tally, *, as_json: bool) -> None:
    """What was taken, and what was refused and why: UIDs, never a title (SEC-1)."""
    from scheduler.app.commands.refusals import tell_refused, wording

    if as_json:
        write_json(
            {
                "added": tally.added,
                "replaced": tally.replaced,
                "unchanged": tally.unchanged,
                "refused": [
                    {
                        "reason": reason.__name__,
                        "because": wording(reason),
                        "count": refusals.count,
                        "examples": refusals.examples,
                    }
                    for reason, refusals in tally.refused.items()
                ],
            }
        )
        return
    write(
        f"Ajoutés : {tally.added} ; remplacés : {tally.replaced} ; "
        f"inchangés : {tally.unchanged} ; refusés : {tally.refused_count}."
    )
    tell_refused(tally)
    if tally.refused and tally.total == tally.refused_count:
        raise CommandFailed("rien n'a pu être importé")
