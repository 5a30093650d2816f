"""`niaouli audit …`: is the trail whole, who saw and changed what (SEC-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    get_account,
    now_of,
    open_service,
    progress,
    say,
    settings_of,
    write,
    write_json,
    write_rows,
)
from scheduler.app.commands.serve import instant_of

if TYPE_CHECKING:
    from calendars.kernel.audit_chain import Break
    from calendars.storage.audit_lines import Told
    from scheduler.app.audit_checkpoints import Checkpoint
    from scheduler.app.wiring import Service

FAULTS = {
    "changed": "la ligne n'est pas celle qui a été inscrite",
    "missing": "une ligne ou plusieurs ont été retirées",
    "cut": "la fin a été coupée à partir d'ici",
    "added": "une ligne de trop",
    "false-end": "la marque de fin n'est pas celle qui a été inscrite",
    "set-back": "le point de contrôle connaît une autre ligne ici",
}


def verify(
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="FICHIER", help="Points de contrôle gardés ailleurs à comparer."
        ),
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Vérifier que rien n'a été changé, retiré ou ajouté dans le journal."""
    from calendars.services import verify_audit

    with open_service(config) as service:
        marks = _marks(service, against)
        with service.database.reading() as db, _watched() as (watch, count):
            broken = list(verify_audit.verify(db, marks, watch=watch))
        lines = count()
        names = _names(service, broken)
    if as_json:
        found = [_as_json(one, names) for one in broken]
        write_json({"whole": not broken, "lines": lines, "breaks": found})
    elif broken:
        for one in broken:
            write(_in_words(one, names))
    else:
        say(f"Journal intact : {lines} lignes vérifiées.")
    if broken:
        raise typer.Exit(1)


@contextmanager
def _watched() -> Iterator[tuple[Callable[[int, int], None], Callable[[], int]]]:
    """A bar, and how many lines were looked at in the end."""
    with progress() as bar:
        task = bar.add_task("Journal", total=None, note="")
        last = 0

        def watch(done: int, total: int) -> None:
            nonlocal last
            last = done
            bar.update(task, total=total, completed=done, note=f"{done}/{total}")

        yield watch, lambda: last


def _marks(service: Service, path: Path | None) -> dict[int, Any]:
    """What a checkpoint tells: of the file that was named, else of the one beside the store."""
    from scheduler.app.audit_checkpoints import FILE

    there = path or service.settings.data / FILE
    if not there.is_file():
        if path is not None:
            raise CommandFailed(f"le fichier « {path} » n'existe pas")
        return {}
    return _own(service, there).marks


def _own(service: Service, path: Path) -> Checkpoint:
    from calendars.services import verify_audit
    from scheduler.app.audit_checkpoints import BadCheckpoint, latest

    try:
        found = latest(path)
    except BadCheckpoint:
        raise CommandFailed(f"« {path} » ne contient pas de point de contrôle") from None
    with service.database.reading() as db:
        own = verify_audit.is_own_checkpoint(db, found.at, found.marks, found.seal)
    if not own:
        raise CommandFailed(f"« {path} » : ce point de contrôle n'est pas de cette base, ou altéré")
    return found


def _names(service: Service, broken: list[Break]) -> dict[int, str]:
    """The logins of those whose chains are broken."""
    from calendars.storage import principals

    if not broken:
        return {}
    with service.database.reading() as db:
        return {each.id: each.login for each in principals.list_all(db)}


def _as_json(one: Break, names: dict[int, str]) -> dict[str, Any]:
    return {
        "owner": names.get(one.owner),
        "chain": one.owner,
        "number": one.number,
        "line": one.line,
        "fault": str(one.fault),
    }


def _in_words(one: Break, names: dict[int, str]) -> str:
    whose = names.get(one.owner) or ("la maison" if one.owner == 0 else f"n° {one.owner}")
    line = "" if one.line is None else f" (ligne {one.line} de la table)"
    return f"{whose}, n° {one.number}{line} : {FAULTS[one.fault]}"


def show(
    login: LoginArgument,
    since: Annotated[
        str | None, typer.Option("--since", metavar="INSTANT", help="À partir de 2026-03-02T07:00.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="INSTANT", help="Avant cet instant.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Combien de lignes au plus.")] = 200,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Montrer qui a vu ou changé les agendas de quelqu'un, et ce qu'il a fait."""
    from calendars.kernel.audit import CONSOLE, Deed, Target
    from calendars.storage import audit, audit_lines
    from calendars.storage.audit_lines import Wanted

    settings = settings_of(config)
    instants = [None if text is None else instant_of(text, settings) for text in (since, until)]
    first, last = [None if each is None else int(each.timestamp()) for each in instants]
    with open_service(config) as service, service.database.transaction() as db:
        person = get_account(db, login)
        wanted = Wanted(concerning=person.id, since=first, until=last)
        found = audit_lines.list_lines(db, wanted, limit=limit)
        audit.record(db, CONSOLE, Deed.READ_AUDIT, Target(person.id), now=now_of(service))
        timezone = settings.timezone
    rows = [_row(each, timezone, as_json=as_json) for each in reversed(found)]
    headings = {
        "at": "Date", "deed": "Acte", "result": "Résultat", "actor": "Par", "owner": "Chez",
        "face": "Par où", "address": "Adresse", "calendar": "Agenda", "object": "Objet",
        "visibility": "Classe", "details": "Détails",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def _row(told: Told, timezone: str, *, as_json: bool) -> dict[str, Any]:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from calendars.http.audit_words import FACES, RESULTS, deed_label

    line = told.line
    at = datetime.fromtimestamp(line.at, ZoneInfo(timezone))
    row: dict[str, Any] = {**line._asdict(), "actor": told.actor, "owner": told.owner}
    row["calendar"] = told.calendar
    if as_json:
        return {**row, "at": at.isoformat()}
    words = {"deed": deed_label(line.deed), "face": FACES.get(line.face, line.face)}
    return {**row, **words, "at": f"{at:%d/%m/%Y %H:%M}", "result": RESULTS.get(line.result)}


def checkpoint(config: Config = None) -> None:
    """Écrire un point de contrôle signé sur la sortie standard, à garder ailleurs."""
    import json

    from scheduler.app.audit_checkpoints import make

    with open_service(config) as service:
        made = make(service.database, now=now_of(service))
    write(json.dumps(made.as_json(), separators=(",", ":")))


COMMANDS: dict[str, Callable[..., None]] = {
    "verify": verify,
    "show": show,
    "checkpoint": checkpoint,
}
