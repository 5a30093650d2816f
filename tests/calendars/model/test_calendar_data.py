"""The part of an object that a client asks for, and nothing that it did not (RFC 4791 §9.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.budget import Budget
from calendars.model.calendar_data import (
    CalendarData,
    ComponentSelection,
    PropertySelection,
    calendar_data,
)
from calendars.model.component import Component, parse
from calendars.model.window import Window
from tests.builders import (
    NOUMEA,
    a_calendar,
    a_component,
    a_series,
    a_todo,
    a_valarm,
    a_vevent,
    an_event,
)

START = datetime(2026, 3, 3, 8, 0, tzinfo=NOUMEA)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def window(start: datetime, end: datetime) -> Window:
    """In epoch seconds."""
    return Window(int(start.timestamp()), int(end.timestamp()))


def answer(text: str, wanted: CalendarData) -> Component:
    """What comes back, read again."""
    return parse(calendar_data(text, wanted, zone=NOUMEA, budget=Budget()))


def named(*names: str) -> tuple[PropertySelection, ...]:
    """Properties with their values."""
    return tuple(map(PropertySelection, names))


def names_in(component: Component) -> list[str]:
    """The properties that a component shows."""
    return [line.name for line in component.lines]


@pytest.mark.rfc("4791 §9.6")
def test_all_of_it_is_the_stored_text() -> None:
    text = an_event(start=START)
    assert calendar_data(text, CalendarData(), zone=NOUMEA, budget=Budget()) == text


@pytest.mark.rfc("4791 §7.8.1")
def test_named_properties_and_whole_time_zones() -> None:
    event = ComponentSelection("VEVENT", named("SUMMARY", "UID", "DTSTART"), ())
    zone = ComponentSelection("VTIMEZONE")
    wanted = ComponentSelection("VCALENDAR", named("VERSION"), (event, zone))
    found = answer(
        an_event(start=START, location="Nouméa", alarms=[a_valarm()]),
        CalendarData(selection=wanted),
    )
    assert names_in(found) == ["VERSION"]
    assert [one.name for one in found.components] == ["VTIMEZONE", "VEVENT"]
    assert found.components[0].children("STANDARD")
    assert sorted(names_in(found.components[1])) == ["DTSTART", "SUMMARY", "UID"]
    assert not found.components[1].components


@pytest.mark.rfc("4791 §9.6.2")
def test_all_properties_or_all_components() -> None:
    text = an_event(start=START, alarms=[a_valarm()])
    all_properties = ComponentSelection("VEVENT", None, ())
    all_components = ComponentSelection("VEVENT", (), None)
    whole = parse(text).children("VEVENT")[0]
    for event, lines, inner in (
        (all_properties, names_in(whole), 0),
        (all_components, [], 1),
    ):
        selection = ComponentSelection("VCALENDAR", None, (event,))
        [found] = answer(text, CalendarData(selection=selection)).components
        assert names_in(found) == lines
        assert len(found.components) == inner


@pytest.mark.rfc("4791 §9.6.4")
def test_a_property_without_its_value_keeps_its_parameters() -> None:
    text = an_event(start=START, attendees=["anne@niaouli.test"], summary="Secret")
    event = ComponentSelection(
        "VEVENT", (PropertySelection("ATTENDEE", no_value=True), PropertySelection("UID")), ()
    )
    [found] = answer(
        text, CalendarData(selection=ComponentSelection("VCALENDAR", (), (event,)))
    ).components
    assert str(found.line("ATTENDEE")) == "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:"
    assert found.value("UID")


NAMES = ("UID", "SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION", "CLASS", "RRULE")


@given(
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(["VEVENT", "VALARM", "VTIMEZONE"])),
    st.booleans(),
)
def test_nothing_shows_that_was_not_asked_for(
    properties: set[str], components: set[str], expand: bool
) -> None:
    text = a_series(
        a_vevent(recurrence_id=START, start=START + HOUR, summary="canari"),
        start=START,
        location="canari",
        description="canari",
        alarms=[a_valarm()],
    )
    alarm = ComponentSelection("VALARM", named("TRIGGER"), ())
    inner = (alarm,) if "VALARM" in components else ()
    event = ComponentSelection("VEVENT", named(*sorted(properties)), inner)
    chosen = [event] if "VEVENT" in components else []
    if "VTIMEZONE" in components:
        chosen.append(ComponentSelection("VTIMEZONE", (), ()))
    wanted = CalendarData(
        selection=ComponentSelection("VCALENDAR", (), tuple(chosen)),
        expand=window(START, START + 3 * WEEK) if expand else None,
    )
    written = calendar_data(text, wanted, zone=NOUMEA, budget=Budget())
    found = parse(written)
    assert not found.lines
    assert {one.name for one in found.components} <= components
    for one in found.components:
        assert set(names_in(one)) <= properties | ({"RECURRENCE-ID"} & properties)
        assert {child.name for child in one.components} <= components
    if not properties & {"SUMMARY", "LOCATION", "DESCRIPTION"}:
        assert "canari" not in written


@pytest.mark.rfc("4791 §9.6.6")
def test_overrides_that_bear_on_the_range_come_with_the_master() -> None:
    far = a_vevent(recurrence_id=START + 3 * WEEK, start=START + 3 * WEEK + HOUR, summary="loin")
    here = a_vevent(recurrence_id=START, start=START + HOUR, summary="ici")
    gone = a_vevent(recurrence_id=START + HOUR * 0, start=START + 20 * DAY, summary="parti")
    came = a_vevent(recurrence_id=START + 2 * WEEK, start=START + 2 * HOUR, summary="venu")
    day = CalendarData(limit_recurrence_set=window(START, START + DAY))

    def summaries(text: str) -> list[str | None]:
        return [one.value("SUMMARY") for one in answer(text, day).children("VEVENT")]

    assert summaries(a_series(far, here, came, start=START, summary="série")) == [
        "série",
        "ici",
        "venu",
    ]
    # It left the range, and so its original time there is what it bears on.
    assert summaries(a_series(gone, start=START, summary="série")) == ["série", "parti"]
    later = CalendarData(limit_recurrence_set=window(START + 99 * WEEK, START + 100 * WEEK))
    assert len(answer(a_series(far, here, start=START), later).children("VEVENT")) == 1
    kept = answer(a_series(far, start=START), day)
    assert kept.children("VTIMEZONE")
    assert kept.children("VEVENT")[0].line("RRULE")


@pytest.mark.rfc("4791 §9.6.6")
def test_an_override_that_moves_what_follows_bears_on_it() -> None:
    later = a_vevent(
        start=START + WEEK + HOUR,
        summary="Plus tard",
        extra=["RECURRENCE-ID;TZID=Pacific/Noumea;RANGE=THISANDFUTURE:20260310T080000"],
    )
    text = a_series(later, start=START)
    third = CalendarData(limit_recurrence_set=window(START + 2 * WEEK, START + 2 * WEEK + DAY))
    first = CalendarData(limit_recurrence_set=window(START, START + DAY))
    assert len(answer(text, third).children("VEVENT")) == 2
    assert len(answer(text, first).children("VEVENT")) == 1


@pytest.mark.rfc("4791 §9.6.7")
def test_only_periods_in_the_range_come() -> None:
    periods = [
        "FREEBUSY;FBTYPE=BUSY:20260302T210000Z/PT1H,20260304T210000Z/20260304T220000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T210000Z/PT1H",
    ]
    text = a_calendar(a_component("VFREEBUSY", ["UID:1", "DTSTAMP:20260101T000000Z", *periods]))
    limit = window(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))
    [found] = answer(text, CalendarData(limit_freebusy_set=limit)).components
    assert [str(line) for line in found.all("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20260304T210000Z/20260304T220000Z"
    ]
    assert found.value("UID") == "1"


@pytest.mark.rfc("4791 §9.6.5")
def test_tasks_expand_without_an_index() -> None:
    text = a_todo(start=START, due=START + HOUR, rrule="FREQ=WEEKLY")
    found = answer(text, CalendarData(expand=window(START, START + 2 * WEEK)))
    assert [one.name for one in found.components] == ["VTODO", "VTODO"]
