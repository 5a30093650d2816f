"""What a tick of the reminders costs by how many events there are: it should not matter.

Every event has an alarm that goes off as a mail. A tick is measured that finds nothing, as nearly
all do, and one that finds ten reminders due. `make bench` prints the table too; alone it is
`python -m bench.reminding`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.table import markdown, number
from calendars.storage import calendar_objects, collections
from scheduler.app.due_work import remind_all
from scheduler.app.settings import Settings
from scheduler.app.wiring import Service, assemble
from tests.scheduler.reminders.house import row_of
from tests.scheduler.reminders.year import Entry, epoch
from tests.stores import a_person, agenda_of

DIARIES = 10
DUE = 10
TICKS = 30
START = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001 - the clocks of Nouméa
SIZES = (1_000, 100_000)


class Cost(NamedTuple):
    """Milliseconds of CPU: the first tick, which hears of everything, and later ones."""

    first: float
    idle: float
    due: float


class _Clock:
    """The time that the bench has come to."""

    instant = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.instant, UTC)


def measure(folder: Path, events: int) -> Cost:
    """A store of its own with so many events."""
    clock = _Clock()
    clock.instant = epoch(START)
    service = assemble(Settings.model_validate({"data": folder}), clock=clock)
    remind_all(service)
    _fill(service, events, clock.instant)
    first = _tick(service, clock, clock.instant + 60)
    idle, due = [], []
    for tick in range(TICKS):
        now = epoch(START + timedelta(hours=1 + tick))
        due.append(_tick(service, clock, now))
        idle.append(_tick(service, clock, now + 60))
    service.database.close()
    return Cost(first, median(idle), median(due))


def _tick(service: Service, clock: _Clock, now: int) -> float:
    clock.instant = now
    before = time.process_time()
    remind_all(service)
    return (time.process_time() - before) * 1_000


def _fill(service: Service, events: int, written_at: int) -> None:
    """Ten events of each of the hours that are looked at, all others later."""
    with service.database.transaction() as db:
        places = []
        for diary in range(DIARIES):
            person = a_person(db, f"p{diary}")
            places.append((person.login, agenda_of(db, person).id))
        for one in range(events):
            login, place = places[one % DIARIES]
            hour = one // DUE
            later = timedelta(hours=2 + hour if hour < TICKS else 24 * 30 + hour % 20_000)
            entry = Entry(f"{one}", login, START + later, alarms=(60,))
            modseq = collections.next_modseq(db, place)
            row = row_of(entry, written_at)
            calendar_objects.add(db, place, f"{one}.ics", row, modseq=modseq)


def report(folder: Path, sizes: Sequence[int] = SIZES) -> str:
    """The table."""
    costs = []
    for size in sizes:
        place = folder / f"reminders-{size}"
        place.mkdir(parents=True)
        costs.append(measure(place, size))
    rows = []
    for title, values in (
        ("a tick that finds nothing", [cost.idle for cost in costs]),
        (f"a tick with {DUE} reminders due", [cost.due for cost in costs]),
    ):
        rows.append([title, *map(number, values), f"{values[-1] / values[0]:.2f}"])
    heard = f"{costs[-1].first / sizes[-1]:.2f} ms an event"
    head = ["ms CPU", *(f"{size:,} events" for size in sizes), "ratio"]
    return f"{markdown(head, rows)}\n\nThe first tick hears of every event: {heard}."


def main() -> None:
    """`python -m bench.reminding`."""
    argparse.ArgumentParser(prog="python -m bench.reminding", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="niaouli-reminders-") as name:
        print(report(Path(name)))


if __name__ == "__main__":
    main()
