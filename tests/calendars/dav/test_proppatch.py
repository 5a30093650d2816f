"""PROPPATCH: all changes or none, at once visible, as sent."""

from __future__ import annotations

import pytest

from tests.builders import a_calendar, a_component, an_event
from tests.serving import CALDAV, DAV, NAMESPACES, Client, precondition, responses, text


def proppatch(client: Client, path: str, inner: str, *, remove: str = "") -> dict[int, set[str]]:
    """Names of properties by the status that they got."""
    taken = f"<D:remove><D:prop>{remove}</D:prop></D:remove>" if remove else ""
    given = f"<D:set><D:prop>{inner}</D:prop></D:set>" if inner else ""
    answer = client.ask(
        "PROPPATCH", path, f"<D:propertyupdate {NAMESPACES}>{given}{taken}</D:propertyupdate>"
    )
    assert answer.status_code == 207, answer.text
    [response] = responses(answer)
    return {status: set(names) for status, names in response.by_status.items()}


@pytest.mark.rfc("4918 §9.2")
@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("D:displayname", "Agenda d’Anne & fils"),
        ("C:calendar-description", "Réunions, audiences"),
        ("A:calendar-color", "#FF8800FF"),
        ("A:calendar-color", "tomato"),
        ("A:calendar-order", "7"),
        ("x:note", "été\n  à revoir"),
    ],
)
def test_what_was_set_is_read_at_once(anne: Client, element: str, value: str) -> None:
    escaped = value.replace("&", "&amp;")
    proppatch(anne, anne.agenda, f"<{element} xmlns:x='urn:x'>{escaped}</{element}>")

    found = anne.prop(anne.agenda, f"<{element} xmlns:x='urn:x'/>")
    assert text(found) == value


@pytest.mark.rfc("4918 §4.3")
def test_a_dead_property_keeps_its_markup_and_language(anne: Client) -> None:
    proppatch(anne, anne.agenda, "<x:n xmlns:x='urn:x' xml:lang='fr'><x:a b='c'>d</x:a> e</x:n>")

    found = anne.prop(anne.agenda, "<x:n xmlns:x='urn:x'/>")
    assert found is not None
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    assert [(child.get("b"), child.text, child.tail) for child in found] == [("c", "d", " e")]


@pytest.mark.rfc("4918 §9.2")
def test_a_removed_property_is_gone(anne: Client) -> None:
    proppatch(anne, anne.agenda, "<x:n xmlns:x='urn:x'>1</x:n>")
    proppatch(anne, anne.agenda, "", remove="<x:n xmlns:x='urn:x'/>")

    assert anne.prop(anne.agenda, "<x:n xmlns:x='urn:x'/>") is None


@pytest.mark.rfc("4918 §9.2")
def test_a_dead_property_of_an_object_outlives_its_next_version(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    anne.put(path, an_event())
    proppatch(anne, path, "<x:n xmlns:x='urn:x'>1</x:n>")
    anne.put(path, an_event(summary="Autre titre"))

    assert text(anne.prop(path, "<x:n xmlns:x='urn:x'/>")) == "1"


@pytest.mark.rfc("4918 §9.2.1")
@pytest.mark.parametrize(
    "name", ["D:resourcetype", "D:getetag", "D:sync-token", "D:owner", "D:acl", "D:getctag"]
)
def test_a_protected_property_is_refused_and_nothing_else_is_done(anne: Client, name: str) -> None:
    if name == "D:getctag":
        name = "CS:getctag"
    before = text(anne.prop(anne.agenda, "<D:displayname/>"))
    by_status = proppatch(
        anne, anne.agenda, f"<D:displayname>Neuf</D:displayname><{name}>x</{name}>"
    )

    assert by_status[424] == {f"{DAV}displayname"}
    assert len(by_status[403]) == 1
    assert text(anne.prop(anne.agenda, "<D:displayname/>")) == before


@pytest.mark.rfc("4791 §5.2.3")
def test_the_component_set_cannot_be_changed_later(anne: Client) -> None:
    by_status = proppatch(
        anne,
        anne.agenda,
        "<C:supported-calendar-component-set><C:comp name='VTODO'/>"
        "</C:supported-calendar-component-set>",
    )

    assert set(by_status) == {403}


@pytest.mark.rfc("4791 §5.2.2")
@pytest.mark.parametrize(
    "zone",
    [
        "not a calendar",
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR",
        a_calendar(a_component("VTIMEZONE", ["TZID:X"])),
    ],
    ids=["text", "none", "empty"],
)
def test_a_broken_calendar_timezone_is_refused(anne: Client, zone: str) -> None:
    body = f"<C:calendar-timezone>{zone}</C:calendar-timezone>"
    answer = anne.ask(
        "PROPPATCH",
        anne.agenda,
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop>{body}</D:prop></D:set></D:propertyupdate>",
    )

    [response] = responses(answer)
    assert response.by_status.keys() == {403}
    assert "valid-calendar-data" in answer.text


@pytest.mark.rfc("7809 §5.2")
def test_an_unknown_time_zone_id_is_refused(anne: Client) -> None:
    by_status = proppatch(
        anne, anne.agenda, "<C:calendar-timezone-id>Moon/Tycho</C:calendar-timezone-id>"
    )

    assert by_status == {403: {f"{CALDAV}calendar-timezone-id"}}


@pytest.mark.rfc("4918 §11.5")
@pytest.mark.parametrize(
    "flood",
    [
        "".join(f"<x:n{n} xmlns:x='urn:x'>v</x:n{n}>" for n in range(150)),
        f"<x:big xmlns:x='urn:x'>{'A' * 20_000}</x:big>",
    ],
    ids=["many", "large"],
)
def test_too_many_or_too_large_dead_properties_are_refused(anne: Client, flood: str) -> None:
    answer = anne.ask(
        "PROPPATCH",
        anne.agenda,
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop>{flood}</D:prop></D:set>"
        "</D:propertyupdate>",
    )

    assert answer.status_code == 507
    assert anne.prop(anne.agenda, "<x:n1 xmlns:x='urn:x'/>") is None


@pytest.mark.rfc("8144 §2.3")
def test_minimal_needs_no_multistatus_for_success(anne: Client) -> None:
    body = f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><D:displayname>x</D:displayname>"
    answer = anne.ask(
        "PROPPATCH",
        anne.agenda,
        body + "</D:prop></D:set></D:propertyupdate>",
        {"Prefer": "return=minimal"},
    )

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.rfc("3744 §7.1.1")
@pytest.mark.parametrize(
    "path", ["/dav/calendars/paul/agenda/", "/dav/calendars/paul/", "/dav/calendars/nobody/x/"]
)
def test_another_persons_calendar_is_not_there(anne: Client, paul: Client, path: str) -> None:
    body = f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><D:displayname>x</D:displayname>"
    answer = anne.ask("PROPPATCH", path, body + "</D:prop></D:set></D:propertyupdate>")

    assert answer.status_code == 404


@pytest.mark.rfc("4918 §9.2")
def test_a_body_that_is_no_propertyupdate_is_a_bad_request(anne: Client) -> None:
    assert anne.ask("PROPPATCH", anne.agenda, "<D:x xmlns:D='DAV:'/>").status_code == 400
    assert anne.ask("PROPPATCH", anne.agenda).status_code == 400


@pytest.mark.rfc("3744 §5.3")
def test_a_principal_of_somebody_else_cannot_be_renamed(anne: Client, paul: Client) -> None:
    body = f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><x:n xmlns:x='urn:x'>x</x:n>"
    answer = anne.ask(
        "PROPPATCH", "/dav/principals/paul/", body + "</D:prop></D:set></D:propertyupdate>"
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}need-privileges"
