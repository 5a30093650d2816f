"""The event of an option: tentative while it is held, plain once it is confirmed (DIA-3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from calendars.model.component import Component, ContentLine, escape, unescape
from calendars.model.line_edit import put_text, put_value, stamp

CATEGORY = "Option"
_PREFIX = re.compile(r"\[Option \d+/\d+\] ?")


class Invited(NamedTuple):
    """Somebody who is asked to come."""

    address: str
    name: str
    inside: bool
    """He has an account here: his diary holds the options too. Others learn of the one that is
    confirmed, and of nothing before."""


def make_tentative(event: Component, *, of: tuple[int, int]) -> None:
    """An event becomes option number n of m."""
    number, count = of
    title = unescape(event.value("SUMMARY") or "")
    put_text(event, "SUMMARY", f"[Option {number}/{count}] {title}")
    put_value(event, "STATUS", "TENTATIVE")
    put_value(event, "CATEGORIES", escape(CATEGORY))


def invite(
    event: Component, organizer: Invited, invited: Sequence[Invited], *, tell_outside: bool
) -> None:
    """The owner of the diary asks them to come; an event of his alone stays one."""
    invited = [one for one in invited if one.address != organizer.address]
    if not invited:
        return
    event.lines.append(ContentLine("ORGANIZER", _named(organizer), organizer.address))
    event.lines.append(
        ContentLine("ATTENDEE", f"{_named(organizer)};PARTSTAT=ACCEPTED", organizer.address)
    )
    for one in invited:
        agent = "" if one.inside or tell_outside else ";SCHEDULE-AGENT=NONE"
        asked = f"{_named(one)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE{agent}"
        event.lines.append(ContentLine("ATTENDEE", asked, one.address))


def confirm(calendar: Component, *, now: int) -> None:
    """The option becomes the appointment: everybody is invited to it from now on."""
    for event in calendar.children("VEVENT"):
        title = unescape(event.value("SUMMARY") or "")
        put_text(event, "SUMMARY", without_option(title))
        put_value(event, "STATUS", "CONFIRMED")
        categories = [one for one in _categories(event) if one != CATEGORY]
        event.lines[:] = [_served(line) for line in event.lines if line.name != "CATEGORIES"]
        if categories:
            put_value(event, "CATEGORIES", ",".join(map(escape, categories)))
        stamp(event, now, revised=True)


def without_option(title: str) -> str:
    """The title of the appointment itself."""
    return _PREFIX.sub("", title, count=1)


def _categories(event: Component) -> list[str]:
    return [unescape(value) for line in event.all("CATEGORIES") for value in line.value.split(",")]


def _served(line: ContentLine) -> ContentLine:
    if line.name != "ATTENDEE":
        return line
    return line._replace(raw_parameters=line.raw_parameters.replace(";SCHEDULE-AGENT=NONE", ""))


def _named(person: Invited) -> str:
    name = person.name.replace('"', "'")
    return f';CN="{name}"' if name else ""
