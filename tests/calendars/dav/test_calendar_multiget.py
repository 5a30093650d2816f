"""CALDAV:calendar-multiget: objects by their hrefs, and nothing but these."""

from __future__ import annotations

import pytest

from tests.builders import an_event
from tests.serving import DAV, Client, responses


def multiget(client: Client, *paths: str, path: str = "") -> dict[str, int | None]:
    """Hrefs with the status of their response; None where there is data."""
    inner = "".join(f"<D:href>{p.replace('&', '&amp;')}</D:href>" for p in paths)
    answer = client.report(
        path or client.agenda,
        "<C:calendar-multiget><D:prop><D:getetag/><C:calendar-data/></D:prop>"
        f"{inner}</C:calendar-multiget>",
    )
    assert answer.status_code == 207, answer.text
    return {response.href: response.status for response in responses(answer)}


@pytest.fixture
def names(anne: Client) -> list[str]:
    """Paths of two events, one with letters that must be escaped."""
    paths = [f"{anne.agenda}{name}.ics" for name in ("a", "d'été & co@x")]
    for number, path in enumerate(paths):
        assert anne.put(path, an_event(uid=f"{number}@x")).status_code == 201
    return paths


@pytest.mark.rfc("4791 §7.9")
def test_tag_and_text_of_what_was_asked(anne: Client, names: list[str]) -> None:
    answer = anne.report(
        anne.agenda,
        "<C:calendar-multiget><D:prop><D:getetag/><C:calendar-data/></D:prop>"
        f"<D:href>{names[0]}</D:href></C:calendar-multiget>",
    )

    [response] = responses(answer)
    got = anne.ask("GET", names[0])
    assert response.found[f"{DAV}getetag"].text == got.headers["ETag"]
    assert response.data == got.text.replace("\r\n", "\n").replace("\n ", "")


@pytest.mark.rfc("4791 §7.9")
def test_what_is_missing_is_404_inside_the_answer(anne: Client, names: list[str]) -> None:
    missing = anne.agenda + "missing.ics"

    assert multiget(anne, names[0], missing) == {names[0]: None, missing: 404}


@pytest.mark.rfc("4918 §8.3")
@pytest.mark.parametrize(
    "spelling",
    [
        "/dav/calendars/anne/agenda/d'%C3%A9t%C3%A9%20&%20co@x.ics",
        "/dav/calendars/anne/agenda/d%27%C3%A9t%C3%A9%20%26%20co%40x.ics",
    ],
)
def test_an_href_may_be_spelt_either_way(anne: Client, names: list[str], spelling: str) -> None:
    assert list(multiget(anne, spelling).values()) == [None]


@pytest.mark.rfc("4918 §8.3")
def test_an_absolute_uri_of_this_server_is_taken(anne: Client, names: list[str]) -> None:
    assert list(multiget(anne, anne.base + names[0]).values()) == [None]


@pytest.mark.rfc("4791 §7.9")
@pytest.mark.parametrize(
    "href",
    [
        "/dav/calendars/paul/agenda/secret.ics",
        "/dav/calendars/anne/taches/../../paul/agenda/secret.ics",
        "/dav/calendars/anne/taches/%2e%2e/%2e%2e/paul/agenda/secret.ics",
        "/dav/principals/paul/",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "http://[",
        "",
    ],
)
def test_hrefs_of_other_places_are_404(anne: Client, paul: Client, href: str) -> None:
    paul.put(paul.agenda + "secret.ics", an_event(summary="Secret"))

    assert set(multiget(anne, href).values()) == {404}


@pytest.mark.rfc("4791 §7.9")
def test_the_same_href_twice_is_answered_once(anne: Client, names: list[str]) -> None:
    assert multiget(anne, names[0], names[0]) == {names[0]: None}


@pytest.mark.rfc("4791 §7.9")
def test_too_many_hrefs_are_refused(anne: Client) -> None:
    inner = "".join(f"<D:href>{anne.agenda}{n}.ics</D:href>" for n in range(5_001))
    answer = anne.report(
        anne.agenda, f"<C:calendar-multiget><D:prop/>{inner}</C:calendar-multiget>"
    )

    assert 400 <= answer.status_code < 500


@pytest.mark.rfc("4791 §9.6")
def test_parts_of_the_text_on_request(anne: Client, names: list[str]) -> None:
    answer = anne.report(
        anne.agenda,
        '<C:calendar-multiget><D:prop><C:calendar-data><C:comp name="VCALENDAR">'
        '<C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="SUMMARY"/>'
        '<C:prop name="UID"/></C:comp></C:comp></C:calendar-data></D:prop>'
        f"<D:href>{names[0]}</D:href></C:calendar-multiget>",
    )

    [response] = responses(answer)
    assert "SUMMARY:Réunion de service" in response.data
    assert "DTSTART" not in response.data
    assert "VTIMEZONE" not in response.data
