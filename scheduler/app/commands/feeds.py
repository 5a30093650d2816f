"""`niaouli feed …`: secret links to calendars, for programs that sign in as nobody (SEC-7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    WrongUsage,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write,
    write_json,
    write_rows,
)

LEVELS = ("full", "times", "freebusy")
_HEADINGS = {
    "id": "N°",
    "label": "NOM",
    "level": "MONTRE",
    "calendars": "AGENDAS",
    "expires": "JUSQU'AU",
    "last_used": "DERNIÈRE UTILISATION",
}
_LEVEL_HELP = (
    "Les entrées comme la personne les voit (le confidentiel reste masqué), leurs heures, ou "
    "seulement les périodes occupées."
)


def create(
    login: LoginArgument,
    calendars: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="AGENDA…", help="Les siens par leur nom, ceux d'autres : login/nom."
        ),
    ] = None,
    level: Annotated[
        str, typer.Option("--level", metavar="|".join(LEVELS), help=_LEVEL_HELP)
    ] = "times",
    label: Annotated[str, typer.Option("--label", help="Le nom que l'abonnement portera.")] = "",
    past_days: Annotated[int, typer.Option("--past", help="Jours avant aujourd'hui.")] = 90,
    future_days: Annotated[int, typer.Option("--future", help="Jours après aujourd'hui.")] = 400,
    last_day: Annotated[
        str | None, typer.Option("--until", metavar="AAAA-MM-JJ", help="Dernier jour du lien.")
    ] = None,
    *,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Créer un lien secret, dit cette seule fois : qui le possède voit ce qu'il montre."""
    from calendars.kernel.audit import CONSOLE
    from calendars.model.feed import FeedLevel, FeedRange
    from calendars.services.issue_feed import FeedDraft, issue_feed

    if level not in LEVELS:
        raise WrongUsage(f"dites --level {'|'.join(LEVELS)}")
    wanted = [_path(login, one) for one in calendars or ["agenda"]]
    days = FeedRange(past_days, future_days)
    with open_service(config) as service, service.database.transaction() as db:
        holder = get_account(db, login)
        ends = _end_of(last_day, service.settings.timezone)
        draft = FeedDraft(wanted, label, FeedLevel(level), days, ends)
        made = issue_feed(db, holder, draft, now=now_of(service), by=CONSOLE)
        links = _links(service.settings.url, made.token, level)
    if as_json:
        write_json({"id": made.feed.id, "level": level, "links": links})
        return
    say(f"Lien n° {made.feed.id} créé pour {login}. Notez-le : il ne sera plus dit.")
    for link in links:
        write(link)


def _links(base: str, token: str, level: str) -> list[str]:
    busy = [f"{base}/freebusy/{token}.ifb"]
    return busy if level == "freebusy" else [f"{base}/feeds/{token}.ics", *busy]


def list_(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Les liens d'une personne, sans leurs secrets."""
    from calendars.services.issue_feed import list_feeds

    with open_service(config) as service:
        with service.database.reading() as db:
            found = list_feeds(db, get_account(db, login))
        zone = service.settings.timezone
    rows: list[dict[str, object]] = [
        {
            "id": one.feed.id,
            "label": one.feed.label,
            "level": str(one.feed.level),
            "calendars": ", ".join("/".join((c.owner_login, c.name)) for c in one.calendars),
            "expires": _day_of(one.feed.expires_at, zone),
            "last_used": _day_of(one.feed.last_used_at, zone),
        }
        for one in found
    ]
    write_rows(_HEADINGS, rows, as_json=as_json, as_csv=as_csv)


def revoke(
    login: LoginArgument,
    number: Annotated[int, typer.Argument(metavar="N°", show_default=False)],
    config: Config = None,
) -> None:
    """Retirer un lien : il ne vaut plus dès la demande suivante."""
    from calendars.kernel.audit import CONSOLE
    from calendars.kernel.errors import NotFound
    from calendars.kernel.identifiers import FeedId
    from calendars.services.issue_feed import revoke_feed

    with open_service(config) as service, service.database.transaction() as db:
        holder = get_account(db, login)
        try:
            revoke_feed(db, holder, FeedId(number), now=now_of(service), by=CONSOLE)
        except NotFound:
            raise CommandFailed(f"{login} n'a pas de lien n° {number}") from None
    say(f"Lien n° {number} retiré.")


def _path(login: str, calendar: str) -> tuple[str, str]:
    owner, slash, name = calendar.partition("/")
    return (owner, name) if slash else (login, calendar)


def _end_of(day: str | None, zone: str) -> int | None:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    if day is None:
        return None
    after = day_in(day) + timedelta(days=1)
    return int(datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).timestamp())


def _day_of(instant: int | None, zone: str) -> str | None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return None if instant is None else datetime.fromtimestamp(instant, ZoneInfo(zone)).isoformat()


COMMANDS: dict[str, Callable[..., Any]] = {"create": create, "list": list_, "revoke": revoke}
