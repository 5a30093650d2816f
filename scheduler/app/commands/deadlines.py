"""`niaouli deadline …`: dates that must not be missed, and what comes again (DLN-1)."""

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
    WrongUsage,
    actor_of,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write_csv,
    write_json,
    write_list,
    write_rows,
)
from scheduler.deadlines.model import DeadlineState
from scheduler.working_time.recurring import OnClosedDays, Recurring
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit

_SHORT = ("N°", "Échéance", "Date", "État", "Parce que")
Label = Annotated[str, typer.Argument(metavar="LIBELLÉ", show_default=False)]
Month = Annotated[str, typer.Option("--month", metavar="MOIS", help="AAAA-MM.")]


def list_all(
    login: LoginArgument,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les échéances d'une personne, avec leurs raisons."""
    from scheduler.deadlines.schemas import HEADINGS, DeadlinesOut
    from scheduler.deadlines.service import list_deadlines

    with open_service(config) as service, service.database.reading() as db:
        zone = service.zone
        who = get_account(db, login)
        found = DeadlinesOut.of(list_deadlines(db, who, login, now=now_of(service)), zone)
    write_list(HEADINGS, found.items, short=_SHORT, as_json=as_json, as_csv=as_csv)


def add(
    login: LoginArgument,
    label: Label,
    day: Annotated[str, typer.Option("--day", metavar="JOUR", help="D'où l'on part : AAAA-MM-JJ.")],
    count: Annotated[int, typer.Option("--count", min=0, max=3660, help="Le délai.")] = 0,
    unit: Annotated[DayUnit, typer.Option("--unit")] = DayUnit.WORKING,
    rule: Annotated[DateRule, typer.Option("--rule")] = DateRule.DUE_IN_DAYS,
    after: Annotated[
        int | None, typer.Option("--after", metavar="NUMÉRO", help="L'échéance dont elle dépend.")
    ] = None,
    remind: Annotated[
        list[int] | None, typer.Option("--remind", metavar="JOURS", help="Ouvrés ; répétable.")
    ] = None,
    as_: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Suivre une échéance : sa date et ses raisons sont dites."""
    from scheduler.deadlines.model import DeadlineId
    from scheduler.deadlines.schemas import HEADINGS, DeadlineOut
    from scheduler.deadlines.service import DeadlineDraft, add_deadline

    inputs = DateInputs(day_in(day), count, unit)
    comes_after = None if after is None else DeadlineId(after)
    reminders = (2,) if remind is None else tuple(remind)
    draft = DeadlineDraft(label, rule, inputs, comes_after, reminders)
    with open_service(config) as service, service.database.transaction() as db:
        who, zone = actor_of(db, login, as_), service.zone
        made = add_deadline(db, who, login, draft, zone=zone, now=now_of(service))
    told = [DeadlineOut.of(made, zone)]
    write_list(HEADINGS, told, short=_SHORT, as_json=as_json, as_csv=as_csv)


def move(
    login: LoginArgument,
    number: Annotated[int, typer.Argument(metavar="N°", show_default=False)],
    day: Annotated[str, typer.Option("--day", metavar="JOUR", help="D'où l'on part désormais.")],
    because: Annotated[str, typer.Option("--because", metavar="MOTIF")] = "",
    config: Config = None,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Le faire ; sinon, dire ce que cela entraîne.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Dire ce qu'un report entraîne, ou le faire ; les dates d'autrui sont proposées."""
    from calendars.model.language import Language
    from scheduler.deadlines import service as deeds
    from scheduler.deadlines.model import DeadlineId

    found, first = DeadlineId(number), day_in(day)
    with open_service(config) as service, service.database.transaction() as db:
        who, now = actor_of(db, login), now_of(service)
        moves = deeds.propose_move(db, who, found, first, now=now)
        if confirm:
            zone = service.zone
            said = deeds.Said(because, zone, Language(service.settings.language))
            confirmed = {one.number: one.due for one in moves}
            deeds.move(db, who, found, first, confirmed, said, now=now)
    rows = [
        {"id": one.number, "former": str(one.former), "due": str(one.due), "asked": one.asked}
        for one in moves
    ]
    headings = {"id": "N°", "former": "Était", "due": "Devient", "asked": "Proposée seulement"}
    write_rows(headings, rows, as_json=as_json)


def close(
    login: LoginArgument,
    number: Annotated[int, typer.Argument(metavar="N°", show_default=False)],
    state: Annotated[DeadlineState, typer.Option("--state")] = DeadlineState.DONE,
    config: Config = None,
) -> None:
    """Clore une échéance, ou la rouvrir ; la tâche de la personne suit."""
    from scheduler.deadlines.model import DeadlineId
    from scheduler.deadlines.service import set_state

    with open_service(config) as service, service.database.transaction() as db:
        who, zone = actor_of(db, login), service.zone
        set_state(db, who, DeadlineId(number), state, zone=zone, now=now_of(service))
    say("C'est noté.")


def repeat(
    login: LoginArgument,
    label: Label,
    rule: Annotated[str, typer.Option("--rule", metavar="RRULE", help="FREQ=DAILY")],
    first: Annotated[str, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")],
    last: Annotated[str | None, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ.")] = None,
    closed: Annotated[
        OnClosedDays, typer.Option("--closed", help="Un jour fermé : next ou previous.")
    ] = OnClosedDays.NEXT,
    ahead: Annotated[int, typer.Option("--ahead", min=0, max=31, metavar="JOURS")] = 2,
    as_: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Faire revenir une tâche : une par jour de la règle, dans la liste de la personne."""
    from scheduler.deadlines.keep_routines import RoutineDraft, add_routine
    from scheduler.deadlines.routine_schemas import RoutineOut

    until = None if last is None else day_in(last)
    draft = RoutineDraft(label, Recurring(rule, day_in(first), until, closed), ahead)
    with open_service(config) as service, service.database.transaction() as db:
        who, zone = actor_of(db, login, as_), service.zone
        made = add_routine(db, who, login, draft, zone=zone, now=now_of(service))
    if as_json:
        write_json(RoutineOut.of(made).model_dump(mode="json"))
    else:
        say(f"Tâche récurrente n° {made.id}.")


def repeated(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Les tâches récurrentes d'une personne."""
    from scheduler.deadlines.keep_routines import list_routines

    with open_service(config) as service, service.database.reading() as db:
        found = list_routines(db, get_account(db, login), login, now=now_of(service))
    rows = [
        {"id": one.id, "label": one.label, "rule": one.recurring.rule,
         "last": None if one.recurring.last_day is None else str(one.recurring.last_day)}
        for one in found
    ]  # fmt: skip
    headings = {"id": "N°", "label": "Tâche", "rule": "Règle", "last": "Jusqu'au"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def templates(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Les échéanciers types, et les rôles qu'il faut pourvoir."""
    from scheduler.deadlines.chain_repository import list_templates

    with open_service(config) as service, service.database.reading() as db:
        found = list_templates(db)
    rows = [
        {"code": one.code, "label": one.label, "roles": ", ".join(one.roles),
         "steps": len(one.steps)}
        for one in found
    ]  # fmt: skip
    headings = {"code": "Code", "label": "Échéancier", "roles": "Rôles", "steps": "Étapes"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def chain(
    login: LoginArgument,
    template: Annotated[str, typer.Argument(metavar="CODE", show_default=False)],
    day: Annotated[str, typer.Option("--day", metavar="JOUR", help="AAAA-MM-JJ.")],
    owner: Annotated[list[str], typer.Option("--owner", metavar="RÔLE=LOGIN", help="Répétable.")],
    about: Annotated[str, typer.Option("--about", metavar="TEXTE", help="De quoi.")] = "",
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Poser toutes les échéances d'un échéancier type, d'un jour donné."""
    from scheduler.deadlines.schemas import HEADINGS, DeadlinesOut
    from scheduler.deadlines.start_chain import ChainStart, start_chain

    roles = dict(one.partition("=")[::2] for one in owner)
    if not all(roles.values()):
        raise WrongUsage("nommez chaque rôle ainsi : --owner direction=login")
    start = ChainStart(template, about, day_in(day), roles)
    with open_service(config) as service, service.database.transaction() as db:
        zone = service.zone
        who = actor_of(db, login)
        made = DeadlinesOut.of(start_chain(db, who, start, zone=zone, now=now_of(service)), zone)
    write_list(HEADINGS, made.items, short=_SHORT, as_json=as_json, as_csv=as_csv)


def gaps(
    login: LoginArgument,
    month: Month,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les jours dus d'un mois, jusqu'à hier, qui n'ont pas été cochés."""
    from scheduler.deadlines.keep_routines import gaps_of_month
    from scheduler.deadlines.routine_schemas import GAP_HEADINGS, gap_rows

    try:
        first = day_in(f"{month}-01")
    except WrongUsage:
        raise WrongUsage(f"« {month} » n'est pas un mois de la forme AAAA-MM") from None
    with open_service(config) as service, service.database.reading() as db:
        zone = service.zone
        who = get_account(db, login)
        found = gaps_of_month(db, who, login, first, zone=zone, now=now_of(service))
    if as_csv:
        write_csv(GAP_HEADINGS, gap_rows(found))
        return
    rows = [
        {"routine": one.routine.id, "label": one.routine.label, "day": str(day.day),
         "nominal": str(day.nominal), "because": day.because}
        for one in found
        for day in one.gaps
    ]  # fmt: skip
    names = ("routine", "label", "day", "nominal", "because")
    write_rows(dict(zip(names, GAP_HEADINGS, strict=True)), rows, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_all, "add": add, "move": move, "close": close, "templates": templates,
    "chain": chain, "repeat": repeat, "repeated": repeated, "gaps": gaps,
}  # fmt: skip
