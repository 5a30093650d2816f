"""Why a date is a bad one: the codes that slots are refused by and diaries are warned with."""

from __future__ import annotations

from enum import StrEnum


class ConflictCode(StrEnum):
    """Why a date is a bad one (DIA-4)."""

    OVERLAP = "OVERLAP"
    OVERLAP_TENTATIVE = "OVERLAP_TENTATIVE"
    RESOURCE = "RESOURCE"
    ABSENT = "ABSENT"
    TRAVEL = "TRAVEL"
    HOURS = "HOURS"
    HOLIDAY = "HOLIDAY"
    CLOSURE = "CLOSURE"
    DAY_LOAD = "DAY_LOAD"
    LUNCH = "LUNCH"
    NOT_TOGETHER = "NOT_TOGETHER"
