"""Niaouli itself: one worker, SQLite with synchronous=FULL, as `niaouli serve` runs it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.events import event
from bench.servers.server import PASSWORD, USER, Server
from calendars.kernel.audit import CONSOLE
from calendars.kernel.clock import SystemClock
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services import sign_in
from calendars.services.make_calendar import CalendarDraft, make_calendar, provision
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.storage import collections, principals
from scheduler.app.settings import Settings
from scheduler.app.wiring import Service, assemble

BATCH = 500
ROOT = Path(__file__).parents[2]
_SERVE = "from scheduler.app import server, settings; server.serve(settings.load())"


class Niaouli(Server):
    """Filled through its own services, many objects a transaction."""

    name = "niaouli"
    home = f"/dav/calendars/{USER}/"

    def __init__(self, folder: Path, *, database_url: str = "") -> None:
        super().__init__(folder)
        self._database_url = database_url

    def prepare(self) -> None:
        """One user."""
        service = self._open()
        now = int(SystemClock().now().timestamp())
        person = Principal(
            PrincipalId(0), Login(USER), PrincipalKind.INDIVIDUAL, Role.AGENT, "Banc",
            f"{USER}@example.test",
        )  # fmt: skip
        with service.database.transaction() as db:
            added = principals.add(db, person, now=now)
            provision(db, added, timezone_id="Pacific/Noumea", now=now)
            sign_in.set_password(db, added, sign_in.hash_password(PASSWORD), by=CONSOLE, now=now)
        service.database.close()

    def fill(self, calendar: str, count: int) -> None:
        """Every event goes through `put_object`, as if it had come by HTTP."""
        service = self._open()
        now = int(time.time())
        with service.database.transaction() as db:
            actor = principals.get(db, USER)
            if collections.find(db, USER, calendar) is None:
                # All-day events in UTC, as the others read them, so that all find the same.
                draft = CalendarDraft(("VEVENT",), {"timezone_id": "UTC"})
                make_calendar(db, actor, (USER, calendar), draft, now=now)
        for first in range(0, count, BATCH):
            with service.database.transaction() as db:
                for number in range(first, min(first + BATCH, count)):
                    name, body = event(calendar, number)
                    path = ObjectPath(USER, calendar, name)
                    put = PutObject(path, CalendarObject.parse(body), body)
                    put_object(db, actor, put, now=now)
        service.database.close()

    def _open(self) -> Service:
        chosen = {"data": self.folder / "data", "database_url": self._database_url}
        return assemble(Settings.model_validate(chosen))

    def command(self) -> Sequence[str | Path]:
        """The settings come from the environment."""
        return [sys.executable, "-c", _SERVE]

    def environment(self) -> Mapping[str, str]:
        """Its data and its port."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("NIAOULI_")},
            "PYTHONPATH": str(ROOT),
            "NIAOULI_DATA": str(self.folder / "data"),
            "NIAOULI_DATABASE_URL": self._database_url,
            "NIAOULI_LISTEN": f"127.0.0.1:{self.port}",
        }
