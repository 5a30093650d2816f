"""Parameters that the routes of meetings share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from calendars.http.shapes import Identifier
from scheduler.meetings.schemas.common import Ref

PREFIX = "/api/v1/meetings"

RefPath = Annotated[
    Ref, Path(description="La référence de la réunion.", examples=["CODIR-2026-09"])
]
ItemPath = Annotated[Identifier, Path(description="Le numéro du point.")]
PaperPath = Annotated[Ref, Path(description="La référence de la pièce.")]
VersionPath = Annotated[int, Path(ge=1, le=10_000, description="Le numéro de la version.")]
ActionPath = Annotated[
    Ref, Path(description="La référence de l'action.", examples=["ACT-2026-041"])
]
