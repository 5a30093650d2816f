"""The seal of a form: it was shown by us, for this link, not long ago (threats F)."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.services.service_key import service_key
from notifications.links import KEY, digest_of

SECONDS = 30 * 60
_SIGNS = 26


def seal_of(db: Db, token: str, *, now: int) -> str:
    """What a form bears that is shown now. The key is there, since the link is."""
    return f"{now}.{_mark(db, token, now, now=now)}"


def is_sealed(db: Db, token: str, seal: str, *, now: int) -> bool:
    """The form is one of ours, of this link and of the last half hour."""
    written, _, mark = seal.partition(".")
    if not (written.isascii() and written.isdigit() and len(written) < 12):
        return False
    made = int(written)
    right = _mark(db, token, made, now=now)
    same = hmac.compare_digest(mark.encode("utf-8", "surrogatepass"), right.encode())
    return same and now - SECONDS < made <= now


def _mark(db: Db, token: str, made: int, *, now: int) -> str:
    key = service_key(db, KEY, now=now)
    digest = hmac.digest(key, f"form\0{digest_of(token)}\0{made}".encode(), sha256)
    return base64.b32encode(digest).decode().lower()[:_SIGNS]
