"""The JSON face of meetings."""

from __future__ import annotations

from fastapi import APIRouter

from scheduler.meetings.api import agenda, meetings

TAGS = [
    {"name": meetings.TAG, "description": "Une réunion et son événement ne font qu'un."},
    {"name": agenda.TAG, "description": "Points, pièces, présences."},
]

router = APIRouter()
router.include_router(meetings.router)
router.include_router(agenda.router)
