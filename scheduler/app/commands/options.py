"""`niaouli option …`: several dates that are held for one appointment (DIA-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    Override,
    actor_of,
    instant_in,
    now_of,
    open_service,
    said,
    span_in,
    write_csv,
    write_json,
    write_table,
)

if TYPE_CHECKING:
    from pathlib import Path

    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.wiring import Service
    from scheduler.diaries.model import HoldGroup
    from scheduler.diaries.schemas import HoldGroupOut

Ref = Annotated[
    str,
    typer.Argument(metavar="RÉFÉRENCE", show_default=False, help="Donnée par « option list »."),
]
Number = Annotated[
    int, typer.Argument(metavar="NUMÉRO", show_default=False, help="Celui de la date.")
]
_Deed = Callable[["Db", "Principal", "Service"], "HoldGroup"]


def list_(
    login: LoginArgument,
    everything: Annotated[
        bool, typer.Option("--all", help="Celles qui sont décidées aussi.")
    ] = False,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les options posées dans un agenda, une ligne par date.

    Exemple : niaouli option list directeur --as assistante-1
    """
    from scheduler.diaries.service import list_holds

    with open_service(config) as service, service.database.reading() as db:
        actor, now = actor_of(db, login, acts_as), now_of(service)
        found = list_holds(db, actor, login, open_only=not everything, now=now)
        told = [_told(db, actor, one, service) for one in found]
    _write(told, as_json=as_json, as_csv=as_csv)


def hold(
    login: LoginArgument,
    ref: Annotated[
        str, typer.Argument(metavar="RÉFÉRENCE", show_default=False, help="À votre choix.")
    ],
    title: Annotated[str, typer.Option("--title", show_default=False, help="Le titre.")],
    slot: Annotated[
        list[str],
        typer.Option("--slot", metavar="2027-03-09T08:00/09:30", help="Une date ; répétable."),
    ],
    place: Annotated[str | None, typer.Option("--place", help="Où.")] = None,
    invited: Annotated[
        list[str] | None, typer.Option("--invited", metavar="COURRIEL", help="Répétable.")
    ] = None,
    visibility: Annotated[
        str, typer.Option("--visibility", metavar="PUBLIC|PRIVATE|CONFIDENTIAL")
    ] = "PUBLIC",
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="INSTANT", help="Libérées ensuite.")
    ] = None,
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Poser des options : chaque date devient un rendez-vous provisoire.

    Exemple : niaouli option hold directeur VR-2027-01 --title Convention
    --slot 2027-03-09T08:00/09:30 --slot 2027-03-10T14:00/15:30
    """
    from scheduler.app.wiring import placing
    from scheduler.diaries.schemas import HoldGroupIn
    from scheduler.diaries.service import hold_dates

    def deed(db: Db, actor: Principal, service: Service) -> HoldGroup:
        zone = service.zone
        spans = [span_in(one, zone) for one in slot]
        wanted = said(
            HoldGroupIn, ref=ref, title=title, location=place, visibility=visibility,
            invited=invited,
            slots=[{"start": first.isoformat(), "end": last.isoformat()} for first, last in spans],
            expires_at=None if expires is None else instant_in(expires, zone).isoformat(),
        )  # fmt: skip
        with placing(service, db, actor, override) as dispatch:
            return hold_dates(
                db, actor, login, wanted.draft(), dispatch=dispatch, now=now_of(service)
            )

    _do(deed, login, acts_as, config, as_json=as_json)


def confirm(
    login: LoginArgument,
    ref: Ref,
    number: Number,
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Retenir une date : les autres sont libérées, chacun est prévenu une fois.

    Exemple : niaouli option confirm directeur VR-2027-01 2
    """
    from scheduler.app.wiring import placing
    from scheduler.diaries.service import confirm_hold

    def deed(db: Db, actor: Principal, service: Service) -> HoldGroup:
        now = now_of(service)
        with placing(service, db, actor, override) as dispatch:
            return confirm_hold(db, actor, login, ref, number, dispatch=dispatch, now=now)

    _do(deed, login, acts_as, config, as_json=as_json)


def abandon(
    login: LoginArgument,
    ref: Ref,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Abandonner des options : toutes les dates sont libérées.

    Exemple : niaouli option abandon directeur VR-2027-01
    """
    from scheduler.diaries.service import abandon_holds

    def deed(db: Db, actor: Principal, service: Service) -> HoldGroup:
        now = now_of(service)
        return abandon_holds(db, actor, login, ref, dispatch=service.dispatch, now=now)

    _do(deed, login, acts_as, config, as_json=as_json)


def _do(
    deed: _Deed, login: str, acts_as: str | None, config: Path | None, *, as_json: bool
) -> None:
    with open_service(config) as service, service.database.transaction() as db:
        actor = actor_of(db, login, acts_as)
        told = _told(db, actor, deed(db, actor, service), service)
    if as_json:
        write_json(told.model_dump(mode="json"))
    else:
        _write([told], as_json=False, as_csv=False)


def _told(db: Db, actor: Principal, group: HoldGroup, service: Service) -> HoldGroupOut:
    from scheduler.diaries.schemas import HoldGroupOut
    from scheduler.diaries.service import dates_of

    dates = dates_of(db, actor, group, now=now_of(service))
    return HoldGroupOut.of(group, dates, service.zone)


def _write(told: Sequence[HoldGroupOut], *, as_json: bool, as_csv: bool) -> None:
    from scheduler.diaries.schemas import HOLD_HEADINGS

    rows = [row for one in told for row in one.rows]
    if as_json:
        write_json([one.model_dump(mode="json") for one in told])
    elif as_csv:
        write_csv(HOLD_HEADINGS, rows)
    else:
        write_table(HOLD_HEADINGS, rows)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "hold": hold,
    "confirm": confirm,
    "abandon": abandon,
}
