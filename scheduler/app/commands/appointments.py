"""`niaouli appointment …`: what is open to be booked, what is free, what is booked (RDV-1)."""

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
    actor_of,
    day_in,
    now_of,
    open_service,
    write_list,
)

Number = Annotated[
    int,
    typer.Argument(metavar="N°", min=1, show_default=False, help="De « appointment openings »."),
]
First = Annotated[str | None, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")]
Last = Annotated[str | None, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ, inclus.")]


def list_all(
    login: LoginArgument, first: First = None, last: Last = None, acts_as: ActsAs = None,
    config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister les rendez-vous d'une personne, par références.

    Exemple : niaouli appointment list zoe --from 2027-03-01 --csv
    """
    from scheduler.appointments.book import list_appointments
    from scheduler.appointments.booking_repository import Period
    from scheduler.appointments.booking_schemas import APPOINTMENT_HEADINGS, AppointmentOut
    from scheduler.working_time.hours import at_minute

    with open_service(config) as service, service.database.reading() as db:
        period = Period(
            None if first is None else at_minute(day_in(first), 0, service.zone),
            None if last is None else at_minute(day_in(last), 24 * 60, service.zone),
        )
        actor = actor_of(db, login, acts_as)
        found = list_appointments(db, actor, login, period, (), now=now_of(service))
    rows = [AppointmentOut.of(one, service.zone) for one in found]
    short = ("N°", "Début", "Motif", "Référence", "Canal", "État", "Absences")
    write_list(APPOINTMENT_HEADINGS, rows, short=short, as_json=as_json, as_csv=as_csv)


def openings(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister ce qu'une personne ouvre à la réservation."""
    from scheduler.appointments.booking_schemas import OPENING_HEADINGS, OpeningOut
    from scheduler.appointments.openings import list_openings

    with open_service(config) as service, service.database.reading() as db:
        found = list_openings(db, login)
    rows = [OpeningOut.of(one) for one in found]
    short = ("N°", "Intitulé", "Fenêtres", "Minutes", "Motifs")
    write_list(OPENING_HEADINGS, rows, short=short, as_json=as_json, as_csv=as_csv)


def slots(
    login: LoginArgument, number: Number, first: First = None, last: Last = None,
    config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister les créneaux libres, comme cette personne les trouverait.

    Exemple : niaouli appointment slots paul 2 --to 2027-03-05
    """
    from scheduler.app.wiring import choosing_of
    from scheduler.appointments.booking_model import OpeningId
    from scheduler.appointments.openings import list_slots
    from scheduler.choosing.schemas import SLOT_HEADINGS, FreeOut

    between = (
        None if first is None else day_in(first),
        None if last is None else day_in(last),
    )
    with open_service(config) as service, service.database.reading() as db:
        found = list_slots(
            db, actor_of(db, login), OpeningId(number), None, between, choosing_of(service),
            now=now_of(service),
        )  # fmt: skip
    rows = [FreeOut.of(one, service.zone) for one in found]
    write_list(SLOT_HEADINGS, rows, short=SLOT_HEADINGS, as_json=as_json, as_csv=as_csv)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_all, "openings": openings, "slots": slots,
}  # fmt: skip
