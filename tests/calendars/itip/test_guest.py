"""What somebody without a calendar here sees of a meeting, and what becomes of his words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendars.itip.apply import Effect, apply
from calendars.itip.counter import NoSuchProposal, proposals
from calendars.itip.guest import Guest, Said, guest_of, proposal, reply
from calendars.itip.message import ItipMethod
from calendars.model.component import Component, parse, serialize
from tests.builders import HOUR, NOUMEA, START, a_series, a_vevent, an_event

ANNE, JUDGE, CLERK = "mailto:anne@example.org", "mailto:juge@x.nc", "mailto:greffe@x.nc"
NOW = int((START - timedelta(days=20)).timestamp())
FIRST = int(START.timestamp())
WEEK = 7 * 86_400
PEOPLE = {JUDGE: "NEEDS-ACTION", CLERK: "ACCEPTED"}
SERIES = a_series(organizer=ANNE, attendees=PEOPLE, location="Salle Turquoise")


def seen(text: str | Component, address: str = JUDGE) -> Guest:
    calendar = parse(text) if isinstance(text, str) else text
    found = guest_of(calendar, address, zone=NOUMEA, now=NOW)
    assert found is not None
    return found


def heard(text: str, key: int | None, *said: Said, now: int = NOW) -> Component:
    """The organizer's diary after all was said."""
    calendar = parse(text)
    for at, one in enumerate(said):
        message = reply(seen(calendar), key, one, now=now + at)
        assert message is not None
        applied = apply(calendar, message, frozenset({ANNE}), zone=NOUMEA, now=now + at)
        assert applied.effect is Effect.ANSWERED
        assert applied.calendar is not None
        calendar = applied.calendar
    return calendar


@pytest.mark.rfc("5546 §3.2.3")
def test_an_answer_stands_in_the_diary_and_is_shown_again() -> None:
    text = an_event(organizer=ANNE, attendees=PEOPLE)
    said = Said("DECLINED", "Audience à Koné ; désolé, vraiment\nMerci")

    calendar = heard(text, None, said)

    [occasion] = seen(calendar).occasions(after=NOW, limit=9)
    assert (occasion.key, occasion.start, occasion.said) == (None, FIRST, said)
    assert reply(seen(calendar), None, said, now=NOW + 60) is None
    assert seen(calendar, CLERK).occasions(after=NOW, limit=1)[0].said == Said("ACCEPTED")


def test_a_later_answer_counts_even_within_one_second_and_takes_back_the_words() -> None:
    text = an_event(organizer=ANNE, attendees=PEOPLE)
    yes, no = Said("ACCEPTED"), Said("DECLINED", "Empêché")
    calendar = parse(text)
    for said in (no, yes, no, yes):
        message = reply(seen(calendar), None, said, now=NOW)
        assert message is not None
        applied = apply(calendar, message, frozenset({ANNE}), zone=NOUMEA, now=NOW)
        assert applied.calendar is not None
        calendar = applied.calendar

    assert seen(calendar).said(None, calendar.children("VEVENT")[0]) == yes
    assert "COMMENT" not in serialize(calendar)


def test_one_date_of_a_series_is_answered_and_the_others_are_not() -> None:
    key = FIRST + WEEK
    calendar = heard(SERIES, key, Said("DECLINED", "Pas ce jour-là"))

    said = {one.key: one.said for one in seen(calendar).occasions(after=NOW, limit=9)}

    assert said[key] == Said("DECLINED", "Pas ce jour-là")
    assert {said[FIRST + n * WEEK].part_stat for n in (0, 2, 3)} == {"NEEDS-ACTION"}
    one = seen(calendar).occasion(key)
    assert one is not None
    assert one.said.part_stat == "DECLINED"

    whole = reply(seen(calendar), None, Said("ACCEPTED"), now=NOW + 60)
    assert whole is not None
    applied = apply(calendar, whole, frozenset({ANNE}), zone=NOUMEA, now=NOW + 60)
    assert applied.calendar is not None
    after = [one.said.part_stat for one in seen(applied.calendar).occasions(after=NOW, limit=9)]
    assert after == ["ACCEPTED", "DECLINED", "ACCEPTED", "ACCEPTED"]


def test_the_next_dates_are_shown_and_what_is_over_is_not() -> None:
    guest = seen(SERIES)

    assert [one.key for one in guest.occasions(after=FIRST + 3600, limit=2)] == [
        FIRST + WEEK,
        FIRST + 2 * WEEK,
    ]
    assert guest.ends_at() == FIRST + 3 * WEEK + 3600
    assert seen(a_series(organizer=ANNE, attendees=PEOPLE, rrule="FREQ=DAILY")).ends_at() is None
    assert guest.occasion(FIRST + 1) is None
    [first] = guest.occasions(after=NOW, limit=1)
    assert first.is_open(FIRST - 1)
    assert not first.is_open(FIRST)


def test_who_is_invited_to_one_date_sees_that_one() -> None:
    moved = a_vevent(
        recurrence_id=START, start=START + HOUR, organizer=ANNE, attendees=[JUDGE, CLERK]
    )
    guest = seen(a_series(moved, organizer=ANNE, attendees=[CLERK]))

    assert not guest.is_series
    [occasion] = guest.occasions(after=NOW, limit=9)
    assert (occasion.key, occasion.start) == (FIRST, FIRST + 3600)
    assert guest.occasion(None) == occasion
    message = reply(guest, occasion.key, Said("ACCEPTED"), now=NOW)
    assert message is not None
    assert "RECURRENCE-ID;TZID=Pacific/Noumea:20260303T143000" in serialize(message.calendar)


def test_who_is_not_invited_sees_nothing() -> None:
    calendar = parse(an_event(organizer=ANNE, attendees=[JUDGE]))
    assert guest_of(calendar, CLERK, zone=NOUMEA, now=NOW) is None
    off = parse(an_event(organizer=ANNE, attendees=[JUDGE], status="CANCELLED"))
    assert guest_of(off, JUDGE, zone=NOUMEA, now=NOW) is None


@pytest.mark.rfc("5546 §3.2.7")
@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param(an_event(organizer=ANNE, attendees=PEOPLE), None, id="single"),
        pytest.param(SERIES, FIRST + 2 * WEEK, id="one date of a series"),
    ],
)
def test_another_time_is_proposed(text: str, key: int | None) -> None:
    guest = seen(text)
    occasion = guest.occasion(key)
    assert occasion is not None
    start = occasion.starts_at + 86_400

    message = proposal(guest, occasion, start, start + 1800, comment="Plutôt demain", now=NOW)

    assert message.method is ItipMethod.COUNTER
    [found] = proposals(parse(text), message, zone=NOUMEA)
    assert (found.recurrence_id, found.starts_at, found.ends_at) == (key, start, start + 1800)
    assert (found.by, found.comment, found.outdated) == (JUDGE, "Plutôt demain", False)
    with pytest.raises(NoSuchProposal):
        proposal(guest, occasion, occasion.start, occasion.end, comment="Comme prévu", now=NOW)


def test_another_day_is_proposed_for_whole_days() -> None:
    text = an_event(organizer=ANNE, attendees=PEOPLE, start=date(2026, 3, 3))
    guest = seen(text)
    occasion = guest.occasion(None)
    assert occasion is not None
    assert (occasion.start, occasion.end) == (date(2026, 3, 3), date(2026, 3, 4))

    message = proposal(guest, occasion, date(2026, 3, 5), date(2026, 3, 6), comment="", now=NOW)

    told = serialize(message.calendar)
    assert "DTSTART;VALUE=DATE:20260305" in told
    assert "DTEND;VALUE=DATE:20260306" in told
