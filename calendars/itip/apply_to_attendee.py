"""What the organizer's messages do to an attendee's copy (RFC 5546 §3.2.2, §3.2.4, §3.2.5).

A REQUEST with the series tells all of it; one without tells single occurrences; a CANCEL takes
occurrences or the whole away. Each is heeded where nothing later has been said.
"""

from __future__ import annotations

from calendars.itip.applied import REFUSED, UNCHANGED, Applied, Effect
from calendars.itip.attendee_copy import AttendeeCopy, marked, seen
from calendars.itip.changes import Changed, is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import (
    ANSWERED,
    OLDEST,
    SEEN,
    Version,
    attendee,
    organizer_of,
    part_stat,
    version_in,
    version_of,
    with_parameter,
)
from calendars.itip.received import kept_answer, merged, received, unheard_answer
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_value


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
    if message.outside and _was_over(old, sent):
        return UNCHANGED
    copy = AttendeeCopy.of(old, sent, mine)
    if sent.master is None or message.method is ItipMethod.ADD:
        _take_occurrences(copy)
    elif not _take_series(copy, sent.master):
        return UNCHANGED
    return copy.outcome(Effect.UPDATED)


def apply_cancel(old: Copy, sent: Copy, mine: frozenset[str]) -> Applied:
    """CANCEL of all, or of single occurrences."""
    if _another_organizer(old, sent):
        return REFUSED
    copy = AttendeeCopy.of(old, sent, mine)
    for key, part in sent.components().items():
        if key is None:
            _cancel_series(copy, version_of(part))
        else:
            _cancel_occurrence(copy, key, version_of(part))
    return copy.outcome(Effect.CANCELLED)


def _another_organizer(old: Copy, sent: Copy) -> bool:
    known = {organizer_of(part) for part in old.parts} - {None}
    named = {organizer_of(part) for part in sent.parts} - {None}
    return bool(known and named and known != named)


def _was_over(old: Copy, sent: Copy) -> bool:
    """A message of before the end, by a service that stamps all of them alike."""
    if old.master is None or sent.master is None or not is_cancelled(old.master):
        return False
    known, version = seen(old.master), version_of(sent.master)
    return known.stamp == version.stamp and known.sequence > version.sequence


def _first(sent: Copy, message: ItipMessage, mine: frozenset[str]) -> Applied:
    """He has no copy: a new meeting, unless he threw it away and is not asked again."""
    answers = [part_stat(line) for part in sent.parts if (line := attendee(part, mine)) is not None]
    if not message.significant or all(answer == "DECLINED" for answer in answers):
        return UNCHANGED
    parts = [marked(received(part), version_of(part)) for part in sent.parts]
    head = [line for line in message.calendar.lines if line[0] != "METHOD"]
    frame = Component("VCALENDAR", head, list(message.calendar.components))
    changed = tuple(
        Changed(key, frozenset(line[0] for line in part.lines))
        for key, part in sent.components().items()
    )
    return Applied(Effect.CREATED, rebuilt(frame, parts), changed)


def _take_series(copy: AttendeeCopy, master: Component) -> bool:
    """A message that tells all; False if a later one has done so already."""
    version = version_of(master)
    if copy.old.master is not None and _is_older(version, copy.old.master):
        return False
    if copy.gone is not None and copy.gone.stamp > version.stamp:
        return False
    copy.gone, copy.renewed = None, True
    copy.parts = {None: merged(copy, None, master)}
    for key, part in copy.sent.overrides.items():
        copy.parts[key] = _newer(copy, key, part)
    _keep_later_holes(copy, version)
    _keep_later_parts(copy, version)
    return True


def _keep_later_parts(copy: AttendeeCopy, version: Version) -> None:
    """What was said of single occurrences after the message was written, and his own answers."""
    for key, part in copy.old.overrides.items():
        if key in copy.parts or key in copy.holes:
            continue
        # What was said later may be of a series that has not arrived yet: it need not occur.
        if seen(part).stamp > version.stamp:
            copy.parts[key] = part
        elif copy.sent.occurs(key) and (kept := unheard_answer(copy, key, part)) is not None:
            copy.parts[key] = kept
    for key, _ in copy.kept:
        if key not in copy.parts and key not in copy.holes and copy.sent.occurs(key):
            again = kept_answer(copy, key)
            if again is not None:
                copy.parts[key] = again


def _keep_later_holes(copy: AttendeeCopy, version: Version) -> None:
    """What was called off after the message was written, or taken out by the owner himself."""
    holes, copy.holes = copy.holes, {}
    for key, hole in holes.items():
        off, own = version_in(hole, SEEN), version_in(hole, ANSWERED)
        said = off is not None and off.stamp > version.stamp
        hidden = own is not None and copy.sent.would_occur(key) and not _asked(copy, key, own)
        if said or hidden:
            copy.holes[key] = hole
    for key, off in copy.off.items():
        line = copy.sent.moment_line("EXDATE", key)
        if off.stamp > version.stamp and line is not None:
            copy.holes.setdefault(key, with_parameter(line, SEEN, str(off)))
    for key in copy.holes:
        copy.parts.pop(key, None)
    copy.off = {}


def _asked(copy: AttendeeCopy, key: int, own: Version) -> bool:
    """He took the occurrence out himself and is asked again since."""
    part = copy.sent.overrides.get(key)
    line = copy.own(part or copy.sent.master)
    asked = version_in(line, ANSWERED) or OLDEST
    if line is None or asked <= own:
        return False
    # The series may bear a later answer of his own, which left out this occurrence.
    return part_stat(line) != "DECLINED" if part is not None else part_stat(line) == "NEEDS-ACTION"


def _take_occurrences(copy: AttendeeCopy) -> None:
    """A message about single occurrences."""
    taken = False
    for key, part in copy.sent.overrides.items():
        if not _is_late(copy, key, part):
            copy.holes.pop(key, None)
            copy.off.pop(key, None)
            copy.parts[key] = new = _newer(copy, key, part)
            taken = taken or not is_cancelled(new)
    if taken and copy.over and copy.old.master is not None:
        _forget_series(copy, seen(copy.old.master))


def _is_late(copy: AttendeeCopy, key: int, part: Component) -> bool:
    """Something later was said of the occurrence, or of the whole."""
    version, series = version_of(part), copy.series_stamp
    if version.stamp < series:
        return True
    known = copy.old.master is None or copy.over or copy.old.would_occur(key)
    if version.stamp == series and not known:
        return True
    off, own = _hole(copy, key)
    if off is not None and off.stamp > version.stamp:
        return True
    return own is not None and not _asked(copy, key, own)


def _hole(copy: AttendeeCopy, key: int) -> tuple[Version | None, Version | None]:
    """By which message an occurrence was called off, and by which answer it was taken out."""
    hole: ContentLine | None = copy.old.holes.get(key)
    return version_in(hole, SEEN) or copy.off.get(key), version_in(hole, ANSWERED)


def _forget_series(copy: AttendeeCopy, version: Version) -> None:
    """Not invited to the series any more, only to what is left (DIA-8)."""
    copy.gone = version if copy.gone is None else max(version, copy.gone)
    parts, copy.parts = copy.parts, {}
    for key, part in parts.items():
        if key is not None and is_cancelled(part):
            copy.off.setdefault(key, seen(part))
        elif key is not None and seen(part).stamp >= version.stamp:
            copy.parts[key] = part
    for key, hole in copy.holes.items():
        off = version_in(hole, SEEN)
        if off is not None:
            copy.off.setdefault(key, off)
    copy.holes = {}


def _cancel_series(copy: AttendeeCopy, version: Version) -> None:
    if copy.old.master is not None and _is_older(version, copy.old.master):
        return
    if copy.gone is not None and copy.gone >= version:
        return
    later = [one for one in copy.old.overrides.values() if seen(one).stamp >= version.stamp]
    if any(not is_cancelled(one) for one in later):
        _forget_series(copy, version)
        return
    copy.parts = {
        key: _cancelled(one, version if key is None else max(version, seen(one)))
        for key, one in copy.parts.items()
    }
    if copy.old.master is None:
        copy.gone = version


def _cancel_occurrence(copy: AttendeeCopy, key: int, version: Version) -> None:
    if copy.series_stamp > version.stamp:
        return
    known = copy.old.overrides.get(key)
    if known is not None and _is_older(version, known):
        return
    if known is not None and is_cancelled(known) and version.stamp <= seen(known).stamp:
        return
    off, own = _hole(copy, key)
    if off is not None and off >= version:
        return
    if copy.old.master is not None:
        line = copy.old.moment_line("EXDATE", key)
        if line is not None:
            copy.parts.pop(key, None)
            line = with_parameter(line, ANSWERED, None if own is None else str(own))
            copy.holes[key] = with_parameter(line, SEEN, str(version))
    elif known is not None:
        copy.parts[key] = _cancelled(known, version)
    else:
        copy.off[key] = version


def _is_older(version: Version, known: Component) -> bool:
    """A version came before that of a component of the copy (RFC 5546 §2.1.5).

    What was cancelled may come back with the SEQUENCE that it had before, if a client undoes what
    it has done: there the time of the message alone tells.
    """
    if is_cancelled(known):
        return version.stamp < seen(known).stamp
    return version < seen(known)


def _cancelled(part: Component, version: Version) -> Component:
    off = Component(part.name, list(part.lines), list(part.components))
    put_value(off, "STATUS", "CANCELLED")
    put_value(off, "SEQUENCE", str(max(version.sequence, 0)))
    return marked(off, version)


def _newer(copy: AttendeeCopy, key: Key, part: Component) -> Component:
    """The component of the copy or that of the message, whichever was said later."""
    known = copy.old.components().get(key)
    if known is not None and _is_older(version_of(part), known):
        return known
    return merged(copy, key, part)
