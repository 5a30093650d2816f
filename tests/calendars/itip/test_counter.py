"""Another time is proposed, and somebody asks how things stand (RFC 5546 §3.2.6 to §3.2.8)."""

from __future__ import annotations

import pytest

from calendars.itip.apply import Effect, apply
from calendars.itip.counter import (
    NoSuchProposal,
    NotInvited,
    accepted,
    ask_refresh,
    counter,
    decline_counter,
    may_counter,
    proposals,
    refreshed,
)
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.model.component import Component, parse
from tests.builders import NOUMEA, START, a_series, a_vevent, an_event
from tests.calendars.itip.people import (
    ANNE,
    EVE,
    EVERYBODY,
    NOW,
    PAUL,
    WEEK,
    mine,
    occurrence,
    put,
    saying,
    text,
    told,
)
from tests.instants import HOUR, stamp

MEETING = an_event(organizer="anne@example.org", attendees=EVERYBODY, location="Salle 1")
SERIES = a_series(organizer="anne@example.org", attendees=EVERYBODY)


def copies(meeting: str) -> tuple[Component, Component]:
    """Anne's and Paul's."""
    planned = put(ANNE, None, meeting)
    paul = apply(None, planned.messages[0], mine(PAUL), zone=NOUMEA, now=NOW).calendar
    assert planned.amended is not None
    assert paul is not None
    return planned.amended, paul


def wish(paul: Component, *changes: tuple[str, str]) -> ItipMessage:
    wanted = parse(saying(paul, *changes))
    return counter(paul, wanted, mine(PAUL), zone=NOUMEA, now=NOW + 60)


LATER = (("T143000", "T160000"), ("T153000", "T170000"))


@pytest.mark.rfc("5546 §3.2.7")
def test_a_proposal_says_who_wants_what() -> None:
    anne, paul = copies(MEETING)

    message = wish(
        paul, *LATER, ("Salle 1", "Salle 2"), ("SUMMARY", "COMMENT:Plutôt tard\nSUMMARY")
    )

    assert (message.method, message.sender, message.recipient) == (ItipMethod.COUNTER, PAUL, ANNE)
    (proposal,) = proposals(anne, message, zone=NOUMEA)
    assert proposal.by == PAUL
    assert proposal.starts_at == stamp(START) + 5_400
    assert proposal.ends_at - proposal.starts_at == 3_600
    assert proposal.location == "Salle 2"
    assert proposal.comment == "Plutôt tard"
    assert not proposal.outdated


@pytest.mark.rfc("5546 §3.2.7")
def test_an_accepted_proposal_moves_the_meeting_for_all() -> None:
    anne, paul = copies(MEETING)

    moved = accepted(anne, wish(paul, *LATER), zone=NOUMEA)

    planned = put(ANNE, anne, moved, now=NOW + 120)
    assert told(planned) == [("REQUEST", "paul"), ("REQUEST", "luc")]
    assert "T160000" in text(planned.messages[0].calendar)
    assert "SEQUENCE:1" in text(planned.amended)


def test_a_proposal_for_one_occurrence_moves_that_one() -> None:
    anne, paul = copies(SERIES)
    one = a_vevent(
        recurrence_id=occurrence(1),
        start=occurrence(1) + 2 * HOUR,
        organizer="anne@example.org",
        attendees=EVERYBODY,
    )
    message = wish(paul, ("END:VCALENDAR", f"{one}END:VCALENDAR"))

    (proposal,) = proposals(anne, message, zone=NOUMEA)
    planned = put(ANNE, anne, accepted(anne, message, zone=NOUMEA))

    assert proposal.recurrence_id == stamp(START + WEEK)
    assert text(planned.messages[0].calendar).count("BEGIN:VEVENT") == 1
    assert "RECURRENCE-ID" in text(planned.messages[0].calendar)


@pytest.mark.rfc("5546 §3.2.8")
def test_a_declined_proposal_changes_nothing() -> None:
    anne, paul = copies(MEETING)

    message = decline_counter(
        anne, wish(paul, *LATER), mine(ANNE), zone=NOUMEA, now=NOW, comment="Non, désolée"
    )

    assert (message.method, message.recipient) == (ItipMethod.DECLINECOUNTER, PAUL)
    assert "COMMENT:Non\\, désolée" in text(message.calendar)
    assert "T143000" in text(message.calendar)
    assert apply(paul, message, mine(PAUL), zone=NOUMEA, now=NOW).effect is Effect.UNCHANGED


def test_a_proposal_that_the_meeting_has_overtaken_is_outdated() -> None:
    anne, paul = copies(MEETING)
    message = wish(paul, *LATER)
    moved = put(ANNE, anne, saying(anne, ("T143000", "T100000"), ("T153000", "T110000"))).amended
    assert moved is not None

    assert proposals(moved, message, zone=NOUMEA)[0].outdated


def test_who_is_not_invited_proposes_nothing() -> None:
    anne, paul = copies(MEETING)
    message = wish(paul, *LATER)
    stranger = ItipMessage(message.method, message.uid, EVE, ANNE, message.calendar)

    with pytest.raises(NotInvited):
        proposals(anne, stranger, zone=NOUMEA)
    with pytest.raises(NoSuchProposal):
        counter(paul, paul, mine(PAUL), zone=NOUMEA, now=NOW)


@pytest.mark.rfc("5546 §3.2.6")
def test_who_asks_how_things_stand_is_told_all_that_he_may_see() -> None:
    anne, paul = copies(SERIES)

    asked = ask_refresh(paul, mine(PAUL), now=NOW)
    answer = refreshed(anne, asked, mine(ANNE), zone=NOUMEA, now=NOW + 5)

    assert (asked.method, asked.recipient) == (ItipMethod.REFRESH, ANNE)
    assert (answer.method, answer.recipient) == (ItipMethod.REQUEST, PAUL)
    stranger = ItipMessage(asked.method, asked.uid, EVE, ANNE, asked.calendar)
    with pytest.raises(NotInvited):
        refreshed(anne, stranger, mine(ANNE), zone=NOUMEA, now=NOW)


def test_an_organizer_may_forbid_proposals() -> None:
    forbidding = an_event(extra=["X-MICROSOFT-DISALLOW-COUNTER:TRUE"])

    assert may_counter(parse(MEETING))
    assert not may_counter(parse(forbidding))
