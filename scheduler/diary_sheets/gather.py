"""What a reader may know of a diary between two days, as items of a sheet (SEC-2, DIA-6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo

from calendars.kernel.database import Db
from calendars.model.principal import Principal, Visibility
from calendars.model.window import Window
from calendars.services.list_occurrences import Occurrence
from calendars.services.read_diary import read_diary
from scheduler.diary_sheets.model import DAY, TRAVEL, Item, Mark, Profile, instant_of

MOST = 2_000
_HIDDEN: Mapping[Profile, frozenset[Visibility]] = {
    Profile.OWN: frozenset(),
    Profile.POSTED: frozenset({Visibility.PRIVATE, Visibility.CONFIDENTIAL}),
    Profile.MAILED: frozenset({Visibility.CONFIDENTIAL}),
}
MASKS = {Visibility.PRIVATE: "Privé", Visibility.CONFIDENTIAL: "Occupé"}


def gather(
    db: Db,
    reader: Principal,
    owner: Principal,
    days: tuple[date, date],
    zone: tzinfo,
    *,
    profile: Profile = Profile.OWN,
    now: int,
) -> list[Item]:
    """The items from the first day to the last. Raises NotFound where nothing may be read."""
    window = Window(instant_of(days[0], zone), instant_of(days[1] + DAY, zone))
    found = read_diary(db, reader, owner, window, most=MOST, now=now)
    return [_item(one, profile) for one in found]


def _item(one: Occurrence, profile: Profile) -> Item:
    entry = one.said.entry
    start = one.position.starts_at if one.said.start is None else one.said.start
    end = one.said.end
    if end is None:
        end = start if isinstance(start, int) else start + DAY
    visibility = Visibility(one.found.visibility)
    if one.found.masked or visibility in _HIDDEN[profile]:
        return Item(start, end, MASKS.get(visibility, "Occupé"), mark=Mark.MASKED)
    categories = tuple(each.casefold() for each in entry.categories)
    return Item(
        start,
        end,
        " ".join((entry.title or "Sans titre").split()),
        "" if profile is Profile.POSTED else " ".join((entry.location or "").split()),
        _mark(entry.status, busy=entry.busy, categories=categories),
        categories,
    )


def _mark(status: str | None, *, busy: bool, categories: tuple[str, ...]) -> Mark:
    if TRAVEL in categories:
        return Mark.TRAVEL
    if status == "TENTATIVE":
        return Mark.TENTATIVE
    return Mark.PLAIN if busy else Mark.FREE
