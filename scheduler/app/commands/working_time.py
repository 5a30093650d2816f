"""`niaouli working-time …`: closed days, school breaks, hours, figures, computed dates (TIM)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    WrongUsage,
    day_in,
    now_of,
    open_service,
    say,
    write,
    write_json,
    write_rows,
)

if TYPE_CHECKING:
    from scheduler.working_time.model import DateChange

_DAYS = ("lu", "ma", "me", "je", "ve", "sa", "di")
DayArgument = Annotated[str, typer.Argument(metavar="JOUR", show_default=False, help="AAAA-MM-JJ.")]
Trial = Annotated[bool, typer.Option("--trial", help="Dire seulement ce qui changerait.")]
Label = Annotated[str, typer.Option("--label", help="Comment on l'appelle.")]


def days(
    year: int, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister les jours fériés et les fermetures d'une année."""
    from scheduler.working_time.service import working_calendar

    with open_service(config) as service, service.database.reading() as db:
        found = working_calendar(db, date(year, 1, 1), date(year, 12, 31)).days
    told = {day: ("férié", label) for day, label in found.holidays.items()}
    told |= {day: ("fermé", label) for day, label in found.closures.items()}
    rows = [
        {"day": str(day), "kind": k, "label": label} for day, (k, label) in sorted(told.items())
    ]
    write_rows({"day": "Jour", "kind": "", "label": "Nom"}, rows, as_json=as_json, as_csv=as_csv)


def close(
    day: DayArgument, label: Label = "", config: Config = None, *, trial: Trial = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fermer un jour par arrêté ; les échéances que cela déplace sont énumérées."""
    _decide(day, "closure", label, config, trial=trial, as_json=as_json)


def holiday(
    day: DayArgument, label: Label = "", config: Config = None, *, trial: Trial = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ajouter un jour férié."""
    _decide(day, "holiday", label, config, trial=trial, as_json=as_json)


def work(
    day: DayArgument, label: Label = "", config: Config = None, *, trial: Trial = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Déclarer travaillé un jour férié."""
    _decide(day, "worked", label, config, trial=trial, as_json=as_json)


def reset(
    day: DayArgument, config: Config = None, *, trial: Trial = False, as_json: AsJson = False
) -> None:
    """Revenir à ce que veut la loi."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.working_time.service import undecide_day

    with open_service(config) as service, service.database.transaction() as db:
        today, now = service.today(), now_of(service)
        moved = undecide_day(db, CONSOLE, day_in(day), today=today, now=now, trial=trial)
    _tell(moved, as_json=as_json)


def _decide(day: str, kind: str, label: str, config: Config, *, trial: bool, as_json: bool) -> None:
    from calendars.kernel.audit import CONSOLE
    from scheduler.working_time.model import DayKind, DecidedDay
    from scheduler.working_time.service import decide_day

    one = DecidedDay(day_in(day), DayKind(kind), label)
    with open_service(config) as service, service.database.transaction() as db:
        today, now = service.today(), now_of(service)
        moved = decide_day(db, CONSOLE, one, today=today, now=now, trial=trial)
    _tell(moved, as_json=as_json)


def _tell(moved: list[DateChange], *, as_json: bool) -> None:
    headings = {"about": "Concerne", "former": "Était", "day": "Devient", "because": "Parce que"}
    rows = [
        {"about": one.kept.about, "former": str(one.kept.day), "day": str(one.day),
         "because": one.because}
        for one in moved
    ]  # fmt: skip
    if not rows and not as_json:
        say("Aucune échéance à venir ne change.")
        return
    write_rows(headings, rows, as_json=as_json)


def breaks(
    add: Annotated[
        str | None, typer.Option("--add", metavar="PREMIER:DERNIER", help="Deux jours compris.")
    ] = None,
    label: Label = "Vacances scolaires",
    remove: Annotated[int | None, typer.Option("--remove", metavar="N")] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les vacances scolaires, en ajouter ou en retirer."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.working_time import service as deeds
    from scheduler.working_time.model import SchoolBreak

    with open_service(config) as service, service.database.transaction() as db:
        if add is not None:
            first, _, last = add.partition(":")
            one = SchoolBreak(label, day_in(first), day_in(last))
            deeds.add_break(db, CONSOLE, one, now=now_of(service))
        if remove is not None:
            deeds.remove_break(db, CONSOLE, remove, now=now_of(service))
        found = deeds.list_breaks(db, date(1900, 1, 1), date(2100, 12, 31))
    rows = [
        {"id": one.id, "first": str(one.first_day), "last": str(one.last_day), "label": one.label}
        for one in found
    ]
    headings = {"id": "N°", "first": "Premier jour", "last": "Dernier jour", "label": "Nom"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def hours(
    site: Annotated[str | None, typer.Option("--site", help="Le code d'un site.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Un identifiant.")] = None,
    span: Annotated[
        list[str] | None,
        typer.Option("--span", metavar="LU-VE HH:MM-HH:MM", help="Répétable ; « usual » retire."),
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Dire ou régler les heures de tous, d'un site ou d'une personne."""
    from calendars.kernel.audit import CONSOLE
    from calendars.model.wall_clock import clock_of_minutes
    from scheduler.app.commands.resource_policies import spans_of
    from scheduler.working_time import service as deeds
    from scheduler.working_time.hours import WorkingHours
    from scheduler.working_time.model import Scope

    if site and person:
        raise WrongUsage("nommez un site ou une personne")
    scope = Scope.SITE if site else Scope.PERSON if person else Scope.EVERYBODY
    with open_service(config) as service, service.database.transaction() as db:
        if span:
            wanted = None if span == ["usual"] else WorkingHours(spans_of(span))
            subject = site or person or ""
            deeds.set_hours(db, CONSOLE, scope, subject, wanted, now=now_of(service))
        found = deeds.hours_of(db, {person or "": site})[person or ""]
    rows = [
        {"days": " ".join(_DAYS[day] for day in one.weekdays),
         "from": clock_of_minutes(one.start),
         "to": clock_of_minutes(one.end)}
        for one in found.spans
    ]  # fmt: skip
    write_rows({"days": "Jours", "from": "De", "to": "À"}, rows, as_json=as_json, as_csv=as_csv)


def figures(
    name: Annotated[str | None, typer.Argument(metavar="NOM")] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALEUR", help="En JSON.")] = None,
    config: Config = None,
) -> None:
    """Dire les chiffres de la loi et de l'usage, ou en régler un."""
    from dataclasses import asdict

    from calendars.kernel.audit import CONSOLE
    from scheduler.working_time import service as deeds

    with open_service(config) as service, service.database.transaction() as db:
        if name is not None and value is not None:
            deeds.set_figure(db, CONSOLE, name, _json(value), now=now_of(service))
        found = asdict(deeds.figures(db))
    write_json(found if name is None else {name: found.get(name)})


def date_(
    rule: Annotated[
        str,
        typer.Argument(metavar="RÈGLE", help="appeal-end, last-sending-day, due-in-days…"),
    ],
    day: DayArgument,
    count: Annotated[int, typer.Option("--count", min=0, help="Jours ou mois.")] = 0,
    unit: Annotated[
        str, typer.Option("--unit", metavar="calendar|clear|working|workable")
    ] = "working",
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Calculer une échéance, et dire pourquoi."""
    from scheduler.working_time.rules import DateInputs, DateRule, DayUnit
    from scheduler.working_time.service import compute_date

    if rule not in set(DateRule) or unit not in set(DayUnit):
        raise WrongUsage(f"règles : {', '.join(DateRule)} ; unités : {', '.join(DayUnit)}")
    inputs = DateInputs(day_in(day), count, DayUnit(unit))
    with open_service(config) as service, service.database.reading() as db:
        found = compute_date(db, DateRule(rule), inputs)
    if as_json:
        told = {"day": str(found.day), "because": found.because, "version": found.version}
        write_json(told)
    else:
        write(found.because)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


COMMANDS: dict[str, Callable[..., None]] = {
    "days": days,
    "close": close,
    "holiday": holiday,
    "work": work,
    "reset": reset,
    "breaks": breaks,
    "hours": hours,
    "figures": figures,
    "date": date_,
}
