"""Which calendar data is refused, and what for (RFC 5545, RFC 4791 §5.3.2.1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_object import CalendarObject
from calendars.model.invalid import (
    DateTooEarly,
    DateTooLate,
    InvalidCalendarData,
    ResourceTooLarge,
    TooManyAttendees,
    TooManyInstances,
    UnsupportedCalendarData,
    UnsupportedRscale,
)
from calendars.model.limits import Limits
from tests.builders import (
    UID,
    a_calendar,
    a_component,
    a_series,
    a_todo,
    a_valarm,
    a_vevent,
    an_event,
)

START = datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
ZONE = ["DTSTART:19700101T000000", "TZOFFSETFROM:+1100", "TZOFFSETTO:+1100"]


def parsed(text: str) -> CalendarObject:
    return CalendarObject.parse(text.encode())


def in_zone(tzid: str, *observances: str) -> str:
    zone = a_component("VTIMEZONE", [f"TZID:{tzid}"], *observances)
    event = a_vevent(start=None, end=None, extra=[f"DTSTART;TZID={tzid}:20260303T143000"])
    return a_calendar(zone, event)


def extra(*lines: str) -> str:
    return an_event(extra=lines)


def spanning(*lines: str) -> str:
    return an_event(start=None, end=None, extra=lines)


REFUSED: dict[str, tuple[type[InvalidInput], str]] = {
    "calendar of another scale": (
        UnsupportedCalendarData,
        a_calendar(a_vevent(), extra=["CALSCALE:JULIAN"]),
    ),
    "version 1.0": (UnsupportedCalendarData, an_event().replace("VERSION:2.0", "VERSION:1.0")),
    "no version": (UnsupportedCalendarData, an_event().replace("VERSION:2.0\r\n", "")),
    "two starts": (InvalidCalendarData, extra("DTSTART:20260404T080000Z")),
    "two UIDs": (InvalidCalendarData, extra("UID:another")),
    "two classes": (InvalidCalendarData, extra("CLASS:PRIVATE", "CLASS:PUBLIC")),
    "two organizers": (InvalidCalendarData, extra("ORGANIZER:mailto:a", "ORGANIZER:mailto:b")),
    "two triggers": (
        InvalidCalendarData,
        an_event(alarms=[a_valarm(extra=["TRIGGER:-PT30M"])]),
    ),
    "no start": (InvalidCalendarData, spanning()),
    "a task made in the year zero": (
        InvalidCalendarData,
        a_todo(extra=["CREATED:00001231T000000Z"]),
    ),
    "30 February": (InvalidCalendarData, spanning("DTSTART:20260230T080000Z")),
    "a date before 1900": (DateTooEarly, spanning("DTSTART:18991231T235959Z")),
    "a date after 2100": (DateTooLate, spanning("DTSTART:21010101T000000Z")),
    "an instance after 2100": (DateTooLate, extra("RDATE:21010101T000000Z")),
    "a period until for ever": (
        DateTooLate,
        extra("RDATE;VALUE=PERIOD:20260303T143000Z/P100000D"),
    ),
    "a period as an exception": (
        InvalidCalendarData,
        extra("EXDATE;VALUE=PERIOD:20260303T143000Z/PT1H"),
    ),
    "an end before the start": (
        InvalidCalendarData,
        spanning("DTSTART:20260303T143000Z", "DTEND:20260303T142959Z"),
    ),
    "an end in the past of another zone": (
        InvalidCalendarData,
        spanning(
            "DTSTART;TZID=Europe/Paris:20260601T080000",
            "DTEND;TZID=Pacific/Noumea:20260601T160000",
        ),
    ),
    "a day as the end of an hour": (
        InvalidCalendarData,
        spanning("DTSTART:20260303T143000Z", "DTEND;VALUE=DATE:20260304"),
    ),
    "end and duration": (InvalidCalendarData, extra("DURATION:PT1H")),
    "a negative duration": (InvalidCalendarData, an_event(duration="-PT1H")),
    "a rule without frequency": (InvalidCalendarData, an_event(rrule="COUNT=2")),
    "an interval of zero": (InvalidCalendarData, an_event(rrule="FREQ=DAILY;INTERVAL=0")),
    "an instance each second": (TooManyInstances, an_event(rrule="FREQ=SECONDLY")),
    "an instance each minute": (InvalidCalendarData, an_event(rrule="FREQ=MINUTELY")),
    "an hourly rule that names each minute": (
        TooManyInstances,
        an_event(rrule=f"FREQ=HOURLY;BYMINUTE={','.join(map(str, range(60)))}"),
    ),
    "days that last for a century": (
        TooManyInstances,
        an_event(rrule="FREQ=DAILY", duration=timedelta(days=36_500)),
    ),
    "a Chinese rule": (UnsupportedRscale, an_event(rrule="RSCALE=CHINESE;FREQ=YEARLY")),
    "a sequence beyond 64 bits": (InvalidCalendarData, extra("SEQUENCE:99999999999999999999")),
    "a priority beyond 32 bits": (InvalidCalendarData, extra("PRIORITY:99999999999")),
    "a place that is no number": (InvalidCalendarData, extra("GEO:nan;1e400")),
    "an event inside of an event": (InvalidCalendarData, an_event(alarms=[a_vevent()])),
    "an alarm that repeats 11 times": (
        InvalidCalendarData,
        an_event(alarms=[a_valarm(extra=["REPEAT:11", "DURATION:PT5M"])]),
    ),
    "a time zone without name": (
        InvalidCalendarData,
        a_calendar(a_component("VTIMEZONE", [], a_component("STANDARD", ZONE)), a_vevent()),
    ),
    "a time zone that nobody knows, without offset": (
        InvalidCalendarData,
        in_zone("Odd/A", a_component("STANDARD", ZONE[:2])),
    ),
    "a time zone that nobody knows, a hundred hours off": (
        InvalidCalendarData,
        in_zone("Odd/A", a_component("STANDARD", [*ZONE[:2], "TZOFFSETTO:+9959"])),
    ),
    "a known time zone that changes each second": (
        TooManyInstances,
        in_zone("Europe/Paris", a_component("STANDARD", [*ZONE, "RRULE:FREQ=SECONDLY"])),
    ),
    "a bad definition reached by another spelling of its name": (
        InvalidCalendarData,
        in_zone("Asia/Tokyo", a_component("STANDARD", ["DTSTART:soon", *ZONE[1:]])).replace(
            "TZID=Asia/Tokyo", "TZID=Asia/\\Tokyo"
        ),
    ),
    "a time zone inside of a time zone": (
        InvalidCalendarData,
        in_zone("Odd/A", a_component("VTIMEZONE", ["TZID:Odd/B"])),
    ),
}


@pytest.mark.rfc("4791 §5.3.2.1")
@pytest.mark.parametrize(("refusal", "text"), REFUSED.values(), ids=REFUSED)
def test_bad_data_is_refused_for_what_is_bad(refusal: type[InvalidInput], text: str) -> None:
    with pytest.raises(refusal):
        parsed(text)


def test_a_refusal_names_component_and_property() -> None:
    with pytest.raises(
        InvalidCalendarData, match="VEVENT DTSTART: no such date and time: 20260230"
    ):
        parsed(REFUSED["30 February"][1])


ACCEPTED: dict[str, str] = {
    "unknown properties and parameters": extra("X-A;X-B=c:d", "X-A:e", "NEW-THING;P=1:q"),
    "properties of RFC 7986": extra("COLOR:teal", "CONFERENCE;VALUE=URI:https://a", "IMAGE:b"),
    "words said twice": extra("SUMMARY:un", "SUMMARY:deux", "DESCRIPTION:a", "DESCRIPTION:b"),
    "the very same line twice": extra("STATUS:CONFIRMED", "STATUS:CONFIRMED"),
    "no DTSTAMP": "\r\n".join(
        line for line in an_event().split("\r\n") if not line.startswith("DTSTAMP")
    ),
    "an organizer that is no address": extra("ORGANIZER:/principals/x", "ATTENDEE:"),
    "the year zero of Google": extra("CREATED:00001231T000000Z"),
    "a cancelled instance that says no more": a_series(
        a_component("VEVENT", [f"UID:{UID}", "RECURRENCE-ID:20260310T033000Z", "STATUS:CANCELLED"])
    ),
    "a revision in milliseconds": extra("SEQUENCE:1407317367304"),
    "the escaped semicolon of SOGo": extra("GEO:-22.27\\;166.44"),
    "an end at the start": spanning("DTSTART:20260303T143000Z", "DTEND:20260303T143000Z"),
    "UTC with a TZID": spanning(
        "DTSTART;TZID=Europe/Vienna:20260303T143000Z", "DTEND;TZID=Test:20260303T153000Z"
    ),
    "a flight to the west": spanning(
        "DTSTART;TZID=Pacific/Noumea:20260601T080000", "DTEND;TZID=Europe/Paris:20260601T063000"
    ),
    "two rules": an_event(rrule="FREQ=YEARLY;BYMONTH=4", extra=["RRULE:FREQ=DAILY;BYMONTH=1"]),
    "a dense rule that ends soon": an_event(rrule="FREQ=HOURLY;BYMINUTE=0,15,30,45;COUNT=40"),
    "a rule until the end of days": an_event(rrule="FREQ=DAILY;UNTIL=99991231T235959Z"),
    "an override in another form": a_series(a_vevent(recurrence_id="20260310")),
    "a task due before it starts": a_todo(start=START, due=START - timedelta(days=1)),
    "a task that starts at a time and is due on a day": a_todo(
        start=START, extra=["DUE;VALUE=DATE:20260304"]
    ),
    "an alarm that says next to nothing": an_event(alarms=[a_component("VALARM", [])]),
    "an unknown component beside": a_calendar(a_vevent(), a_component("X-THING", ["X-V:1"])),
    "an unknown component inside": an_event(alarms=[a_component("X-THING", ["X-V:1"])]),
    "participants and places of RFC 9073": an_event(
        alarms=[
            a_component(
                "PARTICIPANT",
                ["UID:p1", "PARTICIPANT-TYPE:ACTIVE"],
                a_component("VLOCATION", ["UID:l1", "NAME:Salle"]),
            )
        ]
    ),
    "a known time zone with an odd offset": in_zone(
        "Europe/Berlin", a_component("STANDARD", [*ZONE[:2], "TZOFFSETTO:0100"])
    ),
    "a time zone of 1601": in_zone(
        "Customized Time Zone",
        a_component("STANDARD", ["DTSTART:16010101T030000", *ZONE[1:]]),
    ),
    "available hours of RFC 7953": a_calendar(
        a_component(
            "VAVAILABILITY",
            [f"UID:{UID}", "DTSTAMP:20260101T000000Z"],
            a_component(
                "AVAILABLE",
                ["UID:1", "DTSTART:20260302T080000Z", "DURATION:PT8H", "RRULE:FREQ=DAILY"],
            ),
            a_component("AVAILABLE", ["UID:2", "DTSTART:20260303T080000Z"]),
        )
    ),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_real_programs_write_is_taken(text: str) -> None:
    assert parsed(text).uid == UID


def many(number: int, line: str) -> list[str]:
    return [line.replace("{i}", str(i)) for i in range(number)]


def _overrides(number: int, parameters: str = "") -> str:
    parts = [
        a_vevent(
            start=START + timedelta(days=i),
            extra=[f"RECURRENCE-ID{parameters}:{START + timedelta(days=i):%Y%m%dT%H%M%SZ}"],
        )
        for i in range(number)
    ]
    return a_series(*parts, rrule="FREQ=DAILY", start=START)


FLOODS: dict[str, tuple[type[InvalidInput], Callable[[], str]]] = {
    "attendees": (TooManyAttendees, lambda: extra(*many(301, "ATTENDEE:mailto:a{i}@x.example"))),
    "attendees beyond the size": (
        TooManyAttendees,
        lambda: extra(*many(40_000, "ATTENDEE;RSVP=TRUE:mailto:a{i}@x.example")),
    ),
    "attendees of an alarm": (
        TooManyAttendees,
        lambda: an_event(alarms=[a_valarm(extra=many(301, "ATTENDEE:mailto:a{i}@x.example"))]),
    ),
    "overrides": (TooManyInstances, lambda: _overrides(1_001)),
    "overrides of all that follows": (
        TooManyInstances,
        lambda: _overrides(101, ";RANGE=THISANDFUTURE"),
    ),
    "rules": (TooManyInstances, lambda: extra(*many(11, "RRULE:FREQ=DAILY;INTERVAL=1{i}"))),
    "dates in lines": (TooManyInstances, lambda: extra(*many(2_001, "RDATE:20260404T080000Z"))),
    "dates in one line": (
        TooManyInstances,
        lambda: extra(f"RDATE:{','.join(['20260404T080000Z'] * 2_001)}"),
    ),
    "exceptions": (
        TooManyInstances,
        lambda: extra(f"EXDATE:{','.join(['20260404T080000Z'] * 2_001)}"),
    ),
    "properties": (InvalidCalendarData, lambda: extra(*many(2_001, "X-P{i}:v"))),
    "alarms": (InvalidCalendarData, lambda: an_event(alarms=[a_valarm()] * 21)),
    "components": (
        InvalidCalendarData,
        lambda: an_event(alarms=[a_component("X-N", [])] * 2_001),
    ),
    "time zones": (
        InvalidCalendarData,
        lambda: a_calendar(*[a_component("VTIMEZONE", ["TZID:x"])] * 101, a_vevent()),
    ),
    "time zones used": (
        InvalidCalendarData,
        lambda: in_zone("Odd/A", a_component("STANDARD", ZONE)).replace(
            "END:VEVENT",
            "\r\n".join(many(101, "EXDATE;TZID=Odd/{i}:20260404T080000")) + "\r\nEND:VEVENT",
        ),
    ),
    "parts of a time zone": (
        InvalidCalendarData,
        lambda: in_zone("Odd/A", *[a_component("STANDARD", ZONE)] * 1_001),
    ),
    "dates of a time zone": (
        TooManyInstances,
        lambda: in_zone(
            "Odd/A",
            a_component("STANDARD", [*ZONE, f"RDATE:{','.join(['20260404T080000'] * 2_001)}"]),
        ),
    ),
    "octets": (ResourceTooLarge, lambda: extra(*many(20_000, f"ATTACH:{'QUJD' * 15}"))),
}


@pytest.mark.parametrize(("refusal", "make"), FLOODS.values(), ids=FLOODS)
def test_floods_are_refused_for_what_they_are_and_at_once(
    refusal: type[InvalidInput], make: Callable[[], str]
) -> None:
    text = make()
    started = time.process_time()
    with pytest.raises(refusal):
        parsed(text)

    assert time.process_time() - started < 1


def test_what_stays_within_the_limits_is_taken() -> None:
    people = many(300, "ATTENDEE:mailto:a{i}@x.example")
    alarms = [a_valarm(extra=["REPEAT:10", "DURATION:PT5M"])] * 20
    dates = ",".join(["20260404T080000Z"] * 2_000)
    last = ["RDATE:21001231T235959Z"]

    assert parsed(an_event(extra=[*people, f"EXDATE:{dates}", *last], alarms=alarms)).recurring
    assert len(parsed(_overrides(1_000)).overrides) == 1_000


def test_the_limits_are_for_the_caller_to_set() -> None:
    body = an_event(attendees=["a@x.example", "b@x.example"]).encode()

    with pytest.raises(TooManyAttendees):
        CalendarObject.parse(body, Limits(max_attendees=1))
    with pytest.raises(ResourceTooLarge):
        CalendarObject.parse(body, Limits(max_resource_size=100))


SEEDS = [*ACCEPTED.values(), *(text for _, text in REFUSED.values())]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 40),
            st.binary(max_size=6)
            | st.sampled_from([b"\r\n", b";", b":", b'"', b"99999999", b"-", b"T", b"Z", b"/P1D"]),
        ),
        max_size=4,
    ),
)
def test_a_damaged_text_is_refused_or_taken_and_nothing_else(
    text: str, damages: list[tuple[float, int, bytes]]
) -> None:
    body = text.encode()
    for place, length, octets in damages:
        start = int(place * len(body))
        body = body[:start] + octets + body[start + length :]
    with suppress(InvalidInput):
        read = CalendarObject.parse(body)
        assert read.uid
        assert isinstance(read.floating, bool)
        assert read.visibility
