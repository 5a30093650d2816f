"""`niaouli slots …`: find a slot for people, rooms and vehicles (MTG-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from scheduler.app.commands.console import (
    AsJson,
    Config,
    WrongUsage,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write_json,
    write_rows,
)

Logins = Annotated[list[str] | None, typer.Option(metavar="LOGIN", help="Répétable.")]


def find(
    first: Annotated[str, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")],
    last: Annotated[str, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ.")],
    minutes: Annotated[int, typer.Option("--minutes", min=5, max=1440)] = 60,
    required: Logins = None,
    optional: Logins = None,
    room: Annotated[
        int | None, typer.Option("--room", min=0, help="Une salle de N places.")
    ] = None,
    vehicle: Annotated[bool, typer.Option("--vehicle", help="Un véhicule.")] = False,
    place: Annotated[str | None, typer.Option("--place", help="Le lieu, pour les trajets.")] = None,
    least: Annotated[int, typer.Option("--least", min=0, help="Participants au moins.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50)] = 10,
    asker: Annotated[
        str | None, typer.Option("--as", metavar="LOGIN", help="Qui cherche ; sinon le premier.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Chercher un créneau, avec ses raisons."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.tell_busy_time import FreeBusyPolicy
    from scheduler.slots.request import ResourceNeed, SlotRequest
    from scheduler.slots.schemas import SlotsOut
    from scheduler.slots.service import Asking, search_slots

    people = [*(required or ()), *(optional or ())]
    if not people:
        raise WrongUsage("nommez au moins une personne (--required, --optional)")
    needs = [] if room is None else [ResourceNeed("room", capacity=room)]
    needs += [ResourceNeed("vehicle")] if vehicle else []
    request = SlotRequest(
        first=day_in(first), last=day_in(last), minutes=minutes, required=tuple(required or ()),
        optional=tuple(optional or ()), needs=tuple(needs), place=place, least=least, limit=limit,
    )  # fmt: skip
    with open_service(config) as service, service.database.reading() as db:
        zone = ZoneInfo(service.settings.timezone)
        who = get_account(db, asker or people[0]).acting(CONSOLE)
        policy = FreeBusyPolicy(service.settings.free_busy)
        answer = search_slots(db, Asking(who, zone, policy, now_of(service)), request)
    told = SlotsOut.of(answer, zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    rows = [
        {"start": f"{one.start:%Y-%m-%d %H:%M}", "end": f"{one.end:%H:%M}",
         "resources": ", ".join(one.resources), "reasons": " ; ".join(one.reasons)}
        for one in told.slots
    ]  # fmt: skip
    headings = {"start": "Début", "end": "Fin", "resources": "Ressources", "reasons": "Raisons"}
    write_rows(headings, rows, as_json=False)
    if told.refusal:
        say(told.refusal)
    for one in told.hindrances[:5]:
        say(f"  {one.because}")


COMMANDS: dict[str, Callable[..., None]] = {"find": find}
