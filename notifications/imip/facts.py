"""What a scheduling message says, as facts for its letter: the same for every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from calendars.itip.message import ItipMethod
from calendars.itip.people import part_stat
from calendars.model.component import Component, unescape
from calendars.model.entry import Entry, entries_of, entry_of
from calendars.model.principal import Visibility
from calendars.model.time_zones import Zones
from notifications.imip.parcels import Told
from notifications.imip.singles import SINGLE, is_single
from notifications.wording.moments import written

_MOST_PEOPLE = 12
_OUT = frozenset({"DECLINED", "DELEGATED"})


def facts_of(
    calendar: Component, former: Component | None, zone: tzinfo, *, now: int, answer_days: int = 2
) -> Mapping[str, object]:
    """Everything but who sends it; `former` is what the recipient was told before."""
    part = entries_of(calendar)[0]
    entry = entry_of(part, Zones.of(calendar, zone))
    before = None if former is None else _told_before(former, entry, zone)
    public = entry.visibility == Visibility.PUBLIC
    comment = part.value("COMMENT")
    own = part.line("ATTENDEE")
    facts: dict[str, object] = {
        "title": (entry.title or "") if public else "",
        "start": _text(entry.times.start),
        "end": _text(entry.times.end),
        "location": entry.location or "",
        "description": (entry.description or "") if public else "",
        "repeats": entry.rule is not None or part.line("RDATE") is not None,
        "occurrence": entry.recurrence_id is not None and not is_single(part),
        "single_until": _day(part.value(SINGLE)),
        "people": _names(entry) if public else [],
        "comment": "" if comment is None else unescape(comment).strip(),
        "answer": "" if own is None else part_stat(own),
        "answer_by": _answer_by(entry.times.start, zone, now, answer_days),
    }
    return facts | _changes(entry, before, public=public)


def told_before(told: Iterable[Told], calendar: Component) -> Component | None:
    """The newest message, of those told, that says how it was; None where nothing is known, or
    where it was called off since."""
    part = entries_of(calendar)[0]
    wanted = (part.value("RECURRENCE-ID") or "").strip()
    for one in told:
        names = {(each.value("RECURRENCE-ID") or "").strip() for each in entries_of(one.calendar)}
        of_series = "" in names and not is_single(part)
        if wanted in names or of_series:
            return one.calendar if one.method == ItipMethod.REQUEST else None
    return None


def _day(text: str | None) -> str | None:
    return None if text is None else f"{text[:4]}-{text[4:6]}-{text[6:8]}"


def _changes(entry: Entry, before: Entry | None, *, public: bool) -> dict[str, object]:
    """What is different from what the recipient knows; nothing is, if he knows nothing."""
    was = before or entry
    moved = was.times.start != entry.times.start
    names, former_names = _names(entry), _names(was)
    return {
        "known": before is not None,
        "former_start": _text(was.times.start),
        "former_end": _text(was.times.end),
        "moved": moved,
        "earlier": moved and _is_earlier(entry.times.start, was.times.start),
        "lasts_otherwise": not moved and was.times.end != entry.times.end,
        "relocated": (was.location or "") != (entry.location or ""),
        "former_location": was.location or "",
        "renamed": public and was.title != entry.title,
        "former_title": (was.title or "") if public else "",
        "repeats_otherwise": was.rule != entry.rule and entry.recurrence_id is None,
        "reworded": public and (was.description or "") != (entry.description or ""),
        "joined": [name for name in names if name not in former_names] if public else [],
        "left": [name for name in former_names if name not in names] if public else [],
    }


def _told_before(former: Component, entry: Entry, zone: tzinfo) -> Entry | None:
    """The same occurrence as it was told; one of a series, before anything was told of it, is
    where the series had it."""
    zones = Zones.of(former, zone)
    told = [entry_of(part, zones) for part in entries_of(former)]
    for one in told:
        if one.recurrence_id == entry.recurrence_id:
            return one
    master = next((one for one in told if one.recurrence_id is None), None)
    return None if master is None else _occurrence(master, entry)


def _occurrence(master: Entry, entry: Entry) -> Entry:
    at, start, end = entry.recurrence_id, master.times.start, master.times.end
    lasted = _length(start, end)
    if at is None or isinstance(at, int) != isinstance(start, int):
        return master
    if isinstance(at, int):
        ended: date | int | None = None if lasted is None else at + int(lasted.total_seconds())
    else:
        ended = None if lasted is None else at + lasted
    times = master.times._replace(start=at, end=ended)
    return replace(master, times=times, rule=None, recurrence_id=at)


def _length(start: date | int | None, end: date | int | None) -> timedelta | None:
    if isinstance(start, int) and isinstance(end, int):
        return timedelta(seconds=end - start)
    if isinstance(start, date) and isinstance(end, date):
        return end - start
    return None


def _is_earlier(start: date | int | None, was: date | int | None) -> bool:
    if isinstance(start, int) and isinstance(was, int):
        return start < was
    return isinstance(start, date) and isinstance(was, date) and start < was


def _answer_by(start: date | int | None, zone: tzinfo, now: int, days: int) -> str | None:
    """Some days before, on no week-end; None where that is today or past, and for no answer."""
    if start is None or days == 0:
        return None
    day = start if isinstance(start, date) else datetime.fromtimestamp(start, zone).date()
    last = day - timedelta(days=days)
    last -= timedelta(days=max(0, last.weekday() - 4))
    return last.isoformat() if last > datetime.fromtimestamp(now, zone).date() else None


def _names(entry: Entry) -> list[str]:
    """Those who are expected, by name; the ones that only an address is known of are left out."""
    found = [one.name for one in entry.attendees if one.name and one.status not in _OUT]
    return list(dict.fromkeys(found))[:_MOST_PEOPLE]


def _text(moment: date | int | None) -> str | None:
    return None if moment is None else written(moment)
