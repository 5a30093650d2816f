"""Where webhooks may go, and how often one is tried."""

from __future__ import annotations

import itertools

import pytest

from scheduler.webhooks.rules import BadTarget, delay_after, is_public, target_of


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("2001::1", False),
        ("::7f00:1", False),
    ],
)
def test_only_the_internet_at_large_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://archives.example.org/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/latest/meta-data",
        "https://localhost/",
        "https://niaouli.internal/",
        "https://user:word@archives.example.org/",
        "https://archives.example.org/#part",
        "https://archives.example.org/a b",
        "https://archives.example.org:99999/",
        "https://",
        "ftp://archives.example.org/",
        "archives.example.org",
    ],
)
def test_an_address_that_nothing_is_sent_to(url: str) -> None:
    with pytest.raises(BadTarget):
        target_of(url, frozenset())


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://archives.example.org/x?y=1", ""),
        ("https://10.0.0.5:8443/", "10.0.0.5"),
        ("http://127.0.0.1:9000/", "127.0.0.1"),
    ],
)
def test_an_address_that_may_be_told(url: str, trusted: str) -> None:
    assert target_of(url, {trusted}).host in url


def test_in_the_clear_to_this_machine_alone() -> None:
    with pytest.raises(BadTarget):
        target_of("http://10.0.0.5/", {"10.0.0.5"})


def test_it_is_tried_for_three_days() -> None:
    delays = list(itertools.takewhile(bool, map(delay_after, itertools.count(1))))

    assert delays[:4] == [60, 120, 240, 480]
    assert 71 < sum(one or 0 for one in delays) / 3600 < 74
