"""Calendar data as JSON (RFC 7265)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from icalendar import Calendar

from calendars.model.component import Component, ContentLine, content_line, parse
from calendars.model.jcal import Json, jcal, jcal_text
from calendars.model.split import split_by_uid
from tests.builders import a_valarm, an_event

DIARIES = Path(__file__).parents[2] / "data" / "dpass" / "ics"


def written(line: str) -> Json:
    """The jCal of one property."""
    component = Component("VEVENT", [content_line(line)])
    read = jcal(component)
    assert isinstance(read, list)
    assert isinstance(read[1], list)
    return read[1][0]


@pytest.mark.rfc("7265 §3.3")
def test_a_component_is_name_properties_and_components() -> None:
    read = jcal(parse(an_event(alarms=[a_valarm()])))

    assert isinstance(read, list)
    name, properties, components = read
    assert name == "vcalendar"
    assert isinstance(properties, list)
    assert isinstance(components, list)
    assert ["version", {}, "text", "2.0"] in properties
    assert [child[0] for child in components if isinstance(child, list)] == [
        "vtimezone",
        "vevent",
    ]


@pytest.mark.rfc("7265 §3.4")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SUMMARY:Réunion\\, suite\\nfin", ["summary", {}, "text", "Réunion, suite\nfin"]),
        (
            'SUMMARY;LANGUAGE=fr;ALTREP="http://a/b":x',
            ["summary", {"language": "fr", "altrep": "http://a/b"}, "text", "x"],
        ),
        (
            'ATTENDEE;MEMBER="mailto:a","mailto:b":mailto:c',
            ["attendee", {"member": ["mailto:a", "mailto:b"]}, "cal-address", "mailto:c"],
        ),
        ("CATEGORIES:a,b\\,c", ["categories", {}, "text", "a", "b,c"]),
        ("DTSTART;VALUE=DATE:20260302", ["dtstart", {}, "date", "2026-03-02"]),
        ("RECURRENCE-ID:20260302", ["recurrence-id", {}, "date", "2026-03-02"]),
        ("DTSTAMP:20260302T083000Z", ["dtstamp", {}, "date-time", "2026-03-02T08:30:00Z"]),
        (
            "DTSTART;TZID=Pacific/Noumea:20260302T083000",
            ["dtstart", {"tzid": "Pacific/Noumea"}, "date-time", "2026-03-02T08:30:00"],
        ),
        (
            "EXDATE:20260302T083000Z,20260303T083000Z",
            ["exdate", {}, "date-time", "2026-03-02T08:30:00Z", "2026-03-03T08:30:00Z"],
        ),
        (
            "RDATE;VALUE=PERIOD:20260302T083000Z/PT1H",
            ["rdate", {}, "period", ["2026-03-02T08:30:00Z", "PT1H"]],
        ),
        (
            "FREEBUSY;FBTYPE=BUSY:20260302T083000Z/20260302T093000Z",
            [
                "freebusy",
                {"fbtype": "BUSY"},
                "period",
                ["2026-03-02T08:30:00Z", "2026-03-02T09:30:00Z"],
            ],
        ),
        ("TRIGGER:-PT15M", ["trigger", {}, "duration", "-PT15M"]),
        (
            "TRIGGER;VALUE=DATE-TIME:20260302T083000Z",
            ["trigger", {}, "date-time", "2026-03-02T08:30:00Z"],
        ),
        ("TZOFFSETFROM:+1100", ["tzoffsetfrom", {}, "utc-offset", "+11:00"]),
        ("TZOFFSETFROM:+110548", ["tzoffsetfrom", {}, "utc-offset", "+11:05:48"]),
        ("SEQUENCE:3", ["sequence", {}, "integer", 3]),
        ("GEO:-22.27;166.44", ["geo", {}, "float", [-22.27, 166.44]]),
        ("GEO:-22.27\\;166.44", ["geo", {}, "float", [-22.27, 166.44]]),
        (
            "REQUEST-STATUS:2.0;Success\\;all",
            ["request-status", {}, "text", ["2.0", "Success;all"]],
        ),
        (
            "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=3;BYMONTH=4",
            [
                "rrule",
                {},
                "recur",
                {"freq": "MONTHLY", "byday": ["1MO", "-1FR"], "count": 3, "bymonth": 4},
            ],
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20261231T120000Z",
            ["rrule", {}, "recur", {"freq": "DAILY", "until": "2026-12-31T12:00:00Z"}],
        ),
        ("URL:http://a/b,c", ["url", {}, "uri", "http://a/b,c"]),
        (
            "ATTACH;VALUE=BINARY;ENCODING=BASE64:QUJD",
            ["attach", {"encoding": "BASE64"}, "binary", "QUJD"],
        ),
        ("CONFERENCE;VALUE=URI:https://a", ["conference", {}, "uri", "https://a"]),
        ("X-ANY;X-B=c:a\\,b", ["x-any", {"x-b": "c"}, "unknown", "a\\,b"]),
        ("X-ANY;VALUE=BOOLEAN:TRUE", ["x-any", {}, "boolean", True]),
        ("X-ANY;VALUE=TEXT:a\\,b", ["x-any", {}, "text", "a,b"]),
        ("X-ANY;VALUE=TIME:083000", ["x-any", {}, "time", "08:30:00"]),
    ],
    ids=lambda value: value.split(":")[0] if isinstance(value, str) else "",
)
def test_a_property_is_name_parameters_type_and_values(line: str, expected: Json) -> None:
    assert written(line) == expected


@pytest.mark.parametrize(
    "line",
    ["SEQUENCE:many", "GEO:here", "DTSTART:soon", "RRULE:often", "TZOFFSETTO:late", "EXDATE:"],
)
def test_a_value_that_does_not_fit_its_type_is_written_as_it_is(line: str) -> None:
    read = written(line)

    assert isinstance(read, list)
    assert read[3] in (line.partition(":")[2], [line.partition(":")[2]])


def test_the_text_is_json_in_plain_characters() -> None:
    text = jcal_text(parse(an_event(summary='Réunion "plénière"')))

    assert "Réunion" in text
    assert json.loads(text) == jcal(parse(an_event(summary='Réunion "plénière"')))


def _comparable(component: Json) -> Json:
    """Order of properties apart, and without what the other program adds or rewrites."""
    assert isinstance(component, list)
    name, properties, components = component
    assert isinstance(properties, list)
    assert isinstance(components, list)
    kept = [one for one in properties if isinstance(one, list) and one[2] != "recur"]
    return [name, sorted(kept, key=str), [_comparable(child) for child in components]]


@pytest.mark.parametrize("folder", ["people", "tasks", "edge"])
def test_another_program_writes_the_same_jcal(folder: str) -> None:
    for path in sorted((DIARIES / folder).glob("*.ics"))[:4]:
        if path.name.startswith("broken-"):
            continue
        for one in split_by_uid(path.read_text(encoding="utf-8"))[:20]:
            theirs = Calendar.from_ical(one.text).to_jcal()
            assert _comparable(jcal(parse(one.text))) == _comparable(theirs)


def test_lines_of_a_series_keep_their_order() -> None:
    component = Component("VEVENT", [ContentLine("X-B", "", "1"), ContentLine("X-A", "", "2")])

    assert jcal(component) == [
        "vevent",
        [["x-b", {}, "unknown", "1"], ["x-a", {}, "unknown", "2"]],
        [],
    ]
