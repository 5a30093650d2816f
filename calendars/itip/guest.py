"""What one who is invited sees of a meeting without a calendar here, and what he says to it.

He answers, and proposes another time, in the messages that his own program would send (RFC 5546
§3.2.3, §3.2.7): the organizer's diary treats both alike. Pure: no database, no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from typing import NamedTuple

from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.counter import NoSuchProposal, counter, may_counter
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import (
    ANSWERED,
    OLDEST,
    attendees,
    organizer_of,
    part_stat,
    said_beside,
    version_in,
    with_parameter,
    without_parameters,
)
from calendars.itip.plan_organizer import request_to
from calendars.itip.views import message_of
from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, escape
from calendars.model.instances import bounds, instances
from calendars.model.line_edit import drop_lines, put_line, put_value
from calendars.model.moments import Form, moment
from calendars.model.timed_instance import TimedInstance
from calendars.model.utc_text import utc_text
from calendars.model.window import ALWAYS, NEVER_AFTER, Window

_TOLD = frozenset(
    ("UID", "DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "SUMMARY", "SEQUENCE")
) | {"ORGANIZER"}
ANSWERS = frozenset(("ACCEPTED", "TENTATIVE", "DECLINED"))
_YEAR = 366 * 86_400


class Said(NamedTuple):
    """One answer."""

    part_stat: str
    comment: str = ""


class Occasion(NamedTuple):
    """A meeting, or one date of a series, as one person is invited to it."""

    key: Key
    """By which it is answered; None where there is but one date."""
    part: Component
    """What describes it."""
    start: date | int
    end: date | int
    """Days, the end being the one behind the last; or instants in epoch seconds."""
    starts_at: int
    ends_at: int
    said: Said
    """What he answered so far; NEEDS-ACTION: nothing."""

    def is_open(self, now: int) -> bool:
        """It can still be answered: until it starts, or until its last day is over."""
        return (self.starts_at if isinstance(self.start, int) else self.ends_at) > now


@dataclass(frozen=True, slots=True)
class Guest:
    """One person's invitation, in the organizer's words of this moment."""

    address: str
    copy: Copy
    """The organizer's, whole: it never leaves."""
    view: Copy
    """What the person may see of it."""
    zone: tzinfo

    @property
    def calendar(self) -> Component:
        """The REQUEST that he would be sent now."""
        return self.view.calendar

    @property
    def is_series(self) -> bool:
        """There are several dates to choose from."""
        return self.view.recurs or len(self.view.parts) > 1

    @property
    def invited_to_series(self) -> bool:
        """One answer for all dates is possible."""
        return self.view.master is not None

    def ends_at(self) -> int | None:
        """When the last date is over; None for a series without end."""
        last = bounds(self.calendar, self.zone).end
        return None if last == NEVER_AFTER else last

    def said(self, key: Key, part: Component) -> Said:
        """What he answered for one date, or for the series."""
        line = attendees(part).get(self.address)
        return Said("NEEDS-ACTION" if line is None else part_stat(line), self._comment(key))

    def occasions(self, *, after: int, limit: int) -> list[Occasion]:
        """The dates that are not over at an instant, the next ones first.

        Raises InvalidCalendarData, TooManyInstances.
        """
        window = Window(after, min(after + 10 * _YEAR, NEVER_AFTER))
        found = instances(self.calendar, window, zone=self.zone, budget=Budget())
        return [self._occasion(one) for one in islice(found, limit)]

    def occasion(self, key: Key) -> Occasion | None:
        """One date by its original start; with None the only one there is, or the first."""
        if key is None:
            found = instances(self.calendar, ALWAYS, zone=self.zone, budget=Budget())
            first = next(found, None)
            return None if first is None else self._occasion(first)
        part = self.view.at(key)
        if part is None:
            return None
        alone = Component("VCALENDAR", [], [part, *self.calendar.children("VTIMEZONE")])
        found = instances(alone, ALWAYS, zone=self.zone, budget=Budget())
        one = next(found, None)
        return None if one is None else self._occasion(one)._replace(key=key)

    def _occasion(self, one: TimedInstance) -> Occasion:
        key = one.recurrence_id
        start, end = _moment(one.dtstart, one.starts_at), _moment(one.dtend, one.ends_at)
        said = self.said(key, one.component)
        return Occasion(key, one.component, start, end, one.starts_at, one.ends_at, said)

    def _comment(self, key: Key) -> str:
        """What he wrote beside his answer, which nobody but the organizer is shown."""
        part = self.copy.overrides.get(key) if key is not None else None
        part = part or self.copy.master
        return "" if part is None else said_beside(part, self.address)


def guest_of(copy: Component, address: str, *, zone: tzinfo, now: int) -> Guest | None:
    """The invitation of one address; None where he is expected to nothing of it (any more).

    Raises InvalidCalendarData, TooManyInstances.
    """
    whole = Copy(copy, zone)
    found = request_to(whole, address, now=now)
    if found is None:
        return None
    return Guest(address, whole, Copy(found.calendar, zone), zone)


def reply(guest: Guest, key: Key, said: Said, *, now: int) -> ItipMessage | None:
    """The REPLY with an answer for one date, or with None for all; None if it says nothing new.

    It is later than what he said before, whatever the clock of his own program was.
    """
    part = guest.view.at(key)
    line = None if part is None else attendees(part).get(guest.address)
    if part is None or line is None:
        raise NoSuchProposal("there is no such occurrence")
    if guest.said(key, part) == said:
        return None
    stamp = utc_text(max(now, _heard_at(line) + 1))
    own = without_parameters(line, ("RSVP", ANSWERED, "DELEGATED-TO", "SENT-BY"))
    answer = Component(part.name, [one for one in part.lines if one.name in _TOLD], [])
    put_line(answer, with_parameter(own, "PARTSTAT", said.part_stat))
    put_value(answer, "DTSTAMP", stamp)
    # An empty one says that he takes back what he wrote before.
    if said.comment:
        put_value(answer, "COMMENT", escape(said.comment))
    calendar = message_of(guest.calendar, ItipMethod.REPLY, [answer])
    return _message(guest, ItipMethod.REPLY, calendar)


def takes_proposals(guest: Guest) -> bool:
    """The organizer lets people propose other times."""
    return may_counter(guest.copy.calendar)


def proposal(
    guest: Guest, occasion: Occasion, start: date | int, end: date | int, *, comment: str, now: int
) -> ItipMessage:
    """The COUNTER with another time for one date. Raises NoSuchProposal: it is the same time."""
    part = guest.view.at(occasion.key)
    line = None if part is None else part.line("DTSTART")
    if part is None or line is None:
        raise NoSuchProposal("there is no such occurrence")
    moved = Component(part.name, list(part.lines), [])
    if (start, end) == (occasion.start, occasion.end):
        raise NoSuchProposal("nothing else is proposed")
    put_line(moved, _written_like(line, start, guest))
    drop_lines(moved, "DURATION")
    ending = part.line("DTEND") or line
    put_line(moved, _written_like(ending._replace(name="DTEND"), end, guest))
    parts = guest.view.components() | {occasion.key: moved}
    proposed = rebuilt(guest.calendar, list(parts.values()))
    mine = frozenset((guest.address,))
    found = counter(guest.calendar, proposed, mine, zone=guest.zone, now=now)
    if comment:
        for one in found.calendar.components:
            if one.line("DTSTART") is not None and one.name == part.name:
                put_value(one, "COMMENT", escape(comment))
    return _message(guest, ItipMethod.COUNTER, found.calendar)


def _message(guest: Guest, method: ItipMethod, calendar: Component) -> ItipMessage:
    organizer = next((o for part in guest.copy.parts if (o := organizer_of(part))), "")
    return ItipMessage(
        method, guest.copy.uid, guest.address, organizer, calendar, significant=False
    )


def _heard_at(line: ContentLine) -> int:
    """The instant of the last answer that was heard; long ago if there was none."""
    stamp = (version_in(line, ANSWERED) or OLDEST).stamp
    if not stamp:
        return 0
    return int(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


def _moment(written: date | datetime | None, instant: int) -> date | int:
    return instant if written is None or isinstance(written, datetime) else written


def _written_like(line: ContentLine, when: date | int, guest: Guest) -> ContentLine:
    """Another time in the form, and in the zone, in which the meeting's own is written."""
    if isinstance(when, date):
        return line._replace(value=f"{when:%Y%m%d}")
    like = moment(line, guest.view.zones)
    if like.form is Form.UTC:
        return line._replace(value=utc_text(when))
    return line._replace(value=f"{datetime.fromtimestamp(when, like.zone):%Y%m%dT%H%M%S}")
