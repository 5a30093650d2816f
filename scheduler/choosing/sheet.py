"""The page on which one chooses a slot: one's own, and nothing of anybody else (SEC-7).

What is shown is the same for appraisals and appointments: what is chosen, what else is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

from notifications.pages.page import Asked, Form, Sheet
from notifications.wording.moments import written
from scheduler.choosing.model import Free, Taken
from scheduler.working_time.hours import local_day

DAYS = 5
"""How many days stand on one page."""
WRONG, GONE = 422, 409
FIELD = "slot"
_MAX_PAGES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the holder of a link is offered, and what he has."""

    case: str
    """`campaign` or `appointment`."""
    host: str
    minutes: int
    state: str
    """`open`, or why nothing can be chosen: `closed`, `cancelled`, `held`."""
    taken: Taken | None
    slots: Sequence[Free]
    change_until: date | int | None
    zone: tzinfo
    abroad: bool = False
    cancellable: bool = False
    channel: str = ""


def choice_sheet(
    asked: Asked, shown: Situation, form: Form | None = None, wrong: str = ""
) -> Sheet:
    """The page; `wrong` is what stops what was sent: `slot` or `taken`."""
    number = _page_number(asked)
    days = [
        {"day": day.isoformat(), "slots": [_slot(one) for one in slots]}
        for day, slots in groupby(shown.slots, key=lambda one: local_day(one.starts_at, shown.zone))
    ]
    taken = shown.taken
    until = shown.change_until
    facts = {
        "case": shown.case,
        "host": shown.host,
        "minutes": shown.minutes,
        "state": shown.state,
        "chosen": taken is not None,
        "start": None if taken is None else written(taken.starts_at),
        "end": None if taken is None else written(taken.ends_at),
        "location": "" if taken is None else taken.location,
        "change_until": None if until is None else written(until),
        "days": days[(number - 1) * DAYS : number * DAYS],
        "none_left": not days,
        "number": number,
        "more": len(days) > number * DAYS,
        "abroad": shown.abroad,
        "cancellable": shown.cancellable,
        "channel": shown.channel,
        "values": dict(form or {}),
        "notice": wrong if wrong == "taken" else asked.query.get("done", ""),
        "errors": [wrong] if wrong == FIELD else [],
    }
    status = {FIELD: WRONG, "taken": GONE}.get(wrong, 200)
    return Sheet("pages/choose.html", facts, status)


def start_in(form: Mapping[str, str]) -> int | None:
    """The slot that was chosen, None where none is."""
    text = form.get(FIELD, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else None


def _slot(one: Free) -> dict[str, object]:
    start, end = written(one.starts_at), written(one.ends_at)
    return {"value": str(one.starts_at), "start": start, "end": end}


def _page_number(asked: Asked) -> int:
    text = asked.query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), _MAX_PAGES)
