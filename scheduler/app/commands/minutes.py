"""`niaouli minutes …`: draft, submit, validate, distribute, correct (MTG-7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.app.commands.console import (
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    actor_of,
    now_of,
    open_service,
    said,
    say,
    write,
    write_json,
)
from scheduler.app.commands.meetings import Ref

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.wiring import Service
    from scheduler.meetings.minutes_model import Minutes

File = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FICHIER", exists=True, dir_okay=False,
        help="Le texte en JSON, tel que « minutes show --sections » l'écrit.",
    ),
]  # fmt: skip
Reason = Annotated[str, typer.Option("--reason", show_default=False, help="Le motif.")]
_Deed = Callable[["Db", "Principal", "Service"], "Minutes"]


def show(
    login: LoginArgument,
    ref: Ref,
    version: Annotated[int | None, typer.Option("--version", help="Sinon la dernière.")] = None,
    config: Config = None,
    *,
    sections: Annotated[
        bool, typer.Option("--sections", help="Le texte seul, en JSON, à modifier et à rendre.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Écrire le compte rendu en Markdown, tel que la personne peut le lire.

    Exemple : niaouli minutes show assistante-1 CODIR-2027-01 --sections > compte-rendu.json
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.api.minutes import told as as_told
    from scheduler.meetings.keep_minutes import read_minutes
    from scheduler.meetings.printed import minutes_markdown

    with open_service(config) as service, service.database.reading() as db:
        actor, now = actor_of(db, login), now_of(service)
        opened, found, step = read_minutes(db, actor, ref, version, now=now)
        told = as_told(db, service.zone, opened, found, step).model_dump(mode="json")
        text = minutes_markdown(db, opened, found, step, house_of(service))
    if sections:
        write_json({"kind": told["kind"], "sections": [_to_edit(one) for one in told["sections"]]})
    elif as_json:
        write_json(told)
    else:
        write(text)


def draft(
    login: LoginArgument,
    ref: Ref,
    file: File = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Écrire le brouillon ; sans texte, il est préparé d'après l'ordre du jour.

    Exemple : niaouli minutes draft assistante-1 CODIR-2027-01 --from compte-rendu.json
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_minutes import as_noted, draft_minutes
    from scheduler.meetings.schemas.minutes import MinutesIn

    text = said(MinutesIn, **_read(file)).text()

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        noted = text and (text[0], as_noted(db, text[1]))
        return draft_minutes(db, actor, ref, noted, house_of(service), now=now_of(service))

    _do(deed, login, ref, config, as_json=as_json)


def correct(
    login: LoginArgument,
    ref: Ref,
    reason: Reason,
    file: File = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Rectifier ce qui a été diffusé : une nouvelle version, avec son motif.

    Exemple : niaouli minutes correct assistante-1 CODIR-2027-01 --reason "Date du point 3"
    --from compte-rendu.json
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_minutes import as_noted, correct_minutes
    from scheduler.meetings.schemas.minutes import CorrectionIn

    if file is None:
        raise WrongUsage("donnez le texte rectifié avec --from")
    wanted = said(CorrectionIn, sections=_read(file).get("sections"), reason=reason)

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        noted = as_noted(db, [one.section() for one in wanted.sections])
        house, now = house_of(service), now_of(service)
        return correct_minutes(db, actor, ref, noted, wanted.reason, house, now=now)

    _do(deed, login, ref, config, as_json=as_json)


def send_back(
    login: LoginArgument,
    ref: Ref,
    reason: Reason,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Renvoyer pour reprise, avec un motif : la présidence.

    Exemple : niaouli minutes return directeur CODIR-2027-01 --reason "Point 2 incomplet"
    """
    from scheduler.meetings.keep_minutes import return_minutes
    from scheduler.meetings.schemas.minutes import ReasonIn

    wanted = said(ReasonIn, reason=reason)

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        return return_minutes(db, actor, ref, wanted.reason, now=now_of(service))

    _do(deed, login, ref, config, as_json=as_json)


def submit(
    login: LoginArgument, ref: Ref, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Soumettre le brouillon à la présidence.

    Exemple : niaouli minutes submit assistante-1 CODIR-2027-01
    """
    from scheduler.meetings.keep_minutes import submit_minutes

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        return submit_minutes(db, actor, ref, now=now_of(service))

    _do(deed, login, ref, config, as_json=as_json)


def validate(
    login: LoginArgument, ref: Ref, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Valider : la présidence, ou qui en assure l'intérim à cette date.

    Exemple : niaouli minutes validate directeur CODIR-2027-01
    """
    from scheduler.meetings.keep_minutes import validate_minutes

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        return validate_minutes(db, actor, ref, now=now_of(service))

    _do(deed, login, ref, config, as_json=as_json)


def distribute(
    login: LoginArgument, ref: Ref, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Diffuser : un message à chacun, une tâche pour chaque action.

    Exemple : niaouli minutes distribute assistante-1 CODIR-2027-01
    """
    from scheduler.app.wiring import house_of
    from scheduler.meetings.distribute_minutes import distribute_minutes

    def deed(db: Db, actor: Principal, service: Service) -> Minutes:
        return distribute_minutes(db, actor, ref, house_of(service), now=now_of(service))

    _do(deed, login, ref, config, as_json=as_json)


def _do(deed: _Deed, login: str, ref: str, config: Path | None, *, as_json: bool) -> None:
    from scheduler.meetings.api.minutes import told as as_told
    from scheduler.meetings.rules import MINUTES

    with open_service(config) as service, service.database.transaction() as db:
        found = deed(db, actor_of(db, login), service)
        told = as_told(db, service.zone, ref, found, found.steps[-1])
    if as_json:
        write_json(told.model_dump(mode="json"))
    else:
        say(f"{told.ref}, version {told.version} : {MINUTES[told.state]}.")


def _read(file: Path | None) -> dict[str, Any]:
    """The members of a JSON object. Raises WrongUsage."""
    if file is None:
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WrongUsage(f"{file.name} n'est pas un objet JSON")
    return found


def _to_edit(section: dict[str, Any]) -> dict[str, Any]:
    """A section as a draft takes it: owners by login, or by e-mail where they have none."""
    said_of = {name: section[name] for name in ("title", "item", "text", "decisions")}
    actions = [
        one | {"owner": one["owner"]["login"] or one["owner"]["email"]}
        for one in section["actions"]
    ]
    return said_of | {"actions": actions}


COMMANDS: dict[str, Callable[..., None]] = {
    "show": show,
    "draft": draft,
    "submit": submit,
    "return": send_back,
    "validate": validate,
    "distribute": distribute,
    "correct": correct,
}
