"""`niaouli action …`: what somebody owes after meetings (MTG-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    actor_of,
    now_of,
    one_of,
    open_service,
    said,
    write_facts,
    write_json,
    write_list,
)
from scheduler.app.commands.meetings import Ref

if TYPE_CHECKING:
    from scheduler.app.wiring import Service
    from scheduler.meetings.keep_actions import ActionLine

Late = Annotated[bool, typer.Option("--overdue", help="Seulement celles qui sont en retard.")]
ActionRef = Annotated[
    str, typer.Argument(metavar="ACTION", show_default=False, help="Donnée par « action list ».")
]
Owner = Annotated[
    str | None,
    typer.Option("--owner", metavar="PERSONNE", help="Qui la doit : identifiant ou courriel."),
]
Due = Annotated[str | None, typer.Option("--due", metavar="JOUR", help="AAAA-MM-JJ.")]


def list_(
    login: LoginArgument,
    meeting: Annotated[
        str | None, typer.Option("--meeting", metavar="RÉFÉRENCE", help="D'une réunion.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="PERSONNE", help="Que doit-elle.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="LOGIN", help="Que doivent ses membres.")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="noted|open|under_way|done|abandoned")
    ] = None,
    config: Config = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Celles d'autrui aussi, que la personne peut voir.")
    ] = False,
    overdue: Late = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister ce qu'une personne doit faire, ou le registre qu'elle peut voir.

    Exemple : niaouli action list assistante-1 --meeting CODIR-2027-01 --overdue
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_actions import ActionQuery, list_actions
    from scheduler.meetings.rules import ActionState
    from scheduler.meetings.schemas.actions import ACTION_HEADINGS, ActionOut

    own = person or (None if everything or meeting or group else login)
    wanted = None if state is None else one_of(ActionState, state, "--state")
    query = ActionQuery(meeting, own, group, wanted, True if overdue else None)
    with open_service(config) as service, service.database.reading() as db:
        actor, now = actor_of(db, login), now_of(service)
        found = list_actions(db, actor, query, house_of(service), now=now)
    told = [ActionOut.of(one, service.zone) for one in found]
    write_list(ACTION_HEADINGS, told, short=ACTION_HEADINGS, as_json=as_json, as_csv=as_csv)


def add(
    login: LoginArgument,
    ref: Ref,
    label: Annotated[str, typer.Option("--label", show_default=False, help="Ce qui est à faire.")],
    owner: Owner = None,
    due: Due = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ouvrir une action sans attendre le compte rendu : c'est une tâche de qui la doit.

    Exemple : niaouli action add assistante-1 CODIR-2027-01 --label "Réserver" --owner paul
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_actions import open_action
    from scheduler.meetings.schemas.actions import ActionIn

    wanted = said(ActionIn, label=label, owner=owner, due=due)
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login), now_of(service)
        line = open_action(db, actor, ref, wanted.draft(), house_of(service), now=now)
    _tell(line, service, as_json=as_json)


def change(
    login: LoginArgument,
    action: ActionRef,
    state: Annotated[
        str | None, typer.Option("--state", metavar="open|under_way|done|abandoned")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="Ce qui est à faire.")] = None,
    owner: Owner = None,
    due: Due = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Dire où en est une action ; la tâche suit dans l'agenda.

    Exemple : niaouli action change paul ACT-2027-001 --state done
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_actions import change_action
    from scheduler.meetings.schemas.actions import ActionPatch

    wanted = said(ActionPatch, state=state, label=label, owner=owner, due=due)
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login), now_of(service)
        line = change_action(db, actor, action, wanted.draft(), house_of(service), now=now)
    _tell(line, service, as_json=as_json)


def done(
    login: LoginArgument, action: ActionRef, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Dire qu'une action est faite.

    Exemple : niaouli action done paul ACT-2027-001
    """
    change(login, action, state="done", config=config, as_json=as_json)


def _tell(line: ActionLine, service: Service, *, as_json: bool) -> None:
    from scheduler.meetings.schemas.actions import ACTION_HEADINGS, ActionOut

    told = ActionOut.of(line, service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
    else:
        write_facts(dict(zip(ACTION_HEADINGS, told.row, strict=True)))


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "add": add,
    "change": change,
    "done": done,
}
