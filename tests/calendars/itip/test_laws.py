"""Laws of scheduling: whatever people do and whenever messages come, every copy agrees.

A dialogue is a list of numbers, each of them a step of one of four people or the arrival of a
message, late, doubled or out of order; see `diaries`.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.itip.apply import Effect, apply
from calendars.itip.plan import plan
from calendars.model.component import parse, serialize
from tests.builders import NOUMEA
from tests.calendars.itip.diaries import Diaries, played

dialogues = st.lists(st.integers(0, 2**20), min_size=10, max_size=14)
short = st.lists(st.integers(0, 2**20), min_size=3, max_size=8)


@pytest.mark.rfc("5546 §2.1.5")
def test_when_all_has_arrived_every_copy_agrees() -> None:
    """Two thousand dialogues of four people, ten to sixteen steps each."""
    for seed in range(2_000):
        dice = random.Random(seed)
        numbers = [dice.randrange(2**20) for _ in range(dice.randint(10, 16))]

        diaries = played(numbers)

        assert diaries.disagreements() == [], (seed, diaries.told)


@settings(max_examples=200, deadline=None)
@given(dialogues)
def test_storing_again_what_is_stored_tells_nothing(numbers: list[int]) -> None:
    diaries = played(numbers)

    for who, copy in diaries.copies.items():
        again = plan(copy, copy, frozenset((who,)), zone=NOUMEA, now=diaries.now + 5)
        assert again.messages == ()
        assert again.amended is copy


@settings(max_examples=200, deadline=None)
@given(dialogues)
def test_twice_is_once(numbers: list[int]) -> None:
    """Whatever has arrived may arrive again, then and later, and changes nothing."""
    diaries = played(numbers)

    for message in diaries.delivered:
        copy = diaries.copies.get(message.recipient)
        if copy is None or diaries.out_of_date(message):
            continue
        mine = frozenset((message.recipient,))
        again = apply(copy, message, mine, zone=NOUMEA, now=diaries.now)
        assert again.effect in (Effect.UNCHANGED, Effect.REFUSED)
        assert again.calendar is None


@settings(max_examples=200, deadline=None)
@given(short, st.integers(0, 2**20), st.integers(0, 2**20))
def test_the_order_of_messages_does_not_matter(numbers: list[int], one: int, two: int) -> None:
    """The same messages in two orders leave diaries that say the same."""
    first, second = _underway(numbers), _underway(numbers)

    first.settle(lambda size: one % size)
    second.settle(lambda size: two % size)

    assert first.disagreements() == second.disagreements() == []


@settings(max_examples=100, deadline=None)
@given(dialogues)
def test_what_is_stored_can_be_stored_and_read_again(numbers: list[int]) -> None:
    diaries = played(numbers)

    for copy in diaries.copies.values():
        assert serialize(parse(serialize(copy))) == serialize(copy)


def _underway(numbers: list[int]) -> Diaries:
    return played(numbers, settled=False)
