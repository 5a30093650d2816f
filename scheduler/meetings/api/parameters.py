"""Parameters that the routes of meetings share."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request

from calendars.http.shapes import Identifier
from scheduler.meetings.house import House
from scheduler.meetings.schemas.common import Ref

PREFIX = "/api/v1/meetings"
FILES = re.compile(rf"{PREFIX}/[^/]+/papers/[^/]+")
"""Where a paper is handed in."""

RefPath = Annotated[
    Ref, Path(description="La référence de la réunion.", examples=["CODIR-2026-09"])
]
ItemPath = Annotated[Identifier, Path(description="Le numéro du point.")]
PaperPath = Annotated[Ref, Path(description="La référence de la pièce.")]
VersionPath = Annotated[int, Path(ge=1, le=10_000, description="Le numéro de la version.")]
ActionPath = Annotated[
    Ref, Path(description="La référence de l'action.", examples=["ACT-2026-041"])
]


def give_house(app: FastAPI, house: House) -> None:
    """Routes of this application know from now on for whom they write."""
    app.state.house = house


# A coroutine, so that FastAPI does not send a look-up to a thread.
async def _house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


HouseState = Annotated[House, Depends(_house_of)]
