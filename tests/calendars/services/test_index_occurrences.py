"""The index answers as computing every instance would; its window moves on with the days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.kernel.database import Db
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import parse
from calendars.model.instances import instances
from calendars.model.principal import Principal
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of
from calendars.services.index_occurrences import AHEAD, BACK, extend_index
from calendars.services.make_calendar import CalendarDraft, make_calendar
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.query_objects import find_instances
from calendars.services.set_properties import PropertyChanges, set_properties
from calendars.storage import calendar_objects, collections, occurrences
from calendars.storage.occurrences import IndexedInstance
from tests.builders import Moment, an_event
from tests.stores import NOW, put

DAY = 86_400
NOON = datetime.fromtimestamp(NOW, UTC).replace(hour=12)
ZONES = st.sampled_from([UTC, ZoneInfo("Pacific/Noumea"), ZoneInfo("Europe/Paris"), None])


def starts() -> st.SearchStrategy[Moment]:
    """Times in several zones, floating times and dates, from ten years ago to four ahead."""
    days = st.integers(-3650, 1460) | st.integers(-3, 3)
    minutes = st.sampled_from([0, 90, 600, 1439])

    def moment(day: int, minute: int, zone: ZoneInfo | None) -> Moment:
        wall = NOON.replace(hour=0, tzinfo=None) + timedelta(days=day, minutes=minute)
        return wall if zone is None else wall.replace(tzinfo=zone)

    timed = st.builds(moment, days, minutes, ZONES)
    return timed | days.map(lambda day: NOON.date() + timedelta(days=day))


RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=40",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=10",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=30",
        "FREQ=YEARLY",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=DAILY;BYHOUR=6,9,12,15,18",
    ]
)


@st.composite
def events(draw: st.DrawFn) -> str:
    """An event as people make them, and now and then an odd one."""
    start = draw(starts())
    all_day = isinstance(start, date) and not isinstance(start, datetime)
    lengths = ["P1D", "P3D", "P40D"] if all_day else ["PT30M", "P1D", "P40D", "PT0S"]
    text = an_event(
        uid=f"event {next(_NUMBERS)}",
        start=start,
        duration=draw(st.sampled_from(lengths)),
        transparency=draw(st.sampled_from(["OPAQUE", "TRANSPARENT"])),
        status=draw(st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])),
    )
    rule = draw(st.none() | RULES)
    if rule is None or (all_day and "BYHOUR" in rule):
        return text
    return text.replace("END:VEVENT", f"RRULE:{rule}\r\nEND:VEVENT")


_NUMBERS = count(1)
WINDOWS = st.builds(
    lambda day, length: Window(NOW + day * DAY, NOW + day * DAY + length),
    st.integers(-1500, 1500) | st.integers(-3, 3),
    st.sampled_from([1, 3600, DAY, 7 * DAY, 31 * DAY]),
)


def fresh_calendar(db: Db, owner: Principal) -> CalendarCollection:
    """An empty calendar of a new name."""
    name = f"calendar {next(_NUMBERS)}"
    make_calendar(db, owner, (owner.login, name), CalendarDraft(), now=NOW)
    found = collections.find(db, owner.login, name)
    assert found is not None
    return found


def store(db: Db, owner: Principal, calendar: CalendarCollection, text: str) -> None:
    """PUT under a new name."""
    path = ObjectPath(owner.login, calendar.name, f"{next(_NUMBERS)}.ics")
    body = text.encode()
    put_object(db, owner, PutObject(path, CalendarObject.parse(body), body), now=NOW)


Found = dict[str, list[IndexedInstance]]


def indexed(db: Db, calendar: CalendarCollection, window: Window) -> Found:
    """What the index answers, by UID."""
    found = find_instances(db, calendar, "VEVENT", window, Budget())
    stored = {one.id: one.uid for one in calendar_objects.each_of(db, calendar.id)}
    return {stored[number]: sorted(rows) for number, rows in found.items()}


def computed(db: Db, calendar: CalendarCollection, window: Window) -> Found:
    """What reading every text and computing every instance answers."""
    found: Found = {}
    for stored in calendar_objects.each_of(db, calendar.id):
        text = parse(stored.data.decode())
        for one in instances(text, window, zone=zone_of(calendar), budget=Budget()):
            row = IndexedInstance(one.starts_at, one.ends_at, one.recurrence_id, one.busy)
            found.setdefault(stored.uid, []).append(row)
    return {uid: sorted(rows) for uid, rows in found.items()}


@pytest.mark.rfc("4791 §9.9")
@given(texts=st.lists(events(), min_size=1, max_size=8), windows=st.lists(WINDOWS, max_size=6))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_index_answers_as_computing_every_instance(
    db: Db, anne: Principal, texts: list[str], windows: list[Window]
) -> None:
    calendar = fresh_calendar(db, anne)
    for text in texts:
        store(db, anne, calendar, text)

    for window in [*windows, Window(NOW, NOW + 7 * DAY)]:
        assert indexed(db, calendar, window) == computed(db, calendar, window)


@pytest.mark.parametrize("years", [1, 2, 5])
@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY", "FREQ=HOURLY"],
)
def test_the_window_of_a_series_moves_on_with_the_days(
    db: Db, anne: Principal, rule: str, years: int
) -> None:
    calendar = fresh_calendar(db, anne)
    start = NOON - timedelta(days=500)
    store(db, anne, calendar, an_event(start=start, rrule=rule))
    later = NOW + years * 365 * DAY
    month = Window(later, later + 31 * DAY)
    before = computed(db, calendar, month)

    extend_index(db, now=later)

    assert indexed(db, calendar, month) == before
    if rule != "FREQ=HOURLY":  # too dense to be kept
        assert occurrences.list_beyond(db, [calendar.id], "VEVENT", month) == []


def test_a_series_that_was_moved_on_needs_it_no_more(db: Db, anne: Principal) -> None:
    calendar = fresh_calendar(db, anne)
    for rule in ("FREQ=DAILY", "FREQ=HOURLY", "FREQ=YEARLY", "FREQ=WEEKLY;COUNT=3"):
        text = an_event(uid=rule, start=NOON - timedelta(days=800), rrule=rule)
        store(db, anne, calendar, text)

    assert extend_index(db, now=NOW) == 0
    assert extend_index(db, now=NOW + AHEAD) == 2
    assert extend_index(db, now=NOW + AHEAD) == 0


def test_a_few_are_moved_on_at_a_time_and_all_in_the_end(db: Db, anne: Principal) -> None:
    calendar = fresh_calendar(db, anne)
    for number in range(5):
        store(db, anne, calendar, an_event(uid=str(number), start=NOON, rrule="FREQ=WEEKLY"))
    later = NOW + AHEAD

    assert [extend_index(db, now=later, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_what_lies_before_the_window_is_found_too(db: Db, anne: Principal) -> None:
    calendar = fresh_calendar(db, anne)
    start = NOON - timedelta(seconds=3 * BACK)
    store(db, anne, calendar, an_event(start=start, rrule="FREQ=WEEKLY"))
    first = Window(NOW - 3 * BACK - DAY, NOW - 3 * BACK + 30 * DAY)

    assert len(indexed(db, calendar, first)[next(iter(indexed(db, calendar, first)))]) == 5
    assert indexed(db, calendar, first) == computed(db, calendar, first)


@pytest.mark.rfc("4791 §5.2.2")
@pytest.mark.rule("TIM-2")
@pytest.mark.parametrize(
    "start", [NOON.replace(hour=8, tzinfo=None), NOON.date()], ids=["floating", "all day"]
)
def test_floating_events_move_with_the_zone_of_their_calendar(
    db: Db, anne: Principal, start: Moment
) -> None:
    put(db, anne, an_event(start=start, rrule="FREQ=WEEKLY;COUNT=3"))
    put(db, anne, an_event(uid="fixed", start=datetime(2026, 3, 3, 8, tzinfo=UTC)), "fixed.ics")
    calendar = collections.find(db, "anne", "agenda")
    assert calendar is not None
    march = Window(NOW, NOW + 31 * DAY)
    noumea = indexed(db, calendar, march)

    columns: dict[str, object] = {"timezone_id": "Europe/Paris"}
    paris = set_properties(db, anne, ("anne", "agenda"), PropertyChanges(columns=columns), now=NOW)

    moved = indexed(db, paris, march)
    assert moved == computed(db, paris, march)
    [uid] = {*moved} - {"fixed"}
    assert [row.starts_at - 10 * 3600 for row in moved[uid][:1]] == [
        row.starts_at for row in noumea[uid][:1]
    ]
    assert moved["fixed"] == noumea["fixed"]


def test_an_overwritten_event_is_found_at_its_new_time_alone(db: Db, anne: Principal) -> None:
    put(db, anne, an_event(start=NOON))
    put(db, anne, an_event(start=NOON + timedelta(days=10)))
    calendar = collections.find(db, "anne", "agenda")
    assert calendar is not None

    assert indexed(db, calendar, Window(NOW, NOW + DAY)) == {}
    assert len(indexed(db, calendar, Window(NOW + 9 * DAY, NOW + 12 * DAY))) == 1
