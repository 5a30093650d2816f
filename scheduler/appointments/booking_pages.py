"""The page by which somebody without an account chooses, moves or calls off (RDV-1, SEC-7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from calendars.kernel.audit import Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal
from notifications.pages.page import Asked, Download, Form, Sheet, Turn, Undone
from notifications.wording.moments import written
from scheduler.appointments.book import cancel, choose, offered, open_by_link, taken_of
from scheduler.appointments.booking_messages import FILE, MEDIA_TYPE, own_file
from scheduler.appointments.booking_model import AppointmentState, Channel, Shown
from scheduler.choosing.model import ChoiceOver, House, NoLongerFree
from scheduler.choosing.sheet import FIELD, Situation, choice_sheet, start_in
from scheduler.slots.book import SlotTaken

CANCEL = "cancel"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppointmentPage:
    """Shows one's own appointment, and what else is free."""

    house: House
    is_abroad: Callable[[str], bool]

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        shown = open_by_link(db, asked.link)
        if asked.step == FILE and shown.appointment.state is AppointmentState.PLANNED:
            return Download(FILE, MEDIA_TYPE, own_file(db, shown, self.house, now=asked.now))
        if asked.step == CANCEL and _cancellable(shown, now=asked.now):
            return self._cancel_sheet(shown)
        if asked.step not in {"", CANCEL}:
            raise NotFound("there is nothing here")
        return choice_sheet(asked, self._situation(db, asked, shown))

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """Raises NotFound, Undone."""
        shown = open_by_link(db, asked.link, lock=True)
        if asked.step == CANCEL:
            return self._cancel(db, asked, shown)
        start = start_in(form)
        if start is None:
            return choice_sheet(asked, self._situation(db, asked, shown), form, FIELD)
        had = taken_of(shown.appointment)
        try:
            choose(db, _asker(asked, shown), shown, start, self.house, now=asked.now)
        except ChoiceOver:
            return Turn("", {})
        except NoLongerFree:
            return choice_sheet(asked, self._situation(db, asked, shown), form, "taken")
        except SlotTaken as error:
            raise Undone("taken") from error
        log.info("appointment.chosen", extra={"appointment_id": shown.appointment.id})
        return Turn("", {"done": "moved" if had else "chosen"})

    def _cancel(self, db: Db, asked: Asked, shown: Shown) -> Turn:
        if not _cancellable(shown, now=asked.now):
            return Turn("", {})
        cancel(db, _asker(asked, shown), shown, self.house, now=asked.now)
        log.info("appointment.cancelled", extra={"appointment_id": shown.appointment.id})
        return Turn("", {"done": "cancelled"})

    def _cancel_sheet(self, shown: Shown) -> Sheet:
        one = shown.appointment
        facts = {
            "host": shown.owner.display_name,
            "start": None if one.starts_at is None else written(one.starts_at),
            "end": None if one.ends_at is None else written(one.ends_at),
            "abroad": self.is_abroad(one.request.contact),
        }
        return Sheet("pages/cancel.html", facts)

    def _situation(self, db: Db, asked: Asked, shown: Shown) -> Situation:
        one = shown.appointment
        taken = taken_of(one)
        on = one.state in {AppointmentState.OFFERED, AppointmentState.PLANNED}
        channel = one.request.channel
        return Situation(
            case="appointment",
            host=shown.owner.display_name,
            minutes=shown.opening.minutes,
            state=_state(shown, now=asked.now),
            taken=taken._replace(location=shown.location) if taken and on else None,
            slots=offered(db, _asker(asked, shown), shown, self.house, now=asked.now),
            change_until=one.changeable_until(shown.opening),
            zone=self.house.zone,
            abroad=self.is_abroad(one.request.contact),
            cancellable=_cancellable(shown, now=asked.now),
            channel="" if channel is Channel.IN_PERSON else channel.value,
        )


def _asker(asked: Asked, shown: Shown) -> Principal:
    """Who holds the link has no account: it is the owner's offer that is used."""
    return shown.owner.acting(Origin(Face.LINK, asked.source))


def _cancellable(shown: Shown, *, now: int) -> bool:
    planned = shown.appointment.state is AppointmentState.PLANNED
    return planned and shown.appointment.is_changeable(shown.opening, now=now)


def _state(shown: Shown, *, now: int) -> str:
    one = shown.appointment
    if one.is_changeable(shown.opening, now=now):
        return "open"
    if one.state is AppointmentState.CANCELLED:
        return "cancelled"
    return "held" if one.ends_at is not None and one.ends_at <= now else "closed"
