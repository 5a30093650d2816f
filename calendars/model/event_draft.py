"""What somebody wants an event, task or journal to say, written into iCalendar (RFC 5545 §3.6).

A draft names only what it speaks of. Everything else of a stored object stays as its author's
program wrote it, properties that nobody here understands included.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, NoReturn

from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.component import Component, ContentLine, escape
from calendars.model.entry import Moment, minutes_before
from calendars.model.line_edit import drop_lines, put_text, put_value
from calendars.model.repeat import Repeat
from calendars.model.utc_text import utc_text


class Untouched(Enum):
    """The draft does not speak of it."""

    UNTOUCHED = "untouched"


UNTOUCHED: Final = Untouched.UNTOUCHED


class DraftFault(StrEnum):
    """What can be wrong with a draft, whatever the form it came in."""

    NEEDS_START = "it needs a start"
    NEEDS_END = "it needs an end or a duration"
    END_AND_DURATION = "either an end or a duration"
    END_BEFORE_START = "the end is before the start"
    MIXED_KINDS = "start and end are two days or two instants"
    WHOLE_DAYS = "what is of days lasts whole days"
    UNKNOWN_ZONE = "no such time zone"
    NOT_FOR_KIND = "components of this type do not have it"
    BAD_STATUS = "components of this type do not have this status"
    BAD_REPEAT = "that is no recurrence rule"
    START_NOT_IN_REPEAT = "the start is on none of the days of the recurrence"
    REPEAT_OF_ONE = "one occurrence does not recur"
    ALARM_NEEDS_TIME = "a reminder needs a start or an end"


class DraftRefused(InvalidInput):
    """The draft cannot be written; `field` is the one of EventDraft that is wrong."""

    def __init__(self, field: str, fault: DraftFault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


class NoSuchOccurrence(NotFound):
    """The object has no occurrence at that time."""


def refuse(field: str, fault: DraftFault) -> NoReturn:
    """Raises DraftRefused."""
    raise DraftRefused(field, fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """New values; None removes a property."""

    title: str | Untouched | None = UNTOUCHED
    description: str | Untouched | None = UNTOUCHED
    location: str | Untouched | None = UNTOUCHED
    start: Moment | Untouched | None = UNTOUCHED
    end: Moment | Untouched | None = UNTOUCHED
    """Of a VTODO its DUE. A day as end is the day after the last one (RFC 5545 §3.6.1)."""
    duration: int | Untouched = UNTOUCHED
    """In minutes."""
    timezone: str | Untouched = UNTOUCHED
    repeat: Repeat | Untouched | None = UNTOUCHED
    status: str | Untouched | None = UNTOUCHED
    visibility: str | Untouched | None = UNTOUCHED
    categories: tuple[str, ...] | Untouched | None = UNTOUCHED
    busy: bool | Untouched = UNTOUCHED
    percent: int | Untouched | None = UNTOUCHED
    alarms: tuple[int, ...] | Untouched = UNTOUCHED
    """Minutes before the start, or before the end of what has no start."""

    @property
    def speaks_of_time(self) -> bool:
        """It moves the component, or makes it longer or shorter."""
        return any(
            value is not UNTOUCHED for value in (self.start, self.end, self.duration, self.timezone)
        )

    @property
    def takes_time(self) -> bool:
        """It may take time that it did not take before: it moves, recurs or makes busy."""
        others = (self.repeat, self.status, self.busy)
        return self.speaks_of_time or any(value is not UNTOUCHED for value in others)


_TEXTS = (("title", "SUMMARY"), ("description", "DESCRIPTION"), ("location", "LOCATION"))
_STATUSES = {
    "VEVENT": frozenset({"TENTATIVE", "CONFIRMED", "CANCELLED"}),
    "VTODO": frozenset({"NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"}),
    "VJOURNAL": frozenset({"DRAFT", "FINAL", "CANCELLED"}),
}
_NOT_IN_JOURNALS = ("location", "end", "duration", "alarms")
_ONLY_IN_EVENTS = ("duration", "busy")


def check_kind(draft: EventDraft, kind: str) -> None:
    """Every field that the draft speaks of exists in that type. Raises DraftRefused."""
    foreign: set[str] = set()
    if kind != "VEVENT":
        foreign.update(_ONLY_IN_EVENTS)
    if kind != "VTODO":
        foreign.add("percent")
    if kind == "VJOURNAL":
        foreign.update(_NOT_IN_JOURNALS)
    for field in sorted(foreign):
        if getattr(draft, field) is not UNTOUCHED:
            refuse(field, DraftFault.NOT_FOR_KIND)
    if isinstance(draft.status, str) and draft.status not in _STATUSES[kind]:
        refuse("status", DraftFault.BAD_STATUS)


def write_words(target: Component, draft: EventDraft, *, now: int) -> None:
    """Everything of a draft but time, recurrence and reminders."""
    for field, name in _TEXTS:
        text = getattr(draft, field)
        if text is not UNTOUCHED:
            put_text(target, name, text)
    if draft.visibility is not UNTOUCHED:
        put_value(target, "CLASS", draft.visibility)
    if draft.busy is not UNTOUCHED:
        put_value(target, "TRANSP", "OPAQUE" if draft.busy else "TRANSPARENT")
    if draft.categories is not UNTOUCHED:
        _write_categories(target, draft.categories)
    if draft.percent is not UNTOUCHED:
        put_value(target, "PERCENT-COMPLETE", None if draft.percent is None else str(draft.percent))
    if draft.status is not UNTOUCHED:
        _write_status(target, draft.status, now=now)


def _write_categories(target: Component, categories: tuple[str, ...] | None) -> None:
    put_value(target, "CATEGORIES", ",".join(map(escape, categories)) if categories else None)


def _write_status(target: Component, status: str | None, *, now: int) -> None:
    """A finished task says when it was finished (RFC 5545 §3.8.2.1), a reopened one no more."""
    put_value(target, "STATUS", status)
    if target.name != "VTODO":
        return
    if status != "COMPLETED":
        drop_lines(target, "COMPLETED")
        if target.value("PERCENT-COMPLETE") == "100":
            drop_lines(target, "PERCENT-COMPLETE")
    elif target.line("COMPLETED") is None:
        put_value(target, "COMPLETED", utc_text(now))
        put_value(target, "PERCENT-COMPLETE", "100")


def write_alarms(target: Component, minutes: tuple[int, ...]) -> None:
    """Exactly these reminders; those told otherwise than in minutes before stay.

    A reminder that was there already stays as its author's program wrote it.
    Raises DraftRefused.
    """
    anchored = target.line("DTSTART") is not None
    if minutes and not anchored and target.line("DUE") is None:
        refuse("alarms", DraftFault.ALARM_NEEDS_TIME)
    wanted = dict.fromkeys(minutes)
    kept: list[Component] = []
    for child in target.components:
        before = minutes_before(child) if child.name == "VALARM" else None
        if before is None:
            kept.append(child)
        elif before in wanted:
            kept.append(child)
            del wanted[before]
    related = "" if anchored else ";RELATED=END"
    target.components[:] = kept + [_alarm(before, related) for before in wanted]


def _alarm(minutes: int, related: str) -> Component:
    trigger = f"-PT{minutes}M" if minutes else "PT0S"
    lines = [
        ContentLine("ACTION", "", "DISPLAY"),
        ContentLine("TRIGGER", related, trigger),
        ContentLine("DESCRIPTION", "", "Rappel"),
    ]
    return Component("VALARM", lines)
