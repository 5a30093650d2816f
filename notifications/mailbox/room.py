"""What the reading of mail works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calendars.kernel.database import Database
from calendars.services.deliver_itip import Dispatch


@dataclass(frozen=True, slots=True)
class Mailroom:
    """The store, the way out, and what the settings say of mail that arrives."""

    database: Database
    dispatch: Dispatch
    set_aside: Path
    """Where mails wait that nobody but a person can judge."""
    mailbox: str = ""
    """The service's own address (NIAOULI_MAIL_FROM)."""
