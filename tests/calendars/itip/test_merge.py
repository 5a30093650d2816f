"""A text that answers have overtaken is merged; anything else is a conflict."""

from __future__ import annotations

import pytest

from calendars.itip.apply import apply
from calendars.itip.merge import merge
from calendars.itip.message import ItipMessage
from calendars.model.component import Component, parse
from tests.builders import NOUMEA, a_series, a_vevent
from tests.calendars.itip.people import (
    ANNE,
    EVERYBODY,
    LUC,
    NOW,
    PAUL,
    answering,
    mine,
    occurrence,
    put,
    saying,
    told,
)

SERIES = a_series(organizer="anne@example.org", attendees=EVERYBODY)


def invited(messages: tuple[ItipMessage, ...], who: str) -> Component:
    message = next(m for m in messages if m.recipient == who)
    copy = apply(None, message, mine(who), zone=NOUMEA, now=NOW).calendar
    assert copy is not None
    return copy


@pytest.fixture
def base() -> Component:
    """The series as Anne has stored it."""
    stored = put(ANNE, None, SERIES).amended
    assert stored is not None
    return stored


@pytest.fixture
def answered(base: Component) -> Component:
    """The same after Paul has accepted, and Luc has declined the second occurrence."""
    first = put(ANNE, None, SERIES)
    copy = invited(first.messages, PAUL)
    reply = put(PAUL, copy, answering(copy, PAUL, "ACCEPTED"), now=NOW + 60).messages[0]
    heard = apply(base, reply, mine(ANNE), zone=NOUMEA, now=NOW).calendar
    copy = invited(first.messages, LUC)
    without = saying(copy, ("SUMMARY", "EXDATE;TZID=Pacific/Noumea:20260310T143000\nSUMMARY"))
    reply = put(LUC, copy, without, now=NOW + 70).messages[0]
    heard = apply(heard, reply, mine(ANNE), zone=NOUMEA, now=NOW).calendar
    assert heard is not None
    return heard


def test_an_edit_keeps_the_answers_that_it_had_not_seen(
    base: Component, answered: Component
) -> None:
    sent = parse(saying(base, ("Réunion de service", "Réunion du lundi")))

    merged = merge(base, answered, sent, mine(ANNE))

    stored = put(ANNE, answered, merged, now=NOW + 100)
    found = saying(stored.amended, ("Réunion du lundi", "Réunion du lundi"))
    assert "PARTSTAT=ACCEPTED" in found
    assert "PARTSTAT=DECLINED" in found
    assert told(stored) == [("REQUEST", "paul"), ("REQUEST", "luc")]


def test_who_moves_the_meeting_asks_again_whatever_was_answered(
    base: Component, answered: Component
) -> None:
    sent = parse(saying(base, ("T143000", "T160000"), ("T153000", "T170000")))

    merged = merge(base, answered, sent, mine(ANNE))

    stored = put(ANNE, answered, merged, now=NOW + 100).amended
    assert "PARTSTAT=ACCEPTED" not in saying(stored)
    assert "PARTSTAT=DECLINED" not in saying(stored)


def test_nothing_stored_meanwhile_is_nothing_to_merge(base: Component) -> None:
    sent = parse(saying(base, ("Réunion de service", "Autre")))

    assert merge(base, base, sent, mine(ANNE)) is sent


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Réunion de service", "Autre titre"),
        ("T143000", "T150000"),
        ("END:VEVENT", "LOCATION:Salle 2\nEND:VEVENT"),
        ("END:VEVENT", "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT"),
        ("COUNT=4", "COUNT=5"),
        ("mailto:luc", "mailto:eve"),
    ],
    ids=["title", "time", "place", "alarm", "rule", "people"],
)
def test_another_edit_is_a_conflict(base: Component, old: str, new: str) -> None:
    stored = parse(saying(base, (old, new)))
    sent = parse(saying(base, ("Réunion de service", "Mon titre")))

    assert merge(base, stored, sent, mine(ANNE)) is None


def test_an_override_made_meanwhile_is_a_conflict(base: Component) -> None:
    moved = a_vevent(
        recurrence_id=occurrence(1),
        start=occurrence(2),
        organizer="anne@example.org",
        attendees=EVERYBODY,
    )
    stored = parse(saying(base, ("END:VCALENDAR", f"{moved}END:VCALENDAR")))

    assert merge(base, stored, base, mine(ANNE)) is None


def test_two_answers_of_one_person_are_a_conflict_unless_they_agree() -> None:
    copy = invited(put(ANNE, None, SERIES).messages, PAUL)
    accepted = put(PAUL, copy, answering(copy, PAUL, "ACCEPTED")).amended
    assert accepted is not None
    declines = parse(answering(copy, PAUL, "DECLINED"))
    alarmed = parse(saying(copy, ("SUMMARY", "X-NOTE:à lire\nSUMMARY")))

    assert merge(copy, accepted, declines, mine(PAUL)) is None
    kept = merge(copy, accepted, alarmed, mine(PAUL))
    assert "PARTSTAT=ACCEPTED" in saying(kept)
    assert put(PAUL, accepted, kept).messages == ()


def test_an_answer_given_to_a_copy_that_others_answers_have_overtaken() -> None:
    first = put(ANNE, None, SERIES)
    copy = invited(first.messages, PAUL)
    refreshed = parse(answering(copy, LUC, "ACCEPTED"))

    merged = merge(copy, refreshed, parse(answering(copy, PAUL, "TENTATIVE")), mine(PAUL))

    assert "PARTSTAT=ACCEPTED" in saying(merged)
    assert told(put(PAUL, refreshed, merged)) == [("REPLY", "anne")]
