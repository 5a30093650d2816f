"""`niaouli series …`: meetings that come again, made in one act (MTG-2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    Override,
    WrongUsage,
    actor_of,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write_rows,
)
from scheduler.meetings.rules import ItemKind
from scheduler.working_time.recurring import OnClosedDays

Code = Annotated[str, typer.Argument(metavar="CODE", show_default=False, help="Celui de la série.")]
Login = Annotated[str | None, typer.Option(metavar="LOGIN")]
Names = Annotated[list[str] | None, typer.Option(metavar="LOGIN", help="Répétable.")]
_DATES = {"nominal": "Rythme", "day": "Jour", "meeting": "Réunion", "because": "Parce que"}


def new(
    login: LoginArgument,
    code: Code,
    kind: Annotated[str, typer.Option("--kind", metavar="TYPE", help="CODIR, BUREAU…")],
    title: Annotated[str, typer.Option("--title", metavar="TITRE")],
    rule: Annotated[str, typer.Option("--rule", metavar="RRULE", help="FREQ=WEEKLY;BYDAY=MO")],
    start: Annotated[str, typer.Option("--start", metavar="HH:MM")],
    first: Annotated[str, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")],
    last: Annotated[str | None, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ.")] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440)] = 60,
    closed: Annotated[
        OnClosedDays, typer.Option("--closed", help="Ce que devient un jour fermé.")
    ] = OnClosedDays.NEXT,
    on_behalf_of: Annotated[
        str | None, typer.Option("--for", metavar="LOGIN", help="Au nom de qui ; sinon soi-même.")
    ] = None,
    secretary: Login = None,
    location: Annotated[str | None, typer.Option("--place", metavar="LIEU")] = None,
    required: Names = None,
    optional: Names = None,
    room: Names = None,
    item: Annotated[
        list[str] | None, typer.Option("--item", metavar="POINT", help="Permanent ; répétable.")
    ] = None,
    override: Override = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Créer une série : un événement, une invitation, et les prochaines réunions."""
    from scheduler.app.wiring import placing
    from scheduler.meetings.hold_series import SeriesDraft, hold_series
    from scheduler.meetings.invited import Invited
    from scheduler.meetings.series_model import StandingItem
    from scheduler.working_time.recurring import Recurring

    try:
        clock = time.fromisoformat(start)
    except ValueError:
        raise WrongUsage(f"« {start} » n'est pas une heure de la forme HH:MM") from None
    until = None if last is None else day_in(last)
    draft = SeriesDraft(
        code=code, kind=kind, title=title, start=clock, minutes=minutes, secretary=secretary,
        recurring=Recurring(rule, day_in(first), until, closed), on_behalf_of=on_behalf_of,
        location=location,
        invited=Invited(tuple(required or ()), tuple(optional or ()), tuple(room or ())),
        items=tuple(StandingItem(one, ItemKind.INFORMATION) for one in item or ()),
    )  # fmt: skip
    with open_service(config) as service, service.database.transaction() as db:
        who = actor_of(db, login)
        with placing(service, db, who, override) as dispatch:
            made = hold_series(db, who, draft, dispatch=dispatch, now=now_of(service))
        start_day = made.recurring.first_day
    dates(login, made.code, f"{start_day}", f"{start_day + timedelta(days=92)}", config,
          as_json=as_json)  # fmt: skip


def list_all(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Les séries qu'une personne tient."""
    from scheduler.meetings.hold_series import list_series

    with open_service(config) as service, service.database.reading() as db:
        found = list_series(db, get_account(db, login), now=now_of(service))
    rows = [
        {"code": one.code, "title": one.title, "rule": one.recurring.rule,
         "first": str(one.recurring.first_day), "over": one.over}
        for one in found
    ]  # fmt: skip
    headings = {
        "code": "Code", "title": "Titre", "rule": "Rythme", "first": "Depuis", "over": "Terminée",
    }  # fmt: skip
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def dates(
    login: LoginArgument,
    code: Code,
    first: Annotated[str | None, typer.Option("--from", metavar="JOUR", help="AAAA-MM-JJ.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="JOUR", help="AAAA-MM-JJ.")] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les dates d'une série : tenues, déplacées ou laissées, et pourquoi."""
    from scheduler.meetings.hold_series import list_dates

    with open_service(config) as service, service.database.reading() as db:
        window = _window(service.today(), first, last)
        found = list_dates(db, get_account(db, login), code, window, now=now_of(service))
    rows = [
        {"nominal": str(one.date.nominal), "day": None if one.date.day is None else
         str(one.date.day), "meeting": None if one.meeting is None else one.meeting.ref,
         "because": one.date.because}
        for one in found
    ]  # fmt: skip
    write_rows(_DATES, rows, as_json=as_json, as_csv=as_csv)
    if not as_json and not rows:
        say("Aucune date dans cette période.")


def _window(today: date, first: str | None, last: str | None) -> tuple[date, date]:
    start = today if first is None else day_in(first)
    return start, start + timedelta(days=366) if last is None else day_in(last)


COMMANDS: dict[str, Callable[..., None]] = {"new": new, "list": list_all, "dates": dates}
