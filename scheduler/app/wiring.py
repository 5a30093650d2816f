"""What the service is made of, put together once from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.http.identity import Identity
from calendars.kernel.clock import Clock, SystemClock
from calendars.kernel.database import Database
from calendars.services.deliver_itip import Dispatch
from notifications.imip.transport import MailQueue
from scheduler.app.migrate import migrate
from scheduler.app.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that faces and jobs share."""

    settings: Settings
    database: Database
    clock: Clock
    identity: Identity
    dispatch: Dispatch


def assemble(settings: Settings, *, clock: Clock | None = None) -> Service:
    """Open the store, bring it to the newest schema, and build the rest on it."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.store)
    migrate(database)
    ticking = clock or SystemClock()
    dispatch = Dispatch(
        MailQueue(), settings.believed_deletions, settings.believed_deletions_seconds
    )
    return Service(settings, database, ticking, Identity(database, ticking), dispatch)
