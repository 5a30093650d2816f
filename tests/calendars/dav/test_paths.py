"""A path names one thing or nothing: no segment hides another."""

from __future__ import annotations

import http.client
from base64 import b64encode
from urllib.parse import urlsplit

import pytest

from tests.builders import an_event
from tests.serving import PASSWORD, Client

# What a path says is read before any store is asked.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

AGENDA = "/dav/calendars/anne/agenda/"


def raw(client: Client, method: str, target: str, body: str = "") -> tuple[int, str]:
    """A request whose target is sent as it is: other clients would tidy it up first."""
    address = urlsplit(client.base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    token = b64encode(f"{client.login}:{PASSWORD}".encode()).decode()
    connection.putheader("Authorization", f"Basic {token}")
    connection.putheader("Content-Type", "text/calendar")
    connection.putheader("Depth", "0")
    connection.putheader("Content-Length", str(len(body.encode())))
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.rfc("3986 §6.2.2")
@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fpwn.ics",
        "%2e%2e/x.ics",
        "../x.ics",
        "a%00b.ics",
        "a%0d%0aX-Injected:%201.ics",
        "a%5cb.ics",
        "a\\b.ics",
        "caf%e9.ics",
        "%c0%ae%c0%ae%c0%af.ics",
        "a%01.ics",
        "a" * 300 + ".ics",
        "a//b.ics",
        "a/b.ics",
        ".",
        "..",
        ".hidden.ics",
        "%2Ehidden.ics",
    ],
)
def test_a_segment_that_hides_something_is_refused(anne: Client, name: str) -> None:
    for method in ("GET", "PUT", "DELETE", "PROPFIND", "MKCALENDAR"):
        status, text = raw(anne, method, AGENDA + name, an_event() if method == "PUT" else "")

        assert 400 <= status < 500, method
        assert "root:" not in text
    assert len(anne.propfind(anne.agenda, "<D:getetag/>", depth="1")) == 1


@pytest.mark.rfc("3986 §6.2.2")
@pytest.mark.parametrize(
    ("put", "get"),
    [
        ("a%40b.ics", "a@b.ics"),
        ("e%CC%81t%C3%A9.ics", "%C3%A9t%C3%A9.ics"),  # NFD, NFC
        ("%61.ics", "a.ics"),
        ("a%20b+c.ics", "a%20b%2Bc.ics"),
        ("%252f.ics", "%252f.ics"),
        ("100%25.ics", "100%25.ics"),
        ("CON.ics", "CON.ics"),
    ],
)
def test_two_spellings_of_a_name_are_one_resource(anne: Client, put: str, get: str) -> None:
    assert raw(anne, "PUT", AGENDA + put, an_event())[0] == 201

    assert raw(anne, "GET", AGENDA + get)[0] == 200
    [_, listed] = anne.propfind(anne.agenda, "<D:getetag/>", depth="1")
    assert raw(anne, "GET", listed.href)[0] == 200


@pytest.mark.parametrize("name", ["inbox", "outbox", "notification", "freebusy"])
def test_reserved_names_are_not_for_calendars(anne: Client, name: str) -> None:
    assert raw(anne, "MKCALENDAR", f"/dav/calendars/anne/{name}/")[0] in {403, 405}


def test_a_name_is_data_and_no_file(anne: Client) -> None:
    for path in ("/dav/../etc/passwd", "/dav/%2e%2e/etc/passwd", "/../etc/passwd"):
        status, text = raw(anne, "GET", path)
        assert 400 <= status < 500
        assert "root:" not in text
