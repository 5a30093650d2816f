"""Checkpoints of the audit trail in a file beside the store (docs/adr/0007).

A store that was set back to an earlier day as a whole is sound in itself; only what is kept
elsewhere tells. One line of JSON a checkpoint: to be copied where nobody can write who can write
the store.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, NamedTuple

from calendars.kernel.audit_chain import Mark
from calendars.kernel.database import Database
from calendars.services import verify_audit

log = logging.getLogger(__name__)

FILE = "audit-checkpoints.jsonl"
EVERY_SECONDS = 20 * 3600
"""A daily run makes one a day, whenever exactly it runs."""


class Checkpoint(NamedTuple):
    """The ends of all chains at one instant."""

    at: int
    marks: dict[int, Mark]
    seal: bytes

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        chains = {str(owner): [mark.length, mark.head.hex()] for owner, mark in self.marks.items()}
        return {"at": self.at, "seal": self.seal.hex(), "chains": chains}

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> Checkpoint:
        """What `as_json` made."""
        marks = {
            int(owner): Mark(int(count), bytes.fromhex(head))
            for owner, (count, head) in values["chains"].items()
        }
        return cls(int(values["at"]), marks, bytes.fromhex(values["seal"]))


class BadCheckpoint(ValueError):
    """A file that holds no checkpoint."""


def make(database: Database, *, now: int) -> Checkpoint:
    """The present one; a log that is kept elsewhere gets its seal."""
    with database.transaction() as db:
        marks, seal = verify_audit.checkpoint(db, now=now)
    made = Checkpoint(now, marks, seal)
    lines = sum(mark.length for mark in marks.values())
    log.info("audit.checkpoint", extra={"lines": lines, "seal": seal.hex()})
    return made


def append_due(database: Database, data: Path, *, now: int) -> int:
    """One more line in the file if the last one is of yesterday; how many were added."""
    path = data / FILE
    if path.exists():
        try:
            if latest(path).at > now - EVERY_SECONDS:
                return 0
        except BadCheckpoint:
            log.warning("audit.checkpoint_unreadable")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(make(database, now=now).as_json(), separators=(",", ":")) + "\n")
    path.chmod(0o600)
    return 1


def latest(path: Path) -> Checkpoint:
    """The last checkpoint of a file. Raises BadCheckpoint."""
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        return Checkpoint.of_json(json.loads(lines[-1]))
    except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadCheckpoint(type(error).__name__) from error
