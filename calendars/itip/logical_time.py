"""The instant of a change: never before what its author has seen.

Answers and invitations are put in order by their instants, to the second (RFC 5546 §2.1.5). Inside
the house several may fall into one second; each then takes the second behind the last one that its
author knows of, so that none is mistaken for a double of another.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from calendars.model.component import Component
from calendars.model.utc_text import utc_text

_STAMP = re.compile(r"\d{8}T\d{6}Z")
_TRUSTED_AHEAD = 86_400


def later_than(seen: Component | None, now: int) -> int:
    """`now`, or the second behind the latest instant that the text bears.

    A clock that is ahead by more than a day is not followed.
    """
    if seen is None:
        return now
    limit = utc_text(now + _TRUSTED_AHEAD)
    latest = max((stamp for stamp in _stamps(seen) if stamp < limit), default="")
    if latest < utc_text(now):
        return now
    return int(datetime.strptime(latest, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) + 1


def _stamps(seen: Component) -> list[str]:
    found: list[str] = []
    for part in seen.components:
        for line in part.lines:
            if line[0] == "DTSTAMP":
                found += _STAMP.findall(line[2])
            elif "X-NIAOULI-" in line[1]:
                found += _STAMP.findall(line[1])
    return found
