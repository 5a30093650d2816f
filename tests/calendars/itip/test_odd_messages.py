"""What real programs send (protocol.md §2.1, §2.4), and what must not have any effect."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calendars.itip.apply import Applied, Effect, apply
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.model.component import Component, parse
from tests.builders import NOUMEA, a_calendar, a_series, a_vevent, an_event
from tests.calendars.itip.people import (
    ANNE,
    EVE,
    EVERYBODY,
    LUC,
    NOW,
    PAUL,
    answering,
    mine,
    put,
    saying,
    text,
    told,
)

_STAMP = "20260302T000000Z"
SERIES = a_series(organizer="anne@example.org", attendees=EVERYBODY)


@pytest.fixture
def stored() -> Component:
    """The series as Anne has it."""
    found = put(ANNE, None, SERIES).amended
    assert found is not None
    return found


def reply(
    *lines: str, sender: str = PAUL, answer: str = "ACCEPTED", stamp: str = _STAMP
) -> ItipMessage:
    """As Exchange writes it: no ORGANIZER, a title of its own, MAILTO in capitals."""
    event = a_vevent(
        summary="Accepté : Réunion",
        stamp=datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        extra=[f"ATTENDEE;PARTSTAT={answer}:{sender.replace('mailto', 'MAILTO')}", *lines],
    )
    calendar = parse(a_calendar(event, method="REPLY"))
    uid = calendar.children("VEVENT")[0].value("UID") or ""
    return ItipMessage(ItipMethod.REPLY, uid, sender, ANNE, calendar)


def hear(copy: Component, message: ItipMessage, who: str = ANNE) -> Applied:
    return apply(copy, message, mine(who), zone=NOUMEA, now=NOW)


def test_a_reply_of_exchange_has_no_organizer(stored: Component) -> None:
    heard = hear(stored, reply("COMMENT:\\n"))

    assert heard.effect is Effect.ANSWERED
    assert "PARTSTAT=ACCEPTED" in text(heard.calendar)
    assert "Accepté" not in text(heard.calendar)
    assert "COMMENT" not in text(heard.calendar)


@pytest.mark.parametrize(
    "named",
    [
        "RECURRENCE-ID:20260310T033000Z",
        "RECURRENCE-ID;TZID=Europe/Paris:20260310T043000",
        "RECURRENCE-ID;TZID=Central Pacific Standard Time:20260310T143000",
        "RECURRENCE-ID;VALUE=DATE:20260310",
    ],
    ids=["utc", "paris", "windows", "date"],
)
def test_an_occurrence_is_told_by_its_instant(stored: Component, named: str) -> None:
    heard = hear(stored, reply(named, answer="DECLINED"))

    assert heard.effect is Effect.ANSWERED
    assert text(heard.calendar).count("PARTSTAT=DECLINED") == 1
    assert "RECURRENCE-ID;TZID=Pacific/Noumea:20260310T143000" in text(heard.calendar)


@pytest.mark.parametrize(
    ("message", "effect"),
    [
        (reply("RECURRENCE-ID:20260311T033000Z"), Effect.REFUSED),
        (reply(sender=EVE), Effect.REFUSED),
        (reply("SEQUENCE:40"), Effect.ANSWERED),
    ],
    ids=["no such occurrence", "not invited", "counts for itself"],
)
def test_only_what_fits_is_heard(stored: Component, message: ItipMessage, effect: Effect) -> None:
    assert hear(stored, message).effect is effect


def test_an_older_answer_does_not_overwrite_a_newer_one(stored: Component) -> None:
    newer = hear(stored, reply(answer="DECLINED", stamp="20260302T100000Z")).calendar
    assert newer is not None

    assert hear(newer, reply(stamp="20260302T090000Z")).effect is Effect.UNCHANGED
    assert hear(newer, reply(stamp="20260302T110000Z")).effect is Effect.ANSWERED


def test_an_answer_to_the_former_time_is_no_answer(stored: Component) -> None:
    moved = put(ANNE, stored, saying(stored, ("T143000", "T160000"), ("T153000", "T170000")))
    assert moved.amended is not None

    assert hear(moved.amended, reply(stamp="20270101T000000Z")).effect is Effect.UNCHANGED
    assert hear(moved.amended, reply("SEQUENCE:1", stamp="20270101T000000Z")).effect is (
        Effect.ANSWERED
    )


def test_nobody_but_the_organizer_changes_a_copy() -> None:
    copy = apply(None, put(ANNE, None, SERIES).messages[0], mine(PAUL), zone=NOUMEA, now=NOW)
    foreign = a_series(organizer="eve@example.org", attendees=EVERYBODY, sequence=9)
    taken = ItipMessage(ItipMethod.REQUEST, "", EVE, PAUL, parse(foreign))
    off = ItipMessage(ItipMethod.CANCEL, "", EVE, PAUL, parse(foreign))
    assert copy.calendar is not None

    assert hear(copy.calendar, taken, PAUL).effect is Effect.REFUSED
    assert hear(copy.calendar, off, PAUL).effect is Effect.REFUSED
    other = an_event(uid="other", organizer="anne@example.org", attendees=EVERYBODY)
    assert hear(copy.calendar, ItipMessage(ItipMethod.CANCEL, "", ANNE, PAUL, parse(other)), PAUL
                ).effect is Effect.REFUSED  # fmt: skip
    uninvited = ItipMessage(ItipMethod.REQUEST, "", ANNE, EVE, parse(SERIES))
    assert apply(None, uninvited, mine(EVE), zone=NOUMEA, now=NOW).effect is Effect.REFUSED


def test_a_client_that_cannot_map_people_does_not_send_them_away(stored: Component) -> None:
    """CalDav Synchronizer with "map attendees" off (O11)."""
    program = "-//github.com/aluxnimm/outlookcaldavsynchronizer//DDay.iCal 4.6//EN"
    bare = "\n".join(
        f"PRODID:{program}" if line.startswith("PRODID") else line
        for line in text(stored).splitlines()
        if not line.startswith(("ATTENDEE", "ORGANIZER"))
    )

    planned = put(ANNE, stored, bare.replace("Réunion de service", "Autre titre"))

    assert told(planned) == [("REQUEST", "paul"), ("REQUEST", "luc")]
    assert "ORGANIZER" in text(planned.amended)
    # Another program means it.
    gone = put(ANNE, stored, bare.replace(program, "-//Mozilla.org//EN"))
    assert told(gone) == [("CANCEL", "paul"), ("CANCEL", "luc")]


@pytest.mark.rule("SEC-2")
def test_what_becomes_confidential_is_so_in_every_copy(stored: Component) -> None:
    first = put(ANNE, None, SERIES).messages[0]
    copy = apply(None, first, mine(PAUL), zone=NOUMEA, now=NOW).calendar
    private = put(PAUL, copy, saying(copy, ("SUMMARY", "CLASS:PRIVATE\nSUMMARY"))).amended
    assert private is not None
    secret = put(ANNE, stored, saying(stored, ("SUMMARY", "CLASS:CONFIDENTIAL\nSUMMARY")))
    plain = put(ANNE, stored, saying(stored, ("Réunion de service", "Autre")))

    assert "CLASS:CONFIDENTIAL" in text(hear(private, secret.messages[0], PAUL).calendar)
    assert "CLASS:PRIVATE" in text(hear(private, plain.messages[0], PAUL).calendar)


def test_only_his_own_words_go_back_with_an_answer() -> None:
    meeting = an_event(
        organizer="anne@example.org", attendees=EVERYBODY, extra=["COMMENT:Venez à l'heure"]
    )
    copy = apply(None, put(ANNE, None, meeting).messages[0], mine(PAUL), zone=NOUMEA, now=NOW)
    yes = answering(copy.calendar, PAUL, "ACCEPTED")
    said = yes.replace("SUMMARY", "COMMENT:Entendu\nSUMMARY")

    first = put(PAUL, copy.calendar, said)
    again = put(PAUL, first.amended, answering(first.amended, PAUL, "TENTATIVE"), now=NOW + 60)

    for planned in (first, again):
        told_back = text(planned.messages[0].calendar)
        assert "COMMENT:Entendu" in told_back
        assert "Venez" not in told_back


def test_who_acts_for_an_attendee_is_named(stored: Component) -> None:
    copy = apply(None, put(ANNE, None, SERIES).messages[0], mine(PAUL), zone=NOUMEA, now=NOW)
    answer = answering(copy.calendar, PAUL, "ACCEPTED").replace(
        "PARTSTAT=ACCEPTED", f'SENT-BY="{LUC}";PARTSTAT=ACCEPTED'
    )

    message = put(PAUL, copy.calendar, answer).messages[0]

    assert (message.sender, message.sent_by) == (PAUL, LUC)
    assert f'SENT-BY="{LUC}"' in text(hear(stored, message).calendar)
