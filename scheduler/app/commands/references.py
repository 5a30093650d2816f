"""`niaouli reference …`: numbers of other systems, one by one or by the table (DIR-5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    actor_of,
    day_in,
    get_account,
    now_of,
    open_service,
    progress,
    say,
    write_json,
    write_list,
    write_rows,
)
from scheduler.references.model import Direction, Kind

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from scheduler.app.wiring import Service
    from scheduler.references.import_references import Preview

Table = Annotated[
    Path, typer.Argument(metavar="FICHIER.csv", show_default=False, exists=True, dir_okay=False)
]
As = Annotated[str, typer.Option("--as", metavar="LOGIN", help="Qui importe : selon ses droits.")]


def find(
    login: LoginArgument,
    number: Annotated[str, typer.Argument(metavar="NUMÉRO", help="Ou son début.")],
    system: Annotated[str | None, typer.Option("--system", metavar="CODE")] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Ce qui porte un numéro, parmi ce que la personne voit."""
    from scheduler.app.looking import Looker
    from scheduler.references.schemas import HEADINGS, ReferenceOut
    from scheduler.references.service import search

    with open_service(config) as service, service.database.reading() as db:
        who = get_account(db, login)
        found = search(db, who, number, system, eyes=Looker(), now=now_of(service))
    told = [ReferenceOut.of(one) for one in found.references]
    write_list(HEADINGS, told, short=HEADINGS, as_json=as_json, as_csv=as_csv)
    if not found.complete:
        say("Il y en a d'autres : précisez le début du numéro.")


def add(
    login: LoginArgument,
    system: Annotated[str, typer.Argument(metavar="SYSTÈME", show_default=False)],
    number: Annotated[str, typer.Argument(metavar="NUMÉRO", show_default=False)],
    kind: Annotated[Kind, typer.Argument(metavar="OBJET", show_default=False)],
    key: Annotated[
        str, typer.Argument(metavar="CLÉ", show_default=False, help="Référence, UID ou numéro.")
    ],
    owner: Annotated[str, typer.Option("--owner", metavar="LOGIN", help="À qui est l'objet.")] = "",
    day: Annotated[str | None, typer.Option("--date", metavar="JOUR", help="AAAA-MM-JJ.")] = None,
    direction: Annotated[Direction | None, typer.Option("--direction")] = None,
    config: Config = None,
) -> None:
    """Noter un numéro sur ce que la personne peut modifier."""
    from scheduler.app.looking import Looker
    from scheduler.references.model import Mark, Subject
    from scheduler.references.service import attach

    mark = Mark(system, number, None if day is None else day_in(day), direction)
    with open_service(config) as service, service.database.transaction() as db:
        who, subject = actor_of(db, login), Subject(kind, key, owner)
        made = attach(db, who, mark, subject, eyes=Looker(), now=now_of(service))
    say(f"Référence n° {made.reference.id} : {'notée' if made.is_new else 'déjà notée'}.")


def remove(
    login: LoginArgument,
    reference: Annotated[int, typer.Argument(metavar="N°", show_default=False)],
    config: Config = None,
) -> None:
    """Retirer un numéro de ce qui le porte."""
    from scheduler.app.looking import Looker
    from scheduler.references.model import ReferenceId
    from scheduler.references.service import detach

    with open_service(config) as service, service.database.transaction() as db:
        who, number = actor_of(db, login), ReferenceId(reference)
        detach(db, who, number, eyes=Looker(), now=now_of(service))
    say("Référence retirée.")


def systems(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="À déclarer ; sinon la liste.")
    ] = None,
    label: Annotated[str, typer.Option("--label", metavar="NOM")] = "",
    pattern: Annotated[
        str, typer.Option("--pattern", metavar="RÈGLE", help="Expression régulière du numéro.")
    ] = "",
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Les systèmes dont viennent les numéros ; en déclarer un."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.references import service as deeds
    from scheduler.references.model import ReferenceSystem

    with open_service(config) as service, service.database.transaction() as db:
        if code is not None:
            one = ReferenceSystem(code, label or code, pattern)
            deeds.set_system(db, CONSOLE, one, now=now_of(service))
        rows = [one._asdict() for one in deeds.list_systems(db)]
    headings = {"code": "Code", "label": "Nom", "pattern": "Forme des numéros"}
    write_rows(headings, rows, as_json=as_json)


def import_(
    table: Table,
    login: As,
    config: Config = None,
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Dire seulement ce qui serait fait.")
    ] = False,
    token: Annotated[
        str | None, typer.Option("--token", metavar="JETON", help="Faire ce qu'un aperçu a dit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Importer un fichier de références ; refait, il ne change rien."""
    content = table.read_bytes()
    with open_service(config) as service:
        with service.database.reading() as db:
            seen = _go_through(db, service, content, login)
        if not preview:
            with service.database.transaction() as db:
                seen = _go_through(db, service, content, login, token or seen.token)
    _tell(seen, as_json=as_json)


def _go_through(
    db: Db, service: Service, content: bytes, login: str, token: str | None = None
) -> Preview:
    """Looked at, or done where a token says as what."""
    from scheduler.app.looking import Looker
    from scheduler.references import import_references as deeds

    now = now_of(service)
    today = service.today()
    who = actor_of(db, login)
    with progress() as bars:
        bar = bars.add_task("Aperçu" if token is None else "Import", note="", total=None)

        def moved(done: int, whole: int) -> None:
            bars.update(bar, completed=done, total=whole)

        if token is None:
            return deeds.preview(
                db, who, content, eyes=Looker(), today=today, now=now, progress=moved
            )
        return deeds.import_table(
            db, who, content, token, eyes=Looker(), today=today, now=now, progress=moved
        )


def _tell(seen: Preview, *, as_json: bool) -> None:
    from scheduler.references.import_references import Outcome
    from scheduler.references.import_schemas import OUTCOMES, ImportOut

    told = ImportOut.of(seen)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    rows = [
        {"line": one.line, "system": one.system, "number": one.number,
         "outcome": OUTCOMES[one.outcome], "because": one.because}
        for one in told.lines
        if one.outcome is not Outcome.UNCHANGED
    ]  # fmt: skip
    headings = {
        "line": "Ligne", "system": "Système", "number": "Numéro", "outcome": "Issue",
        "because": "Pourquoi",
    }  # fmt: skip
    write_rows(headings, rows, as_json=False)
    counts = ", ".join(f"{seen.count(one)} {OUTCOMES[one]}(s)" for one in Outcome)
    say(f"{counts}. Jeton de l'aperçu : {told.token}")


COMMANDS: dict[str, Callable[..., None]] = {
    "find": find, "add": add, "remove": remove, "import": import_, "systems": systems,
}  # fmt: skip
