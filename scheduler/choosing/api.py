"""What routes of campaigns and of appointments share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from scheduler.choosing.model import House


def give_choosing(app: FastAPI, house: House) -> None:
    """Routes of this application find it from now on."""
    app.state.choosing = house


async def _house_of(request: Request) -> House:
    house: House = request.app.state.choosing
    return house


Choosing = Annotated[House, Depends(_house_of)]
