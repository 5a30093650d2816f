"""`niaouli presence …`: who is there, and the secret links of screens that show it (DIA-7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    actor_of,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write,
    write_json,
    write_rows,
)

Who = Annotated[
    list[str],
    typer.Argument(metavar="QUI…", show_default=False, help="Groupes et personnes, par login."),
]
_STATES = {"present": "présent", "absent": "absent", "unknown": "non communiqué"}
_PARTS = {"morning": "absent le matin", "afternoon": "absent l'après-midi"}


def show(
    who: Who,
    day: Annotated[
        str | None, typer.Option("--day", metavar="JOUR", help="AAAA-MM-JJ ; sinon aujourd'hui.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--as", metavar="LOGIN", help="Qui le demande.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Dire qui est là."""
    from calendars.services.tell_busy_time import FreeBusyPolicy
    from scheduler.diary_sheets.presence import list_presence

    with open_service(config) as service, service.database.reading() as db:
        zone = service.zone
        asked = day_in(day) if day else service.today()
        # At the machine itself everything can be read anyhow; `--as` shows what somebody may know.
        policy = FreeBusyPolicy(service.settings.free_busy) if reader else FreeBusyPolicy.EVERYBODY
        actor = actor_of(db, who[0], reader)
        found = list_presence(db, actor, who, asked, zone, policy=policy, now=now_of(service))
    rows = [
        {
            "login": one.person.login,
            "name": one.person.display_name,
            "state": _PARTS.get(str(one.away.part) if one.away else "", _STATES[one.state]),
            "until": str(one.last_day) if one.last_day else None,
        }
        for one in found
    ]
    heads = {"login": "Identifiant", "name": "Nom", "state": "Présence", "until": "Jusqu'au"}
    write_rows(heads, rows, as_json=as_json, as_csv=as_csv)


def link(
    login: LoginArgument,
    who: Who,
    last_day: Annotated[
        str, typer.Option("--until", metavar="AAAA-MM-JJ", help="Dernier jour du lien.")
    ],
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Créer le lien secret d'un écran : présent, absent, jusqu'à quand, et rien d'autre."""
    from calendars.kernel.audit import CONSOLE
    from scheduler.diary_sheets.presence_links import Place, give_link

    with open_service(config) as service, service.database.transaction() as db:
        holder = get_account(db, login)
        place = Place(service.zone, service.settings.url)
        url = give_link(
            db, holder, who, day_in(last_day), place, now=now_of(service), by=CONSOLE
        )  # fmt: skip
    if as_json:
        write_json({"who": sorted(who), "last_day": last_day, "url": url})
        return
    say("Lien créé. Avec « ?every=5 » à la fin, l'écran se met à jour toutes les cinq minutes.")
    write(url)


def links(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Les liens d'une personne, sans leurs secrets."""
    from scheduler.diary_sheets.presence_links import list_links_of

    with open_service(config) as service, service.database.reading() as db:
        zone = service.zone
        found = list_links_of(db, get_account(db, login), zone, now=now_of(service))
    rows = [{"who": " ".join(one.who), "last_day": str(one.last_day)} for one in found]
    write_rows({"who": "Montre", "last_day": "Jusqu'au"}, rows, as_json=as_json, as_csv=as_csv)


def unlink(login: LoginArgument, who: Who, config: Config = None) -> None:
    """Retirer un lien : l'écran ne montre plus rien."""
    from calendars.kernel.audit import CONSOLE
    from calendars.kernel.errors import NotFound
    from scheduler.diary_sheets.presence_links import take_back_link

    with open_service(config) as service, service.database.transaction() as db:
        holder = get_account(db, login)
        try:
            take_back_link(db, holder, who, now=now_of(service), by=CONSOLE)
        except NotFound:
            raise CommandFailed(f"{login} n'a pas de lien vers {', '.join(who)}") from None
    say("Lien retiré.")


COMMANDS: dict[str, Callable[..., None]] = {
    "show": show,
    "link": link,
    "links": links,
    "unlink": unlink,
}
