"""`niaouli receive`: one mail from standard input, for the delivery agent of a mail server."""

from __future__ import annotations

import sys

from scheduler.app.commands.console import AsJson, Config, now_of, open_service, say, write_json


def receive(config: Config = None, *, as_json: AsJson = False) -> None:
    """Prendre en compte un courriel lu sur l'entrée standard (réponse à une invitation).

    Ce qui n'est pas une réponse sûre est mis de côté dans NIAOULI_DATA/mail-set-aside, sans rien
    changer : une personne en décide.
    """
    from notifications.mailbox.take_in import take_in
    from scheduler.app.wiring import mailroom

    octets = sys.stdin.buffer.read()
    with open_service(config) as service:
        taken = take_in(mailroom(service), octets, now=now_of(service))
    if as_json:
        write_json({"decision": taken.decision, "why": taken.why, "because": taken.sentence})
    else:
        say(f"{taken.decision} : {taken.sentence}")
