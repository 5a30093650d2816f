"""`niaouli doctor`: is everything in order, one line each."""

from __future__ import annotations

import typer

from calendars.model.typeset import typeset
from scheduler.app.commands.console import (
    AsJson,
    Config,
    settings_of,
    write,
    write_json,
)


def doctor(config: Config = None, *, as_json: AsJson = False) -> None:
    """Vérifier la base, la messagerie, TLS, l'horloge, les fuseaux et les droits."""
    from scheduler.app.checks import State, examine

    findings = list(examine(settings_of(config)))
    if as_json:
        write_json([{"check": f.check, "state": f.state, "text": f.text} for f in findings])
    else:
        for finding in findings:
            write(typeset(f"{finding.state:<9}  {finding.check} : {finding.text}"))
    if any(finding.state is State.ERROR for finding in findings):
        raise typer.Exit(1)
