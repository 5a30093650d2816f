"""`niaouli meeting …`: the meetings and actions of somebody, and their papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    Config,
    LoginArgument,
    get_account,
    now_of,
    open_service,
    say,
    write_rows,
)

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.meetings.house import House

Days = Annotated[
    int, typer.Option("--days", metavar="JOURS", min=1, max=366, help="À partir d'aujourd'hui.")
]
Ref = Annotated[str, typer.Argument(metavar="RÉFÉRENCE", show_default=False)]
Target = Annotated[
    Path, typer.Argument(metavar="FICHIER", show_default=False, help="Où écrire le PDF.")
]
Late = Annotated[bool, typer.Option("--overdue", help="Seulement celles qui sont en retard.")]


class Kind(StrEnum):
    """Which paper."""

    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    MINUTES = "minutes"


def list_all(
    login: LoginArgument, days: Days = 30, config: Config = None, *, as_json: AsJson = False
) -> None:
    """Les réunions auxquelles une personne prend part, ou qu'elle prépare."""
    from scheduler.app.wiring import house_of
    from scheduler.meetings.list_meetings import list_meetings

    with open_service(config) as service, service.database.reading() as db:
        now, zone = now_of(service), house_of(service).zone
        window = (now, now + int(timedelta(days=days).total_seconds()))
        found = list_meetings(db, get_account(db, login), window, now=now)
        rows = [
            {
                "ref": one.meeting.ref,
                "start": None
                if one.starts_at is None
                else datetime.fromtimestamp(one.starts_at, zone).isoformat(timespec="minutes"),
                "title": one.title,
                "state": str(one.meeting.state),
            }
            for one in found
        ]
    headings = {"ref": "Référence", "start": "Début", "title": "Titre", "state": "État"}
    write_rows(headings, rows, as_json=as_json)


def actions(
    login: LoginArgument, config: Config = None, *, overdue: Late = False, as_json: AsJson = False
) -> None:
    """Ce qu'une personne doit faire à la suite de réunions."""
    from scheduler.app.wiring import house_of
    from scheduler.meetings.keep_actions import ActionQuery, list_actions
    from scheduler.meetings.record import ACTIONS, OVERDUE

    with open_service(config) as service, service.database.reading() as db:
        query = ActionQuery(person=login, overdue=True if overdue else None)
        found = list_actions(
            db, get_account(db, login), query, house_of(service), now=now_of(service)
        )
    rows = [
        {
            "ref": one.action.ref,
            "meeting": one.meeting.ref,
            "label": one.action.label,
            "due": None if one.action.due is None else one.action.due.isoformat(),
            "state": OVERDUE if one.overdue else ACTIONS[one.action.state],
        }
        for one in found
    ]
    headings = {
        "ref": "Référence", "meeting": "Réunion", "label": "Action", "due": "Échéance",
        "state": "État",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json)


def paper(
    login: LoginArgument, ref: Ref, kind: Kind, target: Target, config: Config = None
) -> None:
    """Écrire l'ordre du jour, la feuille d'émargement ou le compte rendu, en PDF.

    La personne doit y avoir accès : c'est en son nom qu'il est lu.
    """
    from scheduler.app.wiring import house_of

    with open_service(config) as service, service.database.reading() as db:
        asker, house = get_account(db, login), house_of(service)
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
        return agenda_pdf(db, agenda_for(db, asker, opened), house, now=now)
    if kind is Kind.ATTENDANCE:
        return attendance_pdf(
            db, open_meeting(db, asker, ref, Part.EDITOR, now=now), house, now=now
        )
    opened, found, step = read_minutes(db, asker, ref, now=now)
    return minutes_pdf(db, opened, found, step, house)


COMMANDS: dict[str, Callable[..., object]] = {
    "list": list_all, "actions": actions, "paper": paper,
}  # fmt: skip
