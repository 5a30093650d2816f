"""Drafts written into iCalendar: what changes, what moves along, what stays as it was."""

from __future__ import annotations

from datetime import date, datetime

import icalendar
import pytest

from calendars.model.component import serialize
from calendars.model.event_draft import DraftFault, DraftRefused
from calendars.model.recurrence_rule import Frequency
from calendars.model.repeat import Repeat
from tests.builders import NOUMEA, a_calendar, a_valarm, a_vevent, an_event
from tests.drafting import EARLIER, TUESDAY, TZID, Parts, amended, lines, made

SECOND = int(datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA).timestamp())


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
