"""`niaouli slots …`: find and take a slot for people, rooms and vehicles (MTG-3)."""

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
    WrongUsage,
    actor_of,
    day_in,
    now_of,
    open_service,
    said,
    say,
    span_in,
    write_json,
    write_list,
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
    as_csv: AsCsv = False,
) -> None:
    """Chercher un créneau, avec ses raisons.

    Exemple : niaouli slots find --from 2027-03-01 --to 2027-03-26 --minutes 90
    --required directeur --required paul --optional anne --room 8 --vehicle
    """
    from scheduler.slots.request import ResourceNeed, SlotRequest
    from scheduler.slots.schemas import SLOT_HEADINGS, SlotsOut
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
        who = actor_of(db, people[0], asker)
        asking = Asking(who, service.zone, service.inquiries.policy, now_of(service))
        told = SlotsOut.of(search_slots(db, asking, request), service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    short = ("Début", "Fin", "Ressources", "Raisons")
    write_list(SLOT_HEADINGS, told.slots, short=short, as_json=False, as_csv=as_csv)
    if told.refusal:
        say(told.refusal)
        for slot in told.compromises:
            when = f"{slot.start:%d/%m/%Y %H:%M}-{slot.end:%H:%M}"
            say(f"  {when} : {' ; '.join(slot.reasons)}")
    for one in told.hindrances[:5]:
        say(f"  {one.because}")


def book(
    organizer: LoginArgument,
    title: Annotated[str, typer.Option("--title", show_default=False, help="Le titre.")],
    slot: Annotated[
        str,
        typer.Option("--slot", metavar="2027-03-09T08:00/09:30", show_default=False, help="Quand."),
    ],
    required: Logins = None,
    optional: Logins = None,
    outside: Annotated[
        list[str] | None, typer.Option("--outside", metavar="COURRIEL", help="Répétable.")
    ] = None,
    resource: Annotated[
        list[str] | None, typer.Option("--resource", metavar="LOGIN", help="Répétable.")
    ] = None,
    place: Annotated[str | None, typer.Option("--place", help="Où.")] = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", metavar="PUBLIC|PRIVATE|CONFIDENTIAL")
    ] = None,
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    despite_options: Annotated[
        bool, typer.Option("--despite-options", help="Les options posées ne s'y opposent pas.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prendre un créneau : tous les agendas et toutes les ressources, ou rien.

    Exemple : niaouli slots book directeur --title "Comité" --slot 2027-03-09T08:00/09:30
    --required paul --resource salle-ocre
    """
    from scheduler.app.wiring import placing
    from scheduler.slots.book import book_slot
    from scheduler.slots.schemas import BookingIn
    from scheduler.slots.service import Asking

    with open_service(config) as service, service.database.transaction() as db:
        start, end = (one.isoformat() for one in span_in(slot, service.zone))
        wanted = said(
            BookingIn, organizer=organizer, title=title, start=start, end=end, required=required,
            optional=optional, outside=outside, resources=resource, place=place,
            visibility=visibility, despite_options=despite_options, override=override,
        )  # fmt: skip
        actor, now = actor_of(db, organizer, acts_as), now_of(service)
        asking = Asking(actor, service.zone, service.inquiries.policy, now)
        with placing(service, db, actor, override) as dispatch:
            made = book_slot(db, asking, wanted.booking(), dispatch=dispatch)
    if as_json:
        write_json({"calendar": made.path.collection, "object": made.path.name})
    else:
        say(f"Pris : {made.path.name} dans l'agenda de {organizer}.")


COMMANDS: dict[str, Callable[..., None]] = {"find": find, "book": book}
