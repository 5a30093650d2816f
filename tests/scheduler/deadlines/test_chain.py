"""A chain after a proposal was applied is the chain reckoned anew from the day that moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.deadlines.rules import Link, propose
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit, WorkingDays, reckon

pytestmark = pytest.mark.rule("DLN-1")
START = date(2026, 7, 1)
HOLIDAYS = WorkingDays({date(2026, 7, 14): "Fête nationale", date(2026, 9, 24): "Citoyenneté"})
DAYS = st.integers(0, 120).map(lambda days: START + timedelta(days=days))
RULES = st.sampled_from(
    [DateRule.DUE_IN_DAYS, DateRule.DUE_IN_MONTHS, DateRule.LAST_SENDING, DateRule.NEXT_WORKING]
)
INPUTS = st.builds(DateInputs, DAYS, st.integers(0, 20), st.sampled_from(DayUnit))


def due_by(rule: DateRule, inputs: DateInputs) -> date:
    return reckon(rule, inputs, HOLIDAYS).day


def reckoned(links: list[Link]) -> dict[int, Link]:
    """Each from its own day, or from the date that it comes after: these come first."""
    done: dict[int, Link] = {}
    for one in links:
        day = one.inputs.day if one.after is None else done[one.after].due
        inputs = replace(one.inputs, day=day)
        done[one.number] = one._replace(inputs=inputs, due=due_by(one.rule, inputs))
    return done


@st.composite
def chains(draw: st.DrawFn) -> dict[int, Link]:
    links = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        after = draw(st.none() | st.integers(1, number - 1)) if number > 1 else None
        links.append(Link(number, draw(RULES), draw(INPUTS), START, after))
    return reckoned(links)


@given(chains(), st.data())
def test_a_proposal_applied_is_the_chain_reckoned_anew(
    chain: dict[int, Link], data: st.DataObject
) -> None:
    first = data.draw(st.sampled_from(sorted(chain)))
    inputs = replace(chain[first].inputs, day=data.draw(DAYS))
    moves = propose(chain, first, inputs, due_by)

    applied = dict(chain)
    for one in moves:
        applied[one.number] = chain[one.number]._replace(due=one.due, inputs=one.inputs)
    # The first stands on a day of its own now.
    anew = [
        one if one.number != first else one._replace(inputs=inputs, after=None)
        for one in chain.values()
    ]
    expected = reckoned(anew)
    expected[first] = expected[first]._replace(after=chain[first].after)
    assert applied == expected

    numbers = [one.number for one in moves]
    assert numbers[0] == first
    assert len(numbers) == len(set(numbers))
    assert all(one.former == chain[one.number].due for one in moves)
