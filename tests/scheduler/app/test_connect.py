"""The pages for newcomers: the same for everybody, without scripts and without foreign content."""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator

import pytest
import requests

from scheduler.app.connect import apple_profile, qr_svg
from scheduler.app.guides import Place
from tests.serving import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that the world knows under another name than its address."""
    data = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{data / 'niaouli.sqlite'}"
    settings = {"base_url": "https://agendas.example.org", "organisation": "La <direction>"}
    with running_server(url, data, **settings) as running:
        yield running


def _get(server: Server, path: str, **headers: str) -> requests.Response:
    return requests.get(server.base + path, headers=headers, timeout=10, allow_redirects=False)


def test_the_page_says_how_to_connect_each_program(server: Server) -> None:
    page = _get(server, "/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for word in ("Thunderbird", "CalDav Synchronizer", "iPhone", "DAVx⁵"):
        assert word in page.text
    assert "https://agendas.example.org/dav/" in page.text
    assert "La &lt;direction&gt;" in page.text


def test_the_page_runs_nothing_and_loads_nothing_from_elsewhere(server: Server) -> None:
    page = _get(server, "/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    [nonce] = re.findall(r"<style nonce=\"([^\"]+)\">", page.text)
    assert f"'nonce-{nonce}'" in policy
    assert "<script" not in page.text
    assert not re.search(r"\s(?:src|srcset|style|on\w+)=\"(?!/connect/)", page.text)
    assert f"'nonce-{nonce}'" not in _get(server, "/").headers["content-security-policy"]


def test_links_come_from_the_settings(server: Server) -> None:
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/", "/connect/niaouli.mobileconfig", "/connect/qr.svg"):
        assert "evil.example" not in _get(server, path, **spoofed).text


def test_the_profile_opens_a_calendar_account(server: Server) -> None:
    answer = _get(server, "/connect/niaouli.mobileconfig?login=anne%20%26%20%3Cb%3E")
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    profile = plistlib.loads(answer.content)
    [account] = profile["PayloadContent"]
    assert account["PayloadType"] == "com.apple.caldav.account"
    assert account["CalDAVHostName"] == "agendas.example.org"
    assert (account["CalDAVPort"], account["CalDAVUseSSL"]) == (443, True)
    assert account["CalDAVUsername"] == "anne & <b>"
    assert account["CalDAVPrincipalURL"] == "/dav/principals/anne%20&%20%3Cb%3E/"
    assert "CalDAVPassword" not in account


def test_a_profile_without_login_lets_the_device_ask_for_it() -> None:
    [account] = plistlib.loads(apple_profile(Place("http://127.0.0.1:8008"), "Niaouli", ""))[
        "PayloadContent"
    ]
    assert "CalDAVUsername" not in account
    assert (account["CalDAVPort"], account["CalDAVUseSSL"]) == (8008, False)


@pytest.mark.parametrize("login", ["%00", "a%0D%0Ab", "x" * 101])
@pytest.mark.parametrize("path", ["/connect/niaouli.mobileconfig", "/connect/qr.svg"])
def test_a_login_that_cannot_be_is_refused(server: Server, path: str, login: str) -> None:
    assert _get(server, f"{path}?login={login}").status_code == 422


@pytest.mark.parametrize(
    ("place", "login", "address"),
    [
        ("https://agendas.example.org", "", "davx5://agendas.example.org/"),
        ("https://agendas.example.org", "anne", "davx5://anne@agendas.example.org/"),
        ("https://agendas.example.org", "a@b/c", "davx5://a%40b%2Fc@agendas.example.org/"),
        ("http://127.0.0.1:8008", "anne", "caldav://anne@127.0.0.1:8008/"),
    ],
)
def test_davx5_opens_with_address_and_login(place: str, login: str, address: str) -> None:
    assert Place(place).davx5(login) == address


def test_the_qr_code_is_a_picture_of_the_address(server: Server) -> None:
    answer = _get(server, "/connect/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.content == qr_svg("https://agendas.example.org/")
    davx5 = _get(server, "/connect/qr.svg?program=davx5&login=anne")
    assert davx5.content == qr_svg("davx5://anne@agendas.example.org/")


def test_asking_for_heads_is_enough(server: Server) -> None:
    for path in ("/", "/connect/niaouli.mobileconfig", "/connect/qr.svg"):
        assert requests.head(server.base + path, timeout=10).status_code == 200
