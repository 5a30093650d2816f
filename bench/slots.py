"""Search for slots in a large house: the sample directorate grown to 300 diaries of three years.

`python -m bench.slots` fills a store, asks the questions of a busy assistant, and prints how long
each took. Twenty diaries are written as any client writes; the others are copies of their rows, for
three hundred years of writing would take ten minutes and measure nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.table import markdown
from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Database, Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal
from calendars.services.find_principals import get_principal
from calendars.services.open_account import NewAccount, open_account
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.tell_busy_time import FreeBusyPolicy
from scheduler.app.server import settle_memory
from scheduler.app.settings import Settings
from scheduler.app.wiring import assemble
from scheduler.demonstration.directorate import Directorate
from scheduler.demonstration.load import load
from scheduler.directory.service import set_workplace
from scheduler.slots.follow import BATCH, follow_places
from scheduler.slots.request import ResourceNeed, SlotRequest
from scheduler.slots.schemas import SlotsOut
from scheduler.slots.service import Asking, search_slots
from tests.postgres import DURABLE, running_postgres

DIARIES, TEMPLATES, YEARS = 300, 20, 3
SERIES, SINGLES = 8, 12
"""A week: so many meetings that recur, and so many others."""
ZONE = ZoneInfo("Pacific/Noumea")
_PLACES = (
    "Siège de la DPASS",
    "Locaux du SPE",
    "Salle Ocre",
    "CMS de Bourail",
    "CMS de Dumbéa",
    "",
)
_EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//FR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDTEND:{end}\r\n{rule}SUMMARY:Réunion {uid}\r\n"
    "{place}END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@dataclass(frozen=True)
class House:
    """A filled store."""

    database: Database
    logins: list[str]
    first: date
    now: int


def log(*words: object) -> None:
    """Say how far it is."""
    print(time.strftime("%H:%M:%S"), *words, file=sys.stderr, flush=True)


@contextmanager
def filled(folder: Path, database_url: str) -> Iterator[House]:
    """The directorate, grown."""
    settings = Settings.model_validate({"data": folder, "database_url": database_url})
    service = assemble(settings)
    database, now = service.database, int(time.time())
    try:
        load(database, Directorate(), timezone_id="Pacific/Noumea", now=now, watch=lambda *_: None)
        logins = _people(database, now=now)
        monday = _monday(now)
        start = monday - timedelta(weeks=52)
        for number, login in enumerate(logins[:TEMPLATES]):
            with database.transaction() as db:
                _write_diary(db, get_principal(db, login), start, Random(number), now=now)
        log(f"{TEMPLATES} diaries written")
        _follow(database)
        with database.transaction() as db:
            for number, login in enumerate(logins[TEMPLATES:]):
                _copy(db, logins[number % TEMPLATES], login)
        with database.engine.connect() as db:
            db.execute(text("ANALYZE"))
            db.commit()
        log(f"{len(logins)} diaries there")
        yield House(database, logins, monday + timedelta(weeks=8), now)
    finally:
        database.close()


def _monday(now: int) -> date:
    today = datetime.fromtimestamp(now, UTC).date()
    return today - timedelta(days=today.weekday())


def _people(database: Database, *, now: int) -> list[str]:
    """Whoever has a diary already, and as many more as are wanted; the new ones are returned."""
    logins = [f"agent{number}" for number in range(DIARIES - 40)]
    with database.transaction() as db:
        for number, login in enumerate(logins):
            new = NewAccount(login, f"Agent {number}", email=f"{login}@dpass.example.org")
            open_account(db, new, timezone_id="Pacific/Noumea", now=now, by=CONSOLE)
            set_workplace(db, CONSOLE, login, "SIEGE" if number % 3 else "SPE", now=now)
    return logins


def _write_diary(db: Db, person: Principal, start: date, draw: Random, *, now: int) -> None:
    """Twenty entries a week, a part of them with a place."""
    for number in range(SERIES):
        first = start + timedelta(days=draw.randrange(5))
        until = f"{start + timedelta(weeks=52 * YEARS):%Y%m%d}T000000Z"
        _put(db, person, f"s{number}", first, draw, f"RRULE:FREQ=WEEKLY;UNTIL={until}\r\n", now=now)
    for week in range(52 * YEARS):
        for number in range(SINGLES):
            day = start + timedelta(weeks=week, days=draw.randrange(5))
            _put(db, person, f"w{week}-{number}", day, draw, "", now=now)


def _put(
    db: Db, person: Principal, uid: str, day: date, draw: Random, rule: str, *, now: int
) -> None:
    minute = draw.randrange(30, 36) * 15 if draw.random() < 0.5 else draw.randrange(50, 60) * 15
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(minutes=minute)
    end = start + timedelta(minutes=draw.choice((30, 45, 60, 60, 90)))
    place = draw.choice(_PLACES)
    body = _EVENT.format(
        uid=uid, start=_utc(start), end=_utc(end), rule=rule,
        place=f"LOCATION:{place}\r\n" if place else "",
    ).encode()  # fmt: skip
    path = ObjectPath(str(person.login), "agenda", f"{uid}.ics")
    put_object(db, person, PutObject(path, CalendarObject.parse(body), body), now=now)


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _follow(database: Database) -> None:
    while True:
        with database.transaction() as db:
            if follow_places(db, limit=20 * BATCH) < 20 * BATCH:
                return


def _copy(db: Db, of: str, to: str) -> None:
    """The rows of one diary as another's."""
    source, target = _agenda(db, of), _agenda(db, to)
    names = {"source": source.id, "target": target.id, "owner": target.owner_id}
    columns = _columns(db, "calendar_objects", "id", "collection_id")
    db.execute(
        text(
            f"INSERT INTO calendar_objects (collection_id, {columns}) "  # noqa: S608
            f"SELECT :target, {columns} FROM calendar_objects WHERE collection_id = :source"
        ),
        names,
    )
    pairs = (
        "JOIN calendar_objects s ON s.id = o.object_id AND s.collection_id = :source "
        "JOIN calendar_objects n ON n.collection_id = :target AND n.name = s.name"
    )
    rows = _columns(db, "occurrences", "object_id", "collection_id")
    db.execute(
        text(
            f"INSERT INTO occurrences (object_id, collection_id, {rows}) "  # noqa: S608
            f"SELECT n.id, :target, {_of(rows)} FROM occurrences o {pairs}"
        ),
        names,
    )
    rows = _columns(db, "event_places", "object_id", "owner_id")
    db.execute(
        text(
            f"INSERT INTO event_places (object_id, owner_id, {rows}) "  # noqa: S608
            f"SELECT n.id, :owner, {_of(rows)} FROM event_places o {pairs}"
        ),
        names,
    )


def _of(columns: str) -> str:
    return ", ".join(f"o.{name}" for name in columns.split(", "))


def _columns(db: Db, table: str, *but: str) -> str:
    names: Sequence[str] = [
        column
        for column in db.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys()  # noqa: S608, SIM118
    ]
    return ", ".join(f'"{name}"' for name in names if name not in but)


def _agenda(db: Db, login: str) -> Any:  # noqa: ANN401 - a row
    return db.execute(
        text(
            "SELECT c.id, c.owner_id FROM collections c JOIN principals p ON p.id = c.owner_id "
            "WHERE p.login = :login AND c.name = 'agenda'"
        ),
        {"login": login},
    ).one()


def questions(house: House) -> dict[str, SlotRequest]:
    """What is asked, with the bar that each has to reach."""
    first = house.first
    return {
        "8 people, a room, a car, 4 weeks": SlotRequest(
            first=first, last=first + timedelta(days=27), minutes=60,
            required=tuple(house.logins[10:18]), place="Siège de la DPASS",
            needs=(ResourceNeed("room", capacity=8), ResourceNeed("vehicle")),
        ),
        "90 people, 8 weeks": SlotRequest(
            first=first, last=first + timedelta(days=55), minutes=60,
            required=tuple(house.logins[:10]), optional=tuple(house.logins[10:90]),
            place="Siège de la DPASS",
        ),
        "90 people, a room, 8 weeks": SlotRequest(
            first=first, last=first + timedelta(days=55), minutes=60,
            required=tuple(house.logins[:10]), optional=tuple(house.logins[10:90]),
            needs=(ResourceNeed("room", capacity=24),), place="Siège de la DPASS",
        ),
    }  # fmt: skip


def measure(house: House, request: SlotRequest, rounds: int) -> list[str]:
    """One row: the median and the slowest of the rounds, what it found."""
    with house.database.reading() as db:
        asker = get_principal(db, house.logins[0])
    asking = Asking(asker, ZONE, FreeBusyPolicy.EVERYBODY, house.now)

    def once() -> SlotsOut:
        with house.database.reading() as db:
            return SlotsOut.of(search_slots(db, asking, request), ZONE)

    told, walls, cpus = once(), list[float](), list[float]()
    settle_memory()  # as a worker that serves has done
    for _ in range(rounds):
        walls.append(_timed(time.perf_counter, once))
        cpus.append(_timed(time.process_time, once))
    return [
        f"{median(walls):.0f}", f"{max(walls):.0f}", f"{median(cpus):.0f}",
        f"{told.free} of {told.tried}",
    ]  # fmt: skip


def _timed(clock: Callable[[], float], deed: Callable[[], object]) -> float:
    started = clock()
    deed()
    return (clock() - started) * 1_000


def report(rounds: int, engines: Sequence[str]) -> str:
    """The table, on each engine that is wanted."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="niaouli-slots-") as name:
        for engine in engines:
            if engine == "SQLite":
                with filled(Path(name) / engine, "") as house:
                    rows += _rows(house, engine, rounds)
            else:
                with running_postgres(DURABLE) as postgres:
                    url = postgres.url(postgres.create_database())
                    with filled(Path(name) / engine, url) as house:
                        rows += _rows(house, engine, rounds)
    head = ["search", "store", "ms, median", "slowest", "ms of CPU", "free of tried"]
    return markdown(head, rows)


def _rows(house: House, engine: str, rounds: int) -> list[list[str]]:
    return [
        [title, engine, *measure(house, request, rounds)]
        for title, request in questions(house).items()
    ]


def main() -> None:
    """`python -m bench.slots`."""
    parser = argparse.ArgumentParser(prog="python -m bench.slots", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--store", choices=("SQLite", "PostgreSQL"), help="one of them alone")
    chosen = parser.parse_args()
    engines = [chosen.store] if chosen.store else ["SQLite", "PostgreSQL"]
    print(report(chosen.rounds, engines))


if __name__ == "__main__":
    main()
