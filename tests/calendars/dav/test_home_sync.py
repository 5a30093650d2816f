"""sync-collection on a calendar home: which calendars changed, and what in them."""

from __future__ import annotations

import pytest

from tests.builders import an_event
from tests.serving import DAV, Client, precondition, responses
from tests.serving import text as text_of

HOME = "/dav/calendars/anne/"


def sync(client: Client, token: str, level: str, **headers: str) -> tuple[dict[str, int], str]:
    """Paths with 200 or 404, and the token to go on from."""
    answer = client.report(
        HOME,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token>"
        f"<D:sync-level>{level}</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>",
        **headers,
    )
    assert answer.status_code == 207, answer.text
    found = {one.href.removeprefix(HOME): one.status or 200 for one in responses(answer)}
    return found, answer.text.partition("<D:sync-token>")[2].partition("<")[0]


@pytest.mark.rfc("6578 §3.3")
@pytest.mark.parametrize("level", ["1", "infinite"])
def test_a_home_tells_which_calendars_changed_and_infinitely_what_in_them(
    anne: Client, level: str
) -> None:
    anne.put(anne.agenda + "before.ics", an_event(uid="b"))
    first, token = sync(anne, "", level)
    assert {"agenda/", "taches/", "inbox/", "outbox/"} <= first.keys()
    assert ("agenda/before.ics" in first) == (level == "infinite")
    assert sync(anne, token, level) == ({}, token)

    anne.put(anne.agenda + "a.ics", an_event(uid="a"))
    anne.ask("DELETE", anne.agenda + "before.ics")
    inside = {"agenda/a.ics": 200, "agenda/before.ics": 404}
    changed, token = sync(anne, token, level)
    assert changed == ({"agenda/": 200} if level == "1" else inside)

    anne.ask("MKCALENDAR", HOME + "new/")
    anne.put(HOME + "new/n.ics", an_event(uid="n"))
    made, token = sync(anne, token, level)
    assert made == {"new/": 200} | ({"new/n.ics": 200} if level == "infinite" else {})

    anne.ask("DELETE", HOME + "new/")
    assert sync(anne, token, level)[0] == {"new/": 404}


@pytest.mark.rfc("6578 §3.2")
def test_the_property_names_the_home_alone(anne: Client) -> None:
    token = text_of(anne.prop(HOME, "<D:sync-token/>"))
    assert sync(anne, token, "1")[0] == {}

    answer = anne.report(
        HOME,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token>"
        "<D:sync-level>infinite</D:sync-level><D:prop/></D:sync-collection>",
    )
    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}valid-sync-token"


def test_the_depth_of_old_drafts_asks_for_all(anne: Client) -> None:
    anne.put(anne.agenda + "a.ics", an_event())
    body = "<D:sync-collection><D:sync-token/><D:prop><D:getetag/></D:prop></D:sync-collection>"

    told = [one.href for one in responses(anne.report(HOME, body, depth="infinity"))]
    assert anne.agenda + "a.ics" in told
    assert anne.agenda + "a.ics" not in [o.href for o in responses(anne.report(HOME, body, "1"))]
