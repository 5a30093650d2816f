"""`niaouli conflict …`: what stands against what in a diary, and how it weighs (DIA-4)."""

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
    actor_of,
    now_of,
    one_of,
    open_service,
    said,
    say,
    write_list,
)

DAY = 86_400


def list_(
    login: LoginArgument,
    days: Annotated[
        int, typer.Option("--days", metavar="JOURS", min=1, max=62, help="À partir de maintenant.")
    ] = 31,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister ce qui se heurte dans un agenda.

    Exemple : niaouli conflict list directeur --as assistante-1 --days 14
    """
    from calendars.model.window import Window
    from scheduler.diaries.conflict_schemas import CONFLICT_HEADINGS, ConflictOut
    from scheduler.diaries.list_conflicts import list_conflicts

    with open_service(config) as service, service.database.reading() as db:
        actor, now, zone = actor_of(db, login, acts_as), now_of(service), service.zone
        window = Window(now, now + days * DAY)
        found = list_conflicts(db, actor, login, window, zone=zone, now=now)
    told = [ConflictOut.of(one, zone) for one in found]
    short = CONFLICT_HEADINGS[:4]
    write_list(CONFLICT_HEADINGS, told, short=short, as_json=as_json, as_csv=as_csv)


def codes(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Lister ce que pèse chaque conflit, et qui peut passer outre.

    Exemple : niaouli conflict codes
    """
    from scheduler.diaries.conflict_schemas import WEIGHING_HEADINGS, WeighingOut
    from scheduler.diaries.list_conflicts import list_weighings

    with open_service(config) as service, service.database.reading() as db:
        told = [WeighingOut.of(code, weighing) for code, weighing in list_weighings(db)]
    write_list(WEIGHING_HEADINGS, told, short=WEIGHING_HEADINGS, as_json=as_json, as_csv=as_csv)


def weigh(
    code: Annotated[str, typer.Argument(metavar="CODE", show_default=False)],
    severity: Annotated[str, typer.Argument(metavar="note|warn|refuse", show_default=False)],
    override: Annotated[
        str, typer.Option("--override", metavar="writers|owner|nobody", help="Qui passe outre.")
    ] = "writers",
    config: Config = None,
) -> None:
    """Régler ce que pèse un conflit.

    Exemple : niaouli conflict weigh LUNCH note
    """
    from calendars.kernel.audit import CONSOLE
    from scheduler.diaries.conflict_schemas import WeighingIn
    from scheduler.diaries.list_conflicts import set_weighing
    from scheduler.slots.codes import ConflictCode

    wanted = said(WeighingIn, severity=severity, override=override).weighing()
    named = one_of(ConflictCode, code, "CODE")
    with open_service(config) as service, service.database.transaction() as db:
        set_weighing(db, CONSOLE, named, wanted, now=now_of(service))
    say(f"Réglé : {named}.")


COMMANDS: dict[str, Callable[..., None]] = {"list": list_, "codes": codes, "weigh": weigh}
