"""What the routes of references share: who sees what."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from scheduler.references.model import Eyes

TAG = "Références externes"


def give_eyes(app: FastAPI, eyes: Eyes) -> None:
    """Routes of this application ask these who sees what from now on."""
    app.state.reference_eyes = eyes


async def _eyes_of(request: Request) -> Eyes:
    eyes: Eyes = request.app.state.reference_eyes
    return eyes


CurrentEyes = Annotated[Eyes, Depends(_eyes_of)]
