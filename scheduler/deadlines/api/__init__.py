"""Dates and recurring tasks that must not be missed, over REST (DLN-1)."""

from __future__ import annotations

from fastapi import APIRouter

from scheduler.deadlines.api import deadlines, routines

TAGS = (
    {"name": deadlines.TAG, "description": "Ce qu'il ne faut pas manquer, en chaîne."},
    {"name": routines.TAG, "description": "Ce qui revient, coché jour après jour."},
)

router = APIRouter()
for _one in (deadlines, routines):
    router.include_router(_one.router)
