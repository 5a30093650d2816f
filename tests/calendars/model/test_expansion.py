"""CALDAV:expand gives each instance as a component of its own (RFC 4791 §9.6.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model import expansion
from calendars.model.budget import Budget
from calendars.model.component import Component, parse
from calendars.model.expansion import expand, expand_calendar
from calendars.model.instances import instances
from calendars.model.invalid import TooManyInstances
from calendars.model.window import Window
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
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
TRUTH = Path(__file__).parents[2] / "data" / "recurrence" / "truth.json"


class Expected(TypedDict, total=False):
    """One instance of the truth table."""

    recurrence_id: str
    start: str
    end: str
    summary: str


class Case(TypedDict):
    """One row of the truth table."""

    id: str
    ics: str
    window: dict[str, str]
    expected: list[Expected]


CASES: list[Case] = json.loads(TRUTH.read_text())["table"]


def utc(moment: datetime) -> str:
    """20260303T080000Z."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def window(start: datetime, end: datetime) -> Window:
    """In epoch seconds."""
    return Window(int(start.timestamp()), int(end.timestamp()))


MARCH = window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def expanded(text: str, when: Window = MARCH) -> Component:
    """The answer for an object, which both ways to it agree on."""
    calendar = parse(text)
    written = expand_calendar(calendar, when, zone=NOUMEA, budget=Budget())
    if any(one.name == "VEVENT" for one in calendar.components):
        found = instances(calendar, when, zone=NOUMEA, budget=Budget())
        assert expand(text, [one.row for one in found], NOUMEA) == written
    return parse(written)


def values(calendar: Component, name: str) -> list[str | None]:
    """A property of each instance, as it is written but for its name."""
    lines = [component.line(name) for component in calendar.components]
    return [None if line is None else str(line)[len(name) + 1 :] for line in lines]


@pytest.mark.rfc("4791 §9.6.5")
def test_a_series_becomes_its_instances_in_utc() -> None:
    answer = expanded(a_series(start=START, alarms=[a_valarm(extra=["DURATION:PT5M", "REPEAT:1"])]))
    starts = [utc(START + n * WEEK) for n in range(4)]
    assert values(answer, "DTSTART") == starts
    assert values(answer, "RECURRENCE-ID") == starts
    assert values(answer, "DTEND") == [utc(START + n * WEEK + HOUR) for n in range(4)]
    assert [one.name for one in answer.components] == ["VEVENT"] * 4
    names = {line.name for one in answer.components for line in one.lines}
    assert not names & {"RRULE", "RDATE", "EXDATE", "EXRULE"}
    assert all(one.components[0].value("DURATION") == "PT5M" for one in answer.components)


@pytest.mark.rfc("4791 §9.6.5")
def test_only_instances_in_the_window_come() -> None:
    answer = expanded(a_series(start=START), window(START + WEEK, START + 2 * WEEK))
    assert values(answer, "DTSTART") == [utc(START + WEEK)]
    assert expanded(a_series(start=START), window(START + 9 * WEEK, START + 10 * WEEK)).lines
    assert not expanded(a_series(start=START), window(START - WEEK, START)).components


@pytest.mark.rfc("4791 §9.6.5")
def test_what_does_not_recur_has_no_recurrence_id() -> None:
    answer = expanded(an_event(start=START))
    assert values(answer, "DTSTART") == [utc(START)]
    assert values(answer, "RECURRENCE-ID") == [None]


@pytest.mark.rfc("4791 §9.6.5")
def test_days_stay_days() -> None:
    text = a_series(start=date(2026, 3, 3), end=date(2026, 3, 5), rrule="FREQ=DAILY;COUNT=2")
    answer = expanded(text)
    assert values(answer, "DTSTART") == ["VALUE=DATE:20260303", "VALUE=DATE:20260304"]
    assert values(answer, "RECURRENCE-ID") == ["VALUE=DATE:20260303", "VALUE=DATE:20260304"]
    assert values(answer, "DTEND") == ["VALUE=DATE:20260305", "VALUE=DATE:20260306"]


@pytest.mark.rfc("4791 §9.6.5")
def test_floating_time_belongs_to_no_zone() -> None:
    answer = expanded(a_series(start=datetime(2026, 3, 3, 8, 0), rrule="FREQ=DAILY;COUNT=2"))  # noqa: DTZ001 - floating
    assert values(answer, "DTSTART") == ["20260303T080000", "20260304T080000"]
    assert values(answer, "DTEND") == ["20260303T090000", "20260304T090000"]


@pytest.mark.rfc("4791 §9.6.5")
@pytest.mark.parametrize("sequence", [0, 7])
def test_an_override_replaces_its_instance_whatever_its_sequence(sequence: int) -> None:
    moved = a_vevent(
        recurrence_id=START + WEEK, start=START + WEEK + DAY, summary="Visite", sequence=sequence
    )
    answer = expanded(a_series(moved, start=START, sequence=3, exdates=[START + 3 * WEEK]))
    assert values(answer, "SUMMARY") == ["Réunion de service", "Visite", "Réunion de service"]
    assert values(answer, "DTSTART")[1] == utc(START + WEEK + DAY)
    assert values(answer, "RECURRENCE-ID") == [utc(START + n * WEEK) for n in range(3)]


@pytest.mark.rfc("4791 §9.6.5")
@pytest.mark.parametrize(
    "recurrence_id",
    [
        pytest.param((START + WEEK).astimezone(UTC), id="utc"),
        pytest.param("20260310T080000", id="floating"),
        pytest.param(START + WEEK, id="zone"),
    ],
)
def test_an_override_names_its_instance_by_the_instant(recurrence_id: datetime | str) -> None:
    renamed = a_vevent(recurrence_id=recurrence_id, start=START + WEEK, summary="Visite")
    answer = expanded(a_series(renamed, start=START))
    assert values(answer, "SUMMARY").count("Visite") == 1
    assert values(answer, "RECURRENCE-ID") == [utc(START + n * WEEK) for n in range(4)]


@pytest.mark.rfc("5545 §3.8.4.4")
def test_an_override_for_all_that_follow() -> None:
    later = a_vevent(
        start=START + WEEK + HOUR,
        summary="Plus tard",
        extra=["RECURRENCE-ID;TZID=Pacific/Noumea;RANGE=THISANDFUTURE:20260310T080000"],
    )
    answer = expanded(a_series(later, start=START))
    assert values(answer, "SUMMARY") == ["Réunion de service", *["Plus tard"] * 3]
    assert values(answer, "DTSTART")[2] == utc(START + 2 * WEEK + HOUR)
    assert values(answer, "RECURRENCE-ID")[2] == utc(START + 2 * WEEK)


@pytest.mark.rfc("4791 §9.6.5")
def test_an_invitation_to_one_occurrence_needs_no_master() -> None:
    answer = expanded(an_event(start=START + HOUR, recurrence_id=START))
    assert values(answer, "DTSTART") == [utc(START + HOUR)]
    assert values(answer, "RECURRENCE-ID") == [utc(START)]
    two = a_calendar(
        a_vevent(start=START, recurrence_id=START),
        a_vevent(start=START + WEEK, recurrence_id=START + WEEK),
    )
    assert values(expanded(two), "RECURRENCE-ID") == [utc(START), utc(START + WEEK)]


@pytest.mark.rfc("4791 §9.6.5")
def test_lengths_stay_right() -> None:
    assert values(expanded(an_event(start=START, duration="PT90M")), "DURATION") == ["PT90M"]
    assert values(expanded(an_event(start=START, duration="PT90M")), "DTEND") == [None]
    assert values(expanded(an_event(start=START, end=None)), "DTEND") == [None]
    assert values(expanded(an_event(start=START, end=START)), "DTEND") == [utc(START)]
    a_second = expanded(an_event(start=START, end=START + timedelta(seconds=1)))
    assert values(a_second, "DTEND") == [utc(START + timedelta(seconds=1))]
    period = "RDATE;VALUE=PERIOD:20260304T000000Z/PT3H"
    answer = expanded(an_event(start=START, duration="PT1H", extra=[period]))
    assert values(answer, "DURATION") == [None, None]
    assert values(answer, "DTEND") == [utc(START + HOUR), "20260304T030000Z"]


@pytest.mark.rfc("4791 §9.6.5")
def test_tasks_and_journal_entries_are_expanded_too() -> None:
    todo = expanded(a_todo(start=START, due=START + HOUR, rrule="FREQ=WEEKLY;COUNT=2"))
    assert values(todo, "DTSTART") == [utc(START), utc(START + WEEK)]
    assert values(todo, "DUE") == [utc(START + HOUR), utc(START + WEEK + HOUR)]
    assert values(todo, "RECURRENCE-ID") == [utc(START), utc(START + WEEK)]
    due_only = expanded(a_todo(due=START))
    assert values(due_only, "DTSTART") == [None]
    assert values(due_only, "DUE") == [utc(START)]
    lasting = expanded(a_todo(start=START, duration="PT1H"))
    assert values(lasting, "DUE") == [None]
    assert values(lasting, "DURATION") == ["PT1H"]
    assert [one.name for one in expanded(a_todo()).components] == ["VTODO"]
    journal = expanded(a_journal(start=date(2026, 3, 3), rrule="FREQ=DAILY;COUNT=2"))
    assert values(journal, "DTSTART") == ["VALUE=DATE:20260303", "VALUE=DATE:20260304"]


@pytest.mark.rfc("4791 §9.6.5")
def test_nothing_refers_to_a_time_zone() -> None:
    foreign = [
        "DTSTART;TZID=Chez moi:20260303T080000",
        "DTEND;TZID=Chez moi:20260303T090000",
        "X-ASKED;TZID=Europe/Paris:20260301T100000",
        "X-ODD;tzid=Europe/Paris;X-A=1:Tomorrow",
        "X-SPAN;TZID=Europe/Paris:20260301T100000/PT1H",
    ]
    zone = a_component(
        "VTIMEZONE",
        ["TZID:Chez moi"],
        a_component(
            "STANDARD", ["DTSTART:19700101T000000", "TZOFFSETFROM:+0500", "TZOFFSETTO:+0500"]
        ),
    )
    event = a_vevent(start=None, duration=None, extra=foreign)
    answer = expanded(a_calendar(zone, event))
    assert values(answer, "DTSTART") == ["20260303T030000Z"]
    assert values(answer, "DTEND") == ["20260303T040000Z"]
    assert values(answer, "X-ASKED") == ["20260301T090000Z"]
    assert values(answer, "X-ODD") == ["X-A=1:Tomorrow"]
    assert values(answer, "X-SPAN") == ["20260301T090000Z/20260301T100000Z"]
    assert [one.name for one in answer.components] == ["VEVENT"]


@pytest.mark.rfc("5545 §3.1")
@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda text: text.replace("\r\n", "\n"), id="bare-line-feeds"),
        pytest.param(lambda text: text.replace("DTSTART", "DtStart"), id="lower-case-name"),
        pytest.param(lambda text: text.replace(":VEVENT\r\n", ":vevent\r\n"), id="lower-component"),
        pytest.param(lambda text: text.replace("DTSTART", "DTST\r\n ART"), id="folded-name"),
        pytest.param(lambda text: text.replace("BEGIN:VEV", "BEGIN:VEV\r\n "), id="folded-begin"),
        pytest.param(lambda text: text.replace(":VEVENT\r\n", ":VEVENT \r\n"), id="blank"),
        pytest.param(lambda text: text.replace("Noumea:", "Nou\r\n\tmea:"), id="folded-zone"),
        pytest.param(lambda text: text.replace("\r\nUID", "\r\n\r\nUID"), id="empty-line"),
        pytest.param(lambda text: text.replace("TZID=", "tzid="), id="lower-case-parameter"),
        pytest.param(lambda text: f"\ufeff{text}", id="byte-order-mark"),
    ],
)
def test_every_legal_way_to_write_gives_the_same(rewrite: Callable[[str], str]) -> None:
    plain = a_series(start=START, description="BEGIN:VEVENT dans le texte\n" * 5)
    starts = [utc(START + n * WEEK) for n in range(4)]
    for text in (plain, rewrite(plain)):
        answer = expanded(text)
        assert values(answer, "DTSTART") == starts
        assert values(answer, "DESCRIPTION") == values(expanded(plain), "DESCRIPTION")


def test_a_fat_event_repeated_often_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "MAX_EXPANDED", 50_000)
    fat = a_series(start=START, rrule="FREQ=DAILY;COUNT=20", description="x" * 3_000)
    with pytest.raises(TooManyInstances):
        expand_calendar(parse(fat), MARCH, zone=NOUMEA, budget=Budget())


@pytest.mark.rfc("4791 §9.6.5")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_truth_table_expands_as_it_says(case: Case) -> None:
    start, end = (
        datetime.fromisoformat(case["window"][side]).replace(tzinfo=UTC)
        for side in ("start", "end")
    )
    answer = expanded_in_utc(case["ics"], window(start, end))
    got = [(one.value("RECURRENCE-ID"), one.value("DTSTART")) for one in answer.components]
    recurs = "RRULE" in case["ics"] or "RDATE" in case["ics"] or "RECURRENCE-ID" in case["ics"]
    wanted = [(one["recurrence_id"] if recurs else None, one["start"]) for one in case["expected"]]
    assert sorted(got, key=str) == sorted(wanted, key=str)


def expanded_in_utc(text: str, when: Window) -> Component:
    """The answer where floating times are read in UTC, as the table does."""
    found = instances(parse(text), when, zone=UTC, budget=Budget())
    return parse(expand(text, [one.row for one in found], UTC))


def series() -> Iterator[str]:
    """Series of every kind."""
    for start in (START, START.date(), START.replace(tzinfo=None), START.astimezone(UTC)):
        for rrule in ("FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5", "FREQ=MONTHLY"):
            yield a_series(start=start, rrule=rrule)
            yield a_series(
                start=start, rrule=rrule, exdates=[start + DAY], rdates=[start + 5 * DAY]
            )


@given(st.sampled_from(list(series())), st.integers(-3, 40), st.integers(1, 60))
def test_there_are_as_many_components_as_instances(text: str, day: int, width: int) -> None:
    when = window(START + day * DAY, START + (day + width) * DAY)
    found = list(instances(parse(text), when, zone=NOUMEA, budget=Budget()))
    assert len(expanded(text, when).components) == len(found)


@given(st.sampled_from(list(series())), st.integers(-3, 40), st.integers(1, 60))
def test_to_expand_what_is_expanded_changes_no_time(text: str, day: int, width: int) -> None:
    when = window(START + day * DAY, START + (day + width) * DAY)
    once = expanded(text, when)
    for component in once.components:
        alone = Component(once.name, once.lines, [component])
        again = parse(expand_calendar(alone, when, zone=NOUMEA, budget=Budget()))
        assert [one.lines for one in again.components] == [component.lines]
