"""Import of references in two steps: seen line by line first, then done as it was seen (DIR-5).

The second step reckons the first again: where the outcome is another by now, nothing is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from calendars.model.principal import Principal
from scheduler.references import repository, service
from scheduler.references.import_rules import Fault, Line, read_table
from scheduler.references.model import Eyes, Mark, Subject
from scheduler.references.rules import check_number

Progress = Callable[[int, int], None]
"""Is told how many lines of how many are done."""


class NotAsSeen(Conflict):
    """What was confirmed is not what would be done now: look at the preview again."""


class Outcome(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Judged(NamedTuple):
    """A line, and what becomes of it."""

    line: Line
    outcome: Outcome
    fault: Fault | None = None
    mark: Mark | None = None
    """What would be noted: what the line leaves empty stays as it was."""


class Preview(NamedTuple):
    """What an import would do; the token stands for exactly that."""

    lines: list[Judged]
    token: str

    def count(self, outcome: Outcome) -> int:
        """How many lines become that."""
        return sum(one.outcome is outcome for one in self.lines)


def preview(
    db: Db, actor: Principal, content: bytes, *, eyes: Eyes, today: date, now: int,
    progress: Progress | None = None,
) -> Preview:  # fmt: skip
    """Line by line what an import would do. Nothing is written. Raises BadTable."""
    table = read_table(content, today=today)
    judge = _Judge(db, actor, eyes, now)
    lines = []
    for done, line in enumerate(table, 1):
        lines.append(judge.judged(line))
        if progress is not None:
            progress(done, len(table))
    return Preview(lines, _token(actor, lines))


def import_table(  # noqa: PLR0913 - a table, by whose eyes, and what was confirmed
    db: Db, actor: Principal, content: bytes, token: str, *, eyes: Eyes, today: date, now: int,
    progress: Progress | None = None,
) -> Preview:  # fmt: skip
    """Do what the preview of that token has shown; said again, it changes nothing.

    Raises BadTable, NotAsSeen.
    """
    seen = preview(db, actor, content, eyes=eyes, today=today, now=now, progress=progress)
    if seen.token != token:
        raise NotAsSeen("what was confirmed is not what would be done now")
    for one in seen.lines:
        subject = one.line.subject
        if one.outcome in {Outcome.ADDED, Outcome.CHANGED} and one.mark and subject:
            service.note(db, actor, one.mark, subject, now=now)
    return seen


class _Judge:
    """Looks at each thing once, and remembers what the lines above have said."""

    def __init__(self, db: Db, actor: Principal, eyes: Eyes, now: int) -> None:
        self._db, self._actor, self._eyes, self._now = db, actor, eyes, now
        self._systems = {one.code: one for one in repository.list_systems(db)}
        self._things: dict[Subject, Fault | None] = {}
        self._noted: dict[tuple[str, str], tuple[Mark, Subject]] = {}

    def judged(self, line: Line) -> Judged:
        """What becomes of a line."""
        mark, subject = line.mark, line.subject
        if mark is None or subject is None:
            return Judged(line, Outcome.REFUSED, line.fault)
        fault = self._fault(mark, subject)
        if fault is not None:
            return Judged(line, Outcome.REFUSED, fault)
        known = self._known(mark)
        if known is not None and known[1] != subject:
            return Judged(line, Outcome.REFUSED, Fault.TAKEN)
        if known is not None:
            was = known[0]
            mark = mark._replace(day=mark.day or was.day, direction=mark.direction or was.direction)
        self._noted[mark.system, mark.number] = (mark, subject)
        if known is None:
            return Judged(line, Outcome.ADDED, mark=mark)
        outcome = Outcome.UNCHANGED if known[0] == mark else Outcome.CHANGED
        return Judged(line, outcome, mark=mark)

    def _fault(self, mark: Mark, subject: Subject) -> Fault | None:
        system = self._systems.get(mark.system)
        if system is None:
            return Fault.NO_SYSTEM
        try:
            check_number(mark.number, system.pattern)
        except InvalidInput:
            return Fault.BAD_NUMBER
        if subject not in self._things:
            self._things[subject] = self._look(subject)
        return self._things[subject]

    def _look(self, subject: Subject) -> Fault | None:
        try:
            self._eyes.look(self._db, self._actor, subject, change=True, now=self._now)
        except NotFound:
            return Fault.NOT_FOUND
        except Forbidden:
            return Fault.READ_ONLY
        return None

    def _known(self, mark: Mark) -> tuple[Mark, Subject] | None:
        said = self._noted.get((mark.system, mark.number))
        if said is not None:
            return said
        found = repository.find_number(self._db, mark.system, mark.number)
        return None if found is None else (found.mark, found.subject)


def _token(actor: Principal, lines: list[Judged]) -> str:
    """What was seen, by whom: every line with all that would be written."""
    told = [
        [
            one.line.at, one.outcome, one.fault, one.line.system, one.line.number,
            None if one.mark is None else [str(one.mark.day), one.mark.direction],
            None if one.line.subject is None else [*one.line.subject],
        ]
        for one in lines
    ]  # fmt: skip
    said = json.dumps([actor.login, told], ensure_ascii=False)
    return sha256(said.encode()).hexdigest()[:32]
