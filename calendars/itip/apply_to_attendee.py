"""What the organizer's messages do to an attendee's copy (RFC 5546 §3.2.2, §3.2.4, §3.2.5).

Every component has a version of its own, so that messages may come in any order. A REQUEST with
the series tells all of it; one without tells single occurrences; a CANCEL takes occurrences or
the whole away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.itip.amend_organizer import answered, own_answer
from calendars.itip.applied import REFUSED, UNCHANGED, Applied, Effect
from calendars.itip.changes import Changed, changed_names, is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.own_things import with_own_things
from calendars.itip.people import (
    ANSWERED,
    GONE,
    OLDEST,
    SEEN,
    Version,
    attendee,
    attendees,
    organizer_of,
    part_stat,
    version_in,
    version_of,
    with_parameter,
)
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_value


@dataclass(slots=True)
class _Update:
    """An attendee's copy on its way from one state to the next."""

    old: Copy | None
    sent: Copy
    mine: frozenset[str]
    parts: dict[Key, Component] = field(default_factory=dict)
    holes: dict[int, ContentLine] = field(default_factory=dict)
    """EXDATE lines of the series that the message itself does not bring."""
    gone: Version | None = None
    """The version that took the series away, where only occurrences are left."""

    def own(self, part: Component | None) -> ContentLine | None:
        """The line of the copy's owner."""
        return None if part is None else attendee(part, self.mine)


def apply_request(
    old: Copy | None, sent: Copy, message: ItipMessage, mine: frozenset[str]
) -> Applied:
    """REQUEST and ADD."""
    if not any(attendee(part, mine) for part in sent.parts):
        return REFUSED
    if old is None:
        return _first(sent, message, mine)
    if _another_organizer(old, sent):
        return REFUSED
    update = _started(old, sent, mine)
    if sent.master is not None and message.method is not ItipMethod.ADD:
        if not _take_series(update, old):
            return UNCHANGED
    else:
        _take_occurrences(update, old)
    return _outcome(update, old, Effect.UPDATED)


def apply_cancel(old: Copy, sent: Copy, mine: frozenset[str]) -> Applied:
    """CANCEL of all, or of single occurrences."""
    if _another_organizer(old, sent):
        return REFUSED
    update = _started(old, sent, mine)
    for key, part in sent.components().items():
        if key is None:
            _cancel_series(update, old, part)
        else:
            _cancel_occurrence(update, old, key, part)
    return _outcome(update, old, Effect.CANCELLED)


def _another_organizer(old: Copy, sent: Copy) -> bool:
    known = {organizer_of(part) for part in old.parts} - {None}
    named = {organizer_of(part) for part in sent.parts} - {None}
    return bool(known and named and known != named)


def _first(sent: Copy, message: ItipMessage, mine: frozenset[str]) -> Applied:
    """He has no copy: a new meeting, unless he threw it away and is not asked again."""
    lines = [line for part in sent.parts if (line := attendee(part, mine)) is not None]
    if all(part_stat(line) == "DECLINED" for line in lines):
        return UNCHANGED
    if (
        message.method is ItipMethod.REQUEST
        and not message.significant
        and not any(part_stat(line) == "NEEDS-ACTION" for line in lines)
    ):
        return UNCHANGED
    parts = [_marked(_received(part), version_of(part)) for part in sent.parts]
    frame = Component(
        "VCALENDAR",
        [line for line in message.calendar.lines if line[0] != "METHOD"],
        list(message.calendar.components),
    )
    changed = tuple(
        Changed(key, frozenset(line[0] for line in part.lines))
        for key, part in sent.components().items()
    )
    return Applied(Effect.CREATED, rebuilt(frame, parts), changed)


def _started(old: Copy, sent: Copy, mine: frozenset[str]) -> _Update:
    update = _Update(old, sent, mine, old.components(), dict(old.holes))
    marks = [version_in(part.line("ORGANIZER"), GONE) for part in old.parts]
    update.gone = max((mark for mark in marks if mark is not None), default=None)
    return update


def _seen(part: Component) -> Version:
    """The version of a component of the copy."""
    return version_in(part.line("ORGANIZER"), SEEN) or version_of(part)


def _series_stamp(update: _Update, old: Copy) -> str:
    """When the organizer last spoke of the whole."""
    stamps = [] if old.master is None else [_seen(old.master).stamp]
    return max(stamps + ([update.gone.stamp] if update.gone is not None else []), default="")


def _take_series(update: _Update, old: Copy) -> bool:
    """A message that tells all; False if a later one has done so already."""
    master = update.sent.master
    assert master is not None  # noqa: S101 - asked by who calls
    version = version_of(master)
    if old.master is not None and _seen(old.master) > version:
        return False
    if update.gone is not None and update.gone.stamp > version.stamp:
        return False
    update.gone = None
    update.parts = {}
    update.parts[None] = _merged(update, old, None, master)
    for key, part in update.sent.overrides.items():
        update.parts[key] = _newer(update, old, key, part)
    _keep_later(update, old, version)
    return True


def _keep_later(update: _Update, old: Copy, version: Version) -> None:
    """What was said of single occurrences after the message was written, or by the owner."""
    sent = update.sent
    holes, update.holes = update.holes, {}
    for key, hole in holes.items():
        if not sent.would_occur(key):
            continue
        seen, own = version_in(hole, SEEN), version_in(hole, ANSWERED)
        said = seen is not None and seen.stamp > version.stamp
        if said or (own is not None and _hides(update, key, own)):
            update.parts.pop(key, None)
            update.holes[key] = hole
    for key, part in old.overrides.items():
        if key in update.parts or key in update.holes or not sent.would_occur(key):
            continue
        if _seen(part).stamp > version.stamp:
            update.parts[key] = part
        elif sent.occurs(key):
            _keep_answer(update, old, key, part)


def _hides(update: _Update, key: int, own: Version) -> bool:
    """He had taken the occurrence out himself, and is not asked again."""
    line = update.own(update.parts.get(key) or update.parts.get(None))
    asked = version_in(line, ANSWERED) or OLDEST
    if line is not None and key in update.parts and part_stat(line) != "DECLINED" and asked > own:
        return False
    return asked <= own or (line is not None and part_stat(line) != "NEEDS-ACTION")


def _keep_answer(update: _Update, old: Copy, key: int, part: Component) -> None:
    """His answer for one occurrence that the organizer has not heard of yet."""
    line = update.own(part)
    version = version_in(line, ANSWERED)
    if line is None or version is None or not own_answer(old, line):
        return
    series = version_in(update.own(update.sent.master), ANSWERED) or OLDEST
    if series > version and series.sequence > version.sequence:
        return
    plain = update.sent.occurrence(key)
    new = _received(plain)
    own = update.own(new)
    if own is None:
        return
    lines = [answered(own, part_stat(line), version) if one is own else one for one in new.lines]
    new = with_own_things(Component(new.name, lines, []), part)
    update.parts[key] = _marked(new, version_of(plain))


def _take_occurrences(update: _Update, old: Copy) -> None:
    """A message about single occurrences."""
    stamp = _series_stamp(update, old)
    for key, part in update.sent.overrides.items():
        if version_of(part).stamp < stamp:
            continue
        if old.master is not None and not is_cancelled(old.master) and not old.would_occur(key):
            continue
        hole = old.holes.get(key)
        seen, own = version_in(hole, SEEN), version_in(hole, ANSWERED)
        if seen is not None and seen.stamp > version_of(part).stamp:
            continue
        if own is not None and not _asked_again(update, part, own):
            continue
        update.holes.pop(key, None)
        update.parts[key] = _newer(update, old, key, part)
    master = update.parts.get(None)
    taken = [key for key in update.parts if key is not None and key in update.sent.overrides]
    if master is not None and is_cancelled(master) and taken:
        _forget_series(update, _seen(master))


def _asked_again(update: _Update, part: Component, own: Version) -> bool:
    line = update.own(part)
    return (
        line is not None
        and part_stat(line) != "DECLINED"
        and (version_in(line, ANSWERED) or OLDEST) > own
    )


def _forget_series(update: _Update, version: Version) -> None:
    """Not invited to the series any more, only to what is left (DIA-8)."""
    update.gone = version if update.gone is None else max(version, update.gone)
    update.parts = {
        key: part
        for key, part in update.parts.items()
        if key is not None and _seen(part).stamp >= version.stamp
    }
    update.holes = {}


def _cancel_series(update: _Update, old: Copy, part: Component) -> None:
    version = version_of(part)
    if old.master is not None and _seen(old.master) > version:
        return
    if update.gone is not None and update.gone >= version:
        return
    later: dict[Key, Component] = {
        key: one
        for key, one in old.overrides.items()
        if _seen(one).stamp >= version.stamp and not is_cancelled(one)
    }
    if later:
        update.parts = later
        update.holes = {}
        update.gone = version
        return
    update.parts = {
        key: _off(one, version if key is None else max(version, _seen(one)))
        for key, one in update.parts.items()
    }
    if old.master is None:
        update.gone = version


def _cancel_occurrence(update: _Update, old: Copy, key: int, part: Component) -> None:
    version = version_of(part)
    if _series_stamp(update, old) > version.stamp:
        return
    known = old.overrides.get(key)
    if known is not None and _seen(known) > version:
        return
    if old.master is None:
        if known is not None:
            update.parts[key] = _off(known, version)
        return
    hole = old.holes.get(key)
    seen = version_in(hole, SEEN)
    if seen is not None and seen >= version:
        return
    line = old.moment_line("EXDATE", key)
    if line is None or not old.would_occur(key) or is_cancelled(old.master):
        return
    update.parts.pop(key, None)
    update.holes[key] = with_parameter(line, SEEN, str(version))


def _off(part: Component, version: Version) -> Component:
    off = Component(part.name, list(part.lines), list(part.components))
    put_value(off, "STATUS", "CANCELLED")
    put_value(off, "SEQUENCE", str(max(version.sequence, 0)))
    return _marked(off, version)


def _newer(update: _Update, old: Copy, key: int, part: Component) -> Component:
    """The component of the copy or that of the message, whichever was said later."""
    known = old.overrides.get(key)
    if known is not None and _seen(known) > version_of(part):
        return known
    return _merged(update, old, key, part)


def _merged(update: _Update, old: Copy, key: Key, part: Component) -> Component:
    """The message's component with what the owner of the copy has put into his."""
    known = old.components().get(key)
    basis = known or old.master
    new = _received(part)
    if basis is not None:
        new = with_own_things(new, basis)
    own, was = update.own(new), update.own(basis)
    if own is not None and was is not None:
        line = _later_answer(own, was)
        if line is not own:
            new = Component(
                new.name, [line if one is own else one for one in new.lines], new.components
            )
    return _marked(new, version_of(part))


def _later_answer(sent: ContentLine, was: ContentLine) -> ContentLine:
    """His own answer, unless he is asked again: messages may have crossed."""
    told, known = version_in(sent, ANSWERED), version_in(was, ANSWERED)
    if known is None or (told is not None and told >= known):
        return sent
    line = answered(sent, part_stat(was), known)
    for name in ("RSVP", "DELEGATED-TO", "SENT-BY"):
        line = with_parameter(line, name, was.parameter(name))
    return line


def _received(part: Component) -> Component:
    """As it lies in a copy: nobody's alarms, and no outcome of a request."""
    lines = [line for line in part.lines if line[0] != "REQUEST-STATUS"]
    return Component(
        part.name, lines, [child for child in part.components if child.name != "VALARM"]
    )


def _marked(part: Component, version: Version) -> Component:
    """With the version of the message on its ORGANIZER."""
    lines = [
        with_parameter(line, SEEN, str(version)) if line[0] == "ORGANIZER" else line
        for line in part.lines
    ]
    return Component(part.name, lines, list(part.components))


def _outcome(update: _Update, old: Copy, effect: Effect) -> Applied:
    """The new text, if it says another thing than the old one."""
    parts = [_with_gone(part, update.gone) for part in _listed(update)]
    frame = _with_zones(old.calendar, update.sent.calendar)
    calendar = rebuilt(frame, parts)
    if [sorted(part.lines) for part in parts] == [sorted(part.lines) for part in old.parts]:
        return UNCHANGED
    changed = tuple(_changed(old, Copy(calendar, old.zones.default)))
    if effect is Effect.CANCELLED and not changed:
        effect = Effect.UPDATED
    return Applied(effect, calendar, changed)


def _listed(update: _Update) -> list[Component]:
    parts = dict(update.parts)
    master = parts.pop(None, None)
    found = [part for _, part in sorted(parts.items(), key=lambda item: item[0] or 0)]
    if master is None:
        return found
    if update.sent.master is not None and update.sent.master.name == master.name:
        taken = {line.value for line in update.sent.master.all("EXDATE")}
    else:
        taken = set()
    rest = [line for line in master.lines if line[0] != "EXDATE" or line.value in taken]
    more = [line for line in update.holes.values() if line.value not in taken]
    lines = [*rest, *dict.fromkeys(more)]
    return [Component(master.name, lines, list(master.components)), *found]


def _with_gone(part: Component, gone: Version | None) -> Component:
    lines = [
        with_parameter(line, GONE, None if gone is None else str(gone))
        if line[0] == "ORGANIZER"
        else line
        for line in part.lines
    ]
    return Component(part.name, lines, list(part.components))


def _with_zones(frame: Component, sent: Component) -> Component:
    """The copy's frame, with the time zones that the message brings along."""
    known = {zone.value("TZID") for zone in frame.children("VTIMEZONE")}
    new = [zone for zone in sent.children("VTIMEZONE") if zone.value("TZID") not in known]
    return Component(frame.name, frame.lines, [*new, *frame.components]) if new else frame


def _changed(old: Copy, new: Copy) -> list[Changed]:
    """What is different, per instance."""
    found: list[Changed] = []
    keys = [*dict.fromkeys([*old.components(), *new.components(), *old.holes, *new.holes])]
    for key in keys:
        was, now = old.at(key), new.at(key)
        if was is None and now is None:
            continue
        if was is None or now is None:
            part = was or now
            names = frozenset(line[0] for line in part.lines) if part is not None else frozenset()
            found.append(Changed(key, names))
            continue
        names = changed_names(old, was, new, now)
        if key is not None:
            names -= {"RECURRENCE-ID"}
        if names:
            found.append(Changed(key, names, _answers(was, now)))
    return found


def _answers(was: Component, now: Component) -> frozenset[str]:
    old = attendees(was)
    return frozenset(
        address
        for address, line in attendees(now).items()
        if address in old and part_stat(old[address]) != part_stat(line)
    )
