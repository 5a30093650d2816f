"""What is offered beside each other can all be taken (RDV-1, RDV-3)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.choosing.model import Free
from scheduler.choosing.offer import spread

HOUR = 3600


@pytest.mark.rule("RDV-1")
@given(
    st.lists(st.integers(0, 40), unique=True).map(lambda many: [one * 900 for one in many]),
    st.sampled_from([1800, HOUR, HOUR + 900]),
)
def test_no_two_are_too_near_and_none_is_left_out_for_nothing(
    ranked: list[int], apart: int
) -> None:
    kept = [one.starts_at for one in spread([Free(at, at + 900, None) for at in ranked], apart)]

    assert kept == sorted(kept)
    assert all(later - sooner >= apart for sooner, later in pairwise(kept))
    for number, at in enumerate(ranked):
        better = ranked[:number]
        near = [one for one in kept if abs(one - at) < apart and one in better]
        assert at in kept or near
