"""The JSON face of meetings."""

from __future__ import annotations

from inspect import getdoc

from fastapi import APIRouter
from fastapi.routing import APIRoute

from scheduler.meetings.api import actions, agenda, meetings, minutes, readers, series
from scheduler.meetings.api.parameters import FILES, give_house

__all__ = ["FILES", "TAGS", "give_house", "router"]

TAGS = [
    {"name": meetings.TAG, "description": "Une réunion et son événement ne font qu'un."},
    {"name": series.TAG, "description": "Une réunion qui revient, en un seul acte."},
    {"name": agenda.TAG, "description": "Points, pièces, présences."},
    {"name": minutes.TAG, "description": "Du brouillon à la diffusion, et les documents."},
    {"name": actions.TAG, "description": "Qui fait quoi, pour quand."},
]

router = APIRouter()
for part in (meetings, series, agenda, readers, minutes, actions):
    for route in part.router.routes:
        # Docstrings speak to developers: who reads the document is told the summary again.
        if isinstance(route, APIRoute) and route.description == getdoc(route.endpoint):
            route.description = f"{route.summary}."
    router.include_router(part.router)
