"""Which reminders an event has, and when: alarms (RFC 5545 §3.6.6, RFC 9074), policies, series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.component import parse
from scheduler.reminders.model import Audience, Due, Guidance, Reminded
from scheduler.reminders.rules import Policy, SendingHours
from scheduler.working_time.rules import WorkingDays
from tests.builders import NOUMEA, a_calendar, a_series, a_valarm, a_vevent, a_vtodo, an_event

OWNER = frozenset({"mailto:anne@example.org"})
POLICIES = (Policy("Formation", (7, 2)),)
HOURS = SendingHours(WorkingDays(), NOUMEA)
START = datetime(2026, 3, 3, 8, 0, tzinfo=NOUMEA)
YEAR = (int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()),) * 2
FROM, TO = YEAR[0], YEAR[0] + 366 * 86_400


def mail(trigger: str = "-PT15M", *extra: str, to: str = "anne@example.org") -> str:
    return a_valarm(trigger, action="EMAIL", extra=[f"ATTENDEE:mailto:{to}", "SUMMARY:x", *extra])


def reminded(text: str, *, zone: ZoneInfo = NOUMEA) -> Reminded:
    return Reminded(parse(text), OWNER, zone, Guidance(POLICIES, HOURS))


def due(text: str, **kwargs: ZoneInfo) -> list[Due]:
    return reminded(text, **kwargs).due_between(FROM, TO)


def told(text: str, **kwargs: ZoneInfo) -> list[str]:
    """The instants on the clocks of Nouméa."""
    found = (datetime.fromtimestamp(one.at, NOUMEA) for one in due(text, **kwargs))
    return [f"{one:%m-%d %H:%M}" for one in found]


def absolute(text: str, *extra: str) -> str:
    return mail("-PT1M", *extra).replace("TRIGGER:-PT1M", f"TRIGGER;VALUE=DATE-TIME:{text}")


@pytest.mark.rfc("5545 §3.8.6.3")
@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        pytest.param(mail("-PT15M"), ["03-03 07:45"], id="before the start"),
        pytest.param(mail("-P1D"), ["03-02 08:00"], id="a day before"),
        pytest.param(mail("PT0S"), ["03-03 08:00"], id="at the start"),
        pytest.param(mail("-PT5M").replace("TRIGGER", "TRIGGER;RELATED=END"),
                     ["03-03 08:55"], id="before the end"),
        pytest.param(mail("-PT1H", "REPEAT:2", "DURATION:PT20M"),
                     ["03-03 07:00", "03-03 07:20", "03-03 07:40"], id="repeated"),
        pytest.param(absolute("20260301T210000Z"), ["03-02 08:00"], id="absolute"),
        pytest.param(mail("-PT1H", "REPEAT:1", "DURATION:PT30M", "ACKNOWLEDGED:20260302T201500Z"),
                     ["03-03 07:30"], id="the first time was acknowledged"),
        pytest.param(mail("-PT1H", "ACKNOWLEDGED:20260302T210000Z") +
                     absolute("20260302T211000Z", "RELATED-TO;RELTYPE=SNOOZE:x"),
                     ["03-03 08:10"], id="acknowledged, and snoozed"),
        pytest.param(a_valarm("-PT15M"), [], id="DISPLAY is the business of programs"),
        pytest.param(mail("nonsense"), [], id="unreadable"),
    ],
)  # fmt: skip
def test_the_alarms_of_an_event(alarm: str, expected: list[str]) -> None:
    assert told(an_event(start=START, alarms=[alarm])) == expected


@pytest.mark.rule("TIM-1")
def test_a_day_starts_at_midnight_of_the_site_whatever_the_diary_says() -> None:
    text = an_event(start=date(2026, 3, 3), end=date(2026, 3, 4), alarms=[mail("-PT15H")])
    assert told(text, zone=ZoneInfo("Europe/Paris")) == ["03-02 09:00"]


@pytest.mark.rule("TIM-3")
def test_an_hour_fixed_in_paris_keeps_to_paris() -> None:
    paris = ZoneInfo("Europe/Paris")
    text = an_event(
        start=datetime(2026, 3, 27, 8, 0, tzinfo=paris), rrule="FREQ=WEEKLY;COUNT=2",
        alarms=[mail("-PT30M")],
    )  # fmt: skip
    assert told(text) == ["03-27 17:30", "04-03 16:30"]


@pytest.mark.rfc("5545 §3.8.4.4")
def test_each_occurrence_has_the_alarms_of_its_own_component() -> None:
    week = timedelta(weeks=1)
    text = a_series(
        a_vevent(recurrence_id=START + week, start=START + week + timedelta(hours=2),
                 alarms=[mail("-PT1H")]),
        a_vevent(recurrence_id=START + 2 * week, start=START + 2 * week),
        start=START, exdates=[START + 3 * week], rrule="FREQ=WEEKLY;COUNT=5", alarms=[mail()],
    )  # fmt: skip
    assert told(text) == ["03-03 07:45", "03-10 09:00", "03-31 07:45"]


def test_a_task_is_reminded_of_before_it_is_due_and_not_when_it_is_done() -> None:
    task = {"due": START, "alarms": [mail("-PT1H").replace("TRIGGER", "TRIGGER;RELATED=END")]}
    assert told(a_calendar(a_vtodo(**task))) == ["03-03 07:00"]  # type: ignore[arg-type]
    assert told(a_calendar(a_vtodo(**task, status="COMPLETED"))) == []  # type: ignore[arg-type]


@pytest.mark.rule("TIM-11")
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param({"categories": ["Formation"]}, ["02-24 07:30", "02-27 07:30"],
                     id="the Sunday before: Friday"),
        pytest.param({"categories": ["Divers"]}, [], id="no policy for that kind"),
        pytest.param({"categories": ["Formation"], "status": "CANCELLED"}, [], id="cancelled"),
        pytest.param({"categories": ["Formation"], "organizer": "paul@example.org",
                      "attendees": {"anne@example.org": "DECLINED"}}, [], id="declined"),
    ],
)  # fmt: skip
def test_the_policy_of_a_kind(parts: dict[str, object], expected: list[str]) -> None:
    assert told(an_event(start=START, **parts)) == expected  # type: ignore[arg-type]


@pytest.mark.rule("TIM-11")
def test_people_outside_hear_of_a_sunday_alarm_on_monday_and_the_owner_when_he_asked() -> None:
    monday = datetime(2026, 3, 2, 9, 0, tzinfo=NOUMEA)
    parts = {"start": monday, "organizer": "anne@example.org", "attendees": ["x@outside.test"]}
    found = due(an_event(**parts, alarms=[mail("-P1D")]))  # type: ignore[arg-type]
    heard = {one.audience: f"{datetime.fromtimestamp(one.at, NOUMEA):%d %H:%M}" for one in found}
    assert heard == {Audience.INSIDE: "01 09:00", Audience.OUTSIDE: "02 07:00"}
    urgent = due(an_event(**parts, alarms=[mail("-P1D")], extra=["PRIORITY:1"]))  # type: ignore[arg-type]
    assert [one.audience for one in urgent] == [Audience.BOTH]


rules = st.sampled_from(
    ["", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;COUNT=9", "FREQ=YEARLY"]
)
triggers = st.lists(
    st.sampled_from(["-PT15M", "-P2D", "PT0S", "-P1W", "PT2H", "-P3DT4H"]), max_size=3
)


@given(rules, triggers, st.booleans(), st.integers(0, 200), st.booleans())
def test_the_next_one_is_the_first_that_falls_due(
    rule: str, offsets: Sequence[str], policy: bool, day: int, invites: bool
) -> None:
    """Stepping from one to the next finds what one look at the whole stretch finds."""
    parts: dict[str, object] = {"start": START, "alarms": [mail(one) for one in offsets]}
    if rule:
        parts["rrule"] = rule
    if policy:
        parts["categories"] = ["Formation"]
    if invites:
        parts |= {"organizer": "anne@example.org", "attendees": ["x@outside.test"]}
    one = reminded(an_event(**parts))  # type: ignore[arg-type]
    after = int(START.timestamp()) + (day - 100) * 86_400
    until = after + 60 * 86_400
    stepped, now = [], after
    while (following := one.next_after(now)) is not None and following <= until:
        stepped.append(following)
        now = following
    assert stepped == sorted({found.at for found in one.due_between(after, until)})


def test_times_of_day_of_a_policy() -> None:
    guidance = Guidance((Policy("Formation", (1,), time(16, 5)),), HOURS)
    one = Reminded(parse(an_event(start=START, categories=["Formation"])), OWNER, NOUMEA, guidance)
    assert one.next_after(FROM) == int(datetime(2026, 3, 2, 16, 5, tzinfo=NOUMEA).timestamp())
