"""Which message a bounce is about: its envelope sender is an address of its own (VERP).

`agenda+b…@example.org` holds the number of the message and a mark that nobody can forge; relays
that know DSN get the same as ENVID (RFC 3461 §4.4), and give it back in what they report.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.services.service_key import find_service_key, service_key
from notifications import queued
from notifications.queued import Queued

KEY = "bounce-address"
_NUMBER, _MARK = 8, 8
_TOKEN = re.compile(r"[a-z2-7]{26}")
_IN_ADDRESS = re.compile(r"\+b([a-z2-7]{26})@", re.IGNORECASE)


def bounce_token(db: Db, message: int, *, now: int) -> str:
    """The mark of one message: the same however often it is tried."""
    return _token(service_key(db, KEY, now=now), message)


def _token(key: bytes, message: int) -> str:
    number = message.to_bytes(_NUMBER, "big")
    mark = hmac.digest(key, number, sha256)[:_MARK]
    return base64.b32encode(number + mark).decode().lower().rstrip("=")


def bounce_address(mailbox: str, token: str) -> str:
    """Where what cannot be delivered comes back to."""
    local, _, domain = mailbox.partition("@")
    return f"{local}+b{token}@{domain}"


def token_in(address: str) -> str | None:
    """The mark in an address of that kind."""
    found = _IN_ADDRESS.search(address)
    return found[1].lower() if found else None


def find_by_bounce(
    db: Db, *, token: str | None = None, message_id: str | None = None
) -> Queued | None:
    """The message that came back, by its mark (of the address or of ENVID), else by its Message-ID.

    A mark that we never made finds nothing.
    """
    if token is not None:
        number = _number_in(db, token.strip().lower())
        return None if number is None else queued.find(db, number)
    return None if message_id is None else queued.find_by_message_id(db, message_id)


def _number_in(db: Db, token: str) -> int | None:
    key = find_service_key(db, KEY)
    if key is None or not _TOKEN.fullmatch(token):
        return None
    try:
        octets = base64.b32decode(token.upper() + "=" * 6)
    except binascii.Error:
        return None
    number = int.from_bytes(octets[:_NUMBER], "big")
    if number >= 2**63 or not hmac.compare_digest(_token(key, number), token):
        return None
    return number
