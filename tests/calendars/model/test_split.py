"""Import files cut into one object for each UID (RFC 4791 §4.1)."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import parse
from calendars.model.invalid import InvalidCalendarData, InvalidCalendarObject, ResourceTooLarge
from calendars.model.split import SplitObject, split_by_uid, split_stream
from tests.builders import NOUMEA, a_calendar, a_component, a_vevent, a_vtodo, an_event

SECOND = datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)


def summaries(split: SplitObject) -> list[str | None]:
    return [
        part.value("SUMMARY") for part in parse(split.text).components if part.name != "VTIMEZONE"
    ]


def test_each_uid_becomes_an_object() -> None:
    text = a_calendar(a_vevent(uid="a"), a_vtodo(uid="b"), a_vevent(uid="c"))
    cut = split_by_uid(text)

    assert [(one.uid, one.component) for one in cut] == [
        ("a", "VEVENT"),
        ("b", "VTODO"),
        ("c", "VEVENT"),
    ]
    assert [CalendarObject.parse(one.body).uid for one in cut] == ["a", "b", "c"]


def test_overrides_go_with_their_master_however_far_away_they_stand() -> None:
    text = a_calendar(
        a_vevent(uid="a", recurrence_id=SECOND, summary="Ailleurs"),
        *[a_vevent(uid=f"x{i}") for i in range(3)],
        a_vevent(uid="a", rrule="FREQ=WEEKLY;COUNT=4", summary="Réunion"),
    )
    first = split_by_uid(text)[0]

    assert summaries(first) == ["Ailleurs", "Réunion"]
    assert len(CalendarObject.parse(first.body).overrides) == 1


def test_one_uid_in_two_calendars_of_one_file_is_one_object() -> None:
    master = a_calendar(a_vevent(uid="a", rrule="FREQ=DAILY;COUNT=9", summary="Réunion"))
    override = a_calendar(a_vevent(uid="a", recurrence_id=SECOND, summary="Ailleurs"))
    (cut,) = split_by_uid(master + override)

    assert summaries(cut) == ["Réunion", "Ailleurs"]
    assert [part.name for part in parse(cut.text).components].count("VTIMEZONE") == 1


def test_an_object_bears_the_time_zones_that_it_uses_and_no_other() -> None:
    paris = datetime(2026, 3, 3, 9, tzinfo=NOUMEA)
    text = a_calendar(
        a_vevent(uid="a", start=paris),
        a_vevent(
            uid="b", start=None, end=None, extra=["DTSTART;TZID=Europe/Paris:20260303T090000"]
        ),
        a_vevent(uid="c", start="20260303T090000Z", end=None),
    )
    used = [
        [zone.value("TZID") for zone in parse(one.text).children("VTIMEZONE")]
        for one in split_by_uid(text)
    ]

    assert used == [["Pacific/Noumea"], ["Europe/Paris"], []]


def test_a_display_name_with_commas_finds_its_definition() -> None:
    zone = a_component("VTIMEZONE", ["TZID:(GMT+11:00) Magadan\\, Nouméa"])
    event = a_vevent(
        start=None, end=None, extra=['DTSTART;TZID="(GMT+11:00) Magadan, Nouméa":20260303T090000']
    )
    (cut,) = split_by_uid(a_calendar(zone, event))

    assert len(parse(cut.text).children("VTIMEZONE")) == 1


def test_what_speaks_of_the_file_as_a_whole_is_left_out() -> None:
    text = a_calendar(
        a_vevent(), method="PUBLISH", extra=["X-WR-CALNAME:Agenda", "CALSCALE:GREGORIAN"]
    )
    (cut,) = split_by_uid(text)

    assert [line.name for line in parse(cut.text).lines] == ["VERSION", "PRODID", "CALSCALE"]


def test_what_an_object_says_comes_through_octet_by_octet() -> None:
    event = a_vevent(summary="é" * 90, extra=["X-DPASS-REF:IS-2026-0421", "X-A;X-B=c:d"])
    (cut,) = split_by_uid(a_calendar(event))

    assert event in cut.text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("BEGIN:VEVENT", "begin:vevent").replace("UID:", "uid:"),
        lambda text: text.replace("UID:a", "U\r\n ID:\r\n a"),
        lambda text: text.replace("BEGIN:VEVENT", "BEG\r\n IN:VEV\r\n\tENT"),
        lambda text: text.replace("UID:a", 'UID;X-A="b:c":a'),
        lambda text: text.removesuffix("\r\n"),
        lambda text: text + "\r\n\r\n",
    ],
    ids=["lf", "bom", "lower-case", "folded-uid", "folded-begin", "quoted", "no-end", "blank"],
)
def test_files_as_programs_write_them(change: Callable[[str], str]) -> None:
    text = change(a_calendar(a_vevent(uid="a"), a_vevent(uid="b")))
    cut = split_by_uid(text)

    assert [one.uid for one in cut] == ["a", "b"]
    assert [CalendarObject.parse(one.body).uid for one in cut] == ["a", "b"]


def test_a_uid_of_an_alarm_or_a_participant_is_not_that_of_the_event() -> None:
    alarm = a_component("VALARM", ["UID:alarm", "ACTION:DISPLAY", "TRIGGER:-PT5M"])
    event = a_component("VEVENT", ["DTSTART:20260303T090000Z", "UID:event"], alarm)
    early = a_component("VEVENT", [], alarm).replace("END:VEVENT", "UID:late\r\nEND:VEVENT")

    assert [one.uid for one in split_by_uid(a_calendar(event, early))] == ["event", "late"]


def test_components_without_uid_stand_alone_and_are_refused_one_by_one() -> None:
    nameless = a_component("VEVENT", ["DTSTART:20260303T090000Z"])
    cut = split_by_uid(a_calendar(nameless, a_vevent(uid="a"), nameless))

    assert [one.uid for one in cut] == ["", "a", ""]
    with pytest.raises(InvalidCalendarObject, match="UID is missing"):
        CalendarObject.parse(cut[0].body)


def test_the_line_where_an_object_begins_is_told() -> None:
    text = a_calendar(a_vevent(uid="a", summary="é" * 200), a_vevent(uid="b"))

    for one in split_by_uid(text):
        assert text.split("\r\n")[one.line - 1] == "BEGIN:VEVENT"


def test_octets_that_are_not_utf_8_spoil_their_own_object_alone() -> None:
    body = a_calendar(a_vevent(uid="a", summary="XX"), a_vevent(uid="b")).encode()
    first, second = split_stream(BytesIO(body.replace(b"XX", b"\xe9\xe8")))

    with pytest.raises(InvalidCalendarData, match="UTF-8"):
        CalendarObject.parse(first.body)
    assert CalendarObject.parse(second.body).uid == "b"


def test_a_monster_is_cut_off_and_refused_for_its_size() -> None:
    body = a_calendar(a_vevent(uid="a"), a_vevent(uid="b")).encode()
    body = body.replace(b"UID:a", b"UID:a\r\nATTACH:" + b"QUJD" * 2_000_000)
    first, second = split_stream(BytesIO(body))

    assert len(first.body) < 2 * 2**20
    with pytest.raises(ResourceTooLarge):
        CalendarObject.parse(first.body)
    assert CalendarObject.parse(second.body).uid == "b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not iCalendar"),
        ("<html>", "not iCalendar"),
        ("BEGIN:VEVENT\r\nEND:VEVENT\r\n", "line 1"),
        (an_event().replace("END:VEVENT\r\n", ""), "END does not fit"),
        (an_event().removesuffix("END:VCALENDAR\r\n"), "END:VCALENDAR is missing"),
        (a_calendar(a_calendar()), "out of its place"),
        ("BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n" * 100_000, "out of its place"),
    ],
    ids=["empty", "html", "no-calendar", "no-end", "cut-off", "nested", "deep"],
)
def test_a_file_whose_components_do_not_fit_is_refused_as_a_whole(text: str, reason: str) -> None:
    with pytest.raises(InvalidCalendarData, match=reason):
        split_by_uid(text)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.binary(max_size=8))
def test_no_component_is_lost_or_doubled(uids: list[str], noise: bytes) -> None:
    events = [a_vevent(uid=uid, summary=str(number)) for number, uid in enumerate(uids)]
    cut = split_by_uid(a_calendar(*events))

    assert [one.uid for one in cut] == list(dict.fromkeys(uids))
    found = sorted(int(name or "") for one in cut for name in summaries(one))
    assert found == list(range(len(uids)))
    damaged = a_calendar(*events).encode().replace(b"SUMMARY:0", noise)
    try:
        list(split_stream(BytesIO(damaged)))
    except InvalidInput as refusal:
        damaged = str(refusal).encode()
    assert damaged


def test_a_large_file_costs_time_by_its_length_and_next_to_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "export.ics"
    event = a_vevent(uid="UID").replace("UID:UID", f"UID:UID\r\nX-LONG:{'a' * 20_000}")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        for number in range(1_000):
            file.write(event.replace("UID:UID", f"UID:{number}"))
        file.write("END:VCALENDAR\r\n")

    with path.open("rb") as stream:
        started = time.process_time()
        assert sum(1 for _ in split_stream(stream)) == 1_000
        assert time.process_time() - started < 1
        tracemalloc.start()
        for _ in split_stream(stream):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert path.stat().st_size > 16 * 2**20
    assert peak < 2 * 2**20
