"""A filter finds what RFC 4791 §9.7 and §9.9 describe, no more and no less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.budget import Budget
from calendars.model.collation import Collation
from calendars.model.component import parse
from calendars.model.filter import CompFilter, ParamFilter, PropFilter, TextMatch, index_plan
from calendars.model.filter_match import matches
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window
from tests.builders import (
    NOUMEA,
    a_calendar,
    a_component,
    a_journal,
    a_series,
    a_todo,
    a_valarm,
    a_vevent,
    an_event,
)

START = datetime(2026, 3, 3, 8, 0, tzinfo=NOUMEA)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
PENDING = (
    PropFilter("COMPLETED", is_not_defined=True),
    PropFilter("STATUS", text_match=TextMatch("CANCELLED", negate=True)),
)


def found(text: str, wanted: CompFilter) -> bool:
    """Whether a VCALENDAR with that inside passes."""
    whole = CompFilter("VCALENDAR", comps=(wanted,))
    return matches(whole, parse(text), zone=NOUMEA, budget=Budget())


def between(start: datetime | None, end: datetime | None) -> Window:
    """A time-range; None leaves a side open."""
    return Window(
        NEVER_BEFORE if start is None else int(start.timestamp()),
        NEVER_AFTER if end is None else int(end.timestamp()),
    )


def within(
    component: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    props: Sequence[PropFilter] = (),
    comps: Sequence[CompFilter] = (),
) -> CompFilter:
    """A component in a time-range."""
    return CompFilter(component, between(start, end), tuple(props), tuple(comps))


def with_property(*props: PropFilter, component: str = "VEVENT") -> CompFilter:
    """A component with properties, at any time."""
    return CompFilter(component, props=props)


def summary(text: str, *, negate: bool = False) -> PropFilter:
    """SUMMARY contains, or does not."""
    return PropFilter("SUMMARY", text_match=TextMatch(text, negate=negate))


@pytest.mark.rfc("4791 §9.7.1")
@pytest.mark.parametrize("text", [an_event(), a_todo(), a_journal()])
def test_a_bare_calendar_filter_finds_all(text: str) -> None:
    wanted = CompFilter("VCALENDAR")
    assert matches(wanted, parse(text), zone=NOUMEA, budget=Budget())


@pytest.mark.rfc("4791 §9.7.1")
def test_a_component_filter_looks_at_the_type() -> None:
    assert found(a_todo(), CompFilter("VTODO"))
    assert not found(a_todo(), CompFilter("VEVENT"))
    assert found(a_todo(), CompFilter("VEVENT", is_not_defined=True))
    assert not found(an_event(), CompFilter("VEVENT", is_not_defined=True))
    assert found(an_event(start=START), CompFilter("VTIMEZONE"))


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(START - HOUR, START, False, id="up-to-its-start"),
        pytest.param(START - HOUR, START + MINUTE, True, id="over-its-start"),
        pytest.param(START + HOUR, START + 2 * HOUR, False, id="from-its-end"),
        pytest.param(START + 59 * MINUTE, START + 2 * HOUR, True, id="over-its-end"),
        pytest.param(START + MINUTE, None, True, id="open-end"),
        pytest.param(START + HOUR, None, False, id="open-end-too-late"),
        pytest.param(None, START + MINUTE, True, id="open-start"),
        pytest.param(None, START, False, id="open-start-too-early"),
    ],
)
def test_an_event_of_an_hour(start: datetime | None, end: datetime | None, expected: bool) -> None:
    for text in (an_event(start=START), an_event(start=START, duration=HOUR)):
        assert found(text, within("VEVENT", start, end)) is expected


@pytest.mark.rfc("4791 §9.9")
def test_events_without_length() -> None:
    for text in (
        an_event(start=START, end=None),
        an_event(start=START, end=START),
        an_event(start=START, duration="PT0S"),
    ):
        assert found(text, within("VEVENT", START, START + HOUR))
        assert not found(text, within("VEVENT", START - HOUR, START))
        assert not found(text, within("VEVENT", START + MINUTE, START + HOUR))


@pytest.mark.rfc("4791 §9.9")
def test_a_day_is_the_day_of_the_collection() -> None:
    text = an_event(start=date(2026, 3, 3), end=None)
    midnight = datetime(2026, 3, 3, tzinfo=NOUMEA)
    assert found(text, within("VEVENT", midnight + 23 * HOUR, midnight + 48 * HOUR))
    assert not found(text, within("VEVENT", midnight + 24 * HOUR, midnight + 48 * HOUR))
    assert not found(text, within("VEVENT", midnight - HOUR, midnight))


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(a_todo(start=START, due=START + HOUR), True, id="start-due"),
        pytest.param(a_todo(start=START, duration=HOUR), True, id="start-duration"),
        pytest.param(a_todo(start=START - DAY, duration=HOUR), False, id="ended-the-day-before"),
        pytest.param(a_todo(start=START + 30 * MINUTE), True, id="start"),
        pytest.param(a_todo(due=START + HOUR), True, id="due-at-the-end"),
        pytest.param(a_todo(due=START), False, id="due-at-the-start"),
        pytest.param(a_todo(due=START + 2 * HOUR), False, id="due-later"),
        pytest.param(a_todo(), True, id="no-date"),
        pytest.param(a_todo(created=START - DAY), True, id="created-before"),
        pytest.param(a_todo(created=START + 2 * HOUR), False, id="created-after"),
        pytest.param(a_todo(completed=START), True, id="completed"),
        pytest.param(a_todo(completed=START - DAY), False, id="completed-before"),
    ],
)
def test_tasks_follow_their_table(text: str, expected: bool) -> None:
    assert found(text, within("VTODO", START, START + HOUR)) is expected


@pytest.mark.rfc("4791 §9.9")
def test_a_journal_entry_has_its_day_or_its_moment() -> None:
    assert found(a_journal(start=date(2026, 3, 3)), within("VJOURNAL", START, START + HOUR))
    assert found(a_journal(start=START), within("VJOURNAL", START, START + HOUR))
    assert not found(a_journal(start=START + HOUR), within("VJOURNAL", START, START + HOUR))
    assert not found(a_journal(start=None), within("VJOURNAL", None, START))


@pytest.mark.rfc("4791 §9.9")
def test_free_busy_matches_by_its_extent_or_its_periods() -> None:
    def busy(*lines: str) -> str:
        return a_calendar(a_component("VFREEBUSY", ["UID:1", "DTSTAMP:20260101T000000Z", *lines]))

    extent = busy("DTSTART:20260302T000000Z", "DTEND:20260303T000000Z")
    periods = busy("FREEBUSY:20260302T210000Z/PT1H,20260304T210000Z/20260304T220000Z")
    three = datetime(2026, 3, 3, tzinfo=UTC)
    assert found(extent, within("VFREEBUSY", three, three + HOUR))
    assert not found(extent, within("VFREEBUSY", three + HOUR, three + 2 * HOUR))
    assert found(periods, within("VFREEBUSY", three - 3 * HOUR, three - 2 * HOUR))
    assert not found(periods, within("VFREEBUSY", three, three + DAY))


@pytest.mark.rfc("4791 §7.4")
def test_instances_of_a_series_are_found_and_the_gaps_are_not() -> None:
    for series in (
        a_series(start=START, rrule="FREQ=WEEKLY"),
        a_series(start=START.date(), rrule="FREQ=WEEKLY"),
    ):
        later = START + 700 * DAY
        assert found(series, within("VEVENT", later, later + HOUR))
        assert not found(series, within("VEVENT", later + 2 * DAY, later + 3 * DAY))
    endless = a_series(start=START, rrule="FREQ=MONTHLY")
    in_2071 = datetime(2071, 3, 3, 8, 30, tzinfo=NOUMEA)
    assert found(endless, within("VEVENT", in_2071, in_2071 + MINUTE))
    assert not found(endless, within("VEVENT", in_2071 + DAY, in_2071 + 2 * DAY))


@pytest.mark.rfc("4791 §7.4")
def test_excluded_and_moved_instances_are_not_where_they_were() -> None:
    moved = a_vevent(recurrence_id=START + WEEK, start=START + WEEK + DAY)
    series = a_series(moved, start=START, exdates=[START + 2 * WEEK])
    assert not found(series, within("VEVENT", START + WEEK, START + WEEK + HOUR))
    assert found(series, within("VEVENT", START + WEEK + DAY, START + WEEK + DAY + HOUR))
    assert not found(series, within("VEVENT", START + 2 * WEEK, START + 2 * WEEK + HOUR))


@pytest.mark.rfc("4791 §9.7.1")
def test_time_and_title_must_hold_for_the_same_component() -> None:
    renamed = a_vevent(recurrence_id=START + WEEK, start=START + WEEK, summary="Visite")
    series = a_series(renamed, start=START, rrule="FREQ=WEEKLY", summary="Réunion")
    second = (START + WEEK, START + WEEK + HOUR)
    third = (START + 2 * WEEK, START + 2 * WEEK + HOUR)
    assert found(series, within("VEVENT", *second, props=[summary("visite")]))
    assert not found(series, within("VEVENT", *second, props=[summary("réunion")]))
    assert found(series, within("VEVENT", *third, props=[summary("réunion")]))
    assert not found(series, within("VEVENT", *third, props=[summary("visite")]))
    # The override lies before an open range that the series fills for ever.
    assert not found(series, within("VEVENT", START + 2 * WEEK, None, props=[summary("visite")]))


@pytest.mark.rfc("4791 §9.7.1")
def test_all_conditions_must_hold() -> None:
    text = an_event(start=START, summary="Conseil", location="Nouméa")
    there = PropFilter("LOCATION", text_match=TextMatch("noum"))
    assert found(text, within("VEVENT", START, START + HOUR, props=[summary("conseil"), there]))
    assert not found(text, within("VEVENT", START, START + HOUR, props=[summary("visite"), there]))
    assert not found(text, within("VEVENT", START + DAY, START + 2 * DAY, props=[there]))


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("alarm", "start", "end", "expected"),
    [
        pytest.param(a_valarm(), -20, -5, True, id="quarter-before"),
        pytest.param(a_valarm(), 0, 15, False, id="not-at-the-start"),
        pytest.param(a_valarm(), -30, -15, False, id="range-ends-at-trigger"),
        pytest.param(a_valarm(), -15, -14, True, id="range-starts-at-trigger"),
        pytest.param(a_valarm("PT5M"), 5, 6, True, id="after-the-start"),
        pytest.param(a_valarm("-P1D"), -1441, -1439, True, id="day-before"),
        pytest.param(
            a_component("VALARM", ["ACTION:AUDIO", "TRIGGER;RELATED=END:-PT5M"]),
            54, 56, True, id="before-the-end",
        ),
        pytest.param(
            a_component("VALARM", ["ACTION:AUDIO", "TRIGGER;RELATED=END:-PT5M"]),
            -6, 0, False, id="not-before-the-start",
        ),
        pytest.param(
            a_component("VALARM", ["TRIGGER;VALUE=DATE-TIME:20260302T200000Z"]),
            -60, -59, True, id="absolute",
        ),
        pytest.param(
            a_component("VALARM", ["TRIGGER;VALUE=DATE-TIME:20260302T200000Z"]),
            -59, 60, False, id="absolute-elsewhere",
        ),
        pytest.param(a_valarm(extra=["REPEAT:3", "DURATION:PT10M"]), 14, 16, True, id="third"),
        pytest.param(a_valarm(extra=["REPEAT:3", "DURATION:PT10M"]), 16, 60, False, id="no-more"),
        pytest.param(a_valarm(extra=["REPEAT:3", "DURATION:PT10M"]), -14, -6, False, id="between"),
        pytest.param(a_component("VALARM", ["TRIGGER:soon"]), -60, 60, False, id="unreadable"),
        pytest.param(a_component("VALARM", ["ACTION:AUDIO"]), -60, 60, False, id="no-trigger"),
    ],
)  # fmt: skip
def test_an_alarm_is_found_when_it_goes_off(
    alarm: str, start: int, end: int, expected: bool
) -> None:
    text = an_event(start=START, alarms=[alarm])
    alarms = within("VALARM", START + start * MINUTE, START + end * MINUTE)
    assert found(text, CompFilter("VEVENT", comps=(alarms,))) is expected


@pytest.mark.rfc("4791 §9.9")
def test_the_alarms_of_every_instance_count() -> None:
    def goes_off(text: str, start: datetime, end: datetime | None) -> bool:
        return found(text, CompFilter("VEVENT", comps=(within("VALARM", start, end),)))

    silent = a_vevent(recurrence_id=START + WEEK, start=START + WEEK)
    series = a_series(silent, start=START, rrule="FREQ=WEEKLY", alarms=[a_valarm()])
    hundredth = START + 100 * WEEK
    assert goes_off(series, hundredth - 20 * MINUTE, hundredth - 5 * MINUTE)
    assert not goes_off(series, hundredth, hundredth + 15 * MINUTE)
    assert not goes_off(series, START + WEEK - 20 * MINUTE, START + WEEK)
    assert goes_off(series, hundredth, None)


@pytest.mark.rfc("4791 §9.9")
def test_the_alarm_of_a_task_is_told_from_its_due_time() -> None:
    alarm = a_component("VALARM", ["ACTION:DISPLAY", "TRIGGER;RELATED=END:-PT10M"])
    text = a_todo(due=START, alarms=[alarm])
    early = within("VALARM", START - 11 * MINUTE, START - 9 * MINUTE)
    assert found(text, CompFilter("VTODO", comps=(early,)))
    assert not found(text, CompFilter("VTODO", comps=(within("VALARM", START, None),)))


@pytest.mark.rfc("4791 §9.7.4")
def test_an_alarm_that_is_not_there() -> None:
    silent = CompFilter("VEVENT", comps=(CompFilter("VALARM", is_not_defined=True),))
    assert found(an_event(), silent)
    assert not found(an_event(alarms=[a_valarm()]), silent)


@pytest.mark.rfc("4791 §9.7.2")
def test_a_property_lies_in_a_time() -> None:
    text = a_todo(completed=START, status="COMPLETED", extra=["X-SEEN:20260303T090000"])
    for name in ("COMPLETED", "X-SEEN"):
        on_the_day = PropFilter(name, between(START, START + 2 * HOUR))
        the_day_after = PropFilter(name, between(START + DAY, START + 2 * DAY))
        assert found(text, with_property(on_the_day, component="VTODO"))
        assert not found(text, with_property(the_day_after, component="VTODO"))
    created = PropFilter("CREATED", between(None, START))
    assert not found(text, with_property(created, component="VTODO"))
    not_a_date = PropFilter("STATUS", between(START, None))
    assert not found(text, with_property(not_a_date, component="VTODO"))


@pytest.mark.rfc("4791 §9.7.2")
def test_one_of_several_values_or_properties_is_enough() -> None:
    text = a_series(start=START, exdates=[START + WEEK, START + 2 * WEEK])
    third = PropFilter("EXDATE", between(START + 2 * WEEK, START + 2 * WEEK + HOUR))
    assert found(text, with_property(third))
    guests = an_event(attendees={"paul@niaouli.test": "ACCEPTED", "lea@niaouli.test": "DECLINED"})
    lea = TextMatch("lea@")
    said_yes = ParamFilter("PARTSTAT", TextMatch("ACCEPTED"))
    said_no = ParamFilter("PARTSTAT", TextMatch("DECLINED"))
    assert found(guests, with_property(PropFilter("ATTENDEE", text_match=lea, params=(said_no,))))
    assert not found(
        guests, with_property(PropFilter("ATTENDEE", text_match=lea, params=(said_yes,)))
    )


@pytest.mark.rfc("4791 §9.7.3")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(ParamFilter("RSVP"), True, id="there"),
        pytest.param(ParamFilter("CUTYPE"), False, id="missing"),
        pytest.param(ParamFilter("CUTYPE", is_not_defined=True), True, id="not-defined"),
        pytest.param(ParamFilter("RSVP", is_not_defined=True), False, id="but-defined"),
        pytest.param(ParamFilter("CN", TextMatch("dupont, a")), True, id="quoted"),
        pytest.param(ParamFilter("CN", TextMatch("x", negate=True)), True, id="negated"),
        pytest.param(ParamFilter("CUTYPE", TextMatch("x", negate=True)), False, id="none-to-ask"),
    ],
)
def test_parameters(wanted: ParamFilter, expected: bool) -> None:
    guest = 'ATTENDEE;RSVP=TRUE;CN="Dupont, Anne":mailto:anne@niaouli.test'
    text = an_event(extra=[guest])
    assert found(text, with_property(PropFilter("ATTENDEE", params=(wanted,)))) is expected


@pytest.mark.rfc("4791 §9.7.5")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(TextMatch("COMMISSION"), True, id="ascii-case"),
        pytest.param(TextMatch("agrément; lieu, date"), True, id="unescaped"),
        pytest.param(TextMatch("date\nheure"), True, id="newline"),
        pytest.param(TextMatch("commission", Collation.OCTET), False, id="octet"),
        pytest.param(TextMatch("AGRÉMENT", Collation.UNICODE_CASEMAP), True, id="unicode"),
        pytest.param(TextMatch("commission", negate=True), False, id="negated"),
        pytest.param(TextMatch("conseil", negate=True), True, id="negated-elsewhere"),
        pytest.param(TextMatch("Commission.*"), False, id="no-pattern"),
    ],
)
def test_text_is_looked_for_as_people_read_it(wanted: TextMatch, expected: bool) -> None:
    text = an_event(summary="Commission d'agrément; lieu, date\nheure")
    assert found(text, with_property(PropFilter("SUMMARY", text_match=wanted))) is expected


@pytest.mark.rfc("4791 §9.7.5")
def test_each_category_is_looked_at() -> None:
    text = an_event(categories=["Travail", "Réunion, interne"])
    for part in ("travail", "rav", "Réunion, int"):
        assert found(text, with_property(PropFilter("CATEGORIES", text_match=TextMatch(part))))
    assert not found(text, with_property(PropFilter("CATEGORIES", text_match=TextMatch("perso"))))


@pytest.mark.rfc("4791 §9.7.4")
@pytest.mark.parametrize("name", ["CATEGORIES", "CLASS", "DTEND", "LOCATION"])
def test_a_property_that_is_not_there(name: str) -> None:
    missing = PropFilter(name, is_not_defined=True)
    text = an_event(duration=HOUR)
    full = an_event(categories=["a"], visibility="PUBLIC", location="ici")
    assert found(text, with_property(missing))
    assert not found(full, with_property(missing))


@pytest.mark.rfc("4791 §7.8.9")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(a_todo(status="NEEDS-ACTION"), True, id="pending"),
        pytest.param(a_todo(status="CANCELLED"), False, id="cancelled"),
        pytest.param(a_todo(status="COMPLETED", completed=START), False, id="done"),
    ],
)
def test_pending_tasks(text: str, expected: bool) -> None:
    assert found(text, with_property(*PENDING, component="VTODO")) is expected


@pytest.mark.rfc("4791 §7.8.9")
def test_the_coming_instances_of_a_pending_task_are_pending() -> None:
    todo = a_todo(start=START, due=START + HOUR, rrule="FREQ=WEEKLY", status="NEEDS-ACTION")
    later = START + 50 * WEEK
    assert found(todo, within("VTODO", later, later + HOUR, props=PENDING))
    assert not found(todo, within("VTODO", later + DAY, later + 2 * DAY, props=PENDING))


@pytest.mark.rfc("4791 §9.7")
@pytest.mark.parametrize(
    ("wanted", "component", "window", "exact"),
    [
        pytest.param(CompFilter("VCALENDAR"), None, None, True, id="all"),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VTODO"),)), "VTODO", None, True, id="type"
        ),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", Window(1, 2)),)),
            "VEVENT", Window(1, 2), True, id="type-and-time",
        ),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", Window(1, 2), (summary("x"),)),)),
            "VEVENT", Window(1, 2), False, id="time-and-text",
        ),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", comps=(
                CompFilter("VALARM", Window(1, 2)),)),)),
            "VEVENT", None, False, id="alarm",
        ),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", is_not_defined=True),)),
            None, None, False, id="no-event",
        ),
        pytest.param(
            CompFilter("VCALENDAR", comps=(CompFilter("VTIMEZONE"),)), None, None, False, id="zone"
        ),
        pytest.param(
            CompFilter("VCALENDAR", props=(PropFilter("METHOD"),), comps=(CompFilter("VEVENT"),)),
            "VEVENT", None, False, id="of-the-calendar",
        ),
    ],
)  # fmt: skip
def test_the_index_is_asked_what_it_can_tell(
    wanted: CompFilter, component: str | None, window: Window | None, exact: bool
) -> None:
    assert index_plan(wanted) == (component, window, exact, not exact)


INSTANTS = st.integers(-200, 200).map(lambda minutes: START + minutes * MINUTE)


@given(INSTANTS, st.integers(0, 200), INSTANTS, st.integers(1, 200), st.booleans())
def test_a_time_range_answers_as_brute_force_does(
    start: datetime, length: int, low: datetime, width: int, told_by_duration: bool
) -> None:
    span, high = length * MINUTE, low + width * MINUTE
    text = (
        an_event(start=start, duration=f"PT{length}M")
        if told_by_duration
        else an_event(start=start, end=start + span)
    )
    # RFC 4791 §9.9, the table of VEVENT, as it stands there.
    expected = high > start and (low < start + span if length else low <= start)
    assert found(text, within("VEVENT", low, high)) is expected


@given(st.integers(0, 40), st.integers(1, 3), st.integers(1, 12), INSTANTS, st.integers(1, 9_000))
def test_a_time_range_on_a_series_answers_as_brute_force_does(
    length: int, interval: int, count: int, low: datetime, width: int
) -> None:
    text = a_series(
        start=START, duration=f"PT{length}M", rrule=f"FREQ=DAILY;INTERVAL={interval};COUNT={count}"
    )
    high = low + width * MINUTE
    span = max(length * MINUTE, timedelta(seconds=1))
    starts = [START + n * interval * DAY for n in range(count)]
    expected = any(low < start + span and high > start for start in starts)
    assert found(text, within("VEVENT", low, high)) is expected
