"""What an attendee's REPLY does to the organizer's copy (RFC 5546 §3.2.3, §3.4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.itip.amend_attendee import delegates_of
from calendars.itip.answers import answered, with_rsvp
from calendars.itip.applied import REFUSED, UNCHANGED, Applied, Effect
from calendars.itip.changes import Changed
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.kept_answers import Kept, kept_answers, with_kept
from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.itip.people import (
    ANSWERED,
    FROM,
    OLDEST,
    Version,
    address_of,
    attendee,
    attendees,
    organizer_of,
    part_stat,
    sequence_of,
    version_in,
    version_of,
    with_parameter,
    without_parameters,
    without_scheduling,
)
from calendars.model.component import Component, ContentLine


@dataclass(slots=True)
class _Answer:
    """One attendee's answers on their way into the copy."""

    copy: Copy
    sender: str
    outside: bool = False
    """Another program wrote it: it may stamp all of its answers alike."""
    parts: dict[Key, Component] = field(default_factory=dict)
    changed: dict[Key, set[str]] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)
    """For occurrences that are called off."""


def apply_reply(old: Copy, sent: Copy, message: ItipMessage, mine: frozenset[str]) -> Applied:
    """Put the answers in, each if it is newer than the one that is known."""
    organizers = {organizer_of(part) for part in old.parts} - {None}
    if not organizers or not organizers <= mine:
        return REFUSED
    answer = _Answer(old, message.sender, message.outside, old.components())
    answer.kept = kept_answers(old.calendar)
    known = [attendees(part).get(message.sender) for part in old.parts]
    if not any(known):
        return REFUSED
    master = old.master
    series = None if master is None else attendees(master).get(message.sender)
    heard = False
    for key, part in sent.components().items():
        heard = _hear(answer, key, part) or heard
    if not heard:
        return REFUSED
    if sent.master is not None:
        _inherit(answer, sent, version_in(series, ANSWERED))
    frame = with_kept(old.calendar, answer.kept)
    if not answer.changed and frame is old.calendar:
        return UNCHANGED
    parts = [part for _, part in sorted(answer.parts.items(), key=_series_first)]
    changed = tuple(
        Changed(
            key,
            frozenset(names),
            frozenset((answer.sender,)) if "ATTENDEE" in names else frozenset(),
        )
        for key, names in answer.changed.items()
    )
    return Applied(Effect.ANSWERED, rebuilt(frame, parts), changed)


def _series_first(item: tuple[Key, Component]) -> tuple[bool, int]:
    return item[0] is not None, item[0] or 0


def _hear(answer: _Answer, key: Key, reply: Component) -> bool:
    """One component of the reply; False if there is nothing that it could be about."""
    line = attendee(reply, (answer.sender,)) or _sole_attendee(reply)
    target = answer.parts.get(key) or _occurrence(answer, key)
    known = None if target is None else attendees(target).get(answer.sender)
    if line is not None and target is None and key is not None and answer.copy.would_occur(key):
        return _keep(answer, key, line, version_in(line, ANSWERED) or version_of(reply))
    if line is None or target is None:
        return False
    if known is None:
        # To the series, from one who is invited to some occurrences only.
        return key is None and any(answer.sender in attendees(p) for p in answer.parts.values())
    version = _version(reply, line, target)
    anew = answer.outside and _is_another(known, line, version)
    if not anew and _heard_before(known, line, version, new=key not in answer.parts):
        return True
    lines = [_answered(known, line, version) if one is known else one for one in target.lines]
    lines = _with_delegates(lines, line, reply)
    names = {"ATTENDEE"}
    if target.name == "VTODO":
        lines, more = _progress(lines, reply)
        names |= more
    comment = _comment(lines, reply, answer.sender)
    if comment is not None:
        lines = comment
        names.add("COMMENT")
    answer.parts[key] = Component(target.name, lines, list(target.components))
    answer.changed.setdefault(key, set()).update(names)
    return True


def _keep(answer: _Answer, key: int, line: ContentLine, version: Version) -> bool:
    """The occurrence was taken out meanwhile; it may be put back."""
    place = (key, answer.sender)
    if place not in answer.kept or answer.kept[place][1] < version:
        answer.kept[place] = part_stat(line), version
    return True


def _heard_before(known: ContentLine, line: ContentLine, version: Version, *, new: bool) -> bool:
    """A later answer is known, or he was asked again since.

    Of a `new` override only the answer for the series is known. One of our own replies that names
    the occurrence is true beside a later one for the series, for that one would name it too.
    """
    had = version_in(known, ANSWERED) or OLDEST
    if had < version:
        return False
    ours = version_in(line, ANSWERED) is not None
    asked = part_stat(known) == "NEEDS-ACTION" or version.sequence < had.sequence
    return asked or not (new and ours)


def _is_another(known: ContentLine, line: ContentLine, version: Version) -> bool:
    """Another answer of the same instant: some programs copy the stamp of the invitation, so that
    only the order of arrival tells which one he gave last.
    """
    return version_in(known, ANSWERED) == version and part_stat(known) != part_stat(line)


def _sole_attendee(reply: Component) -> ContentLine | None:
    """Programs that answer from another address of the same person name only him."""
    lines = reply.all("ATTENDEE")
    return lines[0] if len(lines) == 1 else None


def _occurrence(answer: _Answer, key: Key) -> Component | None:
    """An override that says what the series says, made to hold an answer."""
    master = answer.parts.get(None)
    if key is None or master is None or not answer.copy.occurs(key):
        return None
    frame = Copy(rebuilt(answer.copy.calendar, [master]), answer.copy.zones.default)
    return frame.occurrence(key)


def _version(reply: Component, line: ContentLine, target: Component) -> Version:
    """Of the answer; nobody answers a meeting that is yet to come, whatever his program counts."""
    told = version_in(line, ANSWERED) or version_of(reply)
    return Version(min(told.sequence, sequence_of(target)), told.stamp)


def _answered(known: ContentLine, line: ContentLine, version: Version) -> ContentLine:
    new = answered(known, part_stat(line), version)
    waiting = part_stat(line) == "NEEDS-ACTION"
    new = with_rsvp(new) if waiting else without_parameters(new, ("RSVP",))
    for name in ("DELEGATED-TO", "SENT-BY"):
        new = with_parameter(new, name, line.parameter(name))
    return with_parameter(new, "SCHEDULE-STATUS", ScheduleStatus.SUCCESS.value)


def _with_delegates(
    lines: list[ContentLine], line: ContentLine, reply: Component
) -> list[ContentLine]:
    """Who shall go instead is invited from now on (RFC 5546 §3.2.2.3)."""
    known = {address_of(one) for one in lines if one[0] == "ATTENDEE"}
    told = attendees(reply)
    new: list[ContentLine] = []
    for address in delegates_of(line):
        if address in known:
            continue
        one = told.get(address)
        if one is None:
            one = ContentLine("ATTENDEE", "", address)
            one = with_parameter(one, "DELEGATED-FROM", line.value.strip())
            one = with_parameter(one, "PARTSTAT", "NEEDS-ACTION")
            one = with_parameter(one, "RSVP", "TRUE")
        new.append(without_parameters(without_scheduling(one), (ANSWERED,)))
    return lines + new


def _progress(lines: list[ContentLine], reply: Component) -> tuple[list[ContentLine], set[str]]:
    """How far a task has come (RFC 5546 §3.4.3)."""
    names = {"STATUS", "COMPLETED", "PERCENT-COMPLETE"}
    told = [line for line in reply.lines if line[0] in names]
    if not told:
        return lines, set()
    told_names = {line[0] for line in told}
    return [line for line in lines if line[0] not in told_names] + told, told_names


def _comment(lines: list[ContentLine], reply: Component, sender: str) -> list[ContentLine] | None:
    """What he wrote beside his answer, in the place of what he wrote before."""
    said = [line for line in reply.all("COMMENT") if line.value.replace("\\n", "").strip()]
    kept = [
        line
        for line in lines
        if line[0] != "COMMENT" or (line.parameter(FROM) or "").lower() != sender
    ]
    if not said and len(kept) == len(lines):
        return None
    told = [with_parameter(line, FROM, sender) for line in said]
    return kept + told


def _inherit(answer: _Answer, sent: Copy, series: Version | None) -> None:
    """An answer for the series counts for the overrides that had no answer of their own, and for
    all where he is not invited to the series.
    """
    reply, master = sent.master, answer.parts.get(None)
    line = None if reply is None else attendee(reply, (answer.sender,)) or _sole_attendee(reply)
    if line is None or reply is None:
        return
    whole = master is not None and answer.sender in attendees(master)
    for key, part in list(answer.parts.items()):
        known = attendees(part).get(answer.sender)
        if key is None or key in sent.overrides or known is None:
            continue
        version = _version(reply, line, part)
        had = version_in(known, ANSWERED)
        # Our own replies name what the attendee has heard of and not answered yet.
        inherited = had is None or part_stat(known) == "NEEDS-ACTION"
        inherited = inherited or (
            had is not None and series is not None and had.stamp == series.stamp
        )
        if (whole and not inherited) or (had or OLDEST) >= version:
            continue
        new = _answered(known, line, version)
        lines = [new if one is known else one for one in part.lines]
        answer.parts[key] = Component(part.name, lines, list(part.components))
        answer.changed.setdefault(key, set()).add("ATTENDEE")
