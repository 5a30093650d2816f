"""MKCALENDAR, extended MKCOL, and the end of a calendar."""

from __future__ import annotations

import pytest

from tests.builders import a_todo, an_event
from tests.serving import CALDAV, DAV, NAMESPACES, Client, precondition, responses, text

HOME = "/dav/calendars/anne/"
NEW = HOME + "commission/"


def mkcalendar(client: Client, path: str, inner: str = "") -> int:
    """The status of a MKCALENDAR that sets properties."""
    body = (
        f"<C:mkcalendar {NAMESPACES}><D:set><D:prop>{inner}</D:prop></D:set></C:mkcalendar>"
        if inner
        else ""
    )
    return client.ask("MKCALENDAR", path, body).status_code


@pytest.mark.rfc("4791 §5.3.1")
def test_a_calendar_is_there_at_once_with_its_first_properties(anne: Client) -> None:
    status = mkcalendar(
        anne,
        NEW,
        "<D:displayname>Commission d’agrément</D:displayname>"
        "<A:calendar-color>#00AA00FF</A:calendar-color><x:n xmlns:x='urn:x'>1</x:n>",
    )

    assert status == 201
    assert text(anne.prop(NEW, "<D:displayname/>")) == "Commission d’agrément"
    assert text(anne.prop(NEW, "<A:calendar-color/>")) == "#00AA00FF"
    assert text(anne.prop(NEW, "<x:n xmlns:x='urn:x'/>")) == "1"
    assert NEW in {r.href for r in anne.propfind(HOME, "<D:resourcetype/>", depth="1")}


@pytest.mark.rfc("4791 §5.3.1")
@pytest.mark.parametrize("name", ["plain", "sans slash", "été@2026", "a b"])
def test_a_calendar_stays_at_the_path_that_was_asked(anne: Client, name: str) -> None:
    path = f"{HOME}{name}"
    assert mkcalendar(anne, path) == 201

    assert anne.put(f"{path}/e.ics", an_event()).status_code == 201
    assert anne.ask("GET", f"{path}/e.ics").status_code == 200


@pytest.mark.rfc("4791 §5.3.1.1")
def test_a_taken_path_is_refused_by_its_precondition(anne: Client) -> None:
    answer = anne.ask("MKCALENDAR", anne.agenda)

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}resource-must-be-null"


@pytest.mark.rfc("4791 §4.2")
@pytest.mark.parametrize("path", ["agenda/inner/", "inbox/inner/"])
def test_no_calendar_inside_another(anne: Client, path: str) -> None:
    answer = anne.ask("MKCALENDAR", HOME + path)

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}calendar-collection-location-ok"


@pytest.mark.rfc("4791 §5.3.1")
@pytest.mark.parametrize("path", ["/dav/calendars/paul/x/", "/dav/calendars/nobody/x/"])
def test_no_calendar_in_another_persons_home(anne: Client, paul: Client, path: str) -> None:
    assert mkcalendar(anne, path) == 404


@pytest.mark.rfc("4791 §5.2.3")
def test_the_component_set_is_announced_and_enforced(anne: Client) -> None:
    mkcalendar(
        anne,
        NEW,
        '<C:supported-calendar-component-set><C:comp name="VTODO"/>'
        "</C:supported-calendar-component-set>",
    )

    found = anne.prop(NEW, "<C:supported-calendar-component-set/>")
    assert found is not None
    assert [component.get("name") for component in found] == ["VTODO"]
    assert anne.put(NEW + "todo.ics", a_todo()).status_code == 201
    refused = anne.put(NEW + "event.ics", an_event(uid="other@x"))
    assert refused.status_code == 403
    assert precondition(refused) == f"{CALDAV}supported-calendar-component"


@pytest.mark.rfc("4791 §5.3.1")
def test_nothing_is_made_when_a_property_is_refused(anne: Client) -> None:
    status = mkcalendar(
        anne, NEW, "<D:displayname>x</D:displayname><D:resourcetype><D:x/></D:resourcetype>"
    )

    assert status == 403
    assert anne.ask("PROPFIND", NEW, headers={"Depth": "0"}).status_code == 404


@pytest.mark.rfc("5689 §3")
def test_extended_mkcol_makes_a_calendar(anne: Client) -> None:
    kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    answer = anne.ask(
        "MKCOL",
        NEW,
        f"<D:mkcol {NAMESPACES}><D:set><D:prop>{kinds}<D:displayname>Neuf</D:displayname>"
        "</D:prop></D:set></D:mkcol>",
    )

    assert answer.status_code == 201
    assert text(anne.prop(NEW, "<D:displayname/>")) == "Neuf"


@pytest.mark.rfc("5689 §3.3")
def test_mkcol_makes_nothing_but_calendars(anne: Client) -> None:
    kinds = "<D:resourcetype><D:collection/><x:book xmlns:x='urn:x'/></D:resourcetype>"
    answer = anne.ask(
        "MKCOL",
        NEW,
        f"<D:mkcol {NAMESPACES}><D:set><D:prop>{kinds}</D:prop></D:set></D:mkcol>",
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}valid-resourcetype"


@pytest.mark.rfc("4918 §9.3.1")
def test_mkcol_where_something_is_gives_405(anne: Client) -> None:
    kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    body = f"<D:mkcol {NAMESPACES}><D:set><D:prop>{kinds}</D:prop></D:set></D:mkcol>"

    assert anne.ask("MKCOL", anne.agenda, body).status_code == 405


@pytest.mark.rfc("4918 §9.6.1")
def test_a_removed_calendar_is_gone_with_all_that_was_in_it(anne: Client) -> None:
    mkcalendar(anne, NEW)
    anne.put(NEW + "e.ics", an_event())

    assert anne.ask("DELETE", NEW).status_code == 204
    assert anne.ask("PROPFIND", NEW, headers={"Depth": "0"}).status_code == 404
    assert anne.ask("GET", NEW + "e.ics").status_code == 404
    assert anne.ask("DELETE", NEW).status_code == 404


@pytest.mark.rfc("6578 §3.2")
def test_a_name_is_free_at_once_and_the_new_calendar_is_another_one(anne: Client) -> None:
    mkcalendar(anne, NEW)
    anne.put(NEW + "e.ics", an_event())
    token = text(anne.prop(NEW, "<D:sync-token/>"))
    anne.ask("DELETE", NEW)

    assert mkcalendar(anne, NEW) == 201
    assert len(anne.propfind(NEW, "<D:getetag/>", depth="1")) == 1
    stale = anne.report(
        NEW,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:prop><D:getetag/></D:prop>"
        "</D:sync-collection>",
    )
    assert precondition(stale) == f"{DAV}valid-sync-token"
    assert anne.put(NEW + "e.ics", an_event()).status_code == 201


@pytest.mark.rfc("4918 §9.6")
@pytest.mark.parametrize("path", [HOME, HOME + "inbox/", HOME + "outbox/", "/dav/principals/anne/"])
def test_what_belongs_to_the_principal_stays(anne: Client, path: str) -> None:
    assert anne.ask("DELETE", path).status_code in {403, 405}
    assert anne.ask("PROPFIND", path, headers={"Depth": "0"}).status_code == 207


@pytest.mark.rfc("6578 §3.2")
def test_who_follows_the_home_learns_of_new_and_of_removed_calendars(anne: Client) -> None:
    def follow(token: str) -> tuple[dict[str, int | None], str]:
        answer = anne.report(
            HOME,
            f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1"
            "</D:sync-level><D:prop><D:displayname/></D:prop></D:sync-collection>",
        )
        assert answer.status_code == 207
        token = answer.text.partition("<D:sync-token>")[2].partition("<")[0]
        return {r.href: r.status for r in responses(answer)}, token

    _, token = follow("")
    mkcalendar(anne, NEW)
    made, token = follow(token)
    anne.ask("DELETE", NEW)
    gone, _ = follow(token)

    assert made == {NEW: None}
    assert gone == {NEW: 404}
