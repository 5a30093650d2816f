"""Three people, and short ways to say what they put and get."""

from __future__ import annotations

from datetime import datetime, timedelta

from calendars.itip.message import ItipMessage
from calendars.itip.plan import Plan, plan
from calendars.model.component import Component, parse, serialize
from tests.builders import NOUMEA, START

ANNE, PAUL, LUC, EVE = (f"mailto:{name}@example.org" for name in ("anne", "paul", "luc", "eve"))
EVERYBODY = ("anne@example.org", "paul@example.org", "luc@example.org")
WEEK = timedelta(weeks=1)
NOW = int(datetime(2026, 3, 1, 21, tzinfo=NOUMEA).timestamp())


def mine(address: str) -> frozenset[str]:
    return frozenset((address,))


def put(
    who: str, before: str | Component | None, after: str | Component | None, *, now: int = NOW
) -> Plan:
    """What it means that somebody's calendar changes so."""
    return plan(_tree(before), _tree(after), mine(who), zone=NOUMEA, now=now)


def told(planned: Plan | tuple[ItipMessage, ...]) -> list[tuple[str, str]]:
    """Method and recipient of each message."""
    messages = planned.messages if isinstance(planned, Plan) else planned
    return [(m.method.value, m.recipient.removeprefix("mailto:")[:4].rstrip("@")) for m in messages]


def text(calendar: Component | None) -> str:
    assert calendar is not None
    return serialize(calendar).replace("\r\n ", "").replace("\r\n", "\n")


def saying(calendar: Component | None, *pairs: tuple[str, str]) -> str:
    """The text with some words exchanged; every one must be there."""
    found = text(calendar)
    for old, new in pairs:
        assert old in found, f"{old} is not in {found}"
        found = found.replace(old, new)
    return found


def answering(calendar: Component | None, who: str, answer: str) -> str:
    """The text with another PARTSTAT of one person everywhere."""
    lines = [
        _answering(line, answer)
        if line.startswith("ATTENDEE") and line.endswith(f":{who}")
        else line
        for line in text(calendar).splitlines()
    ]
    return "\n".join(lines) + "\n"


def _answering(line: str, answer: str) -> str:
    head, _, address = line.partition(":")
    kept = [part for part in head.split(";") if not part.startswith(("PARTSTAT", "RSVP"))]
    return f"{';'.join([*kept, f'PARTSTAT={answer}'])}:{address}"


def occurrence(number: int) -> datetime:
    """The start of an occurrence of the weekly series of `a_series`, counted from 0."""
    return START + number * WEEK


def _tree(calendar: str | Component | None) -> Component | None:
    return parse(calendar) if isinstance(calendar, str) else calendar
