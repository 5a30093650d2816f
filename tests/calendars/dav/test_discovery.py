"""Finding one's calendars from nothing but a host, a login and a password."""

from __future__ import annotations

import pytest

from tests.serving import CALDAV, CS, DAV, Client, Server, hrefs, precondition

PRINCIPAL = "<D:current-user-principal/>"


@pytest.mark.rfc("6764 §5")
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "OPTIONS"])
def test_the_well_known_place_redirects_to_the_context_path(anne: Client, method: str) -> None:
    answer = anne.ask(method, "/.well-known/caldav", headers={"Depth": "0"})

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/dav/"


@pytest.mark.rfc("6764 §5")
def test_the_redirect_does_not_follow_a_forged_host(anne: Client) -> None:
    answer = anne.ask("GET", "/.well-known/caldav", headers={"Host": "evil.example"})

    assert "evil.example" not in answer.headers["Location"]


@pytest.mark.rfc("5397 §3")
@pytest.mark.parametrize("path", ["/", "/dav/", "/dav", "/dav/calendars/anne/agenda/"])
def test_every_place_tells_who_is_asking(anne: Client, path: str) -> None:
    assert hrefs(anne.prop(path, PRINCIPAL)) == ["/dav/principals/anne/"]


@pytest.mark.rfc("4791 §6.2.1")
def test_a_principal_names_exactly_one_home(anne: Client) -> None:
    found = anne.prop("/dav/principals/anne/", "<C:calendar-home-set/>")

    assert hrefs(found) == ["/dav/calendars/anne/"]


@pytest.mark.rfc("4791 §6.2.1")
def test_the_home_lists_a_calendar_a_task_list_and_the_scheduling_boxes(anne: Client) -> None:
    listed = anne.propfind("/dav/calendars/anne/", "<D:resourcetype/>", depth="1")

    kinds = {
        response.href: {str(kind.tag) for kind in response.found[f"{DAV}resourcetype"]}
        for response in listed
    }
    assert kinds == {
        "/dav/calendars/anne/": {f"{DAV}collection"},
        "/dav/calendars/anne/agenda/": {f"{DAV}collection", f"{CALDAV}calendar"},
        "/dav/calendars/anne/taches/": {f"{DAV}collection", f"{CALDAV}calendar"},
        "/dav/calendars/anne/inbox/": {f"{DAV}collection", f"{CALDAV}schedule-inbox"},
        "/dav/calendars/anne/outbox/": {f"{DAV}collection", f"{CALDAV}schedule-outbox"},
        "/dav/calendars/anne/notification/": {f"{DAV}collection", f"{CS}notification"},
    }


@pytest.mark.rfc("4918 §9.1")
def test_the_resource_that_was_asked_comes_first(anne: Client) -> None:
    first, *_ = anne.propfind(anne.agenda, "<D:resourcetype/>", depth="1")

    assert first.href == anne.agenda


@pytest.mark.rfc("6638 §2.4.1")
def test_the_mail_address_is_the_first_address(anne: Client) -> None:
    found = anne.prop("/dav/principals/anne/", "<C:calendar-user-address-set/>")

    mail, uuid, path = hrefs(found)
    assert (mail, path) == ("mailto:anne@example.org", "/dav/principals/anne/")
    assert uuid.startswith("urn:uuid:")


@pytest.mark.rfc("3744 §5.4")
def test_the_owner_may_write_by_every_name_that_clients_look_for(anne: Client) -> None:
    found = anne.prop(anne.agenda, "<D:current-user-privilege-set/>")

    assert found is not None
    names = {str(kind.tag) for privilege in found for kind in privilege}
    assert names >= {
        f"{DAV}{name}" for name in ("read", "write", "write-content", "bind", "unbind")
    }


@pytest.mark.rfc("3253 §3.1.5")
@pytest.mark.parametrize(
    "report",
    [
        f"{CALDAV}calendar-query",
        f"{CALDAV}calendar-multiget",
        f"{CALDAV}free-busy-query",
        f"{DAV}sync-collection",
        f"{DAV}expand-property",
        f"{DAV}principal-property-search",
    ],
)
def test_a_calendar_announces_its_reports(anne: Client, report: str) -> None:
    found = anne.prop(anne.agenda, "<D:supported-report-set/>")

    assert found is not None
    assert report in {str(element.tag) for element in found.iter() if isinstance(element.tag, str)}


@pytest.mark.rfc("4791 §5.2.3")
def test_a_calendar_announces_its_components(anne: Client) -> None:
    found = anne.prop(anne.agenda, "<C:supported-calendar-component-set/>")

    assert found is not None
    assert [component.get("name") for component in found] == ["VEVENT", "VTODO", "VJOURNAL"]


@pytest.mark.rfc("6578 §4")
def test_the_sync_token_is_a_uri(anne: Client) -> None:
    found = anne.prop(anne.agenda, "<D:sync-token/>")

    assert found is not None
    assert found.text
    assert found.text.startswith("urn:")


@pytest.mark.rfc("4918 §5.2")
@pytest.mark.parametrize(
    "path", ["/dav/principals/anne", "/dav/calendars/anne", "/dav/calendars/anne/agenda"]
)
def test_a_collection_answers_without_its_last_slash_and_without_a_redirect(
    anne: Client, path: str
) -> None:
    [response] = anne.propfind(path, "<D:resourcetype/>")

    assert response.href == path + "/"


@pytest.mark.rfc("4791 §6.2.1")
@pytest.mark.parametrize(
    "path", ["/dav/calendars/anne/", "/dav/calendars/anne/inbox/", "/dav/principals/anne/"]
)
def test_whoever_looks_with_a_browser_sees_that_something_is_there(anne: Client, path: str) -> None:
    assert anne.ask("GET", path).status_code == 200


@pytest.mark.rfc("3744 §5.1")
def test_another_persons_home_is_not_there(anne: Client, paul: Client) -> None:
    body = "<D:propfind xmlns:D='DAV:'><D:allprop/></D:propfind>"
    for path in ("/dav/calendars/paul/", paul.agenda, "/dav/calendars/nobody/"):
        assert anne.ask("PROPFIND", path, body, {"Depth": "0"}).status_code == 404


@pytest.mark.rfc("3253 §3.8")
def test_expand_property_follows_hrefs_in_one_request(server: Server, anne: Client) -> None:
    answer = anne.report(
        anne.agenda,
        '<D:expand-property><D:property name="owner"><D:property name="displayname"/>'
        "</D:property></D:expand-property>",
        depth="0",
    )

    assert answer.status_code == 207
    assert "Anne Kaori" in answer.text


@pytest.mark.rfc("3253 §3.6")
def test_an_unknown_report_is_refused_by_its_precondition(anne: Client) -> None:
    answer = anne.report(anne.agenda, "<D:version-tree/>")

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}supported-report"
