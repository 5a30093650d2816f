"""Between a meeting and its event: what the event says is read, people and agenda are written.

The event is the truth for time, place, people and answers: moved in any client, the meeting has
moved. The agenda stands in DESCRIPTION between two marks, so that what people wrote there stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from calendars.model.attachments import managed_in
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.entry import as_instant, entries_of, entry_of
from calendars.model.event_writing import occurrence_at, override_at, place_of
from calendars.model.french_dates import hour
from calendars.model.line_edit import drop_lines
from calendars.model.time_zones import Zones
from calendars.model.typeset import typeset
from calendars.model.wall_clock import epoch_to_local
from scheduler.meetings.model import Agenda, TimedItem
from scheduler.meetings.rules import ItemKind

KINDS = {
    ItemKind.INFORMATION: "information",
    ItemKind.DEBATE: "débat",
    ItemKind.OPINION: "avis",
    ItemKind.DECISION: "décision",
    ItemKind.APPROVAL: "approbation",
    ItemKind.OTHER: "divers",
}
RESERVED = "Point réservé"
_HEAD, _FOOT = "Ordre du jour", "— — —"
_BLOCK = re.compile(rf"\n*^{_HEAD}(?: \(réf\. [^\n]*\))?$.*?^{_FOOT}$\n?", re.MULTILINE | re.DOTALL)
_PLACES = frozenset({"ROOM", "RESOURCE"})


class Invitee(NamedTuple):
    """Somebody, or a room, that the event names."""

    address: str
    name: str
    answer: str
    """PARTSTAT (RFC 5545 §3.2.12)."""
    optional: bool = False
    place: bool = False
    """A room, a vehicle, equipment."""
    inside: bool = False
    group: bool = False
    """Its members are attendees themselves (DIR-1)."""
    status: str = ""
    """SCHEDULE-STATUS, of those outside."""


@dataclass(frozen=True, slots=True)
class MeetingEvent:
    """What the event says at present."""

    title: str
    location: str
    description: str
    visibility: str
    starts_at: int
    ends_at: int
    cancelled: bool
    organizer: str
    invitees: tuple[Invitee, ...]
    papers: tuple[str, ...]
    """Its managed attachments by their ids (RFC 8607)."""

    @property
    def people(self) -> tuple[Invitee, ...]:
        """Those who may sit at the table: rooms and vehicles left out."""
        return tuple(one for one in self.invitees if not one.place)

    @property
    def unanswered(self) -> tuple[Invitee, ...]:
        """Whose presence is needed, and who did not say whether they come."""
        return tuple(
            one for one in self.people if not one.optional and one.answer == "NEEDS-ACTION"
        )


def read_event(calendar: Component, recurrence_id: int | None, zone: tzinfo) -> MeetingEvent | None:
    """The event, or one occurrence of it; None for an occurrence that there is no more."""
    zones = Zones.of(calendar, zone)
    if recurrence_id is None:
        component = entries_of(calendar)[0]
        times = entry_of(component, zones).times
        start = 0 if times.start is None else as_instant(times.start, zone)
        end = start if times.end is None else as_instant(times.end, zone)
    else:
        found = occurrence_at(calendar, recurrence_id, place_of(calendar, "", zone))
        if found is None:
            return None
        component, start, end = found.component, found.starts_at, found.ends_at
    said = entry_of(component, zones)
    return MeetingEvent(
        said.title or "",
        said.location or "",
        said.description or "",
        said.visibility,
        start,
        end,
        said.status == "CANCELLED",
        "" if said.organizer is None else calendar_user_address(said.organizer.address),
        tuple(_invitees(component)),
        managed_in(component),
    )


def _invitees(component: Component) -> Iterable[Invitee]:
    for line in component.all("ATTENDEE"):
        role = (line.parameter("ROLE") or "REQ-PARTICIPANT").upper()
        kind = (line.parameter("CUTYPE") or "INDIVIDUAL").upper()
        if kind == "GROUP":
            continue  # its members are attendees themselves
        yield Invitee(
            calendar_user_address(line.value),
            line.parameter("CN") or "",
            (line.parameter("PARTSTAT") or "NEEDS-ACTION").strip().upper(),
            optional=role in {"OPT-PARTICIPANT", "NON-PARTICIPANT"},
            place=kind in _PLACES,
            status=line.parameter("SCHEDULE-STATUS") or "",
        )


def component_of(calendar: Component, recurrence_id: int | None, zone: tzinfo) -> Component | None:
    """The component that words the meeting alone: the object's, or an override of a series."""
    if recurrence_id is None:
        return entries_of(calendar)[0]
    return override_at(calendar, recurrence_id, place_of(calendar, "", zone))


def write_people(component: Component, organizer: Invitee, invitees: Sequence[Invitee]) -> None:
    """Exactly these are invited; whoever was already keeps the line with the answer."""
    there = {calendar_user_address(line.value): line for line in component.all("ATTENDEE")}
    drop_lines(component, "ATTENDEE")
    if component.line("ORGANIZER") is None:
        component.lines.append(ContentLine("ORGANIZER", _named(organizer), organizer.address))
    component.lines.append(
        there.get(calendar_user_address(organizer.address))
        or ContentLine("ATTENDEE", f"{_named(organizer)};PARTSTAT=ACCEPTED", organizer.address)
    )
    for one in invitees:
        if one.address == organizer.address:
            continue
        known = there.get(calendar_user_address(one.address))
        component.lines.append(_as_asked(one, known))
    asked = {calendar_user_address(one.value) for one in component.all("ATTENDEE")}
    # Who is there for a group that stays keeps his answer.
    for address, line in there.items():
        if address not in asked and _group_of(line) in asked:
            component.lines.append(line)


def _group_of(line: ContentLine) -> str | None:
    """For which group somebody is invited (RFC 5545 §3.2.11)."""
    group = line.parameter("MEMBER")
    return None if group is None else calendar_user_address(group)


def groups_in(component: Component) -> set[str]:
    """The groups that are invited."""
    return {
        calendar_user_address(line.value)
        for line in component.all("ATTENDEE")
        if (line.parameter("CUTYPE") or "").upper() == "GROUP"
    }


def members_in(component: Component, group: str) -> set[str]:
    """Who is invited for a group."""
    lines = component.all("ATTENDEE")
    return {calendar_user_address(one.value) for one in lines if _group_of(one) == group}


def replace_members(component: Component, group: str, members: Mapping[str, str]) -> None:
    """For a group these are invited, by address and name: others leave, who is invited by himself
    or by another group stays as he is.
    """
    component.lines[:] = [
        line
        for line in component.lines
        if line.name != "ATTENDEE"
        or _group_of(line) != group
        or calendar_user_address(line.value) in members
    ]
    there = {calendar_user_address(line.value) for line in component.all("ATTENDEE")}
    for address, name in members.items():
        if address not in there:
            said = f'{_named(Invitee(address, name, ""))};MEMBER="{group}"'
            said += ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
            component.lines.append(ContentLine("ATTENDEE", said, address))


def _as_asked(one: Invitee, known: ContentLine | None) -> ContentLine:
    if known is not None:
        was = (known.parameter("ROLE") or "REQ-PARTICIPANT").upper() != "REQ-PARTICIPANT"
        if was == one.optional or one.place:
            return known
    kind = ";CUTYPE=ROOM" if one.place else ";CUTYPE=GROUP" if one.group else ""
    role = "OPT-PARTICIPANT" if one.optional else "REQ-PARTICIPANT"
    answer = one.answer if known is None else (known.parameter("PARTSTAT") or one.answer)
    parameters = f"{_named(one)}{kind};ROLE={role};PARTSTAT={answer};RSVP=TRUE"
    return ContentLine("ATTENDEE", parameters, one.address)


def _named(person: Invitee) -> str:
    name = person.name.replace('"', "'")
    return f';CN="{name}"' if name else ""


def with_agenda(
    description: str,
    ref: str,
    agenda: Agenda,
    starts_at: int,
    zone: tzinfo,
    *,
    presenters: Mapping[str, str],
) -> str:
    """A description with the agenda of now in it, and with everything else that it said; who
    presents is called as `presenters` has it.
    """
    own = _BLOCK.sub("\n", description).strip("\n")
    if not agenda.items:
        return own
    timed = agenda.timed(starts_at)
    lines = [f"{_HEAD} (réf. {ref})", "", *(_line(one, presenters, zone) for one in timed), _FOOT]
    block = typeset("\n".join(lines))
    return f"{own}\n\n{block}" if own else block


def _line(timed: TimedItem, presenters: Mapping[str, str], zone: tzinfo) -> str:
    item, window = timed
    said = f"{item.position}. {RESERVED if item.reserved else item.title}"
    if window is None:
        return f"{said} (reporté)"
    clock = hour(epoch_to_local(window.starts_at, zone))
    about = [KINDS[item.kind]]
    presenter = presenters.get(item.presenter or "")
    if presenter is not None and not item.reserved:
        about.append(presenter)
    if item.added_in_session:
        about.append("ajouté en séance")
    return f"{said} — {clock}, {item.minutes}\u00a0min ({', '.join(about)})"


def statuses_of(component: Component) -> dict[str, str]:
    """What became of the last message to each of those outside (RFC 6638 §7.3)."""
    return {
        calendar_user_address(line.value): line.parameter("SCHEDULE-STATUS") or ""
        for line in component.all("ATTENDEE")
    }


def description_of(component: Component) -> str:
    """What DESCRIPTION says, as people read it."""
    return unescape(component.value("DESCRIPTION") or "")
