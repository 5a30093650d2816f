"""Dates and recurring tasks that must not be missed, over REST (DLN-1)."""

from __future__ import annotations

from fastapi import APIRouter

from scheduler.deadlines.api import chains, deadlines, routines
from scheduler.deadlines.api.parameters import give_language

__all__ = ["TAGS", "give_language", "router"]

TAGS = (
    {"name": deadlines.TAG, "description": "Ce qu'il ne faut pas manquer, en chaîne."},
    {
        "name": chains.TAG,
        "description": "Un marché, une lettre : toutes les dates d'un jour donné.",
    },
    {"name": routines.TAG, "description": "Ce qui revient, coché jour après jour."},
)

router = APIRouter()
for _one in (deadlines, chains, routines):
    router.include_router(_one.router)
