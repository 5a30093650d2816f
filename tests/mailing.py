"""Mails as they arrive: from files, with what a relay of ours found of their senders."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from calendars.kernel.database import Database
from calendars.services.deliver_itip import Dispatch
from notifications.imip.transport import MailQueue
from notifications.mailbox.room import Mailroom

RELAY = "mx.dpass.example.org"
SERVICE = "agenda@dpass.example.org"
DATA = Path(__file__).parent / "data"


def a_mailroom(database: Database, *, believes_from: bool = False) -> Mailroom:
    """What reads mail, with one relay that is trusted."""
    return Mailroom(
        database,
        Dispatch(MailQueue()),
        SERVICE,
        trusted_relays=frozenset({RELAY}),
        believes_from=believes_from,
    )


def proven(octets: bytes, *, by: str = RELAY, result: str = "dmarc=pass") -> bytes:
    """The mail as the relay hands it on: it has looked at the sender."""
    [sender, *_] = [one for one in octets.split(b"\n") if one.lower().startswith(b"from:")]
    domain = sender.rpartition(b"@")[2].strip(b" >\r").decode()
    field = f"Authentication-Results: {by};\r\n {result} header.from={domain}\r\n"
    return field.encode() + octets


def a_mail(
    calendar: str,
    *,
    sender: str,
    to: str,
    method: str,
    message_id: str = "",
    extra: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """As most programs send it: words, and the calendar in base64 behind them."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Réunion"
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in extra:
        mail[name] = value
    mail.set_content("Voir l’agenda joint.")
    mail.add_alternative(
        calendar.encode(), maintype="text", subtype="calendar", cte="base64",
        params={"method": method, "charset": "utf-8"},
    )  # fmt: skip
    return mail.as_bytes()
