"""Calendar user addresses: one person, many spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.dav.paths import principal_href
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.calendar_user_address import (
    addresses_of,
    calendar_user_address,
    email_in,
    is_address_of,
    preferred_address,
)
from calendars.model.principal import Principal, PrincipalKind, Role

UUID = "urn:uuid:0b5b1d6e-5d3a-4c8e-9f6f-0d5a3f8f2a11"


def anne(*addresses: str) -> Principal:
    """Somebody with those addresses."""
    return Principal(
        PrincipalId(1), Login("anne"), PrincipalKind.INDIVIDUAL, Role.AGENT, "Anne",
        addresses=addresses or ("mailto:anne@example.org", UUID),
    )  # fmt: skip


@pytest.mark.rfc("6638 §2.4.1")
@pytest.mark.parametrize(
    "written",
    [
        "mailto:anne@example.org",
        "MAILTO:Anne@Example.ORG",
        "mailto:anne%40example.org",
        "anne@example.org",
        " <mailto:anne@example.org> ",
        UUID,
        UUID.upper(),
        "/dav/principals/anne/",
        "/dav/principals/anne",
        "/dav/principals/%61nne/",
    ],
)
def test_one_person_is_found_under_every_spelling(written: str) -> None:
    assert is_address_of(written, anne())


@pytest.mark.rfc("6638 §2.4.1")
@pytest.mark.parametrize(
    "written",
    [
        "",
        "mailto:",
        "mailto:ann@example.org",
        "/dav/principals/",
        "/dav/principals/paul/",
        "/dav/principals/ANNE/",
        "https://elsewhere.example/dav/principals/anne/",
        "urn:uuid:",
    ],
)
def test_nobody_else_is(written: str) -> None:
    assert not is_address_of(written, anne())


def test_mail_is_preferred_whatever_was_known_first() -> None:
    assert preferred_address(anne(UUID, "mailto:anne@example.org")) == "mailto:anne@example.org"
    assert addresses_of(anne(UUID))[0] == UUID
    assert preferred_address(anne("mailto:a@example.org")).startswith("mailto:")


def test_the_path_is_the_one_that_the_dav_face_writes() -> None:
    assert addresses_of(anne())[-1] == principal_href("anne")
    assert is_address_of(principal_href("é@è"), Principal(
        PrincipalId(1), Login("é@è"), PrincipalKind.INDIVIDUAL, Role.AGENT, "Anne"
    ))  # fmt: skip


@given(st.text(max_size=40))
def test_the_normal_form_is_stable(text: str) -> None:
    once = calendar_user_address(text)
    if "%" not in once and "<" not in once and ">" not in once:
        assert calendar_user_address(once) == once
    assert email_in(once) is None or once.startswith("mailto:")
