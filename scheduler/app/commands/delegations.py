"""`niaouli delegate`: who keeps whose diary (DIR-2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsJson,
    CommandFailed,
    Config,
    WrongUsage,
    get_account,
    open_service,
    say,
    write_json,
)

RIGHTS = ("freebusy", "read", "write", "schedule", "act_for")


def delegate(  # noqa: PLR0913 - the options of one command
    owner: Annotated[str, typer.Argument(metavar="DÉLÉGANT", show_default=False)],
    to: Annotated[str, typer.Argument(metavar="DÉLÉGUÉ", show_default=False)],
    rights: Annotated[
        str | None, typer.Option("--rights", metavar="|".join(RIGHTS), help="Ce qu'il pourra.")
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="AAAA-MM-JJ", help="Premier jour.")
    ] = None,
    last_day: Annotated[
        str | None, typer.Option("--to", metavar="AAAA-MM-JJ", help="Dernier jour, compris.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Le motif.")] = "",
    config: Config = None,
    *,
    private: Annotated[
        bool, typer.Option("--private", help="Voir aussi le contenu privé (CLASS:PRIVATE).")
    ] = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Retirer tout ce qui était délégué.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ouvrir ses agendas à quelqu'un, ou les lui refermer (--revoke)."""
    if revoke:
        _revoke(owner, to, config, as_json=as_json)
        return
    from zoneinfo import ZoneInfo

    from calendars.model.principal import Rights
    from calendars.services.delegate import DelegationDraft
    from calendars.services.delegate import delegate as give

    if rights not in RIGHTS:
        raise WrongUsage(f"dites --rights {'|'.join(RIGHTS)}, ou --revoke")
    draft = DelegationDraft(Rights(rights), private, _day(first_day), _day(last_day), reason)
    with open_service(config) as service, service.database.transaction() as db:
        get_account(db, owner)
        get_account(db, to)
        give(db, owner, to, draft, zone=ZoneInfo(service.settings.timezone))
    if as_json:
        write_json({"owner": owner, "delegate": to, "rights": rights, "private": private})
    else:
        say(f"Délégation enregistrée : {owner} → {to} ({rights}).")


def _revoke(owner: str, to: str, config: Config, *, as_json: bool) -> None:
    from calendars.services.delegate import revoke_delegation

    with open_service(config) as service, service.database.transaction() as db:
        get_account(db, owner)
        get_account(db, to)
        ended = revoke_delegation(db, owner, to)
    if ended == 0:
        raise CommandFailed(f"{owner} ne délègue rien à {to}")
    if as_json:
        write_json({"owner": owner, "delegate": to, "revoked": ended})
    else:
        say(f"Délégation retirée : {owner} → {to}.")


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"« {text} » n'est pas un jour, par exemple 2026-07-20") from None
