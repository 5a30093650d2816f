"""What other programs are told of meetings, minutes and actions, in the transaction of the deed.

Of what is confidential they learn that something happened to a number, and nothing else (SEC-6).
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.principal import Visibility
from scheduler.meetings import action_repository, repository
from scheduler.meetings.action_model import Action
from scheduler.meetings.minutes_model import MinutesStep
from scheduler.meetings.model import Meeting
from scheduler.meetings.rules import DATED, PENDING, ActionState, MeetingState, MinutesState
from scheduler.webhooks.rules import EventKind
from scheduler.webhooks.service import instant, publish

_ENDED = frozenset({ActionState.DONE, ActionState.ABANDONED})
_CORRECTED = frozenset({MinutesState.CORRECTED})
_SENT = frozenset({MinutesState.DISTRIBUTED, MinutesState.REDISTRIBUTED})


class Situation(NamedTuple):
    """What others may have been told of a meeting."""

    state: MeetingState
    starts_at: int | None
    ends_at: int | None

    @classmethod
    def of(cls, meeting: Meeting) -> Situation:
        """As it was noted last."""
        return cls(meeting.state, meeting.starts_at, meeting.ends_at)


def kind_of_change(was: Situation | None, now: Situation) -> EventKind | None:
    """What has happened between the two."""
    before = None if was is None else was.state
    if now.state is not before and now.state is MeetingState.CANCELLED:
        return EventKind.MEETING_CANCELLED
    if now.state is not before and now.state is MeetingState.POSTPONED:
        return EventKind.MEETING_POSTPONED
    if now.state in DATED and before not in DATED:
        return EventKind.MEETING_PLANNED
    if now.state in DATED and was is not None and was[1:] != now[1:]:
        return EventKind.MEETING_MOVED
    return None


def publish_meeting(db: Db, was: Situation | None, meeting: Meeting, *, now: int) -> None:
    """At the end of a deed: what it did to the meeting as a whole."""
    kind = kind_of_change(was, Situation.of(meeting))
    if kind is not None:
        publish(db, kind, {"meeting": _facts(meeting)}, now=now)


def publish_minutes(
    db: Db, meeting: Meeting, step: MinutesStep, visibility: str, *, now: int
) -> None:
    """Minutes went out, or are corrected."""
    if step.state in _SENT:
        kind = EventKind.MINUTES_DISTRIBUTED
    elif step.state in _CORRECTED:
        kind = EventKind.MINUTES_CORRECTED
    else:
        return
    closed = Visibility.CONFIDENTIAL in {visibility, meeting.visibility}
    if closed:
        facts: dict[str, dict[str, str | int | None]] = {"meeting": {"id": meeting.id}}
    else:
        said = {"version": step.version, "state": step.state.value}
        facts = {"meeting": {"id": meeting.id, "ref": meeting.ref}, "minutes": {**said}}
    publish(db, kind, facts, now=now)


def save_action(db: Db, action: Action, *, now: int) -> None:
    """The action as it is now; others are told where it was opened or has ended."""
    was = action_repository.get(db, action.ref).state
    action_repository.save(db, action)
    if action.state in PENDING and was not in PENDING:
        kind = EventKind.ACTION_OPENED
    elif action.state in _ENDED and was in PENDING:
        kind = EventKind.ACTION_CLOSED
    else:
        return
    meeting = repository.get_by_id(db, action.meeting_id)
    facts: dict[str, dict[str, str | int | None]] = {"action": {"id": action.id}}
    if not meeting.confidential:
        facts["action"] |= {
            "ref": action.ref,
            "state": action.state.value,
            "due": None if action.due is None else action.due.isoformat(),
            "done_at": instant(action.done_at),
        }
        facts["meeting"] = {"id": meeting.id, "ref": meeting.ref}
    publish(db, kind, facts, now=now)


def _facts(meeting: Meeting) -> dict[str, str | int | None]:
    if meeting.confidential:
        return {"id": meeting.id}
    return {
        "id": meeting.id,
        "ref": meeting.ref,
        "state": meeting.state.value,
        "start": instant(meeting.starts_at),
        "end": instant(meeting.ends_at),
    }
