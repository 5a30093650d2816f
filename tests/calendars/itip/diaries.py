"""A few people with a diary each, and a post that loses its order: what the laws are tried on.

Every number of a dialogue is one step: somebody does something, or a message arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from calendars.itip.apply import Effect, apply
from calendars.itip.changes import is_cancelled
from calendars.itip.copy import Copy, rebuilt
from calendars.itip.message import ItipMessage
from calendars.itip.people import (
    ANSWERED,
    address_of,
    attendee,
    attendees,
    part_stat,
    stamp_of,
    version_in,
    with_parameter,
    without_parameters,
)
from calendars.itip.plan import plan, refresh
from calendars.itip.views import Views
from calendars.model.component import Component, ContentLine, parse
from calendars.model.line_edit import drop_lines, put_value
from calendars.model.moments import moment
from calendars.model.utc_text import utc_text
from tests.builders import NOUMEA, START, a_series
from tests.calendars.itip.people import ANNE, EVE, LUC, NOW, PAUL, WEEK

ORGANIZER = ANNE
GUESTS = (PAUL, LUC, EVE)
KEYS = [int((START + number * WEEK).timestamp()) for number in range(4)]

ANSWERS = ("ACCEPTED", "DECLINED", "TENTATIVE")
Seen = tuple[int, int, str, str, tuple[tuple[str, str], ...]]
"""Start, end, title, place and everybody's answer."""


@dataclass(slots=True)
class Diaries:
    """Everybody's copy of one meeting, and the messages under way."""

    now: int = NOW
    copies: dict[str, Component] = field(default_factory=dict)
    post: list[ItipMessage] = field(default_factory=list)
    delivered: list[ItipMessage] = field(default_factory=list)
    held: dict[str, list[ItipMessage]] = field(default_factory=dict)
    """Cancellations of what the recipient has never heard of."""
    thrown_away: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What happened, to read when a law is broken."""

    def put(self, who: str, after: Component | None) -> None:
        """Somebody's client stores a text."""
        self.now += 1
        planned = plan(self.copies.get(who), after, frozenset((who,)), zone=NOUMEA, now=self.now)
        self._store(who, planned.amended)
        self.post += planned.messages

    def _store(self, who: str, calendar: Component | None) -> None:
        if calendar is None:
            self.copies.pop(who, None)
        else:
            self.copies[who] = calendar

    def deliver(self, message: ItipMessage) -> None:
        """A message arrives, perhaps not for the first time."""
        self.now += 1
        who = message.recipient
        copy = self.copies.get(who)
        if self.out_of_date(message):
            return
        applied = apply(copy, message, frozenset((who,)), zone=NOUMEA, now=self.now)
        if copy is None and applied.calendar is None:
            # What it speaks of may be still under way: a mailbox looks at it again.
            self.held.setdefault(who, []).append(message)
        if applied.calendar is not None:
            self._store(who, applied.calendar)
            self.post += self.held.pop(who, [])
        if applied.effect is Effect.ANSWERED and applied.calendar is not None:
            mine = frozenset((who,))
            self.post += refresh(
                applied.calendar, mine, but=message.sender, now=self.now, zone=NOUMEA
            )

    def out_of_date(self, message: ItipMessage) -> bool:
        """He has thrown his copy away since: a service knows that from its tombstones."""
        thrown = self.thrown_away.get(message.recipient)
        if thrown is None:
            return False
        stamps = [stamp_of(part) for part in message.calendar.children("VEVENT")]
        return max(stamps, default="") <= utc_text(thrown)

    def settle(self, order: Callable[[int], int]) -> None:
        """Everything under way arrives, in any order."""
        for _ in range(2_000):
            if not self.post:
                return
            self._arrives(order(len(self.post)))
        raise AssertionError("messages without end")

    def _arrives(self, place: int, *, twice: bool = False) -> None:
        message = self.post[place] if twice else self.post.pop(place)
        self.delivered.append(message)
        self.deliver(message)

    # One step

    def step(self, number: int) -> None:
        """What the number stands for, if it can be done now."""
        number, kind = divmod(number, len(_STEPS))
        name = _STEPS[kind]
        self.told.append(f"{name} {number}")
        deed = getattr(self, name)
        deed(number)

    def arrive(self, number: int) -> None:
        if self.post:
            self._arrives(number % len(self.post))

    def arrive_twice(self, number: int) -> None:
        if self.post:
            self._arrives(number % len(self.post), twice=True)

    def arrive_again(self, number: int) -> None:
        if self.delivered:
            self.deliver(self.delivered[number % len(self.delivered)])

    # The organizer

    def _edit(self, edit: Callable[[Copy, dict[int | None, Component]], bool]) -> None:
        calendar = self.copies.get(ORGANIZER)
        if calendar is None:
            return
        copy = Copy(calendar, NOUMEA)
        parts = {key: _copied(part) for key, part in copy.components().items()}
        if edit(copy, parts):
            self.put(ORGANIZER, rebuilt(calendar, list(parts.values())))

    def title(self, number: int) -> None:
        self._edit(lambda _, parts: _say(parts[None], "SUMMARY", f"Titre {number % 50}"))

    def place(self, number: int) -> None:
        self._edit(lambda _, parts: _say(parts[None], "LOCATION", f"Salle {number % 50}"))

    def move_series(self, number: int) -> None:
        def edit(_: Copy, parts: dict[int | None, Component]) -> bool:
            master = parts.pop(None)
            parts.clear()
            drop_lines(master, "EXDATE")
            _shift(master, number % 3 + 1)
            parts[None] = master
            return True

        self._edit(edit)

    def move_one(self, number: int) -> None:
        self._edit_one(number, lambda part, more: _shift(part, more % 3 + 1))

    def title_of_one(self, number: int) -> None:
        self._edit_one(number, lambda part, more: _say(part, "SUMMARY", f"Occurrence {more % 9}"))

    def invite_to_one(self, number: int) -> None:
        self._edit_one(number, lambda part, more: _invite(part, GUESTS[more % 3]))

    def leave_out_of_one(self, number: int) -> None:
        self._edit_one(number, lambda part, more: _leave_out(part, GUESTS[more % 3]))

    def call_off_one(self, number: int) -> None:
        self._edit_one(number, lambda part, _: _say(part, "STATUS", "CANCELLED"))

    def _edit_one(self, number: int, edit: Callable[[Component, int], bool]) -> None:
        def edited(copy: Copy, parts: dict[int | None, Component]) -> bool:
            key = _key(copy, number)
            part = None if key is None else copy.at(key)
            if part is None:
                return False
            parts[key] = _copied(part)
            return edit(parts[key], number // 4)

        self._edit(edited)

    def take_out_one(self, number: int) -> None:
        def edit(copy: Copy, parts: dict[int | None, Component]) -> bool:
            key = _key(copy, number)
            if key is None or copy.at(key) is None:
                return False
            parts.pop(key, None)
            return _except(copy, parts[None], key)

        self._edit(edit)

    def put_all_back(self, number: int) -> None:
        def edit(copy: Copy, parts: dict[int | None, Component]) -> bool:
            drop_lines(parts[None], "EXDATE")
            return bool(copy.holes)

        self._edit(edit)

    def as_the_series(self, number: int) -> None:
        def edit(copy: Copy, parts: dict[int | None, Component]) -> bool:
            return bool(copy.overrides) and parts.pop(_key(copy, number), None) is not None

        self._edit(edit)

    def invite(self, number: int) -> None:
        def edit(_: Copy, parts: dict[int | None, Component]) -> bool:
            return sum(_invite(part, GUESTS[number % 3]) for part in parts.values()) > 0

        self._edit(edit)

    def leave_out(self, number: int) -> None:
        def edit(_: Copy, parts: dict[int | None, Component]) -> bool:
            return sum(_leave_out(part, GUESTS[number % 3]) for part in parts.values()) > 0

        self._edit(edit)

    def leave_out_of_series(self, number: int) -> None:
        """But not of the occurrences that have components of their own."""
        self._edit(lambda _, parts: _leave_out(parts[None], GUESTS[number % 3]))

    def call_off(self, number: int) -> None:
        self._edit(lambda _, parts: _say(parts[None], "STATUS", "CANCELLED"))

    def call_on(self, number: int) -> None:
        def edit(_: Copy, parts: dict[int | None, Component]) -> bool:
            off = is_cancelled(parts[None])
            put_value(parts[None], "STATUS", None)
            return off

        self._edit(edit)

    def delete(self, number: int) -> None:
        if number % 8 == 0:
            self.put(ORGANIZER, None)

    # The guests

    def _guest(self, number: int) -> tuple[str, Copy] | None:
        who = GUESTS[number % 3]
        calendar = self.copies.get(who)
        return None if calendar is None else (who, Copy(calendar, NOUMEA))

    def answer(self, number: int) -> None:
        """For the series, as programs do: on the component without RECURRENCE-ID alone."""
        guest = self._guest(number)
        if guest is None:
            return
        who, copy = guest
        if copy.master is None or is_cancelled(copy.master):
            return
        parts = {key: _copied(part) for key, part in copy.components().items()}
        if _answer(parts[None], who, ANSWERS[number // 3 % 3]):
            self.put(who, rebuilt(copy.calendar, list(parts.values())))

    def answer_one(self, number: int) -> None:
        guest = self._guest(number)
        if guest is None:
            return
        who, copy = guest
        key = _key(copy, number // 9)
        part = None if key is None else copy.at(key)
        if part is None or is_cancelled(part) or (copy.master and is_cancelled(copy.master)):
            return
        parts = {k: _copied(one) for k, one in copy.components().items()}
        parts[key] = _copied(part)
        if _answer(parts[key], who, ANSWERS[number // 3 % 3]):
            self.put(who, rebuilt(copy.calendar, list(parts.values())))

    def decline_one_by_taking_it_out(self, number: int) -> None:
        guest = self._guest(number)
        if guest is None:
            return
        who, copy = guest
        key = _key(copy, number // 3)
        if copy.master is None or key is None or copy.at(key) is None or is_cancelled(copy.master):
            return
        parts = {k: _copied(one) for k, one in copy.components().items() if k != key}
        _except(copy, parts[None], key)
        self.put(who, rebuilt(copy.calendar, list(parts.values())))

    def take_back(self, number: int) -> None:
        guest = self._guest(number)
        if guest is None or guest[1].master is None:
            return
        who, copy = guest
        parts = {k: _copied(one) for k, one in copy.components().items()}
        lines = parts[None].lines
        kept = [one for one in lines if one.name != "EXDATE" or not version_in(one, ANSWERED)]
        if len(kept) < len(lines) and not is_cancelled(parts[None]):
            lines[:] = kept
            self.put(who, rebuilt(copy.calendar, list(parts.values())))

    def throw_away(self, number: int) -> None:
        """Deleting is declining. What is under way to him has arrived before, and he is heard."""
        who = GUESTS[number % 3]
        if number // 3 % 4 or who not in self.copies:
            return
        self._settle_with(who)
        self.put(who, None)
        self.thrown_away[who] = self.now
        self._settle_with(who)

    def _settle_with(self, who: str) -> None:
        for message in [m for m in self.post if who in (m.recipient, m.sender)]:
            self.post.remove(message)
            self.deliver(message)

    def note(self, number: int) -> None:
        guest = self._guest(number)
        if guest is None:
            return
        who, copy = guest
        parts = [_copied(part) for part in copy.parts]
        for part in parts:
            put_value(part, "X-NOTE", f"à {who} {number % 5}")
        self.put(who, rebuilt(copy.calendar, parts))

    # What must hold

    def disagreements(self) -> list[str]:
        """Where a guest's copy says another thing than the organizer's."""
        found: list[str] = []
        for who in GUESTS:
            wanted = self._as_organized(who)
            copy = self.copies.get(who)
            if copy is None:
                left = [k for k, seen in wanted.items() if dict(seen[4])[who] != "DECLINED"]
                if left and who not in self.thrown_away:
                    found.append(f"{who} knows nothing of {left}")
                elif left:
                    found.append(f"{who} threw it away, the organizer does not know: {wanted}")
                continue
            if who in self.thrown_away:
                wanted = {k: seen for k, seen in wanted.items() if not _declines(seen, who)}
            seen = self._as_seen(who, Copy(copy, NOUMEA), wanted)
            if who in self.thrown_away:
                seen = {k: one for k, one in seen.items() if not _declines(one, who)}
            found += [
                f"{who} {key}: {wanted.get(key)} but {seen.get(key)}"
                for key in sorted({*wanted, *seen})
                if wanted.get(key) != seen.get(key)
            ]
        return found

    def _as_organized(self, who: str) -> dict[int, Seen]:
        calendar = self.copies.get(ORGANIZER)
        if calendar is None:
            return {}
        copy = Copy(calendar, NOUMEA)
        view = Views.of(copy).view(who)
        keys = {key for key in _universe(copy) if view.whole and key not in view.holes}
        return {key: _seen(copy, key) for key in {*keys, *view.keys} if copy.at(key) is not None}

    def _as_seen(self, who: str, copy: Copy, wanted: dict[int, Seen]) -> dict[int, Seen]:
        off = copy.master is not None and is_cancelled(copy.master)
        found: dict[int, Seen] = {}
        if off or copy.master is None:
            # What he had taken out by himself is out with the series too.
            found = {key: seen for key, seen in wanted.items() if _declines(seen, who)}
        if off:
            return found
        for key in _universe(copy):
            part = copy.at(key)
            if part is not None and not is_cancelled(part):
                found[key] = _seen(copy, key)
            elif key in wanted and version_in(copy.holes.get(key), ANSWERED) is not None:
                # Taken out by himself: the organizer must know him to have declined.
                answers = dict(wanted[key][4]) | {who: "DECLINED"}
                found[key] = (*wanted[key][:4], tuple(sorted(answers.items())))
        return found


_STEPS = (
    *("arrive",) * 8,
    *("arrive_twice", "arrive_again", "arrive_again"),
    *("title", "place", "move_series", "move_one", "move_one", "title_of_one"),
    *("invite_to_one", "invite_to_one", "leave_out_of_one", "leave_out_of_one", "call_off_one"),
    *("take_out_one", "put_all_back", "as_the_series", "invite", "leave_out"),
    *("leave_out_of_series", "call_off", "call_on", "delete"),
    *("answer", "answer", "answer", "answer_one", "answer_one", "answer_one"),
    *("decline_one_by_taking_it_out", "take_back", "throw_away", "note"),
)


def invited() -> Diaries:
    """Anne has invited Paul and Luc to a series; Eve knows nothing of it."""
    people = {"anne@example.org": "ACCEPTED", "paul@example.org": "NEEDS-ACTION"}
    people["luc@example.org"] = "NEEDS-ACTION"
    diaries = Diaries()
    diaries.put(ORGANIZER, parse(a_series(organizer="anne@example.org", attendees=people)))
    return diaries


def played(numbers: Iterable[int], *, settled: bool = True) -> Diaries:
    """A dialogue until every message has arrived, or only until the last step."""
    diaries = invited()
    chosen = list(numbers)
    for number in chosen:
        diaries.step(number)
    if settled:
        diaries.settle(lambda size: chosen[size % len(chosen)] % size)
    return diaries


def _universe(copy: Copy) -> list[int]:
    found = set(copy.overrides) | set(copy.holes)
    if copy.set is not None and copy.master is not None:
        found |= {start[0] for start in copy.set.between(KEYS[0] - 86_400, KEYS[-1] + 86_400 * 7)}
    return sorted(found)


def _seen(copy: Copy, key: int) -> Seen:
    part = copy.at(key)
    assert part is not None
    start, end = part.line("DTSTART"), part.line("DTEND")
    assert start is not None
    assert end is not None
    return (
        moment(start, copy.zones).instant,
        moment(end, copy.zones).instant,
        part.value("SUMMARY") or "",
        part.value("LOCATION") or "",
        tuple(sorted((address, part_stat(line)) for address, line in attendees(part).items())),
    )


def _declines(seen: Seen, who: str) -> bool:
    return dict(seen[4])[who] == "DECLINED"


def _key(copy: Copy, number: int) -> int | None:
    keys = _universe(copy)
    return keys[number % len(keys)] if keys else None


def _copied(part: Component) -> Component:
    return Component(part.name, list(part.lines), list(part.components))


def _say(part: Component, name: str, value: str) -> bool:
    was = part.value(name)
    put_value(part, name, value)
    return was != value


def _shift(part: Component, hours: int) -> bool:
    for name in ("DTSTART", "DTEND"):
        line = part.line(name)
        assert line is not None
        hour = (int(line.value[9:11]) + hours) % 20
        value = f"{line.value[:9]}{hour:02}{line.value[11:]}"
        part.lines[part.lines.index(line)] = line._replace(value=value)
    start, end = part.value("DTSTART") or "", part.value("DTEND") or ""
    if end <= start:
        put = next(line for line in part.lines if line.name == "DTEND")
        value = f"{start[:9]}{int(start[9:11]) + 1:02}{start[11:]}"
        part.lines[part.lines.index(put)] = put._replace(value=value)
    return True


def _invite(part: Component, who: str) -> bool:
    if attendee(part, (who,)) is not None:
        return False
    part.lines.append(ContentLine("ATTENDEE", ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE", who))
    return True


def _leave_out(part: Component, who: str) -> bool:
    size = len(part.lines)
    part.lines[:] = [
        line for line in part.lines if line.name != "ATTENDEE" or address_of(line) != who
    ]
    return len(part.lines) < size


def _answer(part: Component, who: str, answer: str) -> bool:
    line = attendee(part, (who,))
    if line is None or part_stat(line) == answer:
        return False
    new = without_parameters(with_parameter(line, "PARTSTAT", answer), ("RSVP",))
    part.lines[part.lines.index(line)] = new
    return True


def _except(copy: Copy, master: Component, key: int) -> bool:
    line = copy.moment_line("EXDATE", key)
    assert line is not None
    master.lines.append(line)
    return True
