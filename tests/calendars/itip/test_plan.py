"""Which messages a change calls for (RFC 6638 §3.2)."""

from __future__ import annotations

import pytest

from calendars.itip.apply import Effect, apply
from calendars.itip.plan import AttendeeChangeNotAllowed, Role, refresh
from tests.builders import NOUMEA, a_series, an_event
from tests.calendars.itip.people import (
    ANNE,
    EVERYBODY,
    NOW,
    PAUL,
    answering,
    mine,
    put,
    saying,
    text,
    told,
)

MEETING = an_event(organizer="anne@example.org", attendees=EVERYBODY)
SERIES = a_series(organizer="anne@example.org", attendees=EVERYBODY)


@pytest.mark.rfc("6638 §3.2.1.1")
@pytest.mark.parametrize("meeting", [MEETING, SERIES], ids=["meeting", "series"])
def test_a_new_meeting_is_told_to_all_but_the_organizer(meeting: str) -> None:
    planned = put(ANNE, None, meeting)

    assert planned.role is Role.ORGANIZER
    assert told(planned) == [("REQUEST", "paul"), ("REQUEST", "luc")]


@pytest.mark.parametrize("meeting", [MEETING, SERIES], ids=["meeting", "series"])
def test_nothing_new_is_nothing_to_tell(meeting: str) -> None:
    stored = put(ANNE, None, meeting).amended

    again = put(ANNE, stored, stored)

    assert again.messages == ()
    assert again.amended is stored


@pytest.mark.rfc("6638 §3.2.2.1")
def test_an_answer_goes_to_the_organizer_and_from_him_to_the_others() -> None:
    stored = put(ANNE, None, SERIES)
    invited = apply(None, stored.messages[0], mine(PAUL), zone=NOUMEA, now=NOW)
    assert invited.effect is Effect.CREATED

    reply = put(PAUL, invited.calendar, answering(invited.calendar, PAUL, "ACCEPTED"), now=NOW + 60)
    assert told(reply) == [("REPLY", "anne")]
    assert not reply.tag_changes
    heard = apply(stored.amended, reply.messages[0], mine(ANNE), zone=NOUMEA, now=NOW + 60)

    assert heard.effect is Effect.ANSWERED
    assert "PARTSTAT=ACCEPTED" in text(heard.calendar)
    assert heard.calendar is not None
    others = refresh(heard.calendar, mine(ANNE), but=PAUL, now=NOW + 61)
    assert told(others) == [("REQUEST", "luc")]
    assert not others[0].significant


@pytest.mark.rfc("6638 §3.2.1.3")
def test_a_deleted_meeting_is_cancelled_for_all() -> None:
    stored = put(ANNE, None, SERIES).amended

    assert told(put(ANNE, stored, None)) == [("CANCEL", "paul"), ("CANCEL", "luc")]


@pytest.mark.rfc("6638 §3.2.4.3")
def test_an_attendee_may_not_move_the_meeting() -> None:
    invited = put(ANNE, None, MEETING).messages[0].calendar
    copy = apply(None, put(ANNE, None, MEETING).messages[0], mine(PAUL), zone=NOUMEA, now=NOW)
    assert invited is not copy.calendar

    with pytest.raises(AttendeeChangeNotAllowed):
        put(PAUL, copy.calendar, saying(copy.calendar, ("T143000", "T133000")))
