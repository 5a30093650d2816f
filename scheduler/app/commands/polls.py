"""`niaouli poll …`: ask which of the dates that are held suit people (MTG-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands import options
from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    actor_of,
    instant_in,
    now_of,
    open_service,
    said,
    say,
    write_csv,
    write_facts,
    write_json,
    write_list,
    write_table,
)

if TYPE_CHECKING:
    from scheduler.app.wiring import Service
    from scheduler.polls.messages import Desk
    from scheduler.polls.schemas import PollOut
    from scheduler.polls.service import Shown

Ref = Annotated[
    str,
    typer.Argument(
        metavar="RÉFÉRENCE", show_default=False, help="Celle des options (« option list »)."
    ),
]
Emails = Annotated[list[str] | None, typer.Option(metavar="COURRIEL", help="Répétable.")]


def open_(
    login: LoginArgument,
    ref: Ref,
    required: Emails = None,
    optional: Emails = None,
    message: Annotated[str, typer.Option("--message", help="Un mot de votre part.")] = "",
    closes: Annotated[
        str | None, typer.Option("--closes", metavar="INSTANT", help="Réponses attendues avant.")
    ] = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Demander quelles dates conviennent ; sans personne, aux invités des options.

    Exemple : niaouli poll open directeur VR-2027-01 --required sophie@example.org
    """
    from scheduler.polls import service as deeds
    from scheduler.polls.schemas import PollIn

    with open_service(config) as service, service.database.transaction() as db:
        until = None if closes is None else instant_in(closes, service.zone)
        wanted = said(
            PollIn, required=required, optional=optional, message=message,
            closes_at=until and until.isoformat(),
        )  # fmt: skip
        closes_at = None if until is None else int(until.timestamp())
        asking = deeds.Asking(wanted.required, wanted.optional, wanted.message, closes_at)
        actor = actor_of(db, login, acts_as)
        shown = deeds.open_poll(
            db, actor, (login, ref), asking, _desk(service), now=now_of(service)
        )
    _tell(shown, service, as_json=as_json, as_csv=False)


def list_(
    login: LoginArgument,
    everything: Annotated[bool, typer.Option("--all", help="Ceux qui sont décidés aussi.")] = False,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les sondages d'un agenda.

    Exemple : niaouli poll list directeur --as assistante-1
    """
    from scheduler.polls import service as deeds
    from scheduler.polls.schemas import POLL_HEADINGS

    with open_service(config) as service, service.database.reading() as db:
        actor, now = actor_of(db, login, acts_as), now_of(service)
        found = deeds.list_polls(db, actor, login, open_only=not everything, now=now)
    told = [_told(one, service) for one in found]
    write_list(POLL_HEADINGS, told, short=POLL_HEADINGS, as_json=as_json, as_csv=as_csv)


def show(
    login: LoginArgument,
    ref: Ref,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Montrer où en est un sondage, la meilleure date d'abord.

    Exemple : niaouli poll show directeur VR-2027-01
    """
    from scheduler.polls import service as deeds

    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login, acts_as)
        shown = deeds.show_poll(db, actor, (login, ref), now=now_of(service))
    _tell(shown, service, as_json=as_json, as_csv=as_csv)


def remind(login: LoginArgument, ref: Ref, acts_as: ActsAs = None, config: Config = None) -> None:
    """Relancer ceux qui n'ont pas répondu, une fois par jour au plus.

    Exemple : niaouli poll remind directeur VR-2027-01
    """
    from scheduler.polls import service as deeds

    with open_service(config) as service, service.database.transaction() as db:
        actor = actor_of(db, login, acts_as)
        now = now_of(service)
        _, asked = deeds.remind(db, actor, (login, ref), _desk(service), now=now)
    say(f"Relancées : {asked}.")


def _desk(service: Service) -> Desk:
    from scheduler.app.wiring import poll_desk

    return poll_desk(service)


def _told(shown: Shown, service: Service) -> PollOut:
    from scheduler.polls.schemas import PollOut

    state = shown.group.state
    return PollOut.of(shown.told, shown.tallies, state, service.zone)


def _tell(shown: Shown, service: Service, *, as_json: bool, as_csv: bool) -> None:
    from scheduler.polls.schemas import POLL_HEADINGS, TALLY_HEADINGS

    told = _told(shown, service)
    if as_json:
        write_json(told.model_dump(mode="json"))
    elif as_csv:
        write_csv(TALLY_HEADINGS, told.tally_rows)
    else:
        write_facts(dict(zip(POLL_HEADINGS, told.row, strict=True)))
        write_table(TALLY_HEADINGS, told.tally_rows)


# One act decides options and their poll: it is named on both sides.
COMMANDS: dict[str, Callable[..., None]] = {
    "open": open_,
    "list": list_,
    "show": show,
    "remind": remind,
    "confirm": options.confirm,
    "close": options.abandon,
}
