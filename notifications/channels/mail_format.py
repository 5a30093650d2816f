"""A letter as a mail that Outlook, Exchange, Gmail, Apple Mail and Thunderbird show with buttons.

One text/calendar part inside multipart/alternative, which is the first part of multipart/mixed, and
the same calendar as a file behind it: Outlook looks nowhere else, webmail wants the file.
"""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from calendars.kernel.errors import InvalidInput
from notifications.message import Attachment, Letter

# Seven bits: no relay has to change the text, and no signature breaks.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


class NoAddress(InvalidInput):
    """What stands where the recipient should is no e-mail address that a relay takes."""


def mail_of(letter: Letter, *, service: str, now: int) -> EmailMessage:
    """The mail; header values are cleaned of whatever could end a line. Raises NoAddress."""
    mail = EmailMessage(_POLICY)
    sender = Address(_clean(letter.sender_name), addr_spec=letter.sender)
    mail["From"] = sender
    if not _is_own(letter.sender, service):
        mail["Sender"] = Address(addr_spec=service)
    if letter.reply_to is not None:
        mail["Reply-To"] = Address(addr_spec=letter.reply_to)
    mail["To"] = _recipient(letter.recipient)
    mail["Subject"] = _clean(letter.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = f"<{letter.message_id}@{service.partition('@')[2]}>"
    if letter.answers is not None:
        mail["In-Reply-To"] = mail["References"] = _clean(letter.answers)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office comes back
    mail.set_content(letter.text, cte="base64")
    mail.add_alternative(letter.html, subtype="html", cte="base64")
    if letter.calendar is not None:
        _add_calendar(mail, letter.calendar)
    for paper in letter.papers:
        mail.add_attachment(
            paper.content, maintype=paper.maintype, subtype=paper.subtype, cte="base64",
            filename=_clean(paper.name),
        )  # fmt: skip
    return mail


def octets_of(letter: Letter, *, service: str, now: int) -> bytes:
    """The same as it goes over the wire. Raises NoAddress.

    Papers are set in when all else is written: the email package takes many times longer for them.
    """
    names = [f"{letter.message_id} {number}".encode() for number in range(len(letter.papers))]
    stood_in = zip(letter.papers, names, strict=True)
    frame = replace(letter, papers=tuple(replace(one, content=name) for one, name in stood_in))
    octets = mail_of(frame, service=service, now=now).as_bytes()
    for paper, name in zip(letter.papers, names, strict=True):
        octets = octets.replace(_encoded(name), _encoded(paper.content), 1)
    return octets


@lru_cache(maxsize=4)
def _encoded(content: bytes) -> bytes:
    """Base64 in lines (RFC 2045 §6.8); one paper that goes to many is encoded once."""
    return encodebytes(content).replace(b"\n", b"\r\n")


def _is_own(sender: str, service: str) -> bool:
    """The service's mailbox itself, or with a mark."""
    local, _, domain = sender.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == service.lower()


def _recipient(email: str) -> Address:
    """Raises NoAddress."""
    try:
        return Address(addr_spec=email.encode("ascii").decode())
    except (ValueError, MessageError):
        raise NoAddress("no mail can be sent there") from None


def _add_calendar(mail: EmailMessage, calendar: Attachment) -> None:
    mail.add_alternative(
        calendar.content, maintype="text", subtype="calendar", cte="base64",
        params={"charset": "utf-8", "method": calendar.method or "REQUEST"},
    )  # fmt: skip
    mail.add_attachment(
        calendar.content, maintype="application", subtype="ics", filename=calendar.name,
        cte="base64",
    )  # fmt: skip


def _clean(text: str) -> str:
    """No line end, no control character; spaces at which no line may break stay."""
    kept = "".join(c if c.isprintable() or c == "\u00a0" else " " for c in text)
    return " ".join(kept.split(" "))[:200].strip()
