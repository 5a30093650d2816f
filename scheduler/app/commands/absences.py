"""`niaouli absence …`: who is not there, one by one or by a list; never why (DIA-7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    WrongUsage,
    actor_of,
    now_of,
    open_service,
    progress,
    say,
    write_json,
    write_rows,
)

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from scheduler.absences.import_absences import Preview, Wanted
    from scheduler.absences.model import Standing
    from scheduler.absences.service import Actor, Register
    from scheduler.app.wiring import Service

As = Annotated[
    str | None,
    typer.Option("--as", metavar="LOGIN", help="Qui le fait, selon ses droits ; sinon la machine."),
]
_HEADS = {
    "id": "N°", "login": "Identifiant", "first": "Du", "last": "Au", "reference": "Référence",
}  # fmt: skip


def add(
    login: LoginArgument,
    first: Annotated[str, typer.Option("--from", metavar="JOUR", help="Premier jour.")],
    last: Annotated[
        str | None, typer.Option("--until", metavar="JOUR", help="Dernier jour, compris.")
    ] = None,
    reference: Annotated[str, typer.Option("--reference", metavar="N°")] = "",
    actor: As = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Noter une absence : 2026-03-03, « 3 mars 2026 », « 03/03/2026 après-midi »."""
    from scheduler.absences.service import note_absence
    from scheduler.absences.table_rules import absence_in

    with open_service(config) as service, service.database.transaction() as db:
        absence = absence_in(first, last or "", today=service.today())
        if absence is None:
            raise WrongUsage(f"« {first} » ou « {last} » n'est pas un jour")
        who = _actor(db, actor)
        made = note_absence(
            db, who, login, absence, _register(service), reference=reference, now=now_of(service)
        )
        _tell([made], service, as_json=as_json)


def list_(
    login: LoginArgument,
    actor: As = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les absences notées d'une personne."""
    from scheduler.absences.service import list_absences

    with open_service(config) as service, service.database.reading() as db:
        who, register = _actor(db, actor), _register(service)
        found = list_absences(db, who, login, register, now=now_of(service))
        _tell(found, service, as_json=as_json, as_csv=as_csv)


def remove(
    login: LoginArgument,
    number: Annotated[int, typer.Argument(metavar="N°", show_default=False)],
    actor: As = None,
    config: Config = None,
) -> None:
    """Retirer une absence."""
    from calendars.kernel.errors import NotFound
    from scheduler.absences.service import remove_absence

    with open_service(config) as service, service.database.transaction() as db:
        who, register = _actor(db, actor), _register(service)
        try:
            remove_absence(db, who, login, number, register, now=now_of(service))
        except NotFound:
            raise CommandFailed(f"{login} n'a pas d'absence n° {number}") from None
    say("Absence retirée.")


def import_(
    table: Annotated[
        Path, typer.Argument(metavar="FICHIER.csv", show_default=False, exists=True, dir_okay=False)
    ],
    source: Annotated[
        str, typer.Option("--source", metavar="LISTE", help="Le nom de la liste.")
    ] = "personnel",
    actor: As = None,
    token: Annotated[
        str | None, typer.Option("--token", metavar="JETON", help="Faire ce qu'un aperçu a dit.")
    ] = None,
    config: Config = None,
    *,
    look: Annotated[
        bool, typer.Option("--preview", help="Dire seulement ce qui serait fait.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Retirer ce que le fichier ne dit plus.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Importer des absences (Identifiant ou Courriel ; Du ; Au ; Référence) ; refait, rien ne
    change."""
    from scheduler.absences.import_absences import Wanted, preview

    wanted = Wanted(table.read_bytes(), source, replace)
    with open_service(config) as service:
        if look:
            with service.database.reading() as db:
                seen = preview(
                    db, _actor(db, actor), wanted, _register(service),
                    now=now_of(service),
                )  # fmt: skip
        else:
            with service.database.transaction() as db:
                seen = _import(db, service, wanted, actor, token)
        _tell_import(seen, wanted, service, as_json=as_json, done=not look)


def _import(
    db: Db, service: Service, wanted: Wanted, actor: str | None, token: str | None
) -> Preview:
    from scheduler.absences.import_absences import import_table

    with progress() as bars:
        bar = bars.add_task("Absences", note="", total=None)

        def moved(done: int, whole: int) -> None:
            bars.update(bar, completed=done, total=whole)

        return import_table(
            db, _actor(db, actor), wanted, _register(service), token,
            now=now_of(service), progress=moved,
        )  # fmt: skip


def _tell_import(
    seen: Preview, wanted: Wanted, service: Service, *, as_json: bool, done: bool
) -> None:
    from scheduler.absences.import_absences import Outcome
    from scheduler.absences.import_schemas import OUTCOMES, ImportOut

    told = ImportOut.of(seen, service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    rows = [
        {"line": one.line, "person": one.person, "first": one.first, "last": one.last,
         "outcome": OUTCOMES[one.outcome],
         "because": f"{one.field} : {one.because}" if one.because else None}
        for one in told.lines
        if one.outcome is not Outcome.UNCHANGED
    ]  # fmt: skip
    heads = {
        "line": "Ligne", "person": "Qui", "first": "Du", "last": "Au", "outcome": "Issue",
        "because": "Pourquoi",
    }  # fmt: skip
    write_rows(heads, rows, as_json=False)
    if told.gone:
        said = "retirées" if wanted.replace and done else "n'y sont plus (--replace les retire)"
        write_rows(_HEADS, [one.model_dump(mode="json") for one in told.gone], as_json=False)
        say(f"Ces {len(told.gone)} absences venues de cette liste : {said}.")
    if told.warning:
        say(told.warning)
    say(", ".join(f"{seen.count(one)} {OUTCOMES[one]}(s)" for one in Outcome))
    if not done:
        say(f"Rien n'est écrit. Jeton de l'aperçu : {told.token}")


def _tell(found: list[Standing], service: Service, *, as_json: bool, as_csv: bool = False) -> None:
    from scheduler.absences.schemas import AbsenceOut

    told = [AbsenceOut.of(one, service.zone).model_dump(mode="json") for one in found]
    if as_json:
        write_json(told)
        return
    for one in told:
        one["first"] += " après-midi" if one["from_noon"] else ""
        one["last"] += " matin" if one["until_noon"] else ""
    write_rows(_HEADS, told, as_json=False, as_csv=as_csv)


def _actor(db: Db, login: str | None) -> Actor:
    from calendars.kernel.audit import CONSOLE

    return CONSOLE if login is None else actor_of(db, login)


def _register(service: Service) -> Register:
    from scheduler.app.wiring import register_of

    return register_of(service)


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "list": list_,
    "remove": remove,
    "import": import_,
}
