"""A list of absences, seen line by line first, then done as it was seen (DIA-7).

A line finds what it speaks of by its number, else by its days, else by days that it shares with
what came from the same list: that moves. What the list no longer names is told, and goes only
where that was asked for, within the days that the list covers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from calendars.model.calendar_user_address import CalendarUserAddress, mailto
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.model.window import Window
from calendars.services.default_calendars import calendar_for
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_entry import lock_calendars_of
from calendars.services.find_principals import list_people
from scheduler.absences import repository
from scheduler.absences.model import Absence, Standing
from scheduler.absences.service import Actor, Register, check_may_set, erase, move, standing, write
from scheduler.absences.table_rules import AbsenceTable, Fault, Line, read_table

Progress = Callable[[int, int], None]
"""Is told how many lines of how many are done."""
SOURCE = "personnel"
MAX_SOURCE = 40


class NotAsSeen(Conflict):
    """What was confirmed is not what would be done now: look at the preview again."""


class BadSource(InvalidInput):
    """A list has a short name."""


class Outcome(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Judged(NamedTuple):
    """A line, what becomes of it, and what it speaks of where that stands already."""

    line: Line
    outcome: Outcome
    owner: Principal | None = None
    there: Standing | None = None


class Preview(NamedTuple):
    """What an import would do; the token stands for exactly that."""

    lines: list[Judged]
    gone: list[Standing]
    """What came from this list, lies within its days, and is named in it no more."""
    table: AbsenceTable
    token: str

    def count(self, outcome: Outcome) -> int:
        """How many lines become that."""
        return sum(one.outcome is outcome for one in self.lines)


class Wanted(NamedTuple):
    """The file, and how it is taken."""

    content: bytes
    source: str = SOURCE
    """The name of the list: another list does not touch what this one has brought."""
    replace: bool = False
    """What it no longer names goes."""


def preview(db: Db, actor: Actor, wanted: Wanted, register: Register, *, now: int) -> Preview:
    """Line by line what an import would do. Nothing is written. Raises BadTable, BadSource."""
    return _look(db, actor, wanted, register, lock=False, now=now)


def _look(
    db: Db, actor: Actor, wanted: Wanted, register: Register, *, lock: bool, now: int
) -> Preview:
    """With the lock nobody else writes in the diaries that are named, from before they are read."""
    if not 1 <= len(wanted.source.strip()) <= MAX_SOURCE or "\0" in wanted.source:
        raise BadSource(f"a list has a name of up to {MAX_SOURCE} letters")
    today = epoch_to_local(now, register.zone).date()
    table = read_table(wanted.content, today=today)
    owners = _owners(db, actor, table.lines, register, now=now)
    if lock:
        lock_calendars_of(db, [one.id for one in owners.values() if isinstance(one, Principal)])
    found = standing(db, repository.list_of_source(db, wanted.source), register.zone)
    mine = [one for one in found if _may(db, actor, one.owner, register, now=now)]
    judged = list(_judge(table.lines, owners, mine, register))
    touched = {one.there.kept.id for one in judged if one.there is not None}
    gone = [one for one in mine if one.kept.id not in touched and _within(one, table, register)]
    return Preview(judged, gone, table, _token(wanted, judged, gone))


def import_table(
    db: Db, actor: Actor, wanted: Wanted, register: Register, token: str | None, *,
    now: int, progress: Progress | None = None,
) -> Preview:  # fmt: skip
    """Do what the preview of that token has shown; said again, it changes nothing.

    Raises BadTable, BadSource, NotAsSeen.
    """
    seen = _look(db, actor, wanted, register, lock=True, now=now)
    if token is not None and seen.token != token:
        raise NotAsSeen("what was confirmed is not what would be done now")
    for done, one in enumerate(seen.lines, 1):
        _do(db, actor, one, wanted.source, register, now=now)
        if progress is not None:
            progress(done, len(seen.lines))
    for gone in seen.gone if wanted.replace else ():
        erase(db, actor, gone.owner, gone.kept, now=now)
    return seen


def _do(db: Db, actor: Actor, one: Judged, source: str, register: Register, *, now: int) -> None:
    absence, owner, zone = one.line.absence, one.owner, register.zone
    if absence is None or owner is None:
        return
    if one.outcome is Outcome.ADDED:
        write(db, actor, owner, absence, zone, (source, one.line.reference), now=now)
    elif one.there is not None:
        if one.outcome is Outcome.MOVED:
            move(db, actor, owner, one.there.kept, absence, zone, now=now)
        if one.line.reference != one.there.kept.reference:
            repository.set_reference(db, one.there.kept.id, one.line.reference)


def _owners(
    db: Db, actor: Actor, lines: Iterable[Line], register: Register, *, now: int
) -> dict[str, Principal | Fault]:
    """Whom the lines name; who is unknown and who is none of the actor's business are alike."""
    names = list(dict.fromkeys(one.person for one in lines if one.fault is None))
    people = list_people(db, names)
    addresses: dict[str, CalendarUserAddress] = {
        name: mailto(name) for name in names if "@" in name and name not in people
    }
    ours = find_calendar_users(db, list(addresses.values()))
    found: dict[str, Principal | Fault] = {}
    for name in names:
        one = people.get(name) or ours.get(addresses.get(name, CalendarUserAddress("")))
        if one is None or not _may(db, actor, one, register, now=now):
            found[name] = Fault.UNKNOWN_PERSON
        elif calendar_for(db, one.login, "VEVENT") is None:
            found[name] = Fault.NO_CALENDAR
        else:
            found[name] = one
    return found


def _may(db: Db, actor: Actor, owner: Principal, register: Register, *, now: int) -> bool:
    try:
        check_may_set(db, actor, owner, register, now=now)
    except (NotFound, Forbidden):
        return False
    return not owner.disabled


def _judge(
    lines: Iterable[Line],
    owners: dict[str, Principal | Fault],
    mine: Iterable[Standing],
    register: Register,
) -> Iterable[Judged]:
    """First what is named exactly, then what has moved: no line takes another's."""
    left: dict[int, list[Standing]] = defaultdict(list)
    for one in mine:
        left[one.owner.id].append(one)
    found: dict[int, Judged] = {}
    open_: list[tuple[Line, Absence, Principal]] = []
    told: set[tuple[int, Window]] = set()
    for line in lines:
        owner = owners.get(line.person)
        if line.absence is None or not isinstance(owner, Principal):
            fault = line.fault or (owner if isinstance(owner, Fault) else Fault.UNKNOWN_PERSON)
            refused = line._replace(fault=fault, field=line.field or "person", absence=None)
            found[line.at] = Judged(refused, Outcome.REFUSED)
            continue
        window = line.absence.window(register.zone)
        if (owner.id, window) in told:
            twice = line._replace(fault=Fault.TWICE, field="first", absence=None)
            found[line.at] = Judged(twice, Outcome.REFUSED)
            continue
        told.add((owner.id, window))
        there = _exactly(left[owner.id], line, window)
        if there is None:
            open_.append((line, line.absence, owner))
            continue
        left[owner.id].remove(there)
        outcome = Outcome.UNCHANGED if there.window == window else Outcome.MOVED
        found[line.at] = Judged(line, outcome, owner, there)
    for line, absence, owner in open_:
        there = _sharing(left[owner.id], line, absence.window(register.zone))
        if there is not None:
            left[owner.id].remove(there)
        outcome = Outcome.ADDED if there is None else Outcome.MOVED
        found[line.at] = Judged(line, outcome, owner, there)
    return [found[at] for at in sorted(found)]


def _exactly(left: list[Standing], line: Line, window: Window) -> Standing | None:
    """By its number; else by its days, where neither has another number."""
    if line.reference:
        named = (one for one in left if one.kept.reference == line.reference)
        if (one := next(named, None)) is not None:
            return one
    return next(
        (
            one
            for one in left
            if one.window == window and (not line.reference or not one.kept.reference)
        ),
        None,
    )


def _sharing(left: list[Standing], line: Line, window: Window) -> Standing | None:
    """What has no number, as the line has none, and shares days with it."""
    if line.reference:
        return None
    shares = (
        one
        for one in left
        if not one.kept.reference
        and one.window.start < window.end
        and window.start < one.window.end
    )
    return next(shares, None)


def _within(one: Standing, table: AbsenceTable, register: Register) -> bool:
    if table.span is None:
        return False
    start, end = Absence(*table.span).window(register.zone)
    return one.window.start < end and start < one.window.end


def _token(wanted: Wanted, judged: Iterable[Judged], gone: Iterable[Standing]) -> str:
    """What was seen: every line with all that would be written."""
    told = [
        [
            one.line.at, one.outcome, one.line.fault, one.line.person, one.line.reference,
            None if one.line.absence is None else [str(part) for part in one.line.absence],
            None if one.there is None else one.there.kept.id,
        ]
        for one in judged
    ]  # fmt: skip
    rest = [one.kept.id for one in gone] if wanted.replace else []
    said = json.dumps([wanted.source, wanted.replace, told, rest], ensure_ascii=False)
    return sha256(said.encode()).hexdigest()[:32]
