"""`niaouli meeting …`: call, move, lead on; who comes; papers as files (MTG-1 to MTG-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    Override,
    WrongUsage,
    actor_of,
    instant_in,
    now_of,
    open_service,
    said,
    say,
    write_facts,
    write_json,
    write_list,
    write_table,
)

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.wiring import Service
    from scheduler.meetings.access import Opened
    from scheduler.meetings.house import House
    from scheduler.meetings.schemas.meetings import MeetingOut

Days = Annotated[
    int, typer.Option("--days", metavar="JOURS", min=1, max=366, help="À partir d'aujourd'hui.")
]
Ref = Annotated[
    str,
    typer.Argument(metavar="RÉFÉRENCE", show_default=False, help="Donnée par « meeting list »."),
]
Target = Annotated[
    Path, typer.Argument(metavar="FICHIER", show_default=False, help="Où écrire le PDF.")
]
People = Annotated[
    list[str] | None, typer.Option(metavar="PERSONNE", help="Identifiant ou courriel ; répétable.")
]
Start = Annotated[str | None, typer.Option("--start", metavar="2027-03-09T08:00", help="Le début.")]
Minutes = Annotated[int | None, typer.Option("--minutes", help="La durée.")]
Place = Annotated[str | None, typer.Option("--place", help="Où.")]
Title = Annotated[str | None, typer.Option("--title", help="Le titre.")]
Person = Annotated[str | None, typer.Option(metavar="PERSONNE", help="Identifiant ou courriel.")]
_SHORT = ("Référence", "Titre", "État", "Début", "Lieu")
_Deed = Callable[["Db", "Principal", "Service"], "Opened"]


class Kind(StrEnum):
    """Which paper."""

    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    MINUTES = "minutes"


def list_(
    login: LoginArgument,
    days: Days = 30,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les réunions auxquelles une personne prend part, ou qu'elle prépare.

    Exemple : niaouli meeting list assistante-1 --days 60
    """
    from scheduler.meetings.list_meetings import list_meetings, logins_of
    from scheduler.meetings.schemas.meetings import MEETING_HEADINGS, MeetingOut

    with open_service(config) as service, service.database.reading() as db:
        now = now_of(service)
        window = (now, now + int(timedelta(days=days).total_seconds()))
        found = list_meetings(db, actor_of(db, login), window, now=now)
        logins = logins_of(db, found)
    told = [MeetingOut.of(one, logins, service.zone) for one in found]
    write_list(MEETING_HEADINGS, told, short=_SHORT, as_json=as_json, as_csv=as_csv)


def show(login: LoginArgument, ref: Ref, config: Config = None, *, as_json: AsJson = False) -> None:
    """Montrer une réunion, et qui y est invité.

    Exemple : niaouli meeting show assistante-1 CODIR-2027-01
    """
    from scheduler.meetings.access import open_meeting

    with open_service(config) as service, service.database.reading() as db:
        opened = open_meeting(db, actor_of(db, login), ref, now=now_of(service))
        _tell(db, opened, service, as_json=as_json)


def call(
    login: LoginArgument,
    kind: Annotated[str, typer.Option("--kind", show_default=False, help="CODIR, COPIL…")],
    title: Title = None,
    start: Start = None,
    minutes: Minutes = None,
    place: Place = None,
    required: People = None,
    optional: People = None,
    room: People = None,
    on_behalf_of: Annotated[
        str | None, typer.Option("--for", metavar="LOGIN", help="Au nom de qui ; sinon soi-même.")
    ] = None,
    chair: Person = None,
    secretary: Person = None,
    series: Annotated[
        str | None, typer.Option("--series", help="Dont elle prend la suite.")
    ] = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", metavar="PUBLIC|PRIVATE|CONFIDENTIAL")
    ] = None,
    ref: Annotated[str | None, typer.Option("--ref", help="Sinon : type, année, numéro.")] = None,
    override: Override = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Demander une réunion, ou la convoquer si un début est donné : chacun est invité.

    Exemple : niaouli meeting call assistante-1 --for directeur --kind CODIR
    --start 2027-03-09T08:00 --minutes 120 --required paul --room salle-ocre
    """
    from scheduler.app.wiring import placing
    from scheduler.meetings.call_meeting import call_meeting
    from scheduler.meetings.schemas.meetings import MeetingIn

    def deed(db: Db, actor: Principal, service: Service) -> Opened:
        wanted = said(
            MeetingIn, kind=kind, title=title, start=_start(start, service), minutes=minutes,
            location=place, required=required, optional=optional, rooms=room,
            on_behalf_of=on_behalf_of, chair=chair, secretary=secretary, series=series,
            visibility=visibility, ref=ref,
        )  # fmt: skip
        now = now_of(service)
        with placing(service, db, actor, override) as dispatch:
            return call_meeting(db, actor, wanted.draft(), dispatch=dispatch, now=now)

    _do(deed, login, config, as_json=as_json)


def change(
    login: LoginArgument,
    ref: Ref,
    title: Title = None,
    start: Start = None,
    minutes: Minutes = None,
    place: Place = None,
    required: People = None,
    optional: People = None,
    room: People = None,
    chair: Person = None,
    secretary: Person = None,
    override: Override = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Changer ou déplacer une réunion : l'événement suit, chacun est prévenu.

    Les personnes et les salles sont données ensemble (--required, --optional, --room).

    Exemple : niaouli meeting change assistante-1 CODIR-2027-01 --start 2027-03-10T09:00
    """
    from scheduler.app.wiring import placing
    from scheduler.meetings.change_meeting import change_meeting
    from scheduler.meetings.schemas.meetings import MeetingPatch

    def deed(db: Db, actor: Principal, service: Service) -> Opened:
        wanted = said(
            MeetingPatch, title=title, start=_start(start, service), minutes=minutes,
            location=place, required=required, optional=optional, rooms=room, chair=chair,
            secretary=secretary,
        )  # fmt: skip
        now = now_of(service)
        with placing(service, db, actor, override) as dispatch:
            return change_meeting(db, actor, ref, wanted.change(), dispatch=dispatch, now=now)

    _do(deed, login, config, as_json=as_json)


def lead(
    login: LoginArgument,
    ref: Ref,
    state: Annotated[
        str,
        typer.Argument(
            metavar="ÉTAT", show_default=False,
            help="searching, agenda_set, in_session, held, closed, postponed, cancelled.",
        ),
    ],
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Faire avancer une réunion ; reportée ou annulée, chacun est prévenu.

    Exemple : niaouli meeting state assistante-1 CODIR-2027-01 agenda_set
    """
    from scheduler.meetings.change_meeting import lead_on
    from scheduler.meetings.schemas.meetings import StateIn

    to = said(StateIn, state=state).state

    def deed(db: Db, actor: Principal, service: Service) -> Opened:
        return lead_on(db, actor, ref, to, dispatch=service.dispatch, now=now_of(service))

    _do(deed, login, config, as_json=as_json)


def attendance(
    login: LoginArgument,
    ref: Ref,
    note: Annotated[
        list[str] | None,
        typer.Option(
            "--note", metavar="PERSONNE=PRÉSENCE",
            help="present, remote, excused, absent, represented ; répétable.",
        ),
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister qui est attendu et qui était là ; corriger les présences (--note).

    Exemple : niaouli meeting attendance assistante-1 CODIR-2027-01 --note paul=excused
    """
    from scheduler.meetings.access import open_meeting
    from scheduler.meetings.note_attendance import list_attending, note_attendance
    from scheduler.meetings.schemas.agenda import ATTENDANCE_HEADINGS, AttendanceIn, AttendanceOut

    pairs = [one.rpartition("=") for one in note or ()]
    if any(not who for who, _, _ in pairs):
        raise WrongUsage("--note : écrivez par exemple paul=excused")
    notes = [said(AttendanceIn, person=who, presence=what).note() for who, _, what in pairs]
    with open_service(config) as service, service.database.transaction() as db:
        actor, now = actor_of(db, login), now_of(service)
        if notes:
            note_attendance(db, actor, ref, notes, now=now)
        found = list_attending(db, open_meeting(db, actor, ref, now=now))
    told = [AttendanceOut.of(one, service.zone) for one in found]
    short = ATTENDANCE_HEADINGS[:5]
    write_list(ATTENDANCE_HEADINGS, told, short=short, as_json=as_json, as_csv=as_csv)


def paper(
    login: LoginArgument, ref: Ref, kind: Kind, target: Target, config: Config = None
) -> None:
    """Écrire l'ordre du jour, la feuille d'émargement ou le compte rendu, en PDF.

    La personne doit y avoir accès : c'est en son nom qu'il est lu.

    Exemple : niaouli meeting paper assistante-1 CODIR-2027-01 agenda ordre-du-jour.pdf
    """
    from scheduler.app.wiring import house_of

    with open_service(config) as service, service.database.reading() as db:
        asker, house = actor_of(db, login), house_of(service)
        content = _paper(db, asker, (ref, kind), house, now=now_of(service))
    target.write_bytes(content)
    say(f"{target} : {len(content) // 1024} Kio")


def _paper(db: Db, asker: Principal, what: tuple[str, Kind], house: House, *, now: int) -> bytes:
    from scheduler.meetings.access import Part, open_meeting
    from scheduler.meetings.keep_agenda import agenda_for
    from scheduler.meetings.keep_minutes import read_minutes
    from scheduler.meetings.printed import agenda_pdf, attendance_pdf, minutes_pdf

    ref, kind = what
    if kind is Kind.AGENDA:
        opened = open_meeting(db, asker, ref, now=now)
        return agenda_pdf(db, asker, agenda_for(db, asker, opened), house, now=now)
    if kind is Kind.ATTENDANCE:
        return attendance_pdf(
            db, open_meeting(db, asker, ref, Part.EDITOR, now=now), house, now=now
        )
    opened, found, step = read_minutes(db, asker, ref, now=now)
    return minutes_pdf(db, opened, found, step, house)


def _start(text: str | None, service: Service) -> str | None:
    return None if text is None else instant_in(text, service.zone).isoformat()


def _do(deed: _Deed, login: str, config: Path | None, *, as_json: bool) -> None:
    with open_service(config) as service, service.database.transaction() as db:
        opened = deed(db, actor_of(db, login), service)
        _tell(db, opened, service, as_json=as_json)


def _tell(db: Db, opened: Opened, service: Service, *, as_json: bool) -> None:
    from scheduler.meetings.list_meetings import logins_of
    from scheduler.meetings.schemas.meetings import MEETING_HEADINGS, MeetingOut

    told = MeetingOut.of(opened, logins_of(db, [opened]), service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    write_facts(dict(zip(MEETING_HEADINGS, told.row, strict=True)))
    _tell_people(told)


def _tell_people(told: MeetingOut) -> None:
    from scheduler.meetings.schemas.common import ANSWERS

    rows = [
        (one.name or one.address.removeprefix("mailto:"), ANSWERS.get(one.answer, one.answer))
        for one in (*told.people, *told.rooms)
    ]
    if rows:
        write_table(("Invités", "Réponse"), rows)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "show": show,
    "call": call,
    "change": change,
    "state": lead,
    "attendance": attendance,
    "paper": paper,
}
