"""Is the audit trail as it was written? (SEC-8, docs/adr/0007)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from calendars.kernel.audit_chain import (
    Break,
    Fault,
    Kept,
    Mark,
    breaks_of,
    checkpoint_seal_of,
    is_sealed,
)
from calendars.kernel.database import Db
from calendars.storage import audit, audit_lines

Watch: TypeAlias = Callable[[int, int], None]
"""Told how many lines were looked at, and how many there are."""

EVERY = 1_000
MAX_BREAKS = 20
"""Places told of each chain: behind a line that was put in every line is wrong."""


def verify(db: Db, marks: Mapping[int, Mark] | None = None, *, watch: Watch) -> Iterator[Break]:
    """Every place where a chain is not as it was written, the marks of a checkpoint included."""
    key, ends, marks = _key(db), audit_lines.ends_of(db), marks or {}
    total, done = sum(end.length for end in ends.values()), 0

    def counted(owner: int) -> Iterator[Kept]:
        nonlocal done
        for kept in audit_lines.each_of(db, owner):
            done += 1
            if done % EVERY == 0:
                watch(done, total)
            yield kept

    for owner in sorted({*ends, *audit_lines.owners_of(db), *marks}):
        found = breaks_of(key, owner, ends.get(owner), counted(owner), marks.get(owner))
        for number, broken in enumerate(found):
            if number < MAX_BREAKS:
                yield broken
    watch(done, total)


def glance(db: Db) -> list[Break]:
    """The ends of the chains only: what takes no time, and finds lines cut off."""
    key, ends = _key(db), audit_lines.ends_of(db)
    false = [
        Break(owner, end.length, Fault.FALSE_END)
        for owner, end in sorted(ends.items())
        if not is_sealed(key, owner, end)
    ]
    wrong = audit_lines.wrong_ends(db)
    return false + [Break(owner, ends[owner].length, Fault.CUT) for owner in wrong]


def checkpoint(db: Db, *, now: int) -> tuple[dict[int, Mark], bytes]:
    """The ends of all chains, and the seal of the service over them, to be kept elsewhere."""
    marks = {owner: Mark(end.length, end.head) for owner, end in audit_lines.ends_of(db).items()}
    return marks, checkpoint_seal_of(_key(db), now, marks)


def is_own_checkpoint(db: Db, at: int, marks: dict[int, Mark], seal: bytes) -> bool:
    """This service made that checkpoint."""
    return checkpoint_seal_of(_key(db), at, marks) == seal


def _key(db: Db) -> bytes:
    """Where the key is gone, no line is as it was sealed."""
    return audit.find_key(db) or b""
