"""A component of an organizer's message as it comes to lie in an attendee's copy."""

from __future__ import annotations

from calendars.itip.answers import answered, own_answer
from calendars.itip.attendee_copy import AttendeeCopy, marked
from calendars.itip.copy import Key
from calendars.itip.own_things import with_own_things
from calendars.itip.people import (
    ANSWERED,
    OLDEST,
    Version,
    address_of,
    part_stat,
    version_in,
    version_of,
    with_parameter,
)
from calendars.model.component import Component, ContentLine


def received(part: Component) -> Component:
    """Without alarms, which are everybody's own affair, and outcomes of requests."""
    lines = [line for line in part.lines if line[0] != "REQUEST-STATUS"]
    inner = [child for child in part.components if child.name != "VALARM"]
    return Component(part.name, lines, inner)


def merged(copy: AttendeeCopy, key: Key, part: Component) -> Component:
    """The message's component with what the owner of the copy has put into his."""
    basis = copy.old.components().get(key) or copy.old.master
    new = received(part)
    if basis is not None:
        new = with_own_things(new, basis)
    own, was = copy.own(new), copy.own(basis)
    if own is not None and was is not None:
        new = _exchanged(new, own, _later_answer(own, was))
    own = copy.own(new)
    if own is not None and key is not None:
        new = _exchanged(new, own, _as_kept(copy, key, own))
    return marked(new, version_of(part))


def kept_answer(copy: AttendeeCopy, key: int) -> Component | None:
    """The occurrence is on again: with his answer from before, unless he is asked again."""
    part = received(copy.sent.occurrence(key))
    own = copy.own(part)
    if own is None:
        return None
    line = _as_kept(copy, key, own)
    return None if line is own else marked(_exchanged(part, own, line), version_of(part))


def _as_kept(copy: AttendeeCopy, key: int, sent: ContentLine) -> ContentLine:
    kept = copy.kept.get((key, address_of(sent)))
    if kept is None or (version_in(sent, ANSWERED) or OLDEST) >= kept[1]:
        return sent
    line = answered(sent, *kept)
    return line if kept[0] == "NEEDS-ACTION" else with_parameter(line, "RSVP", None)


def unheard_answer(copy: AttendeeCopy, key: int, part: Component) -> Component | None:
    """His answer for one occurrence, in the new series, where the organizer knows nothing of it
    yet; None if there is none, or he is asked again.
    """
    line = copy.own(part)
    version = version_in(line, ANSWERED)
    if line is None or version is None or not own_answer(copy.old, line):
        return None
    series = copy.own(copy.sent.master)
    told = version_in(series, ANSWERED) or OLDEST
    asked = series is not None and part_stat(series) == "NEEDS-ACTION" and told > version
    if asked or told.stamp == version.stamp:
        return None
    plain = copy.sent.occurrence(key)
    new = received(plain)
    own = copy.own(new)
    if own is None:
        return None
    new = _exchanged(new, own, _told_by_himself(own, line, version))
    return marked(with_own_things(new, part), version_of(plain))


def _exchanged(part: Component, old: ContentLine, new: ContentLine) -> Component:
    if new is old:
        return part
    lines = [new if line is old else line for line in part.lines]
    return Component(part.name, lines, list(part.components))


def _later_answer(sent: ContentLine, was: ContentLine) -> ContentLine:
    """His own answer, unless he is asked again: messages may have crossed."""
    told, known = version_in(sent, ANSWERED), version_in(was, ANSWERED)
    if known is None or (told is not None and told >= known):
        return sent
    return _told_by_himself(sent, was, known)


def _told_by_himself(sent: ContentLine, was: ContentLine, version: Version) -> ContentLine:
    line = answered(sent, part_stat(was), version)
    for name in ("RSVP", "DELEGATED-TO", "SENT-BY"):
        line = with_parameter(line, name, was.parameter(name))
    return line
