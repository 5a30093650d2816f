"""COPY and MOVE of calendar objects."""

from __future__ import annotations

import pytest

from tests.builders import a_todo, an_event
from tests.serving import CALDAV, Client, precondition, text

SOURCE = "/dav/calendars/anne/agenda/source.ics"
SECOND = "/dav/calendars/anne/second/"


@pytest.fixture
def event(anne: Client) -> str:
    """A stored event, and a second calendar to take it to."""
    assert anne.put(SOURCE, an_event()).status_code == 201
    assert anne.ask("MKCALENDAR", SECOND).status_code == 201
    return SOURCE


def transfer(client: Client, method: str, destination: str, **headers: str) -> int:
    """The status of a COPY or MOVE of the source."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.ask(method, SOURCE, headers={"Destination": destination, **named}).status_code


@pytest.mark.rfc("4918 §9.9")
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "path"])
def test_move_takes_the_object_to_another_calendar(
    anne: Client, event: str, absolute: bool
) -> None:
    target = SECOND + "target.ics"

    assert transfer(anne, "MOVE", (anne.base if absolute else "") + target) == 201
    assert anne.ask("GET", event).status_code == 404
    assert anne.ask("GET", target).content == an_event().encode()


@pytest.mark.rfc("4918 §9.9")
def test_move_renames_inside_a_calendar(anne: Client, event: str) -> None:
    assert transfer(anne, "MOVE", anne.agenda + "renamed.ics") == 201
    assert anne.ask("GET", anne.agenda + "renamed.ics").status_code == 200


@pytest.mark.rfc("4918 §9.9.1")
def test_dead_properties_move_along(anne: Client, event: str) -> None:
    anne.ask(
        "PROPPATCH",
        event,
        "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><x:n xmlns:x='urn:x'>1</x:n></D:prop>"
        "</D:set></D:propertyupdate>",
    )
    transfer(anne, "MOVE", SECOND + "t.ics")

    assert text(anne.prop(SECOND + "t.ics", "<x:n xmlns:x='urn:x'/>")) == "1"


@pytest.mark.rfc("4918 §9.8")
def test_copy_leaves_the_source(anne: Client, event: str) -> None:
    assert transfer(anne, "COPY", SECOND + "copy.ics") == 201
    assert anne.ask("GET", event).content == anne.ask("GET", SECOND + "copy.ics").content


@pytest.mark.rfc("4791 §5.3.2.1")
def test_copy_inside_a_calendar_would_double_the_uid(anne: Client, event: str) -> None:
    answer = anne.ask("COPY", event, headers={"Destination": anne.agenda + "copy.ics"})

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}no-uid-conflict"


@pytest.mark.rfc("4918 §10.6")
@pytest.mark.parametrize(("overwrite", "status"), [("T", 204), ("F", 412), ("maybe", 400)])
def test_overwrite_decides_about_what_is_there(
    anne: Client, event: str, overwrite: str, status: int
) -> None:
    target = SECOND + "there.ics"
    anne.put(target, an_event(uid="there@x"))

    assert transfer(anne, "MOVE", target, Overwrite=overwrite) == status
    assert (anne.ask("GET", event).status_code == 404) == (status == 204)


@pytest.mark.rfc("4918 §9.9.4")
@pytest.mark.parametrize(
    ("destination", "statuses"),
    [
        ("/dav/calendars/anne/missing/e.ics", {409}),
        ("/dav/calendars/paul/agenda/e.ics", {403, 409}),
        ("http://evil.example/dav/calendars/anne/second/e.ics", {403, 502}),
        ("//evil.example/dav/calendars/anne/second/e.ics", {403, 502}),
        ("/etc/passwd", {400, 403}),
        ("/dav/calendars/anne/second/../../../x.ics", {400, 403}),
        ("/dav/calendars/anne/second/a%2Fb.ics", {400, 403}),
        ("/dav/calendars/anne/second/", {403, 405, 409}),
        ("http://[", {400, 403}),
        (SOURCE, {403}),
    ],
)
def test_bad_destinations(
    anne: Client, paul: Client, event: str, destination: str, statuses: set[int]
) -> None:
    assert transfer(anne, "MOVE", destination) in statuses
    assert anne.ask("GET", event).status_code == 200


@pytest.mark.rfc("4918 §9.9.4")
def test_a_transfer_needs_a_destination_and_an_object(anne: Client, event: str) -> None:
    assert anne.ask("MOVE", event).status_code == 400
    assert anne.ask("MOVE", anne.agenda, headers={"Destination": SECOND}).status_code in {403, 405}
    missing = anne.ask("MOVE", anne.agenda + "no.ics", headers={"Destination": SECOND + "x.ics"})
    assert missing.status_code == 404


@pytest.mark.rfc("9110 §13.1.1")
def test_a_stale_condition_stops_the_move(anne: Client, event: str) -> None:
    assert transfer(anne, "MOVE", SECOND + "t.ics", If_Match='"stale"') == 412
    assert anne.ask("GET", event).status_code == 200


@pytest.mark.rfc("4791 §5.3.2.1")
def test_the_component_set_of_the_destination_holds(anne: Client) -> None:
    anne.put(SOURCE, an_event())
    anne.put(anne.agenda + "todo.ics", a_todo(uid="todo@x"))

    assert transfer(anne, "MOVE", "/dav/calendars/anne/taches/e.ics") == 403
    assert anne.ask("GET", SOURCE).status_code == 200
    moved = anne.ask(
        "MOVE",
        anne.agenda + "todo.ics",
        headers={"Destination": "/dav/calendars/anne/taches/todo.ics"},
    )
    assert moved.status_code == 201


@pytest.mark.rfc("6578 §3.5")
def test_both_calendars_tell_of_a_move(anne: Client, event: str) -> None:
    def since(path: str, token: str) -> str:
        return anne.report(
            path,
            f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:prop><D:getetag/>"
            "</D:prop></D:sync-collection>",
        ).text

    here = text(anne.prop(anne.agenda, "<D:sync-token/>"))
    there = text(anne.prop(SECOND, "<D:sync-token/>"))
    transfer(anne, "MOVE", SECOND + "t.ics")

    assert "404" in since(anne.agenda, here)
    assert "t.ics" in since(SECOND, there)
