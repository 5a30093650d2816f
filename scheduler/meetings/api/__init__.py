"""The JSON face of meetings."""

from __future__ import annotations

from fastapi import APIRouter

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
    router.include_router(part.router)
