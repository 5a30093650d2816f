"""What is offered to be chosen from, and what was chosen (RDV-1, RDV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import NamedTuple

from calendars.kernel.errors import Conflict
from calendars.model.language import Language
from calendars.model.principal import Principal, Visibility
from calendars.services.deliver_itip import Dispatch
from scheduler.working_time.hours import WorkingHours

MOST_SLOTS = 400


class NoLongerFree(Conflict):
    """Somebody was faster, or the diary has filled: what remains is to be shown."""

    words = "ce créneau n'est pas libre, ou ne l'est plus : relisez ceux qui restent"


class ChoiceOver(Conflict):
    """It is too late to choose, to change or to call off; or the offer is withdrawn."""

    words = "il n'est plus possible de choisir ou de changer"


class House(NamedTuple):
    """What choosing works with, whoever asks."""

    zone: tzinfo
    dispatch: Dispatch
    base_url: str
    language: Language
    """The organisation's."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose time it is, who comes, and within which bounds."""

    host: Principal
    guests: tuple[Principal, ...]
    """Colleagues who come: their diaries count too."""
    first: date
    last: date
    minutes: int
    rooms: tuple[str, ...] = ()
    """One of these is needed; none: no room."""
    hours: WorkingHours | None = None
    """Only in these; None: the working hours."""
    buffer_before: int = 0
    buffer_after: int = 0
    """In minutes."""
    notice: int = 0
    """So many minutes before it starts it can no longer be taken."""

    @property
    def gap(self) -> int:
        """What stays free on either side: what is before one may be after another (RDV-1)."""
        return max(self.buffer_before, self.buffer_after)


class Free(NamedTuple):
    """A slot that can be taken now."""

    starts_at: int
    ends_at: int
    room: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands in the diary."""

    title: str
    visibility: str = Visibility.CONFIDENTIAL
    location: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()


class Taken(NamedTuple):
    """What was chosen, as it stands in the host's diary."""

    uid: str
    starts_at: int
    ends_at: int
    location: str = ""
