"""What a resource answers: against an oracle that tries every five minutes (RES-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.free_period import GRID, SEARCH_DAYS
from calendars.model.resource_answer import (
    Answer,
    BookingRequest,
    Reason,
    ResourceAnswer,
    Slot,
    decide,
)
from calendars.model.resource_policy import (
    DAY,
    AnswerMode,
    Category,
    Closure,
    InvalidPolicy,
    OpenHours,
    ResourcePolicy,
)
from calendars.model.resource_wording import comment
from calendars.model.window import NEVER_AFTER

NOUMEA = ZoneInfo("Pacific/Noumea")
HOUR = 3600
OFFSET = 11 * HOUR
Pair = tuple[int, int]


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 3) -> int:
    """An instant by the clocks of Nouméa in 2026."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=NOUMEA).timestamp())


NOW = at(2, 8)
AUTOMATIC = ResourcePolicy()
WEEKDAYS = OpenHours((0, 1, 2, 3, 4), 7 * 60 + 30, 16 * 60)


def ask(
    policy: ResourcePolicy,
    *slots: Pair,
    busy: Sequence[Pair] = (),
    closures: Sequence[Closure] = (),
    **more: Any,
) -> ResourceAnswer:
    """The answer to one event, or to a series where there are several times."""
    series = len(slots) > 1
    wanted = [Slot(start, end, start if series else None) for start, end in slots]
    request = BookingRequest(slots=wanted, **more)
    return decide(policy, request, busy, closures, now=NOW, zone=NOUMEA)


def words(answer: ResourceAnswer, policy: ResourcePolicy = AUTOMATIC) -> str:
    """The French text with plain spaces."""
    said = comment(answer, policy, Category.ROOM, now=NOW, zone=NOUMEA)
    return said.replace("\u00a0", " ")


# --- the oracle: time in steps of five minutes -----------------------------------------------


def _open(policy: ResourcePolicy, cell: int) -> bool:
    local = datetime.fromtimestamp(cell + OFFSET, UTC)
    minutes = local.hour * 60 + local.minute
    return not policy.hours or any(
        local.weekday() in span.weekdays and span.start <= minutes < span.end
        for span in policy.hours
    )


def _fits(
    policy: ResourcePolicy, pair: Pair, busy: Sequence[Pair], closures: Sequence[Closure]
) -> bool:
    start, end = pair
    gap = policy.gap
    return (
        (policy.max_duration is None or end - start <= policy.max_duration * 60)
        and (end <= NOW or start >= NOW + policy.min_notice * 60)
        and (policy.max_ahead is None or end <= NOW + policy.max_ahead * DAY)
        and all(_open(policy, cell) for cell in range(start, end, GRID))
        and not any(start < one.ends_at and end > one.starts_at for one in closures)
        and not any(start < e + gap and end > s - gap for s, e in busy)
    )


def _first_free(
    policy: ResourcePolicy, pair: Pair, busy: Sequence[Pair], closures: Sequence[Closure]
) -> Pair | None:
    start, end = pair
    earliest = max(start, NOW + policy.min_notice * 60)
    for candidate in range(-(-earliest // GRID) * GRID, earliest + SEARCH_DAYS * DAY + 1, GRID):
        found = (candidate, candidate + end - start)
        if _fits(policy, found, busy, closures):
            return found
    return None


cells = st.integers(-12 * 20, 12 * 24 * 3).map(lambda cell: NOW + cell * GRID)
lengths = st.integers(1, 12 * 5).map(lambda cell: cell * GRID)
pairs = st.builds(lambda start, length: (start, start + length), cells, lengths)
spans = st.builds(
    lambda days, start, length: OpenHours(
        tuple(days), start * 30, min(1440, (start + length) * 30)
    ),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 47),
    st.integers(1, 48),
)
policies = st.builds(
    ResourcePolicy,
    mode=st.sampled_from([AnswerMode.AUTOMATIC, AnswerMode.APPROVAL, AnswerMode.ACCEPT_IF_FREE]),
    min_notice=st.sampled_from([0, 0, 60, 24 * 60]),
    max_ahead=st.sampled_from([None, 2, 30]),
    max_duration=st.sampled_from([None, 120]),
    buffer_before=st.sampled_from([0, 15]),
    buffer_after=st.sampled_from([0, 10]),
    conflicts_allowed=st.sampled_from([None, 1, 5]),
    conflict_percent=st.sampled_from([None, 0, 40]),
    hours=st.lists(spans, max_size=2).map(tuple),
)
closed = pairs.map(lambda pair: Closure(*pair))


@pytest.mark.rule("RES-1")
@given(policies, st.lists(pairs, min_size=1, max_size=5), st.lists(pairs, max_size=8),
       st.lists(closed, max_size=2))  # fmt: skip
def test_every_occurrence_is_answered_as_the_oracle_does(
    policy: ResourcePolicy, asked: list[Pair], busy: list[Pair], closures: list[Closure]
) -> None:
    asked = sorted(dict.fromkeys(asked))
    answer = ask(policy, *asked, busy=busy, closures=closures)

    refused = [pair for pair in asked if not _fits(policy, pair, busy, closures)]
    assert [(one.slot.starts_at, one.slot.ends_at) for one in answer.refusals] == refused
    told = [answer.exceptions.get(start, answer.answer) for start, _ in asked]
    whole_no = Answer.OPEN if policy.mode is AnswerMode.ACCEPT_IF_FREE else Answer.DECLINED
    yes = Answer.OPEN if policy.mode is AnswerMode.APPROVAL else Answer.ACCEPTED
    if len(refused) == len(asked) or len(refused) > policy.tolerated(len(asked)):
        assert set(told) == {whole_no}
    else:
        assert told == [whole_no if pair in refused else yes for pair in asked]


@pytest.mark.rule("RES-1")
@given(policies, pairs, st.lists(pairs, max_size=12), st.lists(closed, max_size=2))
def test_the_next_free_period_is_the_earliest_that_fits(
    policy: ResourcePolicy, asked: Pair, busy: list[Pair], closures: list[Closure]
) -> None:
    answer = ask(policy, asked, busy=busy, closures=closures)

    if answer.searched:
        assert answer.next_free == _first_free(policy, asked, busy, closures)
    if answer.next_free is not None:
        again = ask(policy, answer.next_free, busy=busy, closures=closures)
        assert again.refusals == ()


# --- what each rule says ----------------------------------------------------------------------

TAKEN = (at(3, 14), at(3, 15, 30))
WANTED = (at(3, 14, 30), at(3, 15, 30))
REFUSALS = [
    pytest.param(
        AUTOMATIC, WANTED, {"busy": [TAKEN]}, Reason.BUSY,
        "La salle est déjà réservée de 14 h à 15 h 30. "
        "Prochain créneau libre : mardi 3 mars 2026 à 15 h 30.", id="busy",
    ),
    pytest.param(
        ResourcePolicy(buffer_before=10, buffer_after=20), (at(3, 15, 45), at(3, 16, 45)),
        {"busy": [TAKEN]}, Reason.TOO_CLOSE,
        "La salle est déjà réservée de 14 h à 15 h 30, et il faut 30 min entre deux réservations. "
        "Prochain créneau libre : mardi 3 mars 2026 à 16 h.", id="too close",
    ),
    pytest.param(
        ResourcePolicy(hours=(WEEKDAYS,)), (at(6, 15), at(6, 17)), {}, Reason.HOURS,
        "La salle n'est pas prêtée à ces heures. "
        "Prochain créneau libre : lundi 9 mars 2026 à 7 h 30.", id="hours",
    ),
    pytest.param(
        AUTOMATIC, WANTED, {"closures": [Closure(at(1), at(5), "peinture")]},
        Reason.OUT_OF_SERVICE,
        "La salle est hors service du dimanche 1er mars 2026 au mercredi 4 mars 2026 (peinture). "
        "Prochain créneau libre : jeudi 5 mars 2026 à 0 h.", id="out of service",
    ),
    pytest.param(
        ResourcePolicy(min_notice=2 * 60), (NOW + HOUR, NOW + 2 * HOUR), {}, Reason.TOO_SOON,
        "La salle se réserve au moins 2 h à l'avance. "
        "Prochain créneau libre : lundi 2 mars 2026 à 10 h.", id="too soon",
    ),
    pytest.param(
        ResourcePolicy(max_ahead=30), (at(3, 9, month=4), at(3, 10, month=4)), {}, Reason.TOO_FAR,
        "La salle se réserve jusqu'au mercredi 1er avril 2026 pour l'instant.", id="too far",
    ),
    pytest.param(
        ResourcePolicy(max_ahead=30), WANTED, {"last_end": NEVER_AFTER}, Reason.TOO_FAR,
        "La salle se réserve jusqu'au mercredi 1er avril 2026 pour l'instant.", id="endless",
    ),
    pytest.param(
        ResourcePolicy(max_duration=90), (at(3, 9), at(3, 11)), {}, Reason.TOO_LONG,
        "La salle se réserve pour 1 h 30 au plus.", id="too long",
    ),
    pytest.param(
        ResourcePolicy(max_attendees=6), WANTED, {"people": 7}, Reason.TOO_MANY,
        "La salle n'a que 6 places.", id="too many people",
    ),
    pytest.param(
        AUTOMATIC, WANTED, {"may_book": False}, Reason.NOT_ALLOWED,
        "La salle est réservée à d'autres personnes ou services.", id="not allowed",
    ),
    pytest.param(
        ResourcePolicy(mode=AnswerMode.DECLINE), WANTED, {}, Reason.NOT_LENT,
        "La salle n'est pas prêtée en ce moment.", id="not lent",
    ),
]  # fmt: skip


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize(("policy", "wanted", "facts", "reason", "text"), REFUSALS)
def test_a_refusal_says_why_and_what_else_is_possible(
    policy: ResourcePolicy, wanted: Pair, facts: dict[str, Any], reason: Reason, text: str
) -> None:
    answer = ask(policy, wanted, **facts)

    assert (answer.answer, answer.reason) == (Answer.DECLINED, reason)
    assert words(answer, policy) == text


MODES = [
    (AnswerMode.NONE, Answer.OPEN, Answer.OPEN),
    (AnswerMode.ACCEPT, Answer.ACCEPTED, Answer.ACCEPTED),
    (AnswerMode.DECLINE, Answer.DECLINED, Answer.DECLINED),
    (AnswerMode.ACCEPT_IF_FREE, Answer.ACCEPTED, Answer.OPEN),
    (AnswerMode.DECLINE_IF_BUSY, Answer.OPEN, Answer.DECLINED),
    (AnswerMode.AUTOMATIC, Answer.ACCEPTED, Answer.DECLINED),
    (AnswerMode.APPROVAL, Answer.OPEN, Answer.DECLINED),
]


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize(("mode", "free", "taken"), MODES, ids=[str(mode) for mode, *_ in MODES])
def test_the_mode_says_who_answers(mode: AnswerMode, free: Answer, taken: Answer) -> None:
    policy = ResourcePolicy(mode=mode)

    assert ask(policy, WANTED).answer is free
    assert ask(policy, WANTED, busy=[TAKEN]).answer is taken


def weekly(count: int) -> list[Pair]:
    """Tuesdays at 14:30 from 3 March on."""
    week = int(timedelta(weeks=1).total_seconds())
    return [(WANTED[0] + n * week, WANTED[1] + n * week) for n in range(count)]


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize(
    ("policy", "accepted"),
    [
        (AUTOMATIC, False),
        (ResourcePolicy(conflicts_allowed=1), True),
        (ResourcePolicy(conflict_percent=10), True),
        (ResourcePolicy(conflict_percent=9), False),
        (ResourcePolicy(conflicts_allowed=1, conflict_percent=9), False),
    ],
)
def test_a_series_is_accepted_but_for_the_tolerated_conflicts(
    policy: ResourcePolicy, accepted: bool
) -> None:
    answer = ask(policy, *weekly(10), busy=[TAKEN])

    assert answer.answer is (Answer.ACCEPTED if accepted else Answer.DECLINED)
    assert answer.exceptions == ({WANTED[0]: Answer.DECLINED} if accepted else {})
    assert words(answer) == (
        "1 des 10 occurrences n'est pas possible : mardi 3 mars 2026. La salle est déjà réservée "
        "de 14 h à 15 h 30. Prochain créneau libre : mardi 3 mars 2026 à 15 h 30."
    )


@pytest.mark.rule("RES-1")
def test_what_was_granted_is_not_asked_again() -> None:
    approval = ResourcePolicy(mode=AnswerMode.APPROVAL, min_notice=24 * 60, max_attendees=5)
    soon = Slot(NOW + HOUR, NOW + 2 * HOUR)
    again = BookingRequest(slots=[soon], granted=frozenset({soon}))
    more = replace(again, people=6)

    assert decide(approval, again, [], now=NOW, zone=NOUMEA).answer is Answer.ACCEPTED
    assert decide(approval, more, [], now=NOW, zone=NOUMEA).reason is Reason.TOO_MANY


@pytest.mark.rule("RES-1")
def test_whole_days_are_offered_whole_days() -> None:
    answer = ask(AUTOMATIC, (at(3), at(4)), busy=[(at(3, 9), at(4, 10))], whole_days=True)

    assert answer.next_free == (at(5), at(6))
    assert words(answer).endswith("Prochain créneau libre : jeudi 5 mars 2026.")


@pytest.mark.parametrize(
    "policy",
    [
        ResourcePolicy(min_notice=-1),
        ResourcePolicy(buffer_after=10**6),
        ResourcePolicy(conflict_percent=101),
        ResourcePolicy(max_ahead=1, min_notice=2 * 24 * 60),
        ResourcePolicy(hours=(OpenHours((7,), 0, 60),)),
        ResourcePolicy(hours=(OpenHours((1,), 60, 60),)),
    ],
)
def test_a_policy_that_cannot_hold_is_refused(policy: ResourcePolicy) -> None:
    with pytest.raises(InvalidPolicy):
        policy.check()
