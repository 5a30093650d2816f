"""What is written in somebody's diary by another person is written in his name (DIA-1, RFC 5545).

A client that looks at the diary of the director with the login of the assistant takes the
assistant for the organizer, or for the one who answers (Thunderbird does; Outlook's CalDav
Synchronizer writes SENT-BY as it should). Here the owner of the diary becomes who he is, and the
person who acts for him stands in SENT-BY (RFC 5545 §3.2.18).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from calendars.model.calendar_user_address import is_address_of, preferred_address
from calendars.model.component import Component, ContentLine
from calendars.model.principal import Principal

_PARAMETER = re.compile(r';([A-Za-z0-9_.-]+)=((?:"[^"]*"|[^";])*)')
_ENCODED = {"^": "^^", "\n": "^n", '"': "^'"}  # RFC 6868 §3
_NOT_ANSWERED = "NEEDS-ACTION"


@dataclass(frozen=True, slots=True)
class ActingFor:
    """Who acts in whose diary."""

    actor: Principal
    owner: Principal


def in_name_of(
    calendar: Component, acting: ActingFor, before: Component | None = None
) -> Component | None:
    """The object as it is to be stored in the owner's diary; None if it is right as it is.

    `before` is what stood there. The organizer of a meeting to which somebody else invited the
    owner stays, were it the person who acts: only a meeting of the owner's own is corrected.
    """
    changed = False
    components: list[Component] = []
    for component in calendar.components:
        if component.line("ORGANIZER") is None:
            components.append(component)
            continue
        there = _counterpart(before, component)
        lines = _corrected(component, acting, there)
        changed = changed or lines != component.lines
        components.append(Component(component.name, lines, component.components))
    return Component(calendar.name, calendar.lines, components) if changed else None


def _counterpart(before: Component | None, component: Component) -> Component | None:
    """What stood at the same occurrence, else the master that it comes from."""
    if before is None:
        return None
    same_kind = [one for one in before.components if one.name == component.name]
    occurrence = component.value("RECURRENCE-ID")
    for wanted in (occurrence, None):
        for one in same_kind:
            if one.value("RECURRENCE-ID") == wanted:
                return one
    return same_kind[0] if same_kind else None


def _corrected(
    component: Component, acting: ActingFor, there: Component | None
) -> list[ContentLine]:
    organizer = component.line("ORGANIZER")
    if organizer is None:
        return component.lines
    if is_address_of(organizer.value, acting.owner) or _is_mistaken(organizer, acting, there):
        return _as_organizer(component, acting)
    return _as_attendee(component, acting, there)


def _is_mistaken(organizer: ContentLine, acting: ActingFor, there: Component | None) -> bool:
    """The client wrote its own user where the owner belongs: not so if he had been invited."""
    if not is_address_of(organizer.value, acting.actor):
        return False
    known = there.line("ORGANIZER") if there is not None else None
    return known is None or is_address_of(known.value, acting.owner)


def _as_organizer(component: Component, acting: ActingFor) -> list[ContentLine]:
    invited = any(
        line.name == "ATTENDEE" and is_address_of(line.value, acting.owner)
        for line in component.lines
    )
    lines: list[ContentLine] = []
    for line in component.lines:
        if line.name == "ORGANIZER":
            lines.append(_sent_by(_of_owner(line, acting), acting))
        elif line.name == "ATTENDEE" and not invited and _is_chair(line, component, acting):
            lines.append(_of_owner(line, acting))
        else:
            lines.append(line)
    return lines


def _is_chair(line: ContentLine, component: Component, acting: ActingFor) -> bool:
    """The line that a client adds for the one whom it takes for the organizer."""
    organizer = component.value("ORGANIZER") or ""
    return is_address_of(organizer, acting.actor) and is_address_of(line.value, acting.actor)


def _as_attendee(
    component: Component, acting: ActingFor, there: Component | None
) -> list[ContentLine]:
    """An answer in the owner's diary is the owner's, whichever line the client wrote it to."""
    own = _attendee(component, acting.owner)
    if own is None:
        return component.lines
    mine = _attendee(component, acting.actor)
    mine_before = None if there is None else _attendee(there, acting.actor)
    own_before = None if there is None else _attendee(there, acting.owner)
    if _answer(own) != _answer(own_before):
        return _exchanged(component, {own: _sent_by(own, acting)})
    if there is None or mine is None or _answer(mine) == _answer(mine_before):
        return component.lines
    answered = _sent_by(_with(own, {"PARTSTAT": _answer(mine), "RSVP": None}), acting)
    return _exchanged(component, {own: answered, mine: mine_before})


def _exchanged(
    component: Component, exchange: Mapping[ContentLine, ContentLine | None]
) -> list[ContentLine]:
    lines = (exchange.get(line, line) for line in component.lines)
    return [line for line in lines if line is not None]


def _attendee(component: Component, who: Principal) -> ContentLine | None:
    for line in component.lines:
        if line.name == "ATTENDEE" and is_address_of(line.value, who):
            return line
    return None


def _answer(line: ContentLine | None) -> str:
    stated = None if line is None else line.parameter("PARTSTAT")
    return (stated or _NOT_ANSWERED).strip().upper()


def _of_owner(line: ContentLine, acting: ActingFor) -> ContentLine:
    """The line, with the owner in the place of the person who acts."""
    if is_address_of(line.value, acting.owner):
        return line
    person = {"CN": acting.owner.display_name, "EMAIL": None, "DIR": None, "SENT-BY": None}
    return _with(line, person)._replace(value=preferred_address(acting.owner))


def _sent_by(line: ContentLine, acting: ActingFor) -> ContentLine:
    """SENT-BY tells who acts now; what the client wrote is believed as far as it is true."""
    stated = line.parameter("SENT-BY")
    if stated is not None and is_address_of(stated, acting.actor):
        return line
    return _with(line, {"SENT-BY": preferred_address(acting.actor)})


def _with(line: ContentLine, values: Mapping[str, str | None]) -> ContentLine:
    """The line with these parameters, and every other one as it was written; None drops one."""
    left = dict(values)

    def exchange(matched: re.Match[str]) -> str:
        name = matched[1].upper()
        if name not in values:
            return matched[0]
        return _parameter(name, left.pop(name, None))

    written = _PARAMETER.sub(exchange, line.raw_parameters)
    written += "".join(_parameter(name, value) for name, value in left.items())
    return line._replace(raw_parameters=written)


def _parameter(name: str, value: str | None) -> str:
    if value is None:
        return ""
    encoded = "".join(_ENCODED.get(character, character) for character in value)
    return f';{name}="{encoded}"' if any(c in encoded for c in ":;, ") else f";{name}={encoded}"
