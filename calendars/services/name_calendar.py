"""A name for a calendar's path, taken from its title: letters and digits that every URL bears."""

from __future__ import annotations

import re
import secrets
import unicodedata

from calendars.kernel.database import Db
from calendars.storage import collections

_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


def free_name(db: Db, login: str, title: str | None) -> str:
    """A name that no collection in this home has."""
    plain = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode().lower()
    name = _OTHER.sub("-", plain)[:_LONGEST].strip("-") or "agenda"
    if collections.find(db, login, name) is None:
        return name
    return f"{name}-{secrets.token_hex(4)}"
