"""What the reading of mail works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from calendars.kernel.database import Database
from calendars.model.language import Language
from calendars.services.deliver_itip import Dispatch


@dataclass(frozen=True, slots=True)
class Mailroom:
    """The store, the way out, and what the settings say of mail that arrives."""

    database: Database
    dispatch: Dispatch
    mailbox: str = ""
    """The service's own address (NIAOULI_MAIL_FROM)."""
    trusted_relays: frozenset[str] = frozenset()
    """Names under which relays of ours say who is authentic (NIAOULI_TRUSTED_RELAYS)."""
    language: Language = Language.FRENCH
    """The organisation's, for those who have chosen none."""
    zone: tzinfo = UTC
    """The organisation's: whose day it is (TIM-1)."""
    believes_from: bool = False
    """The relay lets no forged mail in, and does not say so (NIAOULI_MAIL_SENDERS)."""
