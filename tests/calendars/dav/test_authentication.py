"""Every request signs in for itself; guessing is slowed down, those who know are not."""

from __future__ import annotations

import pytest
import requests

from tests.serving import PASSWORD, Client, Server

METHODS = ["OPTIONS", "GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT"]
METHODS += ["MKCALENDAR", "MKCOL", "COPY", "MOVE", "POST"]
PLACES = [
    "/dav/",
    "/dav/principals/anne/",
    "/dav/calendars/anne/agenda/",
    "/dav/calendars/anne/agenda/there.ics",
    "/dav/calendars/nobody/nothing/",
    "/dav/no/such/place/at/all",
]


def ask(server: Server, method: str, path: str, **header: str) -> requests.Response:
    """A request with no more than the headers given."""
    return requests.request(
        method, server.base + path, headers=header, allow_redirects=False, timeout=30
    )


@pytest.mark.rfc("9110 §11.6.1")
@pytest.mark.parametrize("path", PLACES)
def test_without_credentials_every_method_and_place_gives_the_same_challenge(
    server: Server, anne: Client, path: str
) -> None:
    for method in METHODS:
        answer = ask(server, method, path)

        assert answer.status_code == 401, method
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Niaouli"')
        assert method == "HEAD" or answer.text == ask(server, "OPTIONS", PLACES[0]).text


@pytest.mark.rfc("9110 §11.6.2")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic YW5uZQ==",  # no colon
        "Basic OnNlY3JldA==",  # no login
        "Basic YW5uZTpcMA==",
        "Digest username=anne",
        "Negotiate abc",
        "Bearer",
        "Bearer no-such-token",
        "Basic " + "A" * 4000,
    ],
)
def test_credentials_that_cannot_be_right_give_401(
    server: Server, anne: Client, header: str
) -> None:
    assert ask(server, "PROPFIND", anne.agenda, Authorization=header).status_code == 401


@pytest.mark.rfc("9110 §11.6.2")
def test_the_connection_does_not_remember_who_asked(anne: Client) -> None:
    with anne.http as connection:
        assert anne.ask("OPTIONS", "/dav/").status_code == 200
        connection.auth = None

        assert anne.ask("OPTIONS", "/dav/").status_code == 401


def test_a_wrong_password_is_refused_after_a_right_one(server: Server, anne: Client) -> None:
    assert anne.ask("OPTIONS", "/dav/").status_code == 200

    assert Client(server.base, "anne", PASSWORD + "x").ask("OPTIONS", "/dav/").status_code == 401


def test_an_unknown_login_looks_like_a_wrong_password(server: Server, anne: Client) -> None:
    wrong = Client(server.base, "anne", "wrong").ask("OPTIONS", "/dav/")
    unknown = Client(server.base, "nobody", "wrong").ask("OPTIONS", "/dav/")

    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)


def test_who_guesses_is_told_to_wait(server: Server, anne: Client) -> None:
    answers = [Client(server.base, "anne", f"guess {n}").ask("OPTIONS", "/dav/") for n in range(14)]

    assert [answer.status_code for answer in answers[:10]] == [401] * 10
    assert [answer.status_code for answer in answers[10:]] == [429] * 4
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_guessing_elsewhere_does_not_lock_out_who_signed_in_here(
    server: Server, anne: Client
) -> None:
    assert anne.ask("OPTIONS", "/dav/").status_code == 200
    for n in range(14):
        Client(server.base, "anne", f"guess {n}").ask("OPTIONS", "/dav/")

    assert anne.ask("OPTIONS", "/dav/").status_code == 200


def test_missing_credentials_never_count_as_a_wrong_password(server: Server, anne: Client) -> None:
    for _ in range(60):
        assert ask(server, "OPTIONS", anne.agenda).status_code == 401

    assert anne.ask("OPTIONS", "/dav/").status_code == 200


def test_identity_headers_of_strangers_are_ignored(server: Server, anne: Client) -> None:
    answer = requests.get(
        server.base + anne.agenda,
        headers={"X-Remote-User": "anne", "Remote-User": "anne", "X-Forwarded-User": "anne"},
        timeout=30,
    )

    assert answer.status_code == 401
