"""`niaouli travel …`: the ways to an appointment and back (DIA-5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    Override,
    actor_of,
    now_of,
    open_service,
    say,
    write_list,
)

Name = Annotated[
    str,
    typer.Argument(metavar="OBJET", show_default=False, help="Le nom du rendez-vous : x.ics."),
]
Calendar = Annotated[str, typer.Option("--calendar", metavar="NOM", help="Dans quel agenda.")]


def make(
    login: LoginArgument,
    name: Name,
    vehicle: Annotated[
        str | None, typer.Option("--vehicle", metavar="LOGIN", help="Réservé aller et retour.")
    ] = None,
    calendar: Calendar = "agenda",
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Poser les trajets d'un rendez-vous ; ils le suivent quand il est déplacé.

    Exemple : niaouli travel make directeur visite-bourail.ics --vehicle veh-01
    """
    from calendars.services.put_object import ObjectPath
    from scheduler.app.wiring import placing
    from scheduler.diaries.travel import make_travel
    from scheduler.diaries.travel_api import BLOCK_HEADINGS, BlockOut

    path = ObjectPath(login, calendar, name)
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login, acts_as), now_of(service)
        with placing(service, db, actor, override) as dispatch:
            made = make_travel(db, actor, path, vehicle, dispatch=dispatch, now=now)
    told = [BlockOut.of(one, service.zone) for one in made]
    write_list(BLOCK_HEADINGS, told, short=BLOCK_HEADINGS, as_json=as_json, as_csv=as_csv)


def remove(
    login: LoginArgument,
    name: Name,
    calendar: Calendar = "agenda",
    acts_as: ActsAs = None,
    config: Config = None,
) -> None:
    """Retirer les trajets d'un rendez-vous ; le véhicule est libéré.

    Exemple : niaouli travel remove directeur visite-bourail.ics
    """
    from calendars.services.put_object import ObjectPath
    from scheduler.diaries.travel import remove_travel

    path = ObjectPath(login, calendar, name)
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login, acts_as), now_of(service)
        remove_travel(db, actor, path, dispatch=service.dispatch, now=now)
    say("Retirés.")


COMMANDS: dict[str, Callable[..., None]] = {"make": make, "remove": remove}
