"""PROPFIND: what is there is told, what is not is named."""

from __future__ import annotations

import pytest

from tests.builders import an_event
from tests.serving import DAV, Client, precondition, responses

ENTITY = (
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    "<D:propfind xmlns:D='DAV:'><D:prop><D:x>&e;</D:x></D:prop></D:propfind>"
)


@pytest.fixture
def event(anne: Client) -> str:
    """The path of a stored event."""
    path = anne.agenda + "réunion@service.ics"
    assert anne.put(path, an_event()).status_code == 201
    return "/dav/calendars/anne/agenda/r%C3%A9union@service.ics"


@pytest.mark.rfc("4918 §9.1")
def test_found_and_missing_properties_come_apart(anne: Client, event: str) -> None:
    [response] = anne.propfind(event, "<D:getetag/><D:no-such-thing/><x:y xmlns:x='urn:z'/>")

    assert response.href == event
    assert set(response.found) == {f"{DAV}getetag"}
    assert response.missing == {f"{DAV}no-such-thing", "{urn:z}y"}


@pytest.mark.rfc("4918 §9.1")
@pytest.mark.parametrize(
    "body", ["", "<D:propfind xmlns:D='DAV:'><D:allprop/></D:propfind>"], ids=["none", "allprop"]
)
def test_allprop_tells_what_dav_knows(anne: Client, event: str, body: str) -> None:
    [response] = responses(anne.ask("PROPFIND", event, body, {"Depth": "0"}))

    assert {f"{DAV}{name}" for name in ("resourcetype", "getetag", "getcontenttype")} <= set(
        response.found
    )


@pytest.mark.rfc("4918 §14.8")
def test_allprop_includes_what_is_asked_besides(anne: Client) -> None:
    body = "<D:propfind xmlns:D='DAV:'><D:allprop/><D:include><D:sync-token/></D:include>"
    [response] = responses(
        anne.ask("PROPFIND", anne.agenda, body + "</D:propfind>", {"Depth": "0"})
    )

    assert f"{DAV}sync-token" in response.found


@pytest.mark.rfc("4918 §9.1.4")
def test_propname_tells_names_without_values(anne: Client) -> None:
    body = "<D:propfind xmlns:D='DAV:'><D:propname/></D:propfind>"
    [response] = responses(anne.ask("PROPFIND", anne.agenda, body, {"Depth": "0"}))

    assert f"{DAV}displayname" in response.found
    assert all(not element.text and not len(element) for element in response.found.values())


@pytest.mark.rfc("4918 §9.1.1")
def test_infinite_depth_is_refused_by_its_precondition(anne: Client) -> None:
    answer = anne.ask("PROPFIND", "/dav/", headers={"Depth": "infinity"})

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}propfind-finite-depth"


@pytest.mark.rfc("4918 §9.1")
def test_without_depth_the_resource_itself_is_told(anne: Client) -> None:
    [response] = responses(anne.ask("PROPFIND", "/dav/principals/anne/"))

    assert response.href == "/dav/principals/anne/"


@pytest.mark.rfc("4918 §10.2")
@pytest.mark.parametrize("depth", ["2", "-1", "one", "1, infinity"])
def test_a_depth_that_is_none_is_a_bad_request(anne: Client, depth: str) -> None:
    answer = anne.ask("PROPFIND", anne.agenda, headers={"Depth": depth})

    assert answer.status_code in {400, 207}


@pytest.mark.rfc("4918 §9.1")
@pytest.mark.parametrize(
    "path", ["", "principals/", "principals/anne/", "calendars/", "calendars/anne/"]
)
def test_depth_1_is_answered_everywhere(anne: Client, path: str) -> None:
    listed = anne.propfind(f"/dav/{path}", "<D:resourcetype/><D:displayname/>", depth="1")

    assert listed[0].href == f"/dav/{path}"
    assert len(listed) > 1


@pytest.mark.rfc("4918 §9.1")
@pytest.mark.parametrize(
    "path",
    [
        "/dav/calendars/anne/agenda/missing.ics",
        "/dav/calendars/anne/missing/",
        "/dav/calendars/missing/",
        "/dav/principals/missing/",
        "/dav/missing/",
        "/missing/",
    ],
)
def test_what_is_not_there_is_404(anne: Client, path: str) -> None:
    assert anne.ask("PROPFIND", path, headers={"Depth": "0"}).status_code == 404


@pytest.mark.rfc("4918 §8.3")
def test_an_at_sign_may_be_written_either_way(anne: Client, event: str) -> None:
    [response] = anne.propfind(event.replace("@", "%40"), "<D:getetag/>")

    assert response.href == event


@pytest.mark.rfc("4918 §15.6")
def test_entity_tags_of_listing_and_object_agree(anne: Client, event: str) -> None:
    [light] = [r for r in anne.propfind(anne.agenda, "<D:getetag/>", depth="1") if r.href == event]
    [full] = [
        r
        for r in anne.propfind(anne.agenda, "<D:getetag/><D:getcontenttype/>", depth="1")
        if r.href == event
    ]

    tag = anne.ask("GET", event).headers["ETag"]
    assert tag.startswith('"')
    assert light.found[f"{DAV}getetag"].text == full.found[f"{DAV}getetag"].text == tag


@pytest.mark.rfc("8144 §2.1")
@pytest.mark.parametrize(
    "headers", [{"Prefer": "return=minimal"}, {"Brief": "t"}], ids=["prefer", "brief"]
)
def test_minimal_leaves_out_what_is_missing(anne: Client, headers: dict[str, str]) -> None:
    [response] = anne.propfind(anne.agenda, "<D:displayname/><D:no-such-thing/>", **headers)

    assert set(response.found) == {f"{DAV}displayname"}
    assert not response.missing


@pytest.mark.rfc("8144 §2.2")
def test_depth_noroot_leaves_out_the_collection(anne: Client, event: str) -> None:
    listed = anne.propfind(anne.agenda, "<D:getetag/>", depth="1", Prefer="depth-noroot")

    assert [response.href for response in listed] == [event]


@pytest.mark.rfc("4918 §8.2")
@pytest.mark.parametrize(
    "body",
    [
        "<D:propfind xmlns:D='DAV:'>",
        "<D:propfind/>",
        "no xml at all",
        "<D:wrong xmlns:D='DAV:'/>",
        "<!DOCTYPE x><D:propfind xmlns:D='DAV:'><D:allprop/></D:propfind>",
        ENTITY,
        "<a>" * 100 + "</a>" * 100,
    ],
    ids=["unclosed", "prefix", "text", "root", "doctype", "entity", "deep"],
)
def test_a_body_that_is_no_propfind_is_a_bad_request(anne: Client, body: str) -> None:
    answer = anne.ask("PROPFIND", anne.agenda, body, {"Depth": "0"})

    assert answer.status_code == 400
    assert "root:" not in answer.text
