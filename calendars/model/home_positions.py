"""How far a client has followed each calendar of a home: the end of the home's sync token.

RFC 6578 wants one token for a home and all that is in it, while writes in a calendar must not touch
the home that it stands in: the token names the position in each calendar instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from calendars.kernel.identifiers import CollectionId

Positions = Mapping[CollectionId, int]

_MARK = "~"
_VECTOR = re.compile(r"(?:[0-9a-f]{1,16}\.[0-9a-f]{1,16}(?:-|$))*", re.ASCII)


def with_positions(token: str, positions: Positions) -> str:
    """The token of a home with the positions in its calendars."""
    pairs = (f"{place:x}.{position:x}" for place, position in sorted(positions.items()))
    return f"{token}{_MARK}{'-'.join(pairs)}"


def parts_of(token: str) -> tuple[str, Positions | None]:
    """The token of the home, and the positions; None where it names none."""
    plain, mark, vector = token.partition(_MARK)
    if not mark:
        return token, None
    if _VECTOR.fullmatch(vector) is None:
        return token, None
    found: dict[CollectionId, int] = {}
    for pair in filter(None, vector.split("-")):
        place, _, position = pair.partition(".")
        found[CollectionId(int(place, 16))] = int(position, 16)
    return plain, found
