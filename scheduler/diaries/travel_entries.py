"""The entries about ways as iCalendar: what they are called, to whom they belong (DIA-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import Component, ContentLine, escape, unescape
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.line_edit import drop_lines, put_text, put_value
from calendars.model.principal import Principal
from scheduler.diaries.travel_times import Leg, Part
from scheduler.directory.model import Place, Travel

CATEGORY = "Trajet"
_TOLD = frozenset(
    ("RECURRENCE-ID", "DTSTART", "DTEND", "RRULE", "RDATE", "EXDATE", "STATUS", "SUMMARY", "CLASS")
)


class Ways:
    """Where somebody works, and how far it is from there to his appointments."""

    def __init__(self, home: Place | None, travel: Travel) -> None:
        self._home, self._travel = home, travel

    def seconds(self, event: Component) -> int:
        """The way to an event; 0 where there is none."""
        place = self._place(event)
        if self._home is None or place is None:
            return 0
        return self._travel.way(self._home, place) * 60

    def title(self, leg: Leg, event: Component) -> str:
        """« Trajet Nouméa – Bourail »."""
        place = self._place(event)
        here = self._home.commune if self._home else ""
        there = place.commune if place else ""
        if leg is Leg.BACK:
            return f"Trajet {there} – {here}"
        word = "Véhicule," if leg is Leg.VEHICLE else "Trajet"
        return f"{word} {here} – {there}"

    def _place(self, event: Component) -> Place | None:
        return self._travel.find(unescape(event.value("LOCATION") or ""))


def entry_of(
    parent: Component,
    leg: Leg,
    parts: Sequence[Part],
    ways: Ways,
    *,
    uid: str,
    zone: tzinfo,
    now: int,
) -> Component:
    """The calendar object of one leg, related to its appointment."""
    at = datetime.fromtimestamp(now, UTC)
    draft = EventDraft(
        title=CATEGORY,
        start=at,
        end=at,
        categories=(CATEGORY,),
        # The vehicle is away all the time; who drives it is in the meeting meanwhile.
        busy=leg is not Leg.VEHICLE,
    )
    calendar = new_object("VEVENT", draft, uid=uid, tzid="UTC", floating=zone, now=now)
    [plain] = calendar.children("VEVENT")
    drop_lines(plain, "DTSTART", "DTEND")
    parent_uid = parent.children("VEVENT")[0].value("UID") or ""
    plain.lines.append(ContentLine("RELATED-TO", ";RELTYPE=PARENT", escape(parent_uid)))
    calendar.components[:] = parent.children("VTIMEZONE")
    for part in parts:
        mine = Component("VEVENT", [*plain.lines, *part.times])
        put_text(mine, "SUMMARY", ways.title(leg, part.event))
        tentative = (part.event.value("STATUS") or "") == "TENTATIVE"
        put_value(mine, "STATUS", "TENTATIVE" if tentative else "CONFIRMED")
        put_value(mine, "CLASS", part.event.value("CLASS") or "PUBLIC")
        calendar.components.append(mine)
    return calendar


def says_the_same(one: Component, other: Component) -> bool:
    """Two entries about a way tell the same times, whatever a vehicle has answered to them."""
    return _said(one) == _said(other)


def _said(calendar: Component) -> list[list[ContentLine]]:
    events = calendar.children("VEVENT")
    return sorted(sorted(line for line in one.lines if line.name in _TOLD) for one in events)


def raise_sequence(calendar: Component, held: Component) -> None:
    """It is a later version of what is held."""
    numbers = [one.value("SEQUENCE") or "0" for one in held.children("VEVENT")]
    following = max((int(one) for one in numbers if one.isdigit()), default=0) + 1
    for event in calendar.children("VEVENT"):
        put_value(event, "SEQUENCE", str(following))


def book(calendar: Component, owner: Principal, vehicle: Principal) -> None:
    """The vehicle is asked for, each time."""
    for event in calendar.children("VEVENT"):
        event.lines.extend(_booked(owner, vehicle))


def _booked(owner: Principal, vehicle: Principal) -> Iterator[ContentLine]:
    address = preferred_address(owner)
    yield ContentLine("ORGANIZER", "", address)
    yield ContentLine("ATTENDEE", ";PARTSTAT=ACCEPTED", address)
    asked = ";CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
    yield ContentLine("ATTENDEE", asked, preferred_address(vehicle))
