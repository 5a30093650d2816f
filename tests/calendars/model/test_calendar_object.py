"""What a calendar object says of itself (RFC 4791 §4.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Unpack

import pytest

from calendars.model.calendar_object import CalendarObject
from calendars.model.invalid import InvalidCalendarObject, UnsupportedComponent
from calendars.model.principal import Visibility
from tests.builders import (
    NOUMEA,
    UID,
    EventParts,
    a_calendar,
    a_component,
    a_journal,
    a_series,
    a_todo,
    a_valarm,
    a_vevent,
    an_event,
)

SECOND = datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)


def parsed(text: str) -> CalendarObject:
    return CalendarObject.parse(text.encode())


@pytest.mark.parametrize(
    ("text", "component"),
    [
        (an_event(), "VEVENT"),
        (a_todo(), "VTODO"),
        (a_journal(), "VJOURNAL"),
        (a_calendar(a_component("VFREEBUSY", [f"UID:{UID}"])), "VFREEBUSY"),
        (a_calendar(a_component("VAVAILABILITY", [f"UID:{UID}"])), "VAVAILABILITY"),
    ],
    ids=["event", "task", "journal", "free-busy", "availability"],
)
def test_an_object_has_one_type_and_one_uid(text: str, component: str) -> None:
    read = parsed(text)

    assert (read.component, read.uid) == (component, UID)
    assert read.text == text


def test_the_uid_is_read_as_text() -> None:
    assert parsed(an_event(uid="a\\,b;c")).uid == "a,b;c"


def test_master_and_overrides_are_told_apart() -> None:
    override = a_vevent(recurrence_id=SECOND, summary="Ailleurs")
    read = parsed(a_series(override))

    assert read.master is not None
    assert read.master.value("RRULE") == "FREQ=WEEKLY;COUNT=4"
    assert [part.value("SUMMARY") for part in read.overrides] == ["Ailleurs"]


@pytest.mark.rfc("4791 §4.1")
def test_an_invitation_to_one_instance_alone_has_no_master() -> None:
    read = parsed(an_event(recurrence_id=SECOND))

    assert read.master is None
    assert len(read.overrides) == 1
    assert read.recurring


@pytest.mark.parametrize(
    ("parts", "recurring"),
    [
        ({}, False),
        ({"rrule": "FREQ=DAILY;COUNT=2"}, True),
        ({"rdates": [SECOND]}, True),
        ({"exdates": [SECOND]}, False),
    ],
    ids=["single", "rule", "dates", "exceptions-alone"],
)
def test_an_object_recurs_by_rule_by_dates_or_by_override(
    parts: EventParts, *, recurring: bool
) -> None:
    assert parsed(an_event(**parts)).recurring is recurring


@pytest.mark.parametrize(
    ("parts", "floating"),
    [
        ({}, False),
        ({"start": datetime(2026, 3, 3, 14, 30, tzinfo=UTC)}, False),
        ({"start": datetime(2026, 3, 3, 14, 30)}, True),  # noqa: DTZ001
        ({"start": date(2026, 3, 3)}, True),
        ({"extra": ["EXDATE:20260310T143000"]}, True),
        ({"extra": ["RDATE;VALUE=PERIOD:20260310T143000Z/PT1H"]}, False),
        (
            {"start": None, "end": None, "extra": ["DTSTART;TZID=Mars/Tharsis:20260303T143000"]},
            True,
        ),
        ({"start": None, "end": None, "extra": ["DTSTART;TZID=:20260303T143000"]}, True),
        (
            {
                "start": None,
                "end": None,
                "extra": ["DTSTART;TZID=Romance Standard Time:20260303T143000"],
            },
            False,
        ),
        ({"extra": ["DTSTAMP-LIKE:20260303T143000", "CREATED:20260303T143000"]}, False),
    ],
    ids=[
        "zone",
        "utc",
        "floating",
        "date",
        "floating-exception",
        "utc-period",
        "zone-that-nobody-knows",
        "blank-zone",
        "windows-zone",
        "other-properties",
    ],
)
@pytest.mark.rfc("4791 §7.3")
def test_an_object_floats_if_some_time_depends_on_the_collection(
    parts: EventParts, *, floating: bool
) -> None:
    assert parsed(an_event(**parts)).floating is floating


def test_an_alarm_is_seen_wherever_it_stands() -> None:
    assert not parsed(an_event()).has_alarm
    assert parsed(an_event(alarms=[a_valarm()])).has_alarm
    assert parsed(a_series(a_vevent(recurrence_id=SECOND, alarms=[a_valarm()]))).has_alarm


@pytest.mark.rfc("5545 §3.8.1.3")
@pytest.mark.parametrize(
    ("written", "visibility"),
    [
        ("", Visibility.PUBLIC),
        ("PUBLIC", Visibility.PUBLIC),
        ("private", Visibility.PRIVATE),
        ("CONFIDENTIAL", Visibility.CONFIDENTIAL),
        ("X-SECRET", Visibility.PRIVATE),
    ],
)
def test_an_unknown_class_is_private(written: str, visibility: Visibility) -> None:
    assert parsed(an_event(visibility=written)).visibility is visibility


@pytest.mark.rule("SEC-2")
def test_one_confidential_instance_makes_the_object_confidential() -> None:
    override = a_vevent(recurrence_id=SECOND, visibility="CONFIDENTIAL")

    assert parsed(a_series(override)).visibility is Visibility.CONFIDENTIAL


def _calendar(*components: str, **parts: Unpack[EventParts]) -> str:
    return a_calendar(a_vevent(**parts), *components)


@pytest.mark.rfc("4791 §4.1")
@pytest.mark.parametrize(
    "text",
    [
        a_calendar(a_vevent(), method="REQUEST"),
        _calendar(a_vevent(uid="another")),
        _calendar(a_vevent()),
        _calendar(a_component("VTODO", [f"UID:{UID}"])),
        _calendar(a_component("VPOLL", [f"UID:{UID}"])),
        an_event(uid=""),
        an_event(uid="  "),
        an_event(uid="u" * 1_025),
        an_event(uid="🌴" * 300),
    ],
    ids=[
        "method",
        "two-uids",
        "two-masters",
        "two-types",
        "unknown-type-beside",
        "empty-uid",
        "blank-uid",
        "long-uid",
        "long-uid-in-octets",
    ],
)
def test_what_is_no_calendar_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidCalendarObject):
        parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        a_calendar(),
        a_calendar(a_component("X-THING", ["UID:x"])),
        a_calendar(a_component("VPOLL", [])),
    ],
    ids=["empty", "x-component", "poll"],
)
def test_a_calendar_without_known_components_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedComponent):
        parsed(text)
