"""What follows from what, in meetings: states, the times of an agenda, days that count (MTG)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from scheduler.working_time.rules import WorkingDays

_DAY = timedelta(days=1)


class MeetingState(StrEnum):
    """Demandée → en recherche de date → planifiée → ordre du jour arrêté → en séance → tenue →
    close; reportée, annulée (MTG-1).
    """

    REQUESTED = "requested"
    SEARCHING = "searching"
    PLANNED = "planned"
    AGENDA_SET = "agenda_set"
    IN_SESSION = "in_session"
    HELD = "held"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


_S = MeetingState
NEXT: Mapping[MeetingState, frozenset[MeetingState]] = {
    _S.REQUESTED: frozenset({_S.SEARCHING, _S.PLANNED, _S.CANCELLED}),
    _S.SEARCHING: frozenset({_S.PLANNED, _S.CANCELLED}),
    _S.PLANNED: frozenset({_S.AGENDA_SET, _S.IN_SESSION, _S.POSTPONED, _S.CANCELLED}),
    _S.AGENDA_SET: frozenset({_S.PLANNED, _S.IN_SESSION, _S.POSTPONED, _S.CANCELLED}),
    _S.IN_SESSION: frozenset({_S.HELD}),
    _S.HELD: frozenset({_S.IN_SESSION, _S.CLOSED}),
    _S.CLOSED: frozenset(),
    _S.POSTPONED: frozenset({_S.SEARCHING, _S.PLANNED, _S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}
"""Where a meeting may go from each state. A session that was ended too early goes on; an agenda
that was set too early is opened again."""

DATED = frozenset({_S.PLANNED, _S.AGENDA_SET, _S.IN_SESSION, _S.HELD, _S.CLOSED})
"""The states of a meeting that has an event."""
TO_COME = frozenset({_S.PLANNED, _S.AGENDA_SET})
"""It has a date, and did not begin."""
OVER = frozenset({_S.HELD, _S.CLOSED})


class ItemKind(StrEnum):
    """What is expected of those who sit at the table (MTG-2)."""

    INFORMATION = "information"
    DEBATE = "debate"
    OPINION = "opinion"
    DECISION = "decision"
    APPROVAL = "approval"
    OTHER = "other"


class ItemState(StrEnum):
    """Proposé → retenu → traité | reporté (MTG-2)."""

    PROPOSED = "proposed"
    RETAINED = "retained"
    POSTPONED = "postponed"
    TREATED = "treated"


class Presence(StrEnum):
    """How somebody took part, as it was corrected on the day (MTG-2)."""

    PRESENT = "present"
    REMOTE = "remote"
    EXCUSED = "excused"
    ABSENT = "absent"
    REPRESENTED = "represented"


class MinutesState(StrEnum):
    """Brouillon → soumis → validé → diffusé → corrigé → rediffusé (MTG-1)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VALIDATED = "validated"
    DISTRIBUTED = "distributed"
    CORRECTED = "corrected"
    REDISTRIBUTED = "redistributed"


_M = MinutesState
NEXT_MINUTES: Mapping[MinutesState | None, frozenset[MinutesState]] = {
    None: frozenset({_M.DRAFT}),
    _M.DRAFT: frozenset({_M.DRAFT, _M.SUBMITTED}),
    _M.SUBMITTED: frozenset({_M.VALIDATED, _M.RETURNED}),
    _M.RETURNED: frozenset({_M.DRAFT, _M.SUBMITTED}),
    _M.VALIDATED: frozenset({_M.DISTRIBUTED, _M.RETURNED}),
    _M.DISTRIBUTED: frozenset({_M.CORRECTED}),
    _M.CORRECTED: frozenset({_M.CORRECTED, _M.REDISTRIBUTED}),
    _M.REDISTRIBUTED: frozenset({_M.CORRECTED}),
}
"""What can be done next with the minutes of a meeting."""
NEW_VERSION = frozenset({_M.SUBMITTED, _M.VALIDATED, _M.CORRECTED})
"""A step whose text is a version of its own; drafts are rewritten, what is sent was validated."""
OUT = frozenset({_M.DISTRIBUTED, _M.REDISTRIBUTED})
"""It was sent to those who took part."""


class ActionState(StrEnum):
    """Notée → ouverte → en cours → faite | abandonnée; "en retard" is derived (MTG-1)."""

    NOTED = "noted"
    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"
    ABANDONED = "abandoned"


STATES: Mapping[MeetingState, str] = {
    MeetingState.REQUESTED: "demandé",
    MeetingState.SEARCHING: "en recherche de date",
    MeetingState.PLANNED: "planifié",
    MeetingState.AGENDA_SET: "ordre du jour arrêté",
    MeetingState.IN_SESSION: "en séance",
    MeetingState.HELD: "tenu",
    MeetingState.CLOSED: "clos",
    MeetingState.POSTPONED: "reporté",
    MeetingState.CANCELLED: "annulé",
}
MINUTES: Mapping[MinutesState, str] = {
    MinutesState.DRAFT: "brouillon",
    MinutesState.SUBMITTED: "soumis",
    MinutesState.RETURNED: "renvoyé",
    MinutesState.VALIDATED: "validé",
    MinutesState.DISTRIBUTED: "diffusé",
    MinutesState.CORRECTED: "corrigé",
    MinutesState.REDISTRIBUTED: "rediffusé",
}
ACTIONS: Mapping[ActionState, str] = {
    ActionState.NOTED: "noté",
    ActionState.OPEN: "ouvert",
    ActionState.UNDER_WAY: "en cours",
    ActionState.DONE: "fait",
    ActionState.ABANDONED: "abandonné",
}
OVERDUE = "en retard"


def label_of(state: str) -> str:
    """A state of a meeting, of minutes or of an action, as people say it."""
    if isinstance(state, MeetingState):
        return STATES[state]
    if isinstance(state, MinutesState):
        return MINUTES[state]
    return ACTIONS[state] if isinstance(state, ActionState) else state


PENDING = frozenset({ActionState.OPEN, ActionState.UNDER_WAY})


class Window(NamedTuple):
    """From when to when an item is planned; epoch seconds."""

    starts_at: int
    ends_at: int


def windows_of(starts_at: int, minutes: Iterable[int]) -> list[Window]:
    """When each item is on, one after the other from the start of the meeting (MTG-1)."""
    found: list[Window] = []
    for length in minutes:
        ends_at = starts_at + length * 60
        found.append(Window(starts_at, ends_at))
        starts_at = ends_at
    return found


def overrun(windows: Sequence[Window], ends_at: int) -> int:
    """By how many minutes the agenda is longer than the meeting, 0 where it fits."""
    last = windows[-1].ends_at if windows else ends_at
    return max(0, -(-(last - ends_at) // 60))


def is_overdue(state: ActionState, due: date | None, today: date) -> bool:
    """An action whose day is over, and that nobody ended (MTG-1)."""
    return state in PENDING and due is not None and due < today


def add_working_days(day: date, count: int, working: WorkingDays) -> date:
    """The working day that is so many after a day (jours ouvrés, TIM-7)."""
    while count > 0:
        day += _DAY
        if working.closed(day) is None:
            count -= 1
    return day
