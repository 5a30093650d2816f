"""Dialogues as files: who does what, which messages that calls for, and who sees what then.

    # a remark
    anne creates a series with paul, luc      what somebody's client stores
    -> REQUEST paul, luc                      all the messages it calls for, or: -> nothing
    paul answers ACCEPTED for #2
    -> REPLY anne
    anne knows paul ACCEPTED on #2            what stands in somebody's copy then
    luc sees #1 #2 #3 #4                      the occurrences that are on, or: nothing

Every deed names its messages; `-> refused` stands for one that may not be done. A stage plays the
dialogue: one in memory, one over HTTP.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from calendars.itip.changes import is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.people import address_of, attendee, attendees, part_stat, with_parameter
from calendars.model.component import Component, ContentLine, content_line, parse, serialize
from calendars.model.line_edit import drop_lines, put_line, put_value
from calendars.model.moments import moment
from tests.builders import NOUMEA, START, a_series, a_todo, an_event
from tests.calendars.itip.people import WEEK

DIALOGUES = sorted((Path(__file__).parents[2] / "data" / "itip").glob("*.dialogue"))


class Refused(Exception):
    """The deed was not allowed."""


class Stage(Protocol):
    """Where a dialogue is played."""

    def put(self, who: str, text: str) -> None:
        """Somebody's client stores the meeting. Raises Refused."""

    def delete(self, who: str, *, silently: bool) -> None:
        """Somebody's client deletes it."""

    def read(self, who: str) -> str | None:
        """What somebody has of the meeting."""

    def news(self) -> Counter[tuple[str, str]]:
        """Method and recipient of every message since this was asked last."""


@dataclass(slots=True)
class Play:
    """A dialogue that is being played."""

    stage: Stage
    lines: list[str]
    place: int = 0
    todo: bool = False
    told: list[str] = field(default_factory=list)

    def play(self) -> None:
        """All of it; an assertion says in which line it goes another way."""
        while self.place < len(self.lines):
            line = self.lines[self.place].split("  #")[0].strip()
            self.place += 1
            if line and not line.startswith("#"):
                self._line(line)

    def _line(self, line: str) -> None:
        for pattern, check in _CHECKS:
            if matched := pattern.fullmatch(line):
                check(self, *matched.groups())
                return
        for pattern, deed in _DEEDS:
            if matched := pattern.fullmatch(line):
                self._deed(line, partial(deed, self, *matched.groups()))
                return
        raise AssertionError(f"line {self.place}: {line!r} is nothing that can be played")

    def _deed(self, line: str, deed: Callable[[], None]) -> None:
        expected = self._expected()
        refused = False
        try:
            deed()
        except Refused:
            refused = True
        assert refused is (expected is None), f"line {self.place}: {line}: refused: {refused}"
        news = self.stage.news()
        assert news == (expected or Counter()), f"line {self.place}: {line}: {dict(news)}"

    def _expected(self) -> Counter[tuple[str, str]] | None:
        """The messages that the file names; None if the deed is to be refused."""
        found: Counter[tuple[str, str]] = Counter()
        named = False
        while self.place < len(self.lines) and self.lines[self.place].startswith("->"):
            words = self.lines[self.place].removeprefix("->").split("  #")[0].strip()
            self.place += 1
            named = True
            if words == "refused":
                return None
            if words != "nothing":
                method, _, names = words.partition(" ")
                found.update((method, name) for name in names.split(", "))
        assert named, f"line {self.place}: no word about the messages"
        return found

    # Helps for deeds and checks

    def copy(self, who: str) -> Copy:
        """Somebody's copy."""
        text = self.stage.read(who)
        assert text is not None, f"line {self.place}: {who} has nothing"
        return Copy(parse(text), NOUMEA)

    def edit(self, who: str, number: str | None, edit: Callable[[Component], None]) -> None:
        """Somebody's client changes the series or one occurrence, and stores the whole."""
        copy = self.copy(who)
        parts: dict[Key, Component] = {
            key: _copied(part) for key, part in copy.components().items()
        }
        key = None if number is None else key_of(copy, number)
        if key is None and copy.master is None:
            for part in parts.values():
                edit(part)
        else:
            found = copy.at(key)
            assert found is not None, f"line {self.place}: {who} has no #{number}"
            parts[key] = _copied(found)
            edit(parts[key])
        self.stage.put(who, serialize(rebuilt(copy.calendar, list(parts.values()))))


def key_of(copy: Copy, number: str) -> int:
    """The original start of an occurrence, counted from 1 by weeks."""
    start = START + (int(number) - 1) * WEEK
    if copy.master is not None and copy.set is not None:
        wall = copy.set.first.wall
        start = start.replace(hour=wall.hour, minute=wall.minute)
    return int(start.timestamp())


def _copied(part: Component) -> Component:
    return Component(part.name, list(part.lines), list(part.components))


def _address(name: str) -> str:
    return f"mailto:{name}@example.org"


# What people do


def _create(play: Play, who: str, kind: str, names: str) -> None:
    people = {f"{who}@example.org": "ACCEPTED"}
    people |= {f"{name}@example.org": "NEEDS-ACTION" for name in names.split(", ")}
    organizer = f"{who}@example.org"
    if kind == "meeting":
        text = an_event(organizer=organizer, attendees=people)
    elif kind == "series":
        text = a_series(organizer=organizer, attendees=people)
    elif kind == "day":
        text = an_event(organizer=organizer, attendees=people, start=date(2026, 3, 3))
    elif kind == "task":
        text = a_todo(organizer=organizer, attendees=people, due=START)
    else:
        text = a_todo(
            organizer=organizer, attendees=people, start=START, rrule="FREQ=WEEKLY;COUNT=4"
        )
    play.stage.put(who, text)


def _set(play: Play, who: str, line: str, number: str | None) -> None:
    def edit(part: Component) -> None:
        if line.startswith("-"):
            drop_lines(part, line[1:])
        else:
            put_line(part, content_line(line))

    play.edit(who, number, edit)


def _move(play: Play, who: str, hour: str, minute: str, number: str | None) -> None:
    def edit(part: Component) -> None:
        length = 0
        for name in ("DTSTART", "DTEND", "DUE"):
            line = part.line(name)
            if line is None:
                continue
            was = int(line.value[9:11])
            length = int(hour) - was if name != "DTEND" or not length else length
            value = f"{line.value[:9]}{was + length:02}{minute}00"
            put_line(part, line._replace(value=value))

    play.edit(who, number, edit)


def _add(play: Play, who: str, name: str, number: str | None) -> None:
    def edit(part: Component) -> None:
        part.lines.append(ContentLine("ATTENDEE", ";PARTSTAT=NEEDS-ACTION", _address(name)))

    play.edit(who, number, edit)


def _drop(play: Play, who: str, name: str, number: str | None) -> None:
    def edit(part: Component) -> None:
        part.lines[:] = [
            line
            for line in part.lines
            if line.name != "ATTENDEE" or address_of(line) != _address(name)
        ]

    play.edit(who, number, edit)


def _take_out(play: Play, who: str, number: str) -> None:
    copy = play.copy(who)
    key = key_of(copy, number)
    parts = {k: _copied(part) for k, part in copy.components().items() if k != key}
    if copy.master is not None:
        line = copy.moment_line("EXDATE", key)
        assert line is not None
        parts[None].lines.append(line)
    play.stage.put(who, serialize(rebuilt(copy.calendar, list(parts.values()))))


def _put_back(play: Play, who: str, number: str) -> None:
    copy = play.copy(who)
    key = key_of(copy, number)

    def edit(part: Component) -> None:
        part.lines[:] = [
            line for line in part.lines if line.name != "EXDATE" or copy.key_of(line) != key
        ]

    play.edit(who, None, edit)


def _call_off(play: Play, who: str, number: str | None) -> None:
    play.edit(who, number, lambda part: put_value(part, "STATUS", "CANCELLED"))


def _call_on(play: Play, who: str, number: str | None) -> None:
    play.edit(who, number, lambda part: drop_lines(part, "STATUS"))


def _delete(play: Play, who: str, silently: str | None) -> None:
    play.stage.delete(who, silently=silently is not None)


def _answer(play: Play, who: str, answer: str, number: str | None, said: str | None) -> None:
    def edit(part: Component) -> None:
        _with_answer(part, who, "PARTSTAT", answer)
        if said is not None:
            put_value(part, "COMMENT", said)

    play.edit(who, number, edit)


def _with_answer(part: Component, who: str, name: str, value: str) -> None:
    line = attendee(part, (_address(who),))
    assert line is not None, f"{who} is not invited"
    part.lines[part.lines.index(line)] = with_parameter(line, name, value)


def _pass_on(play: Play, who: str, name: str, number: str | None) -> None:
    def edit(part: Component) -> None:
        _with_answer(part, who, "PARTSTAT", "DELEGATED")
        _with_answer(part, who, "DELEGATED-TO", _address(name))

    play.edit(who, number, edit)


def _mark(play: Play, who: str, name: str, parameter: str, value: str) -> None:
    def edit(part: Component) -> None:
        for place, line in enumerate(part.lines):
            if line.name in ("ATTENDEE", "ORGANIZER") and address_of(line) == _address(name):
                part.lines[place] = with_parameter(line, parameter, value)

    play.edit(who, None, edit)


def _progress(play: Play, who: str, percent: str) -> None:
    def edit(part: Component) -> None:
        put_value(part, "PERCENT-COMPLETE", percent)
        put_value(part, "STATUS", "COMPLETED" if percent == "100" else "IN-PROCESS")
        if percent == "100":
            put_value(part, "COMPLETED", "20260303T050000Z")
        _with_answer(part, who, "PARTSTAT", "COMPLETED" if percent == "100" else "IN-PROCESS")

    play.edit(who, None, edit)


def _again(play: Play, who: str) -> None:
    play.edit(who, None, lambda _: None)


_ON = r"(?: (?:on|for) #(\d))?"
_DEEDS: list[tuple[re.Pattern[str], Callable[..., None]]] = [
    (re.compile(pattern), deed)
    for pattern, deed in (
        (r"(\w+) creates an? (meeting|series|day|task|task series) with (.+)", _create),
        (rf"(\w+) sets (.+?){_ON}", _set),
        (rf"(\w+) moves to (\d\d):(\d\d){_ON}", _move),
        (rf"(\w+) adds (\w+){_ON}", _add),
        (rf"(\w+) drops (\w+){_ON}", _drop),
        (r"(\w+) takes out #(\d)", _take_out),
        (r"(\w+) puts back #(\d)", _put_back),
        (r"(\w+) calls off(?: #(\d))?", _call_off),
        (r"(\w+) calls on(?: #(\d))?", _call_on),
        (r"(\w+) deletes( silently)?", _delete),
        (rf'(\w+) answers ([A-Z-]+){_ON}(?: saying "(.+)")?', _answer),
        (rf"(\w+) passes on to (\w+){_ON}", _pass_on),
        (r"(\w+) marks (\w+) ([A-Z-]+)=(.+)", _mark),
        (r"(\w+) is at (\d+)%", _progress),
        (r"(\w+) stores again", _again),
    )
]


# What people see


def _sees(play: Play, who: str, numbers: str) -> None:
    text = play.stage.read(who)
    copy = None if text is None else Copy(parse(text), NOUMEA)
    seen = [] if copy is None else [f"#{n}" for n in range(1, 9) if _is_on(copy, str(n))]
    assert " ".join(seen) == numbers.replace("nothing", ""), f"line {play.place}: {who} sees {seen}"


def _is_on(copy: Copy, number: str) -> bool:
    part = copy.at(key_of(copy, number))
    if part is None and number == "1" and not copy.recurs:
        part = copy.master
    over = copy.master is not None and is_cancelled(copy.master)
    return part is not None and not is_cancelled(part) and not over


def _sees_at(play: Play, who: str, number: str, hour: str, minute: str) -> None:
    copy = play.copy(who)
    part = copy.at(key_of(copy, number))
    line = None if part is None else part.line("DTSTART") or part.line("DUE")
    assert line is not None, f"line {play.place}: {who} has no #{number}"
    wall = moment(line, copy.zones).wall
    assert f"{wall:%H:%M}" == f"{hour}:{minute}", f"line {play.place}: {wall}"


def _knows(play: Play, who: str, name: str, answer: str, number: str | None) -> None:
    copy = play.copy(who)
    part = copy.parts[0] if number is None else copy.at(key_of(copy, number))
    line = None if part is None else attendees(part).get(_address(name))
    known = "nobody" if line is None else part_stat(line)
    assert known == answer, f"line {play.place}: {who} knows {name} {known}"


def _has(play: Play, who: str, has: str, text: str, number: str | None) -> None:
    copy = play.copy(who)
    part = copy.parts[0] if number is None else copy.at(key_of(copy, number))
    assert part is not None
    found = text in serialize(part).replace("\r\n ", "")
    assert found is (has == "has"), f"line {play.place}: {serialize(part)}"


_CHECKS: list[tuple[re.Pattern[str], Callable[..., None]]] = [
    (re.compile(pattern), check)
    for pattern, check in (
        (r"(\w+) sees ((?:#\d ?)+|nothing)", _sees),
        (r"(\w+) sees #(\d) at (\d\d):(\d\d)", _sees_at),
        (rf"(\w+) knows (\w+) ([A-Z-]+|nobody){_ON}", _knows),
        (rf'(\w+) (has|lacks) "(.+?)"{_ON}', _has),
    )
]
