"""The ways of whatever is written are where each of its occurrences wants them (DIA-5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.budget import Budget
from calendars.model.component import Component, parse, serialize, unescape
from calendars.model.instances import instances
from calendars.model.window import Window
from scheduler.diaries.travel_entries import Ways, entry_of, says_the_same
from scheduler.diaries.travel_times import Leg, parts_of
from scheduler.directory.model import Place, Site, Travel, travel_of
from scheduler.directory.model import Way as Road
from tests.builders import NOUMEA, EventParts, a_calendar, a_vevent

FIRST = date(2027, 3, 1)
ALL = Window(
    int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2028, 1, 1, tzinfo=UTC).timestamp()),
)
MINUTES = {"Bourail": 120, "Dumbéa": 30}


def roads() -> Travel:
    sites = [Site("SIEGE", "Siège", "Nouméa"), Site("B", "CMS", "Bourail"),
             Site("D", "Dock", "Dumbéa")]  # fmt: skip
    return travel_of(sites, [Road("Nouméa", to, n) for to, n in MINUTES.items()])


WAYS = Ways(Place("Nouméa", "SIEGE"), roads())

Found = set[tuple[int, int, str]]


def wanted(parent: Component, leg: Leg) -> Found:
    """What a look at each occurrence by itself gives."""
    return set(_wanted(parent, leg))


def _wanted(parent: Component, leg: Leg) -> Iterator[tuple[int, int, str]]:
    for one in instances(parent, ALL, zone=NOUMEA, budget=Budget()):
        event = one.component
        place = (event.value("LOCATION") or "").partition(",")[0]
        there = {"CMS": "Bourail", "Dock": "Dumbéa"}.get(place)
        if there is None or event.value("STATUS") == "CANCELLED":
            continue
        way, start, end = MINUTES[there] * 60, one.starts_at, one.ends_at
        yield {
            Leg.OUT: (start - way, start, f"Trajet Nouméa – {there}"),
            Leg.BACK: (end, end + way, f"Trajet {there} – Nouméa"),
            Leg.VEHICLE: (start - way, end + way, f"Véhicule, Nouméa – {there}"),
        }[leg]


def entry(parent: Component, leg: Leg) -> Component | None:
    parts = parts_of(parent, leg, WAYS.seconds, NOUMEA, ALL)
    if not parts:
        return None
    made = entry_of(parent, leg, parts, WAYS, uid="way", zone=NOUMEA, now=ALL.start)
    return parse(serialize(made))


def made(parent: Component, leg: Leg) -> Found:
    """What stands in the diary."""
    found = entry(parent, leg)
    if found is None:
        return set()
    window = Window(ALL.start - 86_400, ALL.end + 86_400)
    told = instances(found, window, zone=NOUMEA, budget=Budget())
    return {
        (one.starts_at, one.ends_at, unescape(one.component.value("SUMMARY") or "")) for one in told
    }


PLACES = st.sampled_from(["CMS", "CMS", "Dock", "Siège", ""])
CLOCKS = st.sampled_from([time(0, 30), time(8), time(10, 15), time(23, 45)])


@st.composite
def parents(draw: st.DrawFn) -> str:
    """A series with dates left out, moved, cancelled, elsewhere; whole days too."""
    whole = draw(st.integers(0, 7)) == 0
    clock = draw(CLOCKS)
    step, rule = draw(
        st.sampled_from(
            [
                (1, "FREQ=DAILY;COUNT=9"),
                (7, "FREQ=WEEKLY;COUNT=6"),
                (7, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405T100000Z"),
                (7, "FREQ=WEEKLY;UNTIL=20270405"),
                (1, "FREQ=DAILY;BYHOUR=9,15;COUNT=8"),
            ]
        )
    )

    def on(day: int) -> datetime | date:
        at = FIRST + timedelta(days=day * step)
        return at if whole else datetime.combine(at, clock, NOUMEA)

    minutes = draw(st.sampled_from([30, 60, 26 * 60]))

    def parts(start: datetime | date) -> EventParts:
        end = start + (timedelta(days=1) if whole else timedelta(minutes=minutes))
        return {"start": start, "end": end, "location": draw(PLACES)}

    days = draw(st.lists(st.integers(0, 5), unique=True, max_size=4))
    left, changed = days[:1], days[1:]
    master: EventParts = {**parts(on(0)), "rrule": rule, "exdates": [on(day) for day in left]}
    events = [a_vevent(**master)]
    for day in changed:
        at = on(day) + timedelta(days=draw(st.integers(0, 1)))
        status = draw(st.sampled_from(["CONFIRMED", "CONFIRMED", "CANCELLED"]))
        other: EventParts = {**parts(at), "recurrence_id": on(day), "status": status}
        events.append(a_vevent(**other))
    return a_calendar(*events)


@pytest.mark.rule("DIA-5")
@given(parents(), st.sampled_from(list(Leg)))
def test_the_ways_of_a_series_are_those_of_each_occurrence(text: str, leg: Leg) -> None:
    parent = parse(text)

    assert made(parent, leg) == wanted(parent, leg), text


@pytest.mark.rule("DIA-5")
def test_a_rule_moves_with_its_exceptions_and_stays_a_rule() -> None:
    at = datetime(2027, 3, 1, 10, tzinfo=NOUMEA)
    week = timedelta(weeks=1)
    parent = parse(
        a_calendar(
            a_vevent(start=at, end=at + timedelta(hours=2), location="CMS",
                     rrule="FREQ=WEEKLY;UNTIL=20271231T100000Z", exdates=[at + week]),
            a_vevent(start=at + 2 * week, end=at + 2 * week + timedelta(hours=1), location="Siège",
                     recurrence_id=at + 2 * week),
        )
    )  # fmt: skip

    found = entry(parent, Leg.OUT)

    assert found is not None
    [event] = found.children("VEVENT")
    lines = [str(line) for line in event.lines if line.name in {"RRULE", "EXDATE", "DTSTART"}]
    assert lines == [
        "DTSTART;TZID=Pacific/Noumea:20270301T080000",
        "RRULE:FREQ=WEEKLY;UNTIL=20271231T080000Z",
        "EXDATE;TZID=Pacific/Noumea:20270308T080000",
        "EXDATE;TZID=Pacific/Noumea:20270315T080000",
    ]
    assert says_the_same(found, entry(parent, Leg.OUT) or found)
