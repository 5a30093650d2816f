"""The name in a path of an object that the service stores by itself."""

from __future__ import annotations

import re
from hashlib import sha256

_PLAIN_UID = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,199}")


def name_of_uid(uid: str) -> str:
    """The UID itself where a path may bear it, else a digest of it."""
    return f"{uid}.ics" if _PLAIN_UID.fullmatch(uid) else hashed_name(uid)


def hashed_name(uid: str) -> str:
    """A digest of the UID: for one that no path can bear, or whose name is taken."""
    return f"{sha256(uid.encode()).hexdigest()[:32]}.ics"
