"""How much a conflict weighs, and who may pass over it: data, with defaults (DIA-4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from scheduler.slots.codes import ConflictCode


class Severity(StrEnum):
    """What happens where a conflict is found."""

    NOTE = "note"
    """It is listed for who asks."""
    WARN = "warn"
    """A task tells of it."""
    REFUSE = "refuse"
    """A face that can ask back refuses; where it cannot, a task tells of it."""


class Override(StrEnum):
    """Who may pass over it, giving a reason."""

    WRITERS = "writers"
    OWNER = "owner"
    NOBODY = "nobody"


class Weighing(NamedTuple):
    """One code's severity, and who may pass over it."""

    severity: Severity
    override: Override = Override.WRITERS


DEFAULTS: Mapping[ConflictCode, Weighing] = {
    ConflictCode.OVERLAP: Weighing(Severity.REFUSE),
    ConflictCode.OVERLAP_TENTATIVE: Weighing(Severity.NOTE),
    ConflictCode.RESOURCE: Weighing(Severity.REFUSE),
    ConflictCode.ABSENT: Weighing(Severity.REFUSE),
    ConflictCode.TRAVEL: Weighing(Severity.REFUSE),
    ConflictCode.HOURS: Weighing(Severity.NOTE),
    ConflictCode.HOLIDAY: Weighing(Severity.REFUSE),
    ConflictCode.CLOSURE: Weighing(Severity.REFUSE),
    ConflictCode.DAY_LOAD: Weighing(Severity.NOTE),
    ConflictCode.LUNCH: Weighing(Severity.NOTE),
    ConflictCode.NOT_TOGETHER: Weighing(Severity.REFUSE),
}
