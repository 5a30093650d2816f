"""What a meeting does to the time of who is invited, and of who invites."""

from __future__ import annotations

import pytest

from calendars.model.attendance import busy_for
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import parse
from tests.builders import an_event

ANNE, PAUL = "mailto:anne@example.org", "mailto:paul@example.org"


@pytest.mark.rfc("5545 §3.2.12")
@pytest.mark.parametrize(
    ("who", "attendees", "busy", "expected"),
    [
        (PAUL, {PAUL: "DECLINED"}, "B", "F"),
        (PAUL, {"MAILTO:Paul@Example.org": "DECLINED"}, "B", "F"),
        (PAUL, {PAUL: "ACCEPTED"}, "T", "T"),
        (PAUL, {PAUL: "NEEDS-ACTION"}, "B", "T"),
        (PAUL, {PAUL: "X-LATER"}, "B", "B"),
        (PAUL, {PAUL: "NEEDS-ACTION"}, "F", "F"),
        (PAUL, {ANNE: "DECLINED"}, "B", "B"),
        (ANNE, {ANNE: "NEEDS-ACTION", PAUL: "DECLINED"}, "B", "B"),
        (ANNE, {ANNE: "DECLINED"}, "B", "F"),
    ],
    ids=[
        "declined", "in capitals", "a meeting with a maybe", "not answered", "unknown answer",
        "transparent", "another's answer", "her own meeting", "her own without her",
    ],
)  # fmt: skip
def test_the_own_answer_counts(
    who: str, attendees: dict[str, str], busy: str, expected: str
) -> None:
    event = parse(an_event(organizer=ANNE, attendees=attendees)).children("VEVENT")[0]

    assert busy_for(event, busy, {calendar_user_address(who)}) == expected
