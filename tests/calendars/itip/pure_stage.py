"""A stage in memory: everybody's copy, and messages that arrive at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from calendars.itip.apply import Effect, apply, with_statuses
from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.itip.plan import Plan, plan, refresh
from calendars.itip.rules import (
    AttendeeChangeNotAllowed,
    DifferentOrganizers,
    OrganizerChangeNotAllowed,
)
from calendars.model.component import Component, parse, serialize
from tests.builders import NOUMEA
from tests.calendars.itip.dialogue import Refused
from tests.calendars.itip.people import NOW

_REFUSALS = (AttendeeChangeNotAllowed, DifferentOrganizers, OrganizerChangeNotAllowed)


@dataclass(slots=True)
class PureStage:
    """The pure functions alone."""

    now: int = NOW
    copies: dict[str, Component] = field(default_factory=dict)
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)

    def put(self, who: str, text: str) -> None:
        self._change(who, parse(text))

    def delete(self, who: str, *, silently: bool) -> None:
        self._change(who, None, reply=not silently)

    def read(self, who: str) -> str | None:
        copy = self.copies.get(who)
        return None if copy is None else serialize(copy)

    def news(self) -> Counter[tuple[str, str]]:
        found, self.arrived = self.arrived, Counter()
        return found

    def _change(self, who: str, after: Component | None, *, reply: bool = True) -> None:
        self.now += 60
        before = self.copies.get(who)
        try:
            planned = plan(before, after, _mine(who), zone=NOUMEA, now=self.now, reply=reply)
        except _REFUSALS as refusal:
            raise Refused(str(refusal)) from None
        self._store(who, planned)
        for message in planned.messages:
            self._deliver(message, news=True)

    def _store(self, who: str, planned: Plan) -> None:
        if planned.amended is None:
            self.copies.pop(who, None)
            return
        statuses = {m.recipient: ScheduleStatus.DELIVERED for m in planned.messages}
        self.copies[who] = with_statuses(planned.amended, statuses)

    def _deliver(self, message: ItipMessage, *, news: bool) -> None:
        who = message.recipient.removeprefix("mailto:").partition("@")[0]
        applied = apply(self.copies.get(who), message, _mine(who), zone=NOUMEA, now=self.now)
        if applied.calendar is not None:
            self.copies[who] = applied.calendar
        if news and applied.effect not in (Effect.UNCHANGED, Effect.REFUSED):
            self.arrived[message.method.value, who] += 1
        if applied.effect is Effect.ANSWERED and applied.calendar is not None:
            told = refresh(
                applied.calendar, _mine(who), but=message.sender, now=self.now, zone=NOUMEA
            )
            for onward in told:
                self._deliver(onward, news=False)


def _mine(who: str) -> frozenset[str]:
    return frozenset((f"mailto:{who}@example.org",))
