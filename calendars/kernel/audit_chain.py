"""Whether a chain of audit lines is as it was written: what was edited, taken out, put in or cut.

A seal depends on the line, on its place and on the seal before it; without the key nobody makes
one. Who keeps a checkpoint elsewhere also sees when a whole store was set back to an earlier day.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from calendars.kernel.audit import FIRST_SEAL, Line, head_seal_of, seal_of


class Kept(NamedTuple):
    """A line as it is kept: with its place in its chain and its seal."""

    id: int
    number: int
    line: Line
    seal: bytes


class End(NamedTuple):
    """What a chain says of its end."""

    length: int
    head: bytes
    seal: bytes


class Fault(StrEnum):
    """What is wrong at a place of a chain."""

    CHANGED = "changed"
    """The line is not the one that was sealed at this place."""
    MISSING = "missing"
    """There is no line at this place, but there are some behind it."""
    CUT = "cut"
    """There is none from this place on, though there was."""
    ADDED = "added"
    """A line too many at this place: behind the end, or beside another."""
    FALSE_END = "false-end"
    """What tells the end of the chain is not what was written there."""
    SET_BACK = "set-back"
    """A checkpoint tells another line at this place."""


class Break(NamedTuple):
    """One place where a chain is not as it was written; `line` is the id of its row."""

    owner: int
    number: int
    fault: Fault
    line: int | None = None


class Mark(NamedTuple):
    """What a checkpoint remembers of a chain."""

    length: int
    head: bytes


def breaks_of(
    key: bytes, owner: int, end: End | None, lines: Iterable[Kept], mark: Mark | None = None
) -> Iterator[Break]:
    """Every place of one chain that is not as it was written, in its order."""
    number, seal = 0, FIRST_SEAL
    marked = mark is None or mark.length == 0
    for kept in lines:
        if kept.number <= number:
            yield Break(owner, kept.number, Fault.ADDED, kept.id)
            continue
        if kept.number > number + 1:
            yield Break(owner, number + 1, Fault.MISSING)
        elif not hmac.compare_digest(seal_of(key, seal, kept.number, kept.line), kept.seal):
            yield Break(owner, kept.number, Fault.CHANGED, kept.id)
        if mark is not None and kept.number == mark.length:
            marked = True
            if kept.seal != mark.head:
                yield Break(owner, kept.number, Fault.SET_BACK, kept.id)
        number, seal = kept.number, kept.seal
    yield from _breaks_at_end(key, owner, end, Mark(number, seal))
    if mark is not None and not marked:
        yield Break(owner, mark.length, Fault.SET_BACK)


def _breaks_at_end(key: bytes, owner: int, end: End | None, last: Mark) -> Iterator[Break]:
    """The chain ends where it says it does."""
    if end is None:
        if last.length:
            yield Break(owner, last.length, Fault.FALSE_END)
    elif not is_sealed(key, owner, end):
        yield Break(owner, end.length, Fault.FALSE_END)
    elif last.length < end.length:
        yield Break(owner, last.length + 1, Fault.CUT)
    elif last.length > end.length:
        yield Break(owner, end.length + 1, Fault.ADDED)
    elif last.head != end.head:
        yield Break(owner, end.length, Fault.CHANGED)


def is_sealed(key: bytes, owner: int, end: End) -> bool:
    """The end of a chain bears the seal that was made for it."""
    return hmac.compare_digest(head_seal_of(key, owner, end.length, end.head), end.seal)


def checkpoint_seal_of(key: bytes, at: int, marks: dict[int, Mark]) -> bytes:
    """The seal of the ends of all chains at one instant."""
    lines = [f"{owner}/{mark.length}/{mark.head.hex()}" for owner, mark in sorted(marks.items())]
    text = "\n".join([str(at), *lines])
    return blake2b(text.encode(), digest_size=32, key=key, person=b"checkpoint").digest()
