"""What somebody opens of his time, and the appointments that are made in it (RDV-1).

An appointment bears codes: a motive, the reference of a case, a channel; never a name (SEC-1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Visibility
from scheduler.choosing.model import ChoiceOver, Terms, Wording
from scheduler.working_time.hours import MINUTE, WorkingHours, local_day

OpeningId = NewType("OpeningId", int)
AppointmentId = NewType("AppointmentId", int)
MOST_HORIZON = 180

# A case is named by a code of some system; what bears no digit might be somebody's name.
_REFERENCE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{1,39}")


class Channel(StrEnum):
    """Présentiel, téléphone, visio."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    VIDEO = "video"


class AppointmentState(StrEnum):
    """Proposé, prévu, tenu, annulé, absent."""

    OFFERED = "offered"
    """A link was sent, and nothing is chosen yet."""
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"


class WrongState(Conflict):
    """An appointment of that state does not do that."""

    words = "ce rendez-vous n'en est plus, ou pas encore, là"


class Motive(NamedTuple):
    """What one comes for, by a code; the label stands in the diary before the reference."""

    code: str
    label: str


@dataclass(slots=True)
class Opening:
    """The rules by which slots of somebody's time can be booked."""

    id: OpeningId
    owner_id: PrincipalId
    label: str
    hours: WorkingHours
    minutes: int
    motives: tuple[Motive, ...]
    channels: tuple[Channel, ...]
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    """So many minutes before it starts a slot can no longer be booked."""
    change_notice: int = 24 * 60
    """So many minutes before it, it can no longer be moved or called off by its link."""
    horizon_days: int = 60
    rooms: tuple[str, ...] = ()
    place: str = ""
    """Where one comes in person, without a room."""
    visibility: str = Visibility.CONFIDENTIAL
    closed_at: int | None = None

    def check(self) -> None:
        """Raises InvalidInput."""
        if not self.hours.spans or any(
            one.end - one.start < self.minutes for one in self.hours.spans
        ):
            raise InvalidInput(
                "every window is long enough for a slot",
                words="chaque fenêtre contient au moins un créneau",
                field="windows",
            )
        if not self.motives or len({one.code for one in self.motives}) < len(self.motives):
            raise InvalidInput("motives have codes of their own")
        if not self.channels:
            raise InvalidInput("there is a channel at least")
        if not 1 <= self.horizon_days <= MOST_HORIZON:
            raise InvalidInput(f"slots are opened {MOST_HORIZON} days ahead at most")

    def terms(self, owner: Principal, channel: Channel, zone: tzinfo, *, now: int) -> Terms:
        """What can be chosen from at this moment."""
        today = local_day(now, zone)
        return Terms(
            owner, (), today, today + timedelta(days=self.horizon_days), self.minutes,
            self.rooms if channel is Channel.IN_PERSON else (), self.hours, self.buffer_before,
            self.buffer_after, self.notice,
        )  # fmt: skip

    def check_request(self, one: Request) -> None:
        """Motive, channel and reference are such as are taken. Raises ChoiceOver, InvalidInput."""
        if self.closed_at is not None:
            raise ChoiceOver("these slots are closed")
        if one.motive not in {motive.code for motive in self.motives}:
            raise InvalidInput(
                "there is no such motive", words="ce motif n'est pas proposé", field="motive"
            )
        if one.channel not in self.channels:
            raise InvalidInput(
                "there is no such channel", words="ce canal n'est pas proposé", field="channel"
            )
        check_reference(one.reference)

    def wording(self, one: Request) -> Wording:
        """What stands in the diary: what for, and which case (SEC-1)."""
        label = next((m.label for m in self.motives if m.code == one.motive), one.motive)
        title = f"{label} {one.reference}".strip()
        return Wording(title, self.visibility, self.location(one.channel))

    def location(self, channel: Channel) -> str:
        """Where it is, if no room is."""
        words = {Channel.PHONE: "Par téléphone", Channel.VIDEO: "En visioconférence"}
        return words.get(channel, "" if self.rooms else self.place)


class Request(NamedTuple):
    """What an appointment is for."""

    motive: str
    reference: str = ""
    channel: Channel = Channel.IN_PERSON
    contact: str = ""
    """`mailto:…` of somebody without an account; empty: nobody is written to."""


@dataclass(slots=True)
class Appointment:
    """One appointment; the event in the owner's diary says when it is."""

    id: AppointmentId
    opening_id: OpeningId
    owner_id: PrincipalId
    request: Request
    booked_by: PrincipalId
    state: AppointmentState = AppointmentState.OFFERED
    uid: str | None = None
    starts_at: int | None = None
    """As the diary was seen last."""
    ends_at: int | None = None
    seen_etag: str | None = None

    def plan(self, uid: str, starts_at: int, ends_at: int) -> None:
        """It is then; or then instead. Raises WrongState."""
        self._leave(AppointmentState.OFFERED, AppointmentState.PLANNED)
        self.state, self.uid = AppointmentState.PLANNED, uid
        self.starts_at, self.ends_at = starts_at, ends_at

    def cancel(self) -> None:
        """It does not take place. Raises WrongState."""
        self._leave(AppointmentState.OFFERED, AppointmentState.PLANNED)
        self.state = AppointmentState.CANCELLED

    def mark(self, state: AppointmentState, *, now: int) -> None:
        """It was held, or nobody came; either can be mended. Raises WrongState."""
        if state not in {AppointmentState.HELD, AppointmentState.NO_SHOW}:
            raise WrongState("it was held, or nobody came")
        self._leave(AppointmentState.PLANNED, AppointmentState.HELD, AppointmentState.NO_SHOW)
        if self.starts_at is None or self.starts_at > now:
            raise WrongState("it has not begun yet")
        self.state = state

    def changeable_until(self, opening: Opening) -> int | None:
        """Until when its link moves it or calls it off; None where no date is set."""
        return None if self.starts_at is None else self.starts_at - opening.change_notice * MINUTE

    def is_to_come(self, *, now: int) -> bool:
        """It is planned, or offered still, and has not begun."""
        if self.state is AppointmentState.OFFERED:
            return True
        return self.state is AppointmentState.PLANNED and (self.starts_at or 0) > now

    def is_changeable(self, opening: Opening, *, now: int) -> bool:
        """By its link."""
        until = self.changeable_until(opening)
        if self.state is AppointmentState.OFFERED:
            return opening.closed_at is None
        return self.state is AppointmentState.PLANNED and until is not None and now < until

    def _leave(self, *states: AppointmentState) -> None:
        if self.state not in states:
            raise WrongState(f"the appointment is {self.state}")


class Shown(NamedTuple):
    """An appointment with whose it is, by which rules, and how often nobody came before."""

    appointment: Appointment
    opening: Opening
    owner: Principal
    no_shows: int = 0
    location: str = ""
    told: bool = True
    """Whoever reads it may know what for."""


def check_reference(reference: str) -> None:
    """A code, and nobody's name (SEC-1). Raises InvalidInput."""
    if reference and not _REFERENCE.fullmatch(reference):
        raise InvalidInput(
            "a reference is a code with a digit in it, and no name",
            words="une référence est un code qui contient un chiffre, jamais un nom",
            field="reference",
        )
