"""Who is reminded of what is due, and the facts of the letter (TIM-11, SEC-6).

An alarm goes to whom its owner names in it, if that is himself or somebody whom he invited: nobody
makes the service write to strangers. A policy reminds whose diary it is, and the people outside
whom he invited; colleagues are reminded by their own diaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import (
    CalendarUserAddress,
    calendar_user_address,
    email_in,
)
from calendars.model.component import Component, unescape
from calendars.model.entry import visibility_of
from calendars.model.principal import Principal, Visibility
from calendars.model.wall_clock import epoch_to_local
from notifications.post import JSON
from notifications.wording.moments import written
from scheduler.reminders.model import Audience, Due, Reminded, kinds_of
from scheduler.reminders.wishes import PLAIN, Wishes


class Reader(NamedTuple):
    """Somebody who may be reminded."""

    address: CalendarUserAddress
    inside: bool
    wishes: Wishes


class Reminding(NamedTuple):
    """One reminder for one reader."""

    due: Due
    reader: Reader
    occasion: str


class Directory(NamedTuple):
    """Who is who, as far as one object needs it."""

    owner: Principal
    addresses: frozenset[str]
    """The owner's."""
    mailbox: CalendarUserAddress | None
    """Where the owner is written to, if he is."""
    users: Mapping[CalendarUserAddress, Principal]
    """Those of the attendees who have an account."""
    wishes: Mapping[PrincipalId, Wishes]

    def reader(self, address: CalendarUserAddress) -> Reader:
        """Somebody by an address."""
        who = self.owner if address in self.addresses else self.users.get(address)
        return Reader(address, who is not None, PLAIN if who is None else self.wishes_of(who))

    def wishes_of(self, who: Principal) -> Wishes:
        """What somebody with an account wants."""
        return self.wishes.get(who.id, PLAIN)


class Upcoming(NamedTuple):
    """A reminder that somebody will get of something in his diary."""

    at: int
    uid: str
    title: str
    start: str
    """A day, or an instant as text."""
    days_before: int | None
    """Of a policy; None for an alarm."""


def remindings(
    one: Reminded, dues: Iterable[Due], known: Directory, *, now: int
) -> list[Reminding]:
    """What is still of use, of each occurrence the last one for each reader (TIM-11)."""
    last: dict[tuple[str, int, int | None], Reminding] = {}
    for due in dues:
        if now > due.useful_until:
            continue
        for reader in _readers(one, due, known):
            occurrence = (due.occurrence.starts_at, due.occurrence.recurrence_id)
            last[(reader.address, *occurrence)] = Reminding(
                due, reader, _occasion(one, due, reader)
            )
    return list(last.values())


def _readers(one: Reminded, due: Due, known: Directory) -> Iterator[Reader]:
    part = due.occurrence.component
    kinds = list(kinds_of(part))
    found = _by_policy(one, part, known) if due.cause.alarm is None else _by_alarm(one, due, known)
    for reader in found:
        fits = Audience.INSIDE if reader.inside else Audience.OUTSIDE
        wanted = reader.wishes.policies if due.cause.alarm is None else reader.wishes.alarms
        if due.audience in (Audience.BOTH, fits) and wanted and not reader.wishes.mutes(kinds):
            yield reader


def _by_policy(one: Reminded, part: Component, known: Directory) -> Iterator[Reader]:
    if known.mailbox is not None and not one.stays_away(part):
        yield known.reader(known.mailbox)
    if one.is_organized(part):
        for address in map(CalendarUserAddress, one.attendees(part)):
            if email_in(address) and not known.reader(address).inside:
                yield known.reader(address)


def _by_alarm(one: Reminded, due: Due, known: Directory) -> Iterator[Reader]:
    """Each named address once; an alarm that names nobody is for its owner."""
    part, alarm = due.occurrence.component, due.cause.alarm
    named = [] if alarm is None else alarm.all("ATTENDEE")
    invited = set(one.attendees(part)) if one.is_organized(part) else set()
    for address in dict.fromkeys(calendar_user_address(line.value) for line in named):
        if address in known.addresses:
            if known.mailbox is not None:
                yield known.reader(address if email_in(address) else known.mailbox)
        elif address in invited and email_in(address):
            yield known.reader(address)
    if not named and known.mailbox is not None:
        yield known.reader(known.mailbox)


def addresses_named(one: Reminded, dues: Sequence[Due]) -> list[CalendarUserAddress]:
    """Everybody who might be reminded besides the owner: to be looked up at once."""
    found: dict[CalendarUserAddress, None] = {}
    for part in {id(due.occurrence.component): due.occurrence.component for due in dues}.values():
        if one.is_organized(part):
            found |= dict.fromkeys(map(CalendarUserAddress, one.attendees(part)))
    return list(found)


def _occasion(one: Reminded, due: Due, reader: Reader) -> str:
    """With object and person the key by which nobody is reminded twice (TIM-11).

    Who is named in an alarm of somebody else hears of it once a day, however it repeats.
    """
    if due.cause.alarm is None:
        return f"D-{due.cause.before} of {one.day_of(due.occurrence).isoformat()}"
    if reader.address not in one.owner:
        return f"alarm on {epoch_to_local(due.at, one.site).date().isoformat()}"
    original = due.occurrence.recurrence_id
    return f"alarm {due.at}" + ("" if original is None else f" of {original}")


def facts_of(one: Reminded, reminding: Reminding, owner: Principal) -> dict[str, JSON]:
    """What the letter says. Of what is not public it says when, to its owner also what."""
    occurrence = reminding.due.occurrence
    part = occurrence.component
    visibility = visibility_of(part)
    own = reminding.reader.address in one.owner
    public = visibility == Visibility.PUBLIC
    shown = public or (own and visibility == Visibility.PRIVATE)
    start, end = _times(reminding.due)
    return {
        "title": _text(part, "SUMMARY") if shown else "",
        "subject_title": _text(part, "SUMMARY") if public else "",
        "location": _text(part, "LOCATION") if shown else "",
        "start": start,
        "end": end,
        "task": part.name == "VTODO",
        "own": own,
        "sender": owner.display_name,
        "note": _note(reminding.due) if own and shown else "",
    }


def _times(due: Due) -> tuple[str, str | None]:
    found = due.occurrence
    if found.component.name == "VTODO":
        return _iso(found.due if found.due is not None else found.dtstart, due.starts_at), None
    end = found.dtend
    if end is None or isinstance(end, datetime):
        return _iso(found.dtstart, due.starts_at), _iso(None, found.ends_at)
    return _iso(found.dtstart, due.starts_at), end.isoformat()


def _iso(day: date | datetime | None, instant: int) -> str:
    if day is not None and not isinstance(day, datetime):
        return day.isoformat()
    return written(instant)


def _note(due: Due) -> str:
    """What the owner wrote into the alarm for himself, where it says more than the title."""
    alarm, part = due.cause.alarm, due.occurrence.component
    note = "" if alarm is None else _text(alarm, "DESCRIPTION").strip()
    usual = {"", "rappel", "reminder", "alarm", _text(part, "SUMMARY").strip().casefold()}
    return "" if note.casefold() in usual else note[:2_000]


def _text(part: Component, name: str) -> str:
    value = part.value(name)
    return "" if value is None else " ".join(unescape(value).split())
