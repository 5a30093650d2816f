"""`niaouli delegate`: who keeps whose diary (DIR-2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    WrongUsage,
    day_in,
    get_account,
    now_of,
    open_service,
    say,
    write_json,
    write_rows,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from calendars.storage.delegations import Delegation

RIGHTS = ("freebusy", "read", "write", "schedule", "act_for")
_HEADINGS = {
    "delegate": "DÉLÉGUÉ",
    "rights": "DROITS",
    "private": "VOIT LE PRIVÉ",
    "calendar": "AGENDA",
    "from": "DU",
    "to": "AU",
    "reason": "MOTIF",
    "origin": "ORIGINE",
    "in_force": "EN VIGUEUR",
}
_RIGHTS_HELP = (
    "Ce qu'il pourra ; chaque droit comprend les précédents : voir les disponibilités, lire, "
    "tenir l'agenda (write et schedule : écrire, inviter et répondre au nom du délégant), faire "
    "son intérim."
)


def delegate(
    owner: Annotated[str, typer.Argument(metavar="DÉLÉGANT", show_default=False)],
    to: Annotated[str | None, typer.Argument(metavar="DÉLÉGUÉ", show_default=False)] = None,
    rights: Annotated[
        str | None, typer.Option("--rights", metavar="|".join(RIGHTS), help=_RIGHTS_HELP)
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="AAAA-MM-JJ", help="Premier jour.")
    ] = None,
    last_day: Annotated[
        str | None, typer.Option("--to", metavar="AAAA-MM-JJ", help="Dernier jour, compris.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Le motif.")] = "",
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", metavar="NOM", help="Cet agenda seulement ; sinon tous."),
    ] = None,
    *,
    config: Config = None,
    private: Annotated[
        bool, typer.Option("--private", help="Voir aussi le contenu privé (CLASS:PRIVATE).")
    ] = False,
    no_invitations: Annotated[
        bool,
        typer.Option(
            "--no-invitations", help="Avec write : écrire, sans inviter ni répondre en son nom."
        ),
    ] = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Retirer ce qui était délégué, avec effet immédiat.")
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Lister ce qui est délégué, passé et à venir compris.")
    ] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Ouvrir ses agendas à quelqu'un, les lui refermer (--revoke), ou dire à qui ils le sont.

    Les jours commencent à minuit, heure du site : une délégation datée commence et cesse
    d'elle-même. Ce qui est délégué en lecture se trouve aussitôt dans l'agenda du délégué.
    """
    if list_:
        _list(owner, to, config, as_json=as_json, as_csv=as_csv)
        return
    if to is None:
        raise WrongUsage("dites à qui : niaouli delegate DÉLÉGANT DÉLÉGUÉ")
    if revoke:
        _revoke(owner, to, calendar, config, as_json=as_json)
        return
    from calendars.kernel.audit import CONSOLE
    from calendars.model.principal import Rights
    from calendars.services.delegate import DelegationDraft
    from calendars.services.delegate import delegate as give

    if rights not in RIGHTS:
        raise WrongUsage(f"dites --rights {'|'.join(RIGHTS)}, ou --revoke")
    days = _day(first_day), _day(last_day)
    # Whoever keeps a diary invites in its owner's name, unless that is held back.
    keeps = rights == Rights.WRITE and not no_invitations
    given = Rights.SCHEDULE if keeps else Rights(rights)
    draft = DelegationDraft(given, private, *days, reason, calendar)
    with open_service(config) as service, service.database.transaction() as db:
        get_account(db, owner)
        get_account(db, to)
        zone = _zone(service.settings.timezone)
        give(db, owner, to, draft, zone=zone, now=now_of(service), by=CONSOLE)
    if as_json:
        write_json({"owner": owner, "delegate": to, "rights": rights, "private": private})
    else:
        say(f"Délégation enregistrée : {owner} → {to} ({rights}).")


def _revoke(owner: str, to: str, calendar: str | None, config: Config, *, as_json: bool) -> None:
    from calendars.kernel.audit import CONSOLE
    from calendars.services.delegate import revoke_one
    from calendars.storage import delegations

    with open_service(config) as service, service.database.transaction() as db:
        giver, taker = get_account(db, owner), get_account(db, to)
        ended = [
            row
            for row in delegations.list_given(db, giver.id, to=taker.id)
            if calendar in {None, row.calendar}
        ]
        for row in ended:
            revoke_one(db, owner, row.id, now=now_of(service), by=CONSOLE)
    if not ended:
        raise CommandFailed(f"{owner} ne délègue rien à {to}")
    if as_json:
        write_json({"owner": owner, "delegate": to, "revoked": len(ended)})
    else:
        say(f"Délégation retirée : {owner} → {to}.")


def _list(owner: str, to: str | None, config: Config, *, as_json: bool, as_csv: bool) -> None:
    from calendars.storage import delegations

    with open_service(config) as service:
        with service.database.reading() as db:
            given = delegations.list_given(db, get_account(db, owner).id)
        zone, now = _zone(service.settings.timezone), now_of(service)
    rows = [_told(row, zone, now) for row in given if to in {None, row.delegate}]
    write_rows(_HEADINGS, rows, as_json=as_json, as_csv=as_csv)


def _told(row: Delegation, zone: ZoneInfo, now: int) -> dict[str, object]:
    return {
        "delegate": row.delegate,
        "rights": str(row.rights),
        "private": row.sees_private,
        "calendar": row.calendar,
        "from": _told_day(row.valid_from, zone),
        "to": _told_day(None if row.valid_to is None else row.valid_to - 1, zone),
        "reason": row.reason,
        "origin": row.origin,
        "in_force": row.holds_at(now),
    }


def _told_day(instant: int | None, zone: ZoneInfo) -> str | None:
    from datetime import datetime

    return None if instant is None else datetime.fromtimestamp(instant, zone).date().isoformat()


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _day(text: str | None) -> date | None:
    return None if text is None else day_in(text)
