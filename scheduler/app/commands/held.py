"""`niaouli held …`: deletions in a mass of which nobody was told yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    get_account,
    now_of,
    open_service,
    say,
    write_rows,
)

Number = Annotated[
    int, typer.Argument(metavar="NUMÉRO", show_default=False, help="Donné par « held list ».")
]


def list_all(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Ce qui attend une décision : des suppressions dont personne n'est averti."""
    from calendars.services.decide_held import list_held

    with open_service(config) as service, service.database.reading() as db:
        found = list_held(db, get_account(db, login), login, now=now_of(service))
        zone = service.zone
    rows = [
        {
            "id": one.id,
            "calendar": one.collection.name,
            "held_at": datetime.fromtimestamp(one.held_at, zone).isoformat(timespec="minutes"),
            "recipients": len(one.recipients),
        }
        for one in found
    ]
    headings = {
        "id": "Numéro", "calendar": "Agenda", "held_at": "Depuis", "recipients": "À prévenir",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def release(login: LoginArgument, number: Number, config: Config = None) -> None:
    """Prévenir les participants : la suppression était voulue."""
    from calendars.kernel.identifiers import HeldId
    from calendars.services.decide_held import release_held

    with open_service(config) as service, service.database.transaction() as db:
        owner, held = get_account(db, login), HeldId(number)
        release_held(db, owner, login, held, dispatch=service.dispatch, now=now_of(service))
    say("Les participants sont prévenus.")


def undo(login: LoginArgument, number: Number, config: Config = None) -> None:
    """Annuler la suppression : l'objet revient, personne n'en a rien su."""
    from calendars.kernel.identifiers import HeldId
    from calendars.services.decide_held import undo_held

    with open_service(config) as service, service.database.transaction() as db:
        undo_held(db, get_account(db, login), login, HeldId(number), now=now_of(service))
    say("L'objet est de retour dans l'agenda.")


COMMANDS: dict[str, Callable[..., object]] = {"list": list_all, "release": release, "undo": undo}
