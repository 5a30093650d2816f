"""When a reminder leaves: the window of TIM-11, the working day before, what is still of use."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.wall_clock import epoch_to_local
from scheduler.reminders.rules import Policy, SendingHours, policy_for, useful_until
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.rules import WorkingDays
from tests.builders import NOUMEA

WORKING = WorkingDays(
    public_holidays((2025, 2026, 2027), country="FR", subdivision="NC"),
    {date(2026, 1, 2): "Fermeture"},
)
HOURS = SendingHours(WORKING, NOUMEA)
FIRST = int(datetime(2025, 6, 1, tzinfo=NOUMEA).timestamp())
instants = st.integers(FIRST, FIRST + 700 * 86_400)
days = st.dates(date(2025, 6, 1), date(2027, 5, 1))
befores = st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(tuple)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=NOUMEA).timestamp())


def allowed(instant: int) -> bool:
    local = epoch_to_local(instant, NOUMEA)
    worked = local.weekday() < 5 and local.date() not in WORKING.holidays
    return worked and local.date() not in WORKING.closures and 7 <= local.hour < 19


@pytest.mark.rule("TIM-11")
@given(instants)
def test_what_waits_leaves_in_the_window_and_never_sooner(instant: int) -> None:
    later, earlier = HOURS.next_open(instant), HOURS.last_open(instant)
    assert earlier <= instant <= later
    assert allowed(earlier)
    assert allowed(later)
    assert HOURS.is_open(instant) == allowed(instant)
    assert (later == instant) == allowed(instant) == (earlier == instant)
    assert not any(allowed(between) for between in range(earlier + 60, later, 1800))


@pytest.mark.rule("TIM-11")
@given(instants, st.integers(0, 20 * 86_400))
def test_outsiders_hear_of_an_alarm_in_the_window_and_before_the_start(
    asked: int, lead: int
) -> None:
    heard = HOURS.for_outsiders(asked, asked + lead)
    assert allowed(heard)
    assert heard <= asked + lead


@pytest.mark.rule("TIM-8", "TIM-11")
@given(days, befores)
def test_a_policy_reminds_on_working_days_each_once_and_in_time(
    day: date, before: tuple[int, ...]
) -> None:
    moments = Policy("Formation", before).moments(day, HOURS)
    sent = [epoch_to_local(instant, NOUMEA) for instant, _ in moments]
    assert all(allowed(instant) for instant, _ in moments)
    assert len({local.date() for local in sent}) == len(sent)
    assert sorted(sent) == sent
    assert all(
        local.date() <= day - timedelta(days=n) for local, (_, n) in zip(sent, moments, strict=True)
    )
    assert [n for _, n in moments] == sorted((n for _, n in moments), reverse=True)
    assert moments[-1][1] == min(before)


@pytest.mark.rule("TIM-11")
@given(days, st.integers(1, 30), befores)
def test_moved_with_the_event(day: date, later: int, before: tuple[int, ...]) -> None:
    """Later events are never reminded of sooner."""
    policy = Policy("Formation", before)
    earlier = {n: instant for instant, n in policy.moments(day, HOURS)}
    moved = {n: instant for instant, n in policy.moments(day + timedelta(days=later), HOURS)}
    assert all(moved[n] >= instant for n, instant in earlier.items() if n in moved)


@pytest.mark.rule("TIM-11")
@pytest.mark.parametrize(
    ("day", "before", "expected"),
    [
        pytest.param("2026-03-05", (7, 2, 1), ["2026-02-26T07:30", "2026-03-03T07:30",
                     "2026-03-04T07:30"], id="working days"),
        pytest.param("2026-03-09", (2, 1), ["2026-03-06T07:30"], id="both on Friday: one"),
        pytest.param("2026-04-07", (1,), ["2026-04-03T07:30"], id="Easter Monday: Friday"),
        pytest.param("2026-01-05", (1,), ["2025-12-31T07:30"], id="New Year, closure, weekend"),
    ],
)  # fmt: skip
def test_planned_days(day: str, before: tuple[int, ...], expected: list[str]) -> None:
    moments = Policy("Formation", before).moments(date.fromisoformat(day), HOURS)
    assert [instant for instant, _ in moments] == [at(text) for text in expected]


def test_an_urgent_kind_does_not_wait_for_a_working_day() -> None:
    urgent = Policy("Audience", (1,), time(8), urgent=True)
    assert urgent.moments(date(2026, 3, 9), HOURS) == [(at("2026-03-08T08:00"), 1)]


def test_a_reminder_is_of_use_before_the_event_or_soon_after_it_was_asked_for() -> None:
    start = at("2026-03-05T09:00")
    assert useful_until(start - 900, start) == start
    assert useful_until(start, start) == start + 3600


def test_the_first_kind_with_a_policy_decides_however_it_is_written() -> None:
    policies = [Policy("Formation", (7,)), Policy("Commission", (2,))]
    assert policy_for(["Divers", "commission ", "Formation"], policies) == policies[1]
    assert policy_for(["Divers"], policies) is None
