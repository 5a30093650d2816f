"""A year of a directorate: each reminder exactly once, against a reckoning by brute force.

The diaries change on the way: events are moved, deleted and added; on one day the service is down.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update

from calendars.kernel.identifiers import CollectionId
from calendars.model.principal import Principal
from calendars.services.delete_object import delete_object
from calendars.storage import calendar_objects, collections
from notifications.tables import outbox
from scheduler.app.due_work import remind_all
from scheduler.app.settings import Settings
from scheduler.app.wiring import Service, assemble
from scheduler.reminders.rules import Policy
from scheduler.reminders.wishes import DEFAULTS, set_policy
from tests.scheduler.reminders.house import row_of
from tests.scheduler.reminders.year import (
    DAY,
    POLICIES,
    Entry,
    Letter,
    Oracle,
    Volume,
    entries_of,
    epoch,
    ticks_of,
)
from tests.stores import a_person, agenda_of, object_path, put

BEFORE = epoch(datetime(2025, 1, 1))  # noqa: DTZ001 - the clocks of Nouméa


class SteppedClock:
    """The time that the test has come to."""

    instant = BEFORE

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.instant, UTC)


@dataclass
class Standing:
    """An entry as it stands, and since when."""

    entry: Entry
    since: int


@dataclass
class Year:
    """The service with its diaries, stepped through time, and the oracle beside it."""

    service: Service
    clock: SteppedClock
    random: Random
    oracle: Oracle
    people: dict[str, tuple[Principal, CollectionId]] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)

    def fill(self, diaries: int, first: date, days: int, volume: Volume) -> None:
        """All diaries at once: the rows that so many requests would have made."""
        for number in range(diaries):
            login = f"p{number}"
            with self.service.database.transaction() as db:
                person = a_person(db, login)
                place = agenda_of(db, person).id
                self.people[login] = (person, place)
                for entry in entries_of(login, first, days, volume, self.random):
                    self.standing[entry.uid] = Standing(entry, BEFORE)
                    modseq = collections.next_modseq(db, place)
                    name = f"{entry.uid}.ics"
                    calendar_objects.add(db, place, name, row_of(entry, BEFORE), modseq=modseq)

    def step(self, now: int) -> None:
        """One tick, after which the relay has taken everything."""
        self.clock.instant = now
        remind_all(self.service)
        with self.service.database.transaction() as db:
            waiting = update(outbox).where(outbox.c.state == "PENDING")
            db.execute(waiting.values(state="SENT", done_at=now))

    def change_something(self, now: int) -> None:
        """A second behind a tick somebody moves, deletes or adds an event."""
        self.clock.instant = now + 1
        single = [one for one in self.standing if "-s" not in one]
        uid = self.random.choice(single)
        entry = self.standing[uid].entry
        person, _ = self.people[entry.owner]
        self._over(uid, now + 1)
        deed = self.random.choice(["move", "delete", "copy"])
        with self.service.database.transaction() as db:
            path = object_path(person, f"{uid}.ics")
            if deed == "delete":
                delete_object(db, person, path, now=now + 1)
                return
            days = self.random.randrange(-20, 40)
            moved = replace(entry, start=_local(now).replace(hour=9, minute=15) + days * DAY)
            if entry.all_day:
                moved = replace(moved, start=moved.start.replace(hour=0, minute=0))
            put(db, person, moved.text, path.name, now=now + 1)
            self.standing[uid] = Standing(moved, now + 1)

    def _over(self, uid: str, at: int) -> None:
        was = self.standing.pop(uid)
        self.oracle.add(was.entry, was.since, at)

    def expected(self) -> list[Letter]:
        """What the oracle says of everything that ever stood."""
        for uid in list(self.standing):
            self._over(uid, 2**60)
        return self.oracle.expected

    def told(self) -> list[Letter]:
        """What stands in the outbox."""
        columns = (outbox.c.created_at, outbox.c.uid, outbox.c.recipient, outbox.c.body)
        with self.service.database.reading() as db:
            return [
                Letter(at, uid, to.removeprefix("mailto:"), _start(json.loads(body)["start"]))
                for at, uid, to, body in db.execute(select(*columns))
            ]


def _start(text: str) -> int:
    if "T" in text:
        return int(datetime.fromisoformat(text).timestamp())
    return epoch(datetime.fromisoformat(text))


def _local(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC).replace(tzinfo=None) + timedelta(hours=11)


def _a_year(url: str, data: Path, oracle: Oracle, seed: int) -> Year:
    clock = SteppedClock()
    service = assemble(Settings.model_validate({"data": data, "database_url": url}), clock=clock)
    with service.database.transaction() as db:
        for policy in DEFAULTS:
            set_policy(db, Policy(policy.kind, ()), by="x", now=BEFORE)
        for kind, days in POLICIES.items():
            set_policy(db, Policy(kind, days), by="x", now=BEFORE)
    remind_all(service)
    return Year(service, clock, Random(seed), oracle)


def _run(year: Year, changes: int) -> None:
    """Through all ticks, with changes here and there."""
    changed = set(year.random.sample(year.oracle.ticks[1:], changes))
    for now in year.oracle.ticks:
        year.step(now)
        if now in changed:
            year.change_something(now)


def _compare(year: Year) -> int:
    wanted, told = Counter(year.expected()), Counter(year.told())
    missing, surplus = wanted - told, told - wanted
    assert (list(missing)[:3], list(surplus)[:3]) == ([], [])
    assert max(told.values(), default=1) == 1
    return sum(told.values())


@pytest.mark.rule("TIM-11")
def test_six_weeks_of_twelve_diaries(migrated_url: str, tmp_path: Path) -> None:
    first = date(2026, 3, 16)
    ticks = ticks_of(first, 42, outage=date(2026, 4, 1), every=60)
    oracle = Oracle(ticks, _local(ticks[-1]) + timedelta(days=400))
    year = _a_year(migrated_url, tmp_path / "data", oracle, 1)
    year.fill(12, date(2026, 3, 1), 90, Volume(singles=30, series=5))
    _run(year, changes=60)
    assert _compare(year) > 300
    year.service.database.close()


@pytest.mark.interop
@pytest.mark.timeout(1_200)
@pytest.mark.rule("TIM-11")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_year_of_three_hundred_diaries(
    migrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """300 diaries with three years of events each, one of them stepped through."""
    began = time.monotonic()
    ticks = ticks_of(date(2026, 1, 1), 365, outage=date(2026, 6, 10))
    oracle = Oracle(ticks, _local(ticks[-1]) + timedelta(days=400))
    year = _a_year(migrated_url, tmp_path / "data", oracle, 2026)
    year.fill(300, date(2025, 1, 1), 3 * 365, Volume(singles=130, series=5))
    filled = time.monotonic()
    _run(year, changes=1_500)
    ran = time.monotonic()
    count = _compare(year)
    with capsys.disabled():
        print(
            f"\n{len(year.people)} diaries, {300 * 135} objects, {len(ticks)} ticks: "
            f"{count} reminders, each once; filled in {filled - began:.0f} s, "
            f"stepped in {ran - filled:.0f} s"
        )
    assert count > 50_000
    year.service.database.close()
