"""CALDAV:expand and CALDAV:limit-recurrence-set: instances instead of a rule."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOUMEA, a_series, a_todo, a_vevent
from tests.serving import CALDAV, Client, precondition, responses

START = datetime(2026, 3, 3, 9, 0, tzinfo=NOUMEA)
WEEK = timedelta(days=7)
PATH = "/dav/calendars/anne/agenda/series.ics"


def fetch(client: Client, inner: str) -> str:
    """The calendar data of the one object, written as asked."""
    answer = client.report(
        client.agenda,
        f"<C:calendar-query><D:prop><C:calendar-data>{inner}</C:calendar-data></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
    )
    assert answer.status_code == 207, answer.text
    [response] = responses(answer)
    return response.data


def expand(start: str = "20260301T000000Z", end: str = "20260401T000000Z") -> str:
    """March 2026 unless told."""
    return f'<C:expand start="{start}" end="{end}"/>'


@pytest.mark.rfc("4791 §9.6.5")
def test_every_instance_stands_alone_in_utc(anne: Client) -> None:
    anne.put(PATH, a_series(start=START))
    data = fetch(anne, expand())

    starts = re.findall(r"^DTSTART:(\S+)$", data, re.MULTILINE)
    assert starts == [f"{(START + n * WEEK).astimezone(UTC):%Y%m%dT%H%M%SZ}" for n in range(4)]
    assert re.findall(r"^RECURRENCE-ID:(\S+)$", data, re.MULTILINE) == starts
    assert "RRULE" not in data
    assert "VTIMEZONE" not in data


@pytest.mark.rfc("4791 §9.6.5")
def test_an_override_takes_the_place_of_its_instance(anne: Client) -> None:
    moved = a_vevent(
        recurrence_id=START + WEEK, start=START + WEEK + timedelta(hours=2), summary="Déplacée",
        sequence=3,
    )  # fmt: skip
    anne.put(PATH, a_series(moved, start=START, sequence=1, exdates=[START + 2 * WEEK]))
    data = fetch(anne, expand())

    assert data.count("BEGIN:VEVENT") == 3
    assert data.count("SUMMARY:Déplacée") == 1
    assert f"DTSTART:{(START + WEEK + timedelta(hours=2)).astimezone(UTC):%Y%m%dT%H%M%SZ}" in data


@pytest.mark.rfc("4791 §9.6.5")
def test_todos_expand_too(anne: Client) -> None:
    anne.put(PATH, a_todo(start=START, due=START + timedelta(hours=1), rrule="FREQ=DAILY;COUNT=3"))

    assert fetch(anne, expand()).count("BEGIN:VTODO") == 3


@pytest.mark.rfc("4791 §9.6.5")
def test_only_instances_in_the_range(anne: Client) -> None:
    anne.put(PATH, a_series(start=START, rrule="FREQ=DAILY"))

    assert fetch(anne, expand("20300101T000000Z", "20300108T000000Z")).count("BEGIN:VEVENT") == 7


@pytest.mark.rfc("4791 §9.6.6")
def test_limit_recurrence_set_keeps_the_rule_and_drops_far_overrides(anne: Client) -> None:
    overrides = [
        a_vevent(recurrence_id=START + n * WEEK, start=START + n * WEEK, summary=f"Numéro {n}")
        for n in (1, 3)
    ]
    anne.put(PATH, a_series(*overrides, start=START))
    data = fetch(anne, '<C:limit-recurrence-set start="20260308T000000Z" end="20260315T000000Z"/>')

    assert "RRULE" in data
    assert "Numéro 1" in data
    assert "Numéro 3" not in data


@pytest.mark.rfc("4791 §9.6.5")
def test_a_range_of_centuries_is_refused(anne: Client) -> None:
    anne.put(PATH, a_series(start=START, rrule="FREQ=DAILY"))
    answer = anne.report(
        anne.agenda,
        "<C:calendar-query><D:prop><C:calendar-data>"
        f"{expand('19000101T000000Z', '21000101T000000Z')}</C:calendar-data></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}max-date-time"


@pytest.mark.rfc("4791 §5.2.8")
def test_every_hour_without_end_is_told_for_a_year_and_refused_for_longer(anne: Client) -> None:
    anne.put(PATH, a_series(start=START, rrule="FREQ=HOURLY"))

    year = fetch(anne, expand("20270101T000000Z", "20280101T000000Z"))
    assert len(re.findall(r"^DTSTART:", year, re.MULTILINE)) == 365 * 24

    window = expand("20270101T000000Z", "20290101T000000Z")
    answer = anne.report(
        anne.agenda,
        f"<C:calendar-query><D:prop><C:calendar-data>{window}</C:calendar-data></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
    )
    assert "max-instances" in answer.text
