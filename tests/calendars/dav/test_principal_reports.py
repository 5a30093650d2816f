"""Finding people: DAV:principal-property-search and its neighbours."""

from __future__ import annotations

import pytest

from tests.serving import CALDAV, DAV, Client, Server, hrefs, responses, text


def search(client: Client, words: str, *, path: str = "/dav/", wanted: str = "") -> list[str]:
    """Hrefs of the principals that are found."""
    match = (
        "<D:property-search><D:prop><D:displayname/></D:prop>"
        f"<D:match>{words}</D:match></D:property-search>"
        if words
        else ""
    )
    answer = client.report(
        path,
        f"<D:principal-property-search>{match}<D:prop>{wanted}</D:prop>"
        "</D:principal-property-search>",
        depth="0",
    )
    assert answer.status_code == 207, answer.text
    return [response.href for response in responses(answer)]


@pytest.mark.rfc("3744 §9.4")
@pytest.mark.parametrize("words", ["Paul", "niaouli", "AOUL"])
def test_people_are_found_by_part_of_their_name(anne: Client, paul: Client, words: str) -> None:
    assert search(anne, words) == ["/dav/principals/paul/"]


@pytest.mark.rfc("3744 §9.4")
@pytest.mark.parametrize("path", ["/", "/dav/", "/dav/principals/", "/dav/principals/anne/"])
def test_the_search_is_answered_wherever_clients_ask(anne: Client, path: str) -> None:
    assert search(anne, "Kaori", path=path) == ["/dav/principals/anne/"]


@pytest.mark.rfc("3744 §9.4")
@pytest.mark.parametrize("words", ["", "a", "pa"])
def test_with_less_than_three_letters_nobody_else_is_found(
    anne: Client, paul: Client, words: str
) -> None:
    assert set(search(anne, words)) <= {"/dav/principals/anne/"}
    assert search(anne, "") == ["/dav/principals/anne/"]


@pytest.mark.rfc("3744 §9.4")
def test_nobody_finds_more_than_a_few_at_once(server: Server, anne: Client) -> None:
    for number in range(30):
        server.add_person(f"agent{number}")

    assert len(search(anne, "agent")) == 20


def test_the_directory_is_not_listed(anne: Client, paul: Client) -> None:
    listed = anne.propfind("/dav/principals/", "<D:displayname/>", depth="1")

    assert {response.href for response in listed} == {"/dav/principals/", "/dav/principals/anne/"}


@pytest.mark.rfc("3744 §9.4")
def test_who_asks_for_no_property_gets_name_and_home(anne: Client) -> None:
    answer = anne.report(
        "/dav/",
        "<D:principal-property-search><D:prop/><C:calendar-home-set/><D:displayname/>"
        "</D:principal-property-search>",
        depth="0",
    )

    first = responses(answer)[0]
    assert text(first.found[f"{DAV}displayname"]) == "Anne Kaori"
    assert hrefs(first.found[f"{CALDAV}calendar-home-set"]) == ["/dav/calendars/anne/"]


@pytest.mark.rfc("3744 §9.4")
@pytest.mark.parametrize("words", ["%", "_", ".*", "' OR 1=1 --"])
def test_words_are_taken_literally(anne: Client, paul: Client, words: str) -> None:
    assert search(anne, words) == []


@pytest.mark.rfc("3744 §9.5")
def test_what_can_be_searched_is_told(anne: Client) -> None:
    answer = anne.report("/dav/principals/", "<D:principal-search-property-set/>", depth="0")

    assert answer.status_code == 200
    assert "displayname" in answer.text


@pytest.mark.rfc("3744 §9.3")
def test_principal_match_finds_oneself(anne: Client, paul: Client) -> None:
    answer = anne.report(
        "/dav/principals/", "<D:principal-match><D:self/></D:principal-match>", depth="0"
    )

    assert [response.href for response in responses(answer)] == ["/dav/principals/anne/"]
