"""`niaouli appointment …`: open slots, see what is free, book, say what became of it (RDV-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    actor_of,
    day_in,
    instant_in,
    now_of,
    one_of,
    open_service,
    said,
    write_list,
)

if TYPE_CHECKING:
    from calendars.model.resource_policy import OpenHours

Number = Annotated[
    int,
    typer.Argument(metavar="N°", min=1, show_default=False, help="De « appointment openings »."),
]
First = Annotated[str | None, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")]
Last = Annotated[str | None, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ, inclus.")]
Booked = Annotated[
    int, typer.Argument(metavar="N°", min=1, show_default=False, help="De « appointment list ».")
]
Becomes = Annotated[
    str, typer.Argument(metavar="held|no-show|cancelled", show_default=False, help="Son état.")
]
MotiveCode = Annotated[str, typer.Option("--motive", metavar="CODE", help="De l'ouverture.")]
_SHORT = ("N°", "Début", "Motif", "Référence", "Canal", "État", "Absences")
_OPENING = ("N°", "Intitulé", "Fenêtres", "Minutes", "Motifs")


def open_(
    login: LoginArgument,
    label: Annotated[str, typer.Option("--label", metavar="INTITULÉ")],
    window: Annotated[
        list[str],
        typer.Option("--window", metavar="LU-VE HH:MM-HH:MM", help="Répétable."),
    ],
    motive: Annotated[
        list[str], typer.Option("--motive", metavar="CODE=LIBELLÉ", help="Répétable.")
    ],
    minutes: Annotated[int, typer.Option("--minutes", min=5, max=480)] = 45,
    notice: Annotated[int, typer.Option("--notice", min=0, help="Délai minimal, minutes.")] = 0,
    place: Annotated[str, typer.Option("--place", help="Où.")] = "",
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Ouvrir des créneaux d'une personne à la réservation."""
    from scheduler.app.commands.resource_policies import spans_of
    from scheduler.appointments import openings as deeds
    from scheduler.appointments.booking_schemas import OPENING_HEADINGS, OpeningIn, OpeningOut

    wanted = said(
        OpeningIn, label=label, minutes=minutes, notice=notice, place=place,
        windows=[_window(one) for one in spans_of(window)],
        motives=[_motive(one) for one in motive],
    )  # fmt: skip
    with open_service(config) as service, service.database.transaction() as db:
        actor = actor_of(db, login, acts_as)
        made = deeds.publish(db, actor, login, wanted.opening(), now=now_of(service))
    rows = [OpeningOut.of(made)]
    write_list(OPENING_HEADINGS, rows, short=_OPENING, as_json=as_json, as_csv=as_csv)


def _window(one: OpenHours) -> dict[str, object]:
    from calendars.model.wall_clock import clock_of_minutes

    start, end = map(clock_of_minutes, (one.start, one.end))
    return {"weekdays": list(one.weekdays), "start": start, "end": end}


def _motive(text: str) -> dict[str, str]:
    code, found, label = text.partition("=")
    if not found:
        raise WrongUsage(f"« {text} » : écrivez par exemple EVAL=Évaluation")
    return {"code": code, "label": label}


def book(
    login: LoginArgument,
    number: Number,
    motive: MotiveCode,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DÉBUT", help="Sinon le contact choisit par son lien."),
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="Un code, jamais un nom.")] = "",
    channel: Annotated[str, typer.Option("--channel", metavar="CANAL")] = "in-person",
    contact: Annotated[str | None, typer.Option("--contact", metavar="COURRIEL")] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Réserver un créneau au nom de cette personne, ou envoyer au contact de quoi choisir."""
    from scheduler.app.wiring import choosing_of
    from scheduler.appointments import book as deeds
    from scheduler.appointments.booking_model import Channel, OpeningId
    from scheduler.appointments.booking_schemas import APPOINTMENT_HEADINGS, AppointmentOut, OfferIn

    wanted = said(
        OfferIn, motive=motive, reference=reference, contact=contact,
        channel=one_of(Channel, channel, "--channel"),
    ).request()  # fmt: skip
    with open_service(config) as service, service.database.transaction() as db:
        actor, house, now = actor_of(db, login), choosing_of(service), now_of(service)
        if start is None:
            made = deeds.offer(db, actor, OpeningId(number), wanted, house, now=now)
        else:
            chosen = int(instant_in(start, service.zone).timestamp())
            made = deeds.book(db, actor, OpeningId(number), wanted, chosen, house, now=now)
    rows = [AppointmentOut.of(made, service.zone)]
    write_list(APPOINTMENT_HEADINGS, rows, short=_SHORT, as_json=as_json, as_csv=as_csv)


def mark(
    login: LoginArgument, number: Booked, state: Becomes, acts_as: ActsAs = None,
    config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Dire qu'un rendez-vous est tenu, manqué ou annulé."""
    from scheduler.app.wiring import choosing_of
    from scheduler.appointments import book as deeds
    from scheduler.appointments.booking_model import AppointmentId, AppointmentState
    from scheduler.appointments.booking_schemas import (
        APPOINTMENT_HEADINGS,
        AppointmentOut,
        AppointmentPatch,
    )

    wanted = AppointmentState(said(AppointmentPatch, state=state).state)
    with open_service(config) as service, service.database.transaction() as db:
        actor, which, now = actor_of(db, login, acts_as), AppointmentId(number), now_of(service)
        if wanted is AppointmentState.CANCELLED:
            done = deeds.call_off(db, actor, which, choosing_of(service), now=now)
        else:
            done = deeds.mark(db, actor, which, wanted, now=now)
    rows = [AppointmentOut.of(done, service.zone)]
    write_list(APPOINTMENT_HEADINGS, rows, short=_SHORT, as_json=as_json, as_csv=as_csv)


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
    write_list(APPOINTMENT_HEADINGS, rows, short=_SHORT, as_json=as_json, as_csv=as_csv)


def openings(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister ce qu'une personne ouvre à la réservation."""
    from scheduler.appointments.booking_schemas import OPENING_HEADINGS, OpeningOut
    from scheduler.appointments.openings import list_openings

    with open_service(config) as service, service.database.reading() as db:
        found = list_openings(db, login)
    rows = [OpeningOut.of(one) for one in found]
    write_list(OPENING_HEADINGS, rows, short=_OPENING, as_json=as_json, as_csv=as_csv)


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
    "open": open_, "openings": openings, "slots": slots, "book": book, "list": list_all,
    "mark": mark,
}  # fmt: skip
