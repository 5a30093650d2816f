"""`niaouli receive`: one mail from standard input, for the delivery agent of a mail server.

Exit statuses are those of sysexits.h, which Postfix, Exim and Sendmail act on: whatever goes wrong
here makes them keep the mail and try again; only an address that is not ours is refused.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import AsJson, Config, now_of, open_service, say, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from notifications.mailbox.outcome import Taken


def receive(
    config: Config = None,
    *,
    recipient: Annotated[
        str | None,
        typer.Option(metavar="ADRESSE", help="À qui l'enveloppe l'adresse (${recipient})."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prendre en compte un courriel lu sur l'entrée standard : invitation, réponse, annulation.

    Ce qui n'est pas sûr est mis de côté, sans rien changer : une personne en décide.
    Statut 0 : pris en compte ou mis de côté ; 67 : adresse inconnue ; 69 : trop grand ;
    75 : à présenter de nouveau.
    """
    try:
        taken = _taken_in(config, recipient)
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001 - the mail server keeps the mail
        # No content and no address: this text comes back in the log of the mail server.
        say(f"niaouli : {type(error).__name__}, à présenter de nouveau")
        raise typer.Exit(os.EX_TEMPFAIL) from None
    if as_json:
        write_json({"decision": taken.decision, "why": taken.why, "because": taken.sentence})
    else:
        say(f"{taken.decision} : {taken.sentence}")


def _taken_in(config: Path | None, recipient: str | None) -> Taken:
    from notifications.imip.mail import MAX_OCTETS, NO_ENVELOPE, Envelope
    from notifications.mailbox.take_in import take_in
    from scheduler.app.arrivals import knows
    from scheduler.app.wiring import mailroom

    octets, envelope = sys.stdin.buffer.read(MAX_OCTETS + 1), NO_ENVELOPE
    if len(octets) > MAX_OCTETS:
        say("niaouli : courriel trop grand")
        raise typer.Exit(os.EX_UNAVAILABLE)
    with open_service(config) as service:
        if recipient is not None:
            if not knows(service, recipient):
                say("niaouli : adresse inconnue ici")
                raise typer.Exit(os.EX_NOUSER)
            envelope = Envelope(recipients=(recipient,))
        return take_in(mailroom(service), octets, now=now_of(service), envelope=envelope)
