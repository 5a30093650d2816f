"""What a meeting leaves in diaries: a task for each action, a note for the minutes (MTG-7).

A task is a plain one of its owner's, without ORGANIZER: any client may tick it, and its state is
the action's. A note bears no content, only where the minutes are read.
"""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from typing import NamedTuple

from calendars.model.component import Component, ContentLine, escape
from calendars.model.entry import moment_of
from calendars.model.event_writing import PRODID
from calendars.model.line_edit import drop_lines, put_line, put_text, put_value, stamp
from calendars.model.time_zones import Zones
from calendars.model.typeset import typeset
from calendars.model.utc_text import utc_text
from scheduler.meetings.action_model import Action
from scheduler.meetings.rules import ActionState

CATEGORY = "Action de réunion"
_STATUS = {
    ActionState.OPEN: "NEEDS-ACTION",
    ActionState.NOTED: "NEEDS-ACTION",
    ActionState.UNDER_WAY: "IN-PROCESS",
    ActionState.DONE: "COMPLETED",
    ActionState.ABANDONED: "CANCELLED",
}


class About(NamedTuple):
    """Of which meeting an entry is."""

    ref: str
    words: str
    """What people read of it."""
    uid: str | None
    visibility: str


def uid_of(kind: str, ref: str) -> str:
    """A UID from which nothing can be read (SEC-1)."""
    return f"niaouli-{kind}-{sha256(f'{kind}/{ref}'.encode()).hexdigest()[:32]}"


def new_task(action: Action, about: About, *, now: int) -> Component:
    """The task of an action in its owner's list."""
    written = utc_text(now)
    said = {"UID": action.uid, "DTSTAMP": written, "CREATED": written, "SEQUENCE": "0"}
    task = Component("VTODO", [ContentLine(name, "", value) for name, value in said.items()])
    calendar = _calendar(task)
    write_task(calendar, action, about, now=now)
    return calendar


def write_task(calendar: Component, action: Action, about: About, *, now: int) -> None:
    """What the meeting says of the action; alarms, notes and all else of the owner's stay."""
    task = calendar.children("VTODO")[0]
    put_text(task, "SUMMARY", action.label)
    if task.line("DESCRIPTION") is None:
        put_text(task, "DESCRIPTION", typeset(f"{about.words}\nAction {action.ref}."))
    if action.due is None:
        drop_lines(task, "DUE")
    else:
        put_line(task, ContentLine("DUE", ";VALUE=DATE", f"{action.due:%Y%m%d}"))
    put_value(task, "CLASS", about.visibility)
    if task.line("CATEGORIES") is None:
        put_value(task, "CATEGORIES", escape(CATEGORY))
    if about.uid is not None:
        put_line(task, ContentLine("RELATED-TO", "", escape(about.uid)))
    _write_state(task, action, now=now)
    stamp(task, now, revised=False)


def _write_state(task: Component, action: Action, *, now: int) -> None:
    if task.line("STATUS") is not None and state_of(task, now=now)[0] is action.state:
        return
    put_value(task, "STATUS", _STATUS[action.state])
    if action.state is ActionState.DONE:
        put_value(task, "COMPLETED", utc_text(action.done_at or now))
        put_value(task, "PERCENT-COMPLETE", "100")
    else:
        drop_lines(task, "COMPLETED", "PERCENT-COMPLETE")


def state_of(task: Component, *, now: int) -> tuple[ActionState, int | None]:
    """How far the owner is, and when he was done, as his client wrote it (RFC 5545 §3.8.1.11)."""
    status = (task.value("STATUS") or "").strip().upper()
    completed = task.line("COMPLETED")
    if status == "CANCELLED":
        return ActionState.ABANDONED, None
    if status == "COMPLETED" or (completed is not None and status != "NEEDS-ACTION"):
        done = moment_of(completed, Zones.of(Component("VCALENDAR"), UTC))
        return ActionState.DONE, done if isinstance(done, int) else now
    begun = (task.value("PERCENT-COMPLETE") or "0").strip() not in {"0", ""}
    if status == "IN-PROCESS" or begun:
        return ActionState.UNDER_WAY, None
    return ActionState.OPEN, None


def minutes_note(
    about: About, day: str, words: tuple[str, str], url: str, *, now: int
) -> Component:
    """A note on the day of the meeting: that there are minutes, and where."""
    title, text = words
    written = utc_text(now)
    said = {
        "UID": uid_of("cr", about.ref),
        "DTSTAMP": written,
        "CREATED": written,
        "SUMMARY": escape(typeset(title)),
        "DESCRIPTION": escape(typeset(text)),
        "STATUS": "FINAL",
        "CLASS": about.visibility,
        "URL": url,
    }
    note = Component("VJOURNAL", [ContentLine(name, "", value) for name, value in said.items()])
    note.lines.insert(1, ContentLine("DTSTART", ";VALUE=DATE", day))
    if about.uid is not None:
        note.lines.append(ContentLine("RELATED-TO", "", escape(about.uid)))
    return _calendar(note)


def _calendar(component: Component) -> Component:
    frame = {"VERSION": "2.0", "PRODID": PRODID}
    lines = [ContentLine(name, "", value) for name, value in frame.items()]
    return Component("VCALENDAR", lines, [component])
