"""A letter as a mail that Outlook, Exchange, Gmail, Apple Mail and Thunderbird show with buttons.

One text/calendar part inside multipart/alternative, which is the first part of multipart/mixed, and
the same calendar as a file behind it: Outlook looks nowhere else, webmail wants the file.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from calendars.kernel.errors import InvalidInput
from notifications.message import Letter

# Seven bits: no relay has to change the text, and no signature breaks.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


class NoAddress(InvalidInput):
    """What stands where the recipient should is no e-mail address that a relay takes."""


def mail_of(letter: Letter, *, service: str, now: int) -> EmailMessage:
    """The mail as a tree. Raises NoAddress."""
    return message_from_bytes(octets_of(letter, service=service, now=now), policy=_POLICY)


def octets_of(letter: Letter, *, service: str, now: int) -> bytes:
    """The mail as it goes over the wire. Raises NoAddress.

    Its parts are written by hand: the email package takes five times longer for them.
    """
    return _head(letter, service=service, now=now) + _body(letter)


def _head(letter: Letter, *, service: str, now: int) -> bytes:
    """The headers; their values are cleaned of whatever could end a line."""
    mail = EmailMessage(_POLICY)
    mail["From"] = Address(_clean(letter.sender_name), addr_spec=letter.sender)
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
    mail["MIME-Version"] = "1.0"
    return mail.as_bytes().removesuffix(b"\r\n")


def _body(letter: Letter) -> bytes:
    """The words in each form, the calendar among them; files behind them all."""
    words = [_text("plain", letter.text), _text("html", letter.html)]
    if letter.calendar is not None:
        method = letter.calendar.method or "REQUEST"
        kind = f'text/calendar; charset="utf-8"; method="{method}"'
        words.append(_part(f"Content-Type: {kind}\r\n".encode(), letter.calendar.content))
    alternative = _multipart("alternative", words, letter.message_id)
    files = list(letter.papers)
    if letter.calendar is not None:
        files.insert(0, replace(letter.calendar, maintype="application", subtype="ics"))
    if not files:
        return alternative
    behind = [_part(_file_head(one.name, one.maintype, one.subtype), one.content) for one in files]
    return _multipart("mixed", [alternative, *behind], letter.message_id)


def _multipart(kind: str, parts: Sequence[bytes], key: str) -> bytes:
    """Its boundary has signs that base64 has not (RFC 2046 §5.1.1)."""
    boundary = f"=_{kind}_{key[:32]}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="'.encode() + boundary + b'"\r\n\r\n'
    begin = b"--" + boundary + b"\r\n"
    return head + b"".join(begin + part for part in parts) + b"--" + boundary + b"--\r\n"


def _text(subtype: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return _part(f'Content-Type: text/{subtype}; charset="utf-8"\r\n'.encode(), lines.encode())


def _part(head: bytes, content: bytes) -> bytes:
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + _encoded(content)


def _encoded(content: bytes) -> bytes:
    """Base64 in lines (RFC 2045 §6.8)."""
    return encodebytes(content).replace(b"\n", b"\r\n")


@lru_cache(maxsize=64)
def _file_head(name: str, maintype: str, subtype: str) -> bytes:
    """A name in any script goes as RFC 2231 has it."""
    part = EmailMessage(_POLICY)
    part["Content-Type"] = f"{maintype}/{subtype}"
    part.add_header("Content-Disposition", "attachment", filename=_clean(name))
    return part.as_bytes().removesuffix(b"\r\n")


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


def _clean(text: str) -> str:
    """No line end, no control character; spaces at which no line may break stay."""
    kept = "".join(c if c.isprintable() or c == "\u00a0" else " " for c in text)
    return " ".join(kept.split(" "))[:200].strip()
