"""The end of a home's sync token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.kernel.identifiers import CollectionId
from calendars.model.home_positions import parts_of, with_positions

NUMBERS = st.integers(0, 2**63 - 1)


@given(st.dictionaries(NUMBERS.map(CollectionId), NUMBERS, max_size=8))
def test_what_is_written_is_read(positions: dict[CollectionId, int]) -> None:
    assert parts_of(with_positions("urn:x:1@2", positions)) == ("urn:x:1@2", positions)


@pytest.mark.parametrize(
    "token", ["", "urn:x:1", "urn:x:1~1", "urn:x:1~1.2-", "urn:x:1~-1.2", "~é.2"]
)
def test_what_was_never_written_is_no_vector(token: str) -> None:
    plain, positions = parts_of(token)

    assert positions is None or positions == {1: 2}
    assert token.startswith(plain)
