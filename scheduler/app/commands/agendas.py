"""`niaouli agenda …`: the points of a meeting and their papers (MTG-2, MTG-4)."""

from __future__ import annotations

import mimetypes
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
    now_of,
    open_service,
    said,
    say,
    write_csv,
    write_json,
    write_table,
)
from scheduler.app.commands.meetings import Ref

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.wiring import Service
    from scheduler.meetings.keep_agenda import ShownAgenda

Item = Annotated[
    int,
    typer.Argument(metavar="NUMÉRO", show_default=False, help="Donné par « agenda show »."),
]
Paper = Annotated[
    str, typer.Argument(metavar="PIÈCE", show_default=False, help="Sa référence : DOC-2027-01.")
]
ItemTitle = Annotated[str | None, typer.Option("--title", help="Le titre.")]
ItemKind = Annotated[
    str | None,
    typer.Option("--kind", metavar="information|debate|opinion|decision|approval|other"),
]
Length = Annotated[int | None, typer.Option("--minutes", help="La durée prévue.")]
Presenter = Annotated[
    str | None, typer.Option("--presenter", metavar="PERSONNE", help="Identifiant ou courriel.")
]
Position = Annotated[int | None, typer.Option("--position", metavar="RANG")]
Papers = Annotated[
    list[str] | None, typer.Option("--paper", metavar="PIÈCE", help="Attendue ; répétable.")
]
_Deed = Callable[["Db", "Principal", "Service"], "ShownAgenda"]


def show(
    login: LoginArgument,
    ref: Ref,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Montrer l'ordre du jour, avec ses heures et ses pièces.

    Exemple : niaouli agenda show assistante-1 CODIR-2027-01
    """
    from scheduler.meetings.keep_agenda import show_agenda

    with open_service(config) as service, service.database.reading() as db:
        shown = show_agenda(db, actor_of(db, login), ref, now=now_of(service))
        _tell(shown, service, as_json=as_json, as_csv=as_csv)


def add(
    login: LoginArgument,
    ref: Ref,
    title: Annotated[str, typer.Option("--title", show_default=False, help="Le titre.")],
    kind: ItemKind = None,
    minutes: Length = None,
    presenter: Presenter = None,
    position: Position = None,
    paper: Papers = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", metavar="PUBLIC|PRIVATE|CONFIDENTIAL")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ajouter un point à l'ordre du jour.

    Exemple : niaouli agenda add assistante-1 CODIR-2027-01 --title "Budget" --kind decision
    """
    from scheduler.meetings.keep_agenda import add_item
    from scheduler.meetings.schemas.agenda import ItemIn

    wanted = said(
        ItemIn, title=title, kind=kind, minutes=minutes, presenter=presenter, position=position,
        papers=paper, visibility=visibility,
    )  # fmt: skip

    def deed(db: Db, actor: Principal, service: Service) -> ShownAgenda:
        now = now_of(service)
        return add_item(db, actor, ref, wanted.draft(), dispatch=service.dispatch, now=now)

    _do(deed, login, config, as_json=as_json)


def change(
    login: LoginArgument,
    ref: Ref,
    item: Item,
    title: ItemTitle = None,
    kind: ItemKind = None,
    minutes: Length = None,
    presenter: Presenter = None,
    position: Position = None,
    paper: Papers = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="proposed|retained|postponed|treated")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Changer un point : ce qui n'est pas dit reste.

    Exemple : niaouli agenda change assistante-1 CODIR-2027-01 3 --state postponed
    """
    from scheduler.meetings.keep_agenda import change_item
    from scheduler.meetings.schemas.agenda import ItemPatch

    wanted = said(
        ItemPatch, title=title, kind=kind, minutes=minutes, presenter=presenter,
        position=position, papers=paper, state=state,
    )  # fmt: skip

    def deed(db: Db, actor: Principal, service: Service) -> ShownAgenda:
        draft, now = wanted.draft(), now_of(service)
        return change_item(db, actor, ref, item, draft, dispatch=service.dispatch, now=now)

    _do(deed, login, config, as_json=as_json)


def remove(
    login: LoginArgument, ref: Ref, item: Item, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Retirer un point.

    Exemple : niaouli agenda remove assistante-1 CODIR-2027-01 3
    """
    from scheduler.meetings.keep_agenda import remove_item

    def deed(db: Db, actor: Principal, service: Service) -> ShownAgenda:
        now = now_of(service)
        return remove_item(db, actor, ref, item, dispatch=service.dispatch, now=now)

    _do(deed, login, config, as_json=as_json)


def carry(
    login: LoginArgument, ref: Ref, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Reprendre les points reportés et les actions de la réunion précédente.

    Exemple : niaouli agenda carry assistante-1 CODIR-2027-02
    """
    from scheduler.meetings.keep_agenda import take_up

    def deed(db: Db, actor: Principal, service: Service) -> ShownAgenda:
        return take_up(db, actor, ref, dispatch=service.dispatch, now=now_of(service))

    _do(deed, login, config, as_json=as_json)


def hand_in(
    login: LoginArgument,
    ref: Ref,
    paper: Paper,
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", show_default=False, exists=True, dir_okay=False)
    ],
    item: Annotated[
        int | None, typer.Option("--item", metavar="NUMÉRO", help="Le point dont elle est.")
    ] = None,
    config: Config = None,
) -> None:
    """Déposer une pièce : lue par ceux qui prennent part à la réunion.

    Exemple : niaouli agenda hand-in assistante-1 CODIR-2027-01 DOC-2027-01 note.pdf --item 3
    """
    from scheduler.meetings.keep_papers import PaperFile, hand_in_paper

    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content = PaperFile(file.name, kind, file.read_bytes())
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login), now_of(service)
        hand_in_paper(db, actor, ref, (paper, item), content, dispatch=service.dispatch, now=now)
    say(f"Déposée : {paper} ({file.name}).")


def fetch(
    login: LoginArgument,
    ref: Ref,
    paper: Paper,
    target: Annotated[Path, typer.Argument(metavar="FICHIER", show_default=False)],
    config: Config = None,
) -> None:
    """Écrire une pièce dans un fichier.

    Exemple : niaouli agenda fetch paul CODIR-2027-01 DOC-2027-01 note.pdf
    """
    from scheduler.meetings.keep_papers import read_paper

    with open_service(config) as service, service.database.reading() as db:
        found = read_paper(db, actor_of(db, login), ref, paper, now=now_of(service))
    target.write_bytes(found.content)
    say(f"{target} : {len(found.content)} octets")


def withdraw(login: LoginArgument, ref: Ref, paper: Paper, config: Config = None) -> None:
    """Retirer une pièce.

    Exemple : niaouli agenda withdraw assistante-1 CODIR-2027-01 DOC-2027-01
    """
    from scheduler.meetings.keep_papers import withdraw_paper

    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login), now_of(service)
        withdraw_paper(db, actor, ref, paper, dispatch=service.dispatch, now=now)
    say("Retirée.")


def _do(deed: _Deed, login: str, config: Path | None, *, as_json: bool) -> None:
    with open_service(config) as service, service.database.transaction() as db:
        shown = deed(db, actor_of(db, login), service)
        _tell(shown, service, as_json=as_json, as_csv=False)


def _tell(shown: ShownAgenda, service: Service, *, as_json: bool, as_csv: bool) -> None:
    from scheduler.meetings.schemas.agenda import ITEM_HEADINGS, AgendaOut

    told = AgendaOut.of(shown, service.zone)
    rows = [one.row for one in told.items]
    if as_json:
        write_json(told.model_dump(mode="json"))
    elif as_csv:
        write_csv(ITEM_HEADINGS, rows)
    else:
        write_table(ITEM_HEADINGS, rows)
    if told.overrun and not as_json:
        say(f"L'ordre du jour dépasse la durée de la réunion de {told.overrun} minutes.")


COMMANDS: dict[str, Callable[..., None]] = {
    "show": show,
    "add": add,
    "change": change,
    "remove": remove,
    "carry": carry,
    "hand-in": hand_in,
    "fetch": fetch,
    "withdraw": withdraw,
}
