"""Drafts of series: exceptions move along, one occurrence is changed or taken out alone."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from calendars.model.component import parse, serialize
from calendars.model.event_draft import DraftRefused, NoSuchOccurrence
from calendars.model.event_writing import (
    exclude_occurrence,
    place_of,
)
from calendars.model.recurrence_rule import Frequency
from calendars.model.repeat import Repeat
from tests.builders import NOUMEA, a_series, a_valarm, a_vevent, an_event
from tests.drafting import EARLIER, NOW, TUESDAY, TZID, amended, lines

SECOND = int(datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA).timestamp())


class TestASeries:
    def test_takes_its_exceptions_along_by_the_clocks_on_the_wall(self) -> None:
        text = a_series(
            a_vevent(
                start=datetime(2026, 3, 17, 14, 30, tzinfo=NOUMEA),
                recurrence_id=datetime(2026, 3, 17, 14, 30, tzinfo=NOUMEA),
                summary="Autre titre",
            ),
            a_vevent(
                start=datetime(2026, 3, 25, 8, 0, tzinfo=NOUMEA),
                recurrence_id=datetime(2026, 3, 24, 14, 30, tzinfo=NOUMEA),
            ),
            exdates=[datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)],
            rrule="FREQ=WEEKLY;UNTIL=20260324T033000Z",
        )

        after = amended(text, start=EARLIER)

        assert lines(after, "EXDATE", "RRULE") == [
            "RRULE:FREQ=WEEKLY;UNTIL=20260323T220000Z",
            "EXDATE;TZID=Pacific/Noumea:20260310T090000",
        ]
        assert lines(after, "RECURRENCE-ID", "DTSTART", index=1) == [
            "DTSTART;TZID=Pacific/Noumea:20260317T090000",
            "RECURRENCE-ID;TZID=Pacific/Noumea:20260317T090000",
        ]
        assert lines(after, "RECURRENCE-ID", "DTSTART", index=2) == [
            "DTSTART;TZID=Pacific/Noumea:20260325T080000",
            "RECURRENCE-ID;TZID=Pacific/Noumea:20260324T090000",
        ]

    def test_that_becomes_one_of_days_has_no_exceptions_any_more(self) -> None:
        text = a_series(
            exdates=[datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)],
            rrule="FREQ=WEEKLY;UNTIL=20260324T033000Z",
        )

        after = amended(text, start=date(2026, 3, 3))

        assert lines(after, "EXDATE", "RRULE") == ["RRULE:FREQ=WEEKLY;UNTIL=20260324"]

    def test_with_another_rule_starts_over(self) -> None:
        text = a_series(
            a_vevent(recurrence_id=datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)),
            exdates=[datetime(2026, 3, 17, 14, 30, tzinfo=NOUMEA)],
        )

        after = amended(text, repeat=Repeat(Frequency.DAILY, count=3))

        assert len(after.children("VEVENT")) == 1
        assert lines(after, "RRULE", "EXDATE") == ["RRULE:FREQ=DAILY;COUNT=3"]

    def test_without_its_rule_is_one_event(self) -> None:
        after = amended(a_series(exdates=[TUESDAY]), repeat=None)

        assert lines(after, "RRULE", "EXDATE") == []

    def test_cannot_start_on_a_day_that_its_rule_does_not_name(self) -> None:
        with pytest.raises(DraftRefused):
            amended(
                a_series(rrule="FREQ=WEEKLY;BYDAY=TU;COUNT=4"),
                start=datetime(2026, 3, 4, 14, 30, tzinfo=NOUMEA),
            )


class TestOneOccurrence:
    def test_gets_a_component_of_its_own_with_all_that_the_series_says(self) -> None:
        text = a_series(extra=["X-SALSA-REF:12"], alarms=[a_valarm()], location="Salle 1")

        after = amended(text, SECOND, location="Salle 2")

        master, override = after.children("VEVENT")
        assert master.value("LOCATION") == "Salle 1"
        assert [str(line) for line in override.lines if line.name != "LAST-MODIFIED"][:4] == [
            f"UID:{master.value('UID')}",
            "RECURRENCE-ID;TZID=Pacific/Noumea:20260310T143000",
            "DTSTART;TZID=Pacific/Noumea:20260310T143000",
            "DTEND;TZID=Pacific/Noumea:20260310T153000",
        ]
        assert override.value("LOCATION") == "Salle 2"
        assert override.value("X-SALSA-REF") == "12"
        assert override.value("RRULE") is None
        assert len(override.children("VALARM")) == 1

    def test_is_changed_a_second_time_in_its_own_component(self) -> None:
        once = serialize(amended(a_series(), SECOND, title="Un"))

        after = amended(once, SECOND, title="Deux")

        assert [event.value("SUMMARY") for event in after.children("VEVENT")] == [
            "Réunion de service",
            "Deux",
        ]

    def test_of_days_is_named_by_its_day(self) -> None:
        text = a_series(start=date(2026, 3, 3), rrule="FREQ=DAILY;COUNT=3")

        after = amended(text, date(2026, 3, 4), title="Au milieu")

        assert lines(after, "RECURRENCE-ID", "DTSTART", index=1) == [
            "RECURRENCE-ID;VALUE=DATE:20260304",
            "DTSTART;VALUE=DATE:20260304",
        ]

    @pytest.mark.parametrize("at", [SECOND + 60, date(2026, 3, 10)])
    def test_that_is_none_is_not_found(self, at: date | int) -> None:
        with pytest.raises(NoSuchOccurrence):
            amended(a_series(), at, title="Jamais")

    def test_of_an_event_that_does_not_recur_is_none(self) -> None:
        with pytest.raises(NoSuchOccurrence):
            amended(an_event(), int(TUESDAY.timestamp()), title="Jamais")

    def test_cannot_recur(self) -> None:
        with pytest.raises(DraftRefused):
            amended(a_series(), SECOND, repeat=Repeat(Frequency.DAILY))

    def test_is_taken_out_with_its_own_component(self) -> None:
        calendar = amended(a_series(), SECOND, title="Un")
        place = place_of(calendar, TZID, NOUMEA)

        assert exclude_occurrence(calendar, SECOND, place, now=NOW)

        assert len(calendar.children("VEVENT")) == 1
        assert lines(calendar, "EXDATE") == ["EXDATE;TZID=Pacific/Noumea:20260310T143000"]
        with pytest.raises(NoSuchOccurrence):
            exclude_occurrence(calendar, SECOND, place, now=NOW)

    def test_that_was_the_last_one_leaves_nothing(self) -> None:
        calendar = parse(a_series(rrule="FREQ=WEEKLY;COUNT=1"))
        place = place_of(calendar, TZID, NOUMEA)

        assert not exclude_occurrence(calendar, int(TUESDAY.timestamp()), place, now=NOW)

    @pytest.mark.rfc("5545 §3.8.4.4")
    def test_after_a_change_of_all_that_follows_says_what_follows(self) -> None:
        since = datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA)
        moved = a_vevent(
            start=since.replace(hour=9, minute=0),
            summary="Désormais le matin",
            extra=["RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Pacific/Noumea:20260310T143000"],
        )
        third = int(datetime(2026, 3, 17, 14, 30, tzinfo=NOUMEA).timestamp())

        after = amended(a_series(moved), third, location="Salle 3")

        assert lines(after, "SUMMARY", "DTSTART", "RECURRENCE-ID", index=2) == [
            "RECURRENCE-ID;TZID=Pacific/Noumea:20260317T143000",
            "DTSTART;TZID=Pacific/Noumea:20260317T090000",
            "SUMMARY:Désormais le matin",
        ]
