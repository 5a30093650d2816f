"""Filters and calendar-data are read as RFC 4791 §9 writes them, or refused for what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calendars.dav.reports.query_xml import (
    MAX_FILTERS,
    calendar_data_from_xml,
    filter_from_xml,
    time_range_from_xml,
)
from calendars.dav.xml import Element, InvalidXml, parse
from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_data import (
    JCAL,
    CalendarData,
    ComponentSelection,
    PropertySelection,
)
from calendars.model.collation import Collation
from calendars.model.filter import CompFilter, ParamFilter, PropFilter, TextMatch
from calendars.model.invalid import (
    InvalidFilter,
    UnsupportedCalendarData,
    UnsupportedCollation,
    UnsupportedFilter,
)
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

RANGE, EXPAND, LIMIT, LIMIT_BUSY = (
    f'<C:{name} start="20260301T000000Z" end="20260401T000000Z"/>'
    for name in ("time-range", "expand", "limit-recurrence-set", "limit-freebusy-set")
)
MARCH = Window(
    int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()),
    int(datetime(2026, 4, 1, tzinfo=UTC).timestamp()),
)


def element(xml: str) -> Element:
    """An element with the usual name spaces."""
    name = xml[1:].split(">", 1)[0].split(" ", 1)[0].rstrip("/")
    declared = f'<{name} xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"'
    return parse(xml.replace(f"<{name}", declared, 1).encode())


def comp(name: str, inner: str = "") -> str:
    """A comp-filter."""
    return f'<C:comp-filter name="{name}">{inner}</C:comp-filter>'


def prop(name: str, inner: str = "") -> str:
    """A prop-filter."""
    return f'<C:prop-filter name="{name}">{inner}</C:prop-filter>'


def in_events(inner: str) -> str:
    """A whole filter."""
    return f"<C:filter>{comp('VCALENDAR', comp('VEVENT', inner))}</C:filter>"


@pytest.mark.rfc("4791 §9.7")
def test_every_part_of_a_filter_is_read() -> None:
    inner = (
        RANGE
        + prop("summary", "<C:text-match> réu </C:text-match>")
        + prop("COMPLETED", "<C:is-not-defined/>")
        + prop("DTSTAMP", RANGE)
        + prop(
            "ATTENDEE",
            '<C:text-match collation="i;octet" negate-condition="yes">x</C:text-match>'
            '<C:param-filter name="partstat"><C:text-match>NO</C:text-match></C:param-filter>'
            '<C:param-filter name="RSVP"><C:is-not-defined/></C:param-filter>',
        )
        + comp("valarm", '<C:time-range start="20260301T000000Z"/>')
        + '<x:future xmlns:x="urn:x"/>'
    )
    assert filter_from_xml(element(in_events(inner))) == CompFilter(
        "VCALENDAR",
        comps=(
            CompFilter(
                "VEVENT",
                MARCH,
                (
                    PropFilter("SUMMARY", text_match=TextMatch(" réu ")),
                    PropFilter("COMPLETED", is_not_defined=True),
                    PropFilter("DTSTAMP", MARCH),
                    PropFilter(
                        "ATTENDEE",
                        text_match=TextMatch("x", Collation.OCTET, negate=True),
                        params=(
                            ParamFilter("PARTSTAT", TextMatch("NO")),
                            ParamFilter("RSVP", is_not_defined=True),
                        ),
                    ),
                ),
                (CompFilter("VALARM", Window(MARCH.start, NEVER_AFTER)),),
            ),
        ),
    )


@pytest.mark.rfc("4791 §9.7.4")
def test_a_component_that_must_not_be_there() -> None:
    wanted = filter_from_xml(element(in_events(comp("VALARM", "<C:is-not-defined/>"))))
    assert wanted.comps[0].comps == (CompFilter("VALARM", is_not_defined=True),)


@pytest.mark.rfc("4791 §7.8")
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param("<C:filter/>", id="empty"),
        pytest.param(f"<C:filter>{comp('VCALENDAR') * 2}</C:filter>", id="two-roots"),
        pytest.param(f"<C:filter>{comp('VEVENT')}</C:filter>", id="wrong-root"),
        pytest.param(f"<C:filter>{comp('VCALENDAR', RANGE)}</C:filter>", id="calendar-in-time"),
        pytest.param(in_events(comp("VTODO")), id="todo-in-event"),
        pytest.param(in_events(comp("VCALENDAR")), id="calendar-in-event"),
        pytest.param(
            f"<C:filter>{comp('VCALENDAR', comp('VALARM'))}</C:filter>", id="alarm-in-calendar"
        ),
        pytest.param(
            f"<C:filter>{comp('VCALENDAR', comp('VTIMEZONE', RANGE))}</C:filter>", id="zone-in-time"
        ),
        pytest.param(in_events(RANGE * 2), id="two-ranges"),
        pytest.param(in_events("<C:is-not-defined/>" + RANGE), id="absent-but-in-time"),
        pytest.param(in_events("<C:text-match>x</C:text-match>"), id="text-of-a-component"),
        pytest.param(in_events("<C:comp-filter/>"), id="nameless-component"),
        pytest.param(in_events("<C:prop-filter/>"), id="nameless-property"),
        pytest.param(in_events(prop("SUMMARY", RANGE)), id="title-in-time"),
        pytest.param(
            in_events(prop("DTSTART", RANGE + "<C:text-match>x</C:text-match>")), id="time-and-text"
        ),
        pytest.param(
            in_events(prop("SUMMARY", "<C:is-not-defined/><C:text-match>x</C:text-match>")),
            id="absent-but-with-text",
        ),
        pytest.param(in_events(prop("A", f'<C:param-filter name="B">{RANGE}</C:param-filter>')),
                     id="parameter-in-time"),
        pytest.param(
            in_events(prop("A", '<C:text-match negate-condition="maybe">x</C:text-match>')),
            id="maybe",
        ),
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(xml: str) -> None:
    with pytest.raises(InvalidFilter):
        filter_from_xml(element(xml))


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param("", id="no-bound"),
        pytest.param('start="20270101T000000Z" end="20260101T000000Z"', id="reversed"),
        pytest.param('start="20260101T000000Z" end="20260101T000000Z"', id="empty"),
        pytest.param('start="20260101T000000"', id="floating"),
        pytest.param('start="20260101"', id="date"),
        pytest.param('start="20260230T000000Z"', id="impossible"),
        pytest.param('start="20260101T250000Z"', id="hour-25"),
        pytest.param('start="00000101T000000Z"', id="year-0"),
        pytest.param('start="٢٠٢٦٠١٠١T000000Z"', id="other-digits"),
        pytest.param('start="20260101T000000Z" end=""', id="empty-end"),
        pytest.param('start=" 20260101T000000Z"', id="blank"),
    ],
)
def test_a_time_range_that_is_none_is_refused(attributes: str) -> None:
    with pytest.raises(InvalidFilter):
        filter_from_xml(element(in_events(f"<C:time-range {attributes}/>")))


@pytest.mark.rfc("4791 §9.9")
def test_a_time_range_may_be_open_unless_it_must_not() -> None:
    from_march = element('<C:time-range start="20260301T000000Z"/>')
    until_april = element('<C:time-range end="20260401T000000Z"/>')
    assert time_range_from_xml(from_march) == Window(MARCH.start, NEVER_AFTER)
    assert time_range_from_xml(until_april) == Window(NEVER_BEFORE, MARCH.end)
    assert time_range_from_xml(element(RANGE), closed=True) == MARCH
    for open_range in (from_march, until_april):
        with pytest.raises(InvalidFilter):
            time_range_from_xml(open_range, closed=True)


@pytest.mark.rfc("4791 §7.8")
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(in_events(prop("SUMMARY") * MAX_FILTERS), id="flood"),
        pytest.param(
            in_events(comp("A", comp("B", comp("C")))),
            id="too-deep",
        ),
        pytest.param(
            "<C:filter>" + '<C:comp-filter name="VCALENDAR">' * 30
            + "</C:comp-filter>" * 30 + "</C:filter>",
            id="calendars-in-calendars",
        ),
    ],
)  # fmt: skip
def test_too_many_filters_are_not_supported(xml: str) -> None:
    with pytest.raises(UnsupportedFilter):
        filter_from_xml(element(xml))


@pytest.mark.rfc("4791 §7.5")
def test_an_unknown_collation_is_refused() -> None:
    text = '<C:text-match collation="i;evil-%n">x</C:text-match>'
    with pytest.raises(UnsupportedCollation):
        filter_from_xml(element(in_events(prop("SUMMARY", text))))


@pytest.mark.rfc("4791 §9.6")
@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        pytest.param("<C:calendar-data/>", CalendarData(), id="whole"),
        pytest.param(
            '<C:calendar-data content-type="text/calendar" version="2.0"/>',
            CalendarData(), id="icalendar",
        ),
        pytest.param(
            '<C:calendar-data content-type="application/calendar+json" version="2.0"/>',
            CalendarData(JCAL), id="jcal",
        ),
        pytest.param(
            f"<C:calendar-data>{EXPAND}</C:calendar-data>",
            CalendarData(expand=MARCH), id="expand",
        ),
        pytest.param(
            f"<C:calendar-data>{LIMIT}{LIMIT_BUSY}</C:calendar-data>",
            CalendarData(limit_recurrence_set=MARCH, limit_freebusy_set=MARCH), id="limits",
        ),
        pytest.param(
            '<C:calendar-data><C:comp name="vcalendar"><C:prop name="version"/>'
            '<C:comp name="VEVENT"><C:allprop/><C:comp name="VALARM"/></C:comp>'
            '<C:comp name="VTODO"><C:prop name="SUMMARY" novalue="yes"/><C:allcomp/></C:comp>'
            "</C:comp></C:calendar-data>",
            CalendarData(selection=ComponentSelection(
                "VCALENDAR", (PropertySelection("VERSION"),), (
                    ComponentSelection("VEVENT", None, (ComponentSelection("VALARM"),)),
                    ComponentSelection("VTODO", (PropertySelection("SUMMARY", no_value=True),)),
                ),
            )),
            id="parts",
        ),
    ],
)  # fmt: skip
def test_calendar_data_is_read(xml: str, expected: CalendarData) -> None:
    assert calendar_data_from_xml(element(xml)) == expected


@pytest.mark.rfc("4791 §7.8")
@pytest.mark.parametrize(
    ("xml", "refusal"),
    [
        ('<C:calendar-data content-type="text/vcard"/>', UnsupportedCalendarData),
        ('<C:calendar-data version="3.0"/>', UnsupportedCalendarData),
        ('<C:calendar-data><C:expand start="20260301T000000Z"/></C:calendar-data>', InvalidFilter),
        ("<C:calendar-data><C:expand/></C:calendar-data>", InvalidFilter),
        ('<C:calendar-data><C:comp name="VEVENT"/></C:calendar-data>', InvalidXml),
        (f"<C:calendar-data>{EXPAND}{LIMIT}</C:calendar-data>", InvalidXml),
    ],
)
def test_calendar_data_that_cannot_be_given_is_refused(
    xml: str, refusal: type[InvalidInput]
) -> None:
    with pytest.raises(refusal):
        calendar_data_from_xml(element(xml))
