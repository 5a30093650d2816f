"""What stands inside of quotes, comments and names proves nothing and is nobody (RFC 8601)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.imip.addresses import address_in, addresses_in, sole_address
from notifications.imip.authentication import Verdict, verdict
from tests.mailing import RELAY

SENDER = "juge@tribunal.example"
TRUSTED = frozenset({RELAY})
PIECES = st.lists(
    st.sampled_from(
        f"dmarc=pass|header.from=tribunal.example|dkim=pass|header.d=tribunal.example|spf=pass|=| "
        f'|smtp.mailfrom={SENDER}|{SENDER}|{RELAY}|<|>|(|)|,|@|;|\\\\|\\"|x'.split("|")
    ),
    max_size=12,
).map("".join)


@given(PIECES)
def test_nothing_that_is_quoted_proves_a_sender(said: str) -> None:
    assert verdict([f'{RELAY}; spf=none reason="{said}"'], SENDER, TRUSTED) is Verdict.UNKNOWN
    odd = f'{RELAY}; spf=pass smtp.mailfrom="{said}"@evil.example'
    assert verdict([odd], SENDER, TRUSTED) is Verdict.UNKNOWN


@given(PIECES)
def test_a_name_is_no_address(said: str) -> None:
    field = f'"{said}" <{SENDER}>'
    assert sole_address([field]) == SENDER
    assert addresses_in(f"{field}, b@c.example") == [SENDER, "b@c.example"]


@given(st.text(alphabet=st.sampled_from('<>()",;@\\. ab\x00\r\n')))
def test_whatever_stands_in_a_field_only_addresses_come_out(field: str) -> None:
    assert all(address_in(one) == one for one in addresses_in(field))


@pytest.mark.parametrize(
    "fields",
    [
        [f"{SENDER}, autre@tribunal.example"],
        [SENDER, "autre@tribunal.example"],
        [f"<{SENDER}> <autre@tribunal.example>"],
        ['"juge"@tribunal.example'],
        ["juge@tribunal.example.", "x"],
        [""],
        [],
    ],
)
def test_who_cannot_be_named_for_certain_is_nobody(fields: list[str]) -> None:
    assert sole_address(fields) is None
