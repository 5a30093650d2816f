"""CALDAV:free-busy-query: when somebody is busy, and not a word more."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.builders import a_series, a_todo, a_vevent, an_event
from tests.serving import CALDAV, Client, precondition

START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARCH = '<C:time-range start="20260301T000000Z" end="20260401T000000Z"/>'


def busy(client: Client, bounds: str = MARCH, path: str = "") -> list[tuple[str, str]]:
    """Kind and period of every FREEBUSY line."""
    answer = client.report(
        path or client.agenda, f"<C:free-busy-query>{bounds}</C:free-busy-query>"
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/calendar")
    text = answer.text.replace("\r\n ", "")
    assert "SUMMARY" not in text
    lines = re.findall(r"^FREEBUSY(?:;FBTYPE=([A-Z-]+))?:(\S+)", text, re.MULTILINE)
    return [(kind or "BUSY", period) for kind, periods in lines for period in periods.split(",")]


@pytest.mark.rfc("4791 §7.10")
def test_touching_and_overlapping_events_are_one_period(anne: Client) -> None:
    for number, start in enumerate((START, START + HOUR, START + 1.5 * HOUR)):
        anne.put(
            f"{anne.agenda}{number}.ics", an_event(uid=f"{number}@x", start=start, end=start + HOUR)
        )

    [(kind, period)] = busy(anne)
    assert kind == "BUSY"
    assert period in {"20260303T080000Z/20260303T103000Z", "20260303T080000Z/PT2H30M"}


@pytest.mark.rfc("4791 §7.10")
@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (an_event(start=START), ["BUSY"]),
        (an_event(start=START, status="TENTATIVE"), ["BUSY-TENTATIVE"]),
        (an_event(start=START, status="CANCELLED"), []),
        (an_event(start=START, transparency="TRANSPARENT"), []),
        (a_todo(start=START, due=START + HOUR), []),
        (a_series(start=START, rrule="FREQ=DAILY;COUNT=3"), ["BUSY"] * 3),
        (an_event(start=date(2026, 3, 3), end=None), ["BUSY"]),
    ],
    ids=["opaque", "tentative", "cancelled", "transparent", "todo", "series", "all day"],
)
def test_what_counts_as_busy(anne: Client, body: str, kinds: list[str]) -> None:
    anne.put(anne.agenda + "e.ics", body)

    assert [kind for kind, _ in busy(anne)] == kinds


@pytest.mark.rfc("4791 §7.10")
def test_a_cancelled_instance_is_free(anne: Client) -> None:
    off = a_vevent(recurrence_id=START + timedelta(days=7), status="CANCELLED")
    anne.put(anne.agenda + "e.ics", a_series(off, start=START))

    assert len(busy(anne)) == 3


@pytest.mark.rfc("4791 §7.10")
def test_periods_are_told_within_the_range(anne: Client) -> None:
    anne.put(anne.agenda + "e.ics", an_event(start=START, end=START + 4 * HOUR))

    [(_, period)] = busy(anne, '<C:time-range start="20260303T090000Z" end="20260303T100000Z"/>')
    assert period.startswith("20260303T09")


@pytest.mark.rfc("4791 §7.10")
@pytest.mark.parametrize(
    ("bounds", "condition"),
    [
        ("", "valid-filter"),
        ('<C:time-range start="20260301T000000Z"/>', "valid-filter"),
        ('<C:time-range start="20260301" end="20260302"/>', "valid-filter"),
        ('<C:time-range start="20260302T000000Z" end="20260301T000000Z"/>', "valid-filter"),
        ('<C:time-range start="19000101T000000Z" end="21000101T000000Z"/>', "max-date-time"),
    ],
    ids=["none", "open", "dates", "backwards", "centuries"],
)
def test_a_range_that_cannot_be_answered_is_refused(
    anne: Client, bounds: str, condition: str
) -> None:
    answer = anne.report(anne.agenda, f"<C:free-busy-query>{bounds}</C:free-busy-query>")

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}{condition}"


@pytest.mark.rfc("4791 §7.10")
def test_the_busy_time_of_strangers_is_not_told(anne: Client, paul: Client) -> None:
    answer = anne.report(paul.agenda, f"<C:free-busy-query>{MARCH}</C:free-busy-query>")

    assert answer.status_code == 404
