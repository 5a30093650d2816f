"""Drafts written into iCalendar: what changes, what moves along, what stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import icalendar
import pytest

from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, parse, serialize
from calendars.model.event_draft import DraftFault, DraftRefused, EventDraft, NoSuchOccurrence
from calendars.model.event_writing import (
    amend,
    amend_occurrence,
    exclude_occurrence,
    new_object,
    place_of,
)
from calendars.model.recurrence_rule import Frequency
from calendars.model.repeat import Repeat
from tests.builders import NOUMEA, a_calendar, a_series, a_valarm, a_vevent, an_event

PARIS = ZoneInfo("Europe/Paris")
NOW = int(datetime(2026, 2, 20, tzinfo=UTC).timestamp())
TZID = "Pacific/Noumea"
TUESDAY = datetime(2026, 3, 3, 14, 30, tzinfo=NOUMEA)
EARLIER = TUESDAY.replace(hour=9, minute=0)
SECOND = int(datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA).timestamp())


class Parts(TypedDict, total=False):
    """What a draft may speak of."""

    title: str | None
    location: str | None
    start: date | datetime | None
    end: date | datetime | None
    duration: int
    timezone: str
    repeat: Repeat | None
    status: str | None
    categories: tuple[str, ...] | None
    percent: int | None
    alarms: tuple[int, ...]


def amended(text: str, at: date | int | None = None, **draft: Unpack[Parts]) -> Component:
    """The object after a draft; it is fit to be stored again."""
    calendar = parse(text)
    place = place_of(calendar, TZID, NOUMEA)
    if at is None:
        amend(calendar, EventDraft(**draft), place, now=NOW)
    else:
        amend_occurrence(calendar, EventDraft(**draft), at, place, now=NOW)
    CalendarObject.parse(serialize(calendar).encode())
    return calendar


def made(kind: str = "VEVENT", **draft: Unpack[Parts]) -> Component:
    """A new object; it is fit to be stored."""
    calendar = new_object(
        kind, EventDraft(**draft), uid="x@test", tzid=TZID, floating=NOUMEA, now=NOW
    )
    CalendarObject.parse(serialize(calendar).encode())
    return calendar


def lines(calendar: Component, *names: str, index: int = 0) -> list[str]:
    """The lines of these names of one VEVENT."""
    event = calendar.children("VEVENT")[index]
    return [str(line) for line in event.lines if line.name in names]


class TestANewObject:
    def test_names_its_zone_and_defines_it(self) -> None:
        calendar = made(title="Réunion", start=TUESDAY, duration=90)

        assert lines(calendar, "DTSTART", "DTEND") == [
            "DTSTART;TZID=Pacific/Noumea:20260303T143000",
            "DTEND;TZID=Pacific/Noumea:20260303T160000",
        ]
        assert [zone.value("TZID") for zone in calendar.children("VTIMEZONE")] == [TZID]

    def test_is_written_by_the_clocks_of_the_zone_that_was_asked_for(self) -> None:
        calendar = made(title="Appel", start=TUESDAY, duration=30, timezone="Europe/Paris")

        assert lines(calendar, "DTSTART") == ["DTSTART;TZID=Europe/Paris:20260303T043000"]

    def test_of_days_ends_on_the_day_after_unless_told(self) -> None:
        assert lines(made(title="Pont", start=date(2026, 5, 15)), "DTSTART", "DTEND") == [
            "DTSTART;VALUE=DATE:20260515",
            "DTEND;VALUE=DATE:20260516",
        ]

    def test_in_utc_needs_no_zone(self) -> None:
        calendar = made(title="Appel", start=TUESDAY, duration=30, timezone="UTC")

        assert lines(calendar, "DTSTART") == ["DTSTART:20260303T033000Z"]
        assert not calendar.children("VTIMEZONE")

    @pytest.mark.rfc("5545 §3.3.10")
    def test_repeats_until_the_end_of_the_last_day_where_it_is(self) -> None:
        repeat = Repeat(Frequency.WEEKLY, 2, until=date(2026, 6, 30), by_day=("TU",))
        calendar = made(title="CODIR", start=TUESDAY, duration=60, repeat=repeat)

        assert lines(calendar, "RRULE") == [
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260630T125959Z"
        ]

    @pytest.mark.rfc("5545 §3.3.11")
    def test_escapes_what_people_write(self) -> None:
        title = 'Bilan; suite, fin \\ "x"\nEND:VEVENT'
        calendar = made(title=title, start=TUESDAY, duration=60)

        read = icalendar.Calendar.from_ical(serialize(calendar))
        [event] = read.walk("VEVENT")
        assert str(event["SUMMARY"]) == title

    @pytest.mark.parametrize(
        ("draft", "field", "fault"),
        [
            pytest.param({}, "start", DraftFault.NEEDS_START, id="no start"),
            pytest.param({"start": TUESDAY}, "end", DraftFault.NEEDS_END, id="no end"),
            pytest.param(
                {"start": TUESDAY, "end": EARLIER},
                "end",
                DraftFault.END_BEFORE_START,
                id="backwards",
            ),
            pytest.param(
                {"start": TUESDAY, "end": date(2026, 3, 4)},
                "end",
                DraftFault.MIXED_KINDS,
                id="an hour and a day",
            ),
            pytest.param(
                {"start": date(2026, 3, 3), "end": date(2026, 3, 3)},
                "end",
                DraftFault.END_BEFORE_START,
                id="no day at all",
            ),
            pytest.param(
                {"start": date(2026, 3, 3), "duration": 90},
                "duration",
                DraftFault.WHOLE_DAYS,
                id="a day and a half hour",
            ),
            pytest.param(
                {"start": TUESDAY, "end": TUESDAY, "duration": 5},
                "end",
                DraftFault.END_AND_DURATION,
                id="end and duration",
            ),
            pytest.param(
                {"start": TUESDAY, "duration": 5, "timezone": "Mars/Olympus"},
                "timezone",
                DraftFault.UNKNOWN_ZONE,
                id="zone",
            ),
            pytest.param(
                {"start": TUESDAY, "duration": 5, "percent": 5},
                "percent",
                DraftFault.NOT_FOR_KIND,
                id="a task's field",
            ),
            pytest.param(
                {"start": TUESDAY, "duration": 5, "status": "COMPLETED"},
                "status",
                DraftFault.BAD_STATUS,
                id="a task's status",
            ),
            pytest.param(
                {
                    "start": TUESDAY,
                    "duration": 5,
                    "repeat": Repeat(Frequency.WEEKLY, by_day=("MO",)),
                },
                "repeat",
                DraftFault.START_NOT_IN_REPEAT,
                id="not on a Monday",
            ),
            pytest.param(
                {
                    "start": TUESDAY,
                    "duration": 5,
                    "repeat": Repeat(Frequency.WEEKLY, until=date(2026, 3, 2)),
                },
                "repeat",
                DraftFault.BAD_REPEAT,
                id="over before it starts",
            ),
            pytest.param(
                {
                    "start": TUESDAY,
                    "duration": 5,
                    "repeat": Repeat(Frequency.WEEKLY, by_day=("1TU",)),
                },
                "repeat",
                DraftFault.BAD_REPEAT,
                id="first Tuesday of the week",
            ),
        ],
    )
    def test_that_cannot_be_is_refused_with_the_field_that_is_wrong(
        self, draft: Parts, field: str, fault: DraftFault
    ) -> None:
        with pytest.raises(DraftRefused) as refused:
            made(**draft)

        assert (refused.value.field, refused.value.fault) == (field, fault)


class TestATask:
    def test_is_due_without_a_start_and_reminds_before_that(self) -> None:
        calendar = made("VTODO", title="Répondre", end=TUESDAY, alarms=(30,))

        [todo] = calendar.children("VTODO")
        assert todo.value("DUE") == "20260303T143000"
        [alarm] = todo.children("VALARM")
        assert str(alarm.line("TRIGGER")) == "TRIGGER;RELATED=END:-PT30M"

    def test_that_is_done_says_when_and_forgets_it_when_it_is_not(self) -> None:
        done = serialize(made("VTODO", title="Répondre", status="COMPLETED"))
        assert "COMPLETED:20260220T000000Z" in done
        assert "PERCENT-COMPLETE:100" in done

        again = serialize(amended(done, status="NEEDS-ACTION"))
        assert "COMPLETED" not in again
        assert "PERCENT" not in again

    def test_without_any_time_cannot_remind(self) -> None:
        with pytest.raises(DraftRefused):
            made("VTODO", title="Répondre", alarms=(5,))


class TestAChange:
    def test_touches_its_own_line_and_leaves_all_others(self) -> None:
        text = an_event(
            summary="Ancien titre",
            extra=["X-SALSA-REF;X-KIND=courrier:3134-25-0973/SR", "CONFERENCE;VALUE=URI:https://x"],
            alarms=[a_valarm(extra=["X-MOZ-LASTACK:20260101T000000Z"])],
        )

        after = serialize(amended(text, title="Nouveau titre"))

        gone = set(text.split("\r\n")) - set(after.split("\r\n"))
        assert gone == {"SUMMARY:Ancien titre", "DTSTAMP:20260202T210000Z"}

    def test_of_words_is_no_new_sequence_and_one_of_time_is(self) -> None:
        text = an_event(sequence=4)

        assert lines(amended(text, title="Autre"), "SEQUENCE") == ["SEQUENCE:4"]
        assert lines(amended(text, start=EARLIER), "SEQUENCE") == ["SEQUENCE:5"]
        assert lines(amended(text, location="Salle 2"), "SEQUENCE") == ["SEQUENCE:5"]

    def test_that_says_nothing_new_leaves_the_text_as_it_is(self) -> None:
        text = an_event(summary="Titre", location="Ici")

        assert serialize(amended(text, title="Titre", location="Ici")) == text

    def test_of_the_start_keeps_the_length(self) -> None:
        assert lines(amended(an_event(), start=EARLIER), "DTSTART", "DTEND") == [
            "DTSTART;TZID=Pacific/Noumea:20260303T090000",
            "DTEND;TZID=Pacific/Noumea:20260303T100000",
        ]

    def test_of_the_start_keeps_a_duration_as_it_is_written(self) -> None:
        text = an_event(duration="PT1H30M")

        assert lines(amended(text, start=EARLIER), "DURATION", "DTEND") == ["DURATION:PT1H30M"]

    def test_of_the_zone_keeps_the_instants(self) -> None:
        assert lines(amended(an_event(), timezone="Europe/Paris"), "DTSTART", "DTEND") == [
            "DTSTART;TZID=Europe/Paris:20260303T043000",
            "DTEND;TZID=Europe/Paris:20260303T053000",
        ]

    def test_from_hours_to_days(self) -> None:
        assert lines(amended(an_event(), start=date(2026, 3, 4)), "DTSTART", "DTEND") == [
            "DTSTART;VALUE=DATE:20260304",
            "DTEND;VALUE=DATE:20260305",
        ]

    def test_to_nothing_removes_the_line(self) -> None:
        after = amended(an_event(location="Ici", categories=["A"]), location=None, categories=None)

        assert lines(after, "LOCATION", "CATEGORIES") == []

    def test_of_reminders_keeps_those_that_are_told_otherwise(self) -> None:
        mail = a_valarm("-PT1H", action="EMAIL", extra=["SUMMARY:x", "ATTENDEE:mailto:a@b.example"])
        text = an_event(alarms=[a_valarm("-PT15M"), a_valarm("-PT5M"), mail])

        after = amended(text, alarms=(5, 60))

        triggers = [a.value("TRIGGER") for a in after.children("VEVENT")[0].components]
        assert triggers == ["-PT5M", "-PT1H", "-PT60M"]

    def test_in_a_zone_that_only_the_object_knows_stays_in_it(self) -> None:
        text = a_calendar(
            "BEGIN:VTIMEZONE\r\nTZID:Chez nous\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            "TZOFFSETFROM:+1000\r\nTZOFFSETTO:+1000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
            + a_vevent(start=None, end=None, extra=["DTSTART;TZID=Chez nous:20260303T133000"])
        )

        after = amended(text, start=EARLIER, duration=60)

        assert lines(after, "DTSTART") == ["DTSTART;TZID=Chez nous:20260303T080000"]


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
