"""What OPTIONS says can be done, and that the rest is refused."""

from __future__ import annotations

import http.client
from base64 import b64encode
from urllib.parse import urlsplit

import pytest

from tests.serving import PASSWORD, Client

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

PLACES = [
    "/",
    "/dav/",
    "/dav/principals/anne/",
    "/dav/calendars/anne/",
    "/dav/calendars/anne/agenda/",
    "/dav/calendars/anne/agenda/some.ics",
]


@pytest.mark.rfc("4791 §5.1")
@pytest.mark.parametrize("path", PLACES)
def test_every_place_announces_calendar_access_and_1_first(anne: Client, path: str) -> None:
    answer = anne.ask("OPTIONS", path)

    features = [feature.strip() for feature in answer.headers["DAV"].split(",")]
    assert answer.status_code == 200
    assert features[0] == "1"
    assert {"3", "access-control", "calendar-access", "extended-mkcol"} <= set(features)


@pytest.mark.rfc("9110 §10.2.1")
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/dav/calendars/anne/agenda/", {"PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR"}),
        ("/dav/calendars/anne/agenda/x.ics", {"GET", "PUT", "DELETE", "COPY", "MOVE"}),
    ],
)
def test_allow_lists_what_is_done_there(anne: Client, path: str, methods: set[str]) -> None:
    allowed = {m.strip() for m in anne.ask("OPTIONS", path).headers["Allow"].split(",")}

    assert methods <= allowed


@pytest.mark.rfc("9110 §15.5.6")
@pytest.mark.parametrize("method", ["TRACE", "LOCK", "ACL", "BASELINE-CONTROL", "FROBNICATE"])
def test_a_method_that_is_not_done_here_is_405_with_allow(anne: Client, method: str) -> None:
    answer = anne.ask(method, anne.agenda)

    assert answer.status_code in {400, 405}
    if answer.status_code == 405:
        assert "PROPFIND" in answer.headers["Allow"]


@pytest.mark.rfc("9110 §9.3.1")
@pytest.mark.parametrize("header", ["Origin", "Sec-Fetch-Site", "Accept"])
def test_what_thunderbird_sends_along_hinders_nothing(anne: Client, header: str) -> None:
    answer = anne.ask("OPTIONS", anne.agenda, headers={header: "text/xml"})

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.rfc("9110 §9.3.7")
def test_options_may_ask_about_the_whole_server(anne: Client) -> None:
    address = urlsplit(anne.base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    token = b64encode(f"{anne.login}:{PASSWORD}".encode()).decode()
    connection.request("OPTIONS", "*", headers={"Authorization": f"Basic {token}"})

    answer = connection.getresponse()
    assert answer.status == 200
    assert "calendar-access" in (answer.getheader("DAV") or "")
    connection.close()


@pytest.mark.parametrize("path", ["/.well-known/carddav", "/calendars/anne/", "/elsewhere/"])
def test_nothing_is_found_beside_the_context_path(anne: Client, path: str) -> None:
    assert anne.ask("PROPFIND", path, headers={"Depth": "0"}).status_code == 404
