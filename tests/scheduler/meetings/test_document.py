"""The OpenAPI document of meetings: each example can be sent as it stands, in the order of life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scheduler.meetings.conftest import Office, rest
from tests.serving import Client

# Operation, and who does it; what needs none of the examples stands as a path.
LIFE = (
    ("callMeeting", "director"),
    ("changeMeeting", "director"),
    ("addAgendaItem", "director"),
    ("changeAgendaItem", "director"),
    ("orderAgenda", "director"),
    ("leadMeeting", "director"),
    ("/state in_session", "director"),
    ("noteAttendance", "director"),
    ("/state held", "director"),
    ("draftMinutes", "director"),
    ("/minutes/submit", "director"),
    ("returnMinutes", "director"),
    ("/minutes/submit", "director"),
    ("/minutes/validate", "director"),
    ("/minutes/distribute", "director"),
    ("correctMinutes", "director"),
    ("openAction", "director"),
    ("changeAction", "director"),
)
MEETINGS = "/api/v1/meetings"


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, list[Any]]]:
    """Method, path and example bodies of each operation of meetings and actions."""
    found = {}
    for path, methods in document["paths"].items():
        if not path.startswith((MEETINGS, "/api/v1/actions")):
            continue
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = [one["value"] for one in content.get("examples", {}).values()]
            found[told["operationId"]] = (method.upper(), path, examples)
    return found


def send(client: Client, method: str, path: str, body: object) -> dict[str, Any]:
    answer = client.http.request(method, client.base + path, json=body, timeout=30)
    assert answer.status_code in {200, 201}, (path, answer.text)
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_example_can_be_sent(office: Office) -> None:
    document = office.director.http.get(f"{office.director.base}/api/v1/openapi.json").json()
    known, sent, ref, item, action = operations(document), set[str](), "", "", ""
    for what, login in LIFE:
        client = getattr(office, login)
        if what.startswith("/"):
            path, _, state = what.partition(" ")
            rest(client, "POST", f"/{ref}{path}", {"state": state} if state else None)
            continue
        method, path, examples = known[what]
        sent.add(what)
        for body in examples:
            where = path.format(ref=ref, item=item, action=action)
            told = send(client, method, where, body)
            ref = ref or told["ref"]
            item = item or next(iter(_ids(told)), "")
            action = told["ref"] if what == "openAction" else action
    # Links are given when minutes go to people without an account (test_guest_minutes).
    wanted = {name for name, (_, _, examples) in known.items() if examples}
    assert sent == wanted - {"revokeMinutesLinks"}


def _ids(told: dict[str, Any]) -> Iterator[str]:
    yield from (str(one["id"]) for one in told.get("items", []) if "id" in one)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_no_request_is_refused_with_its_field(office: Office) -> None:
    ref = office.call()["ref"]
    for method, path, body in (
        ("POST", "", {"kind": "CO DIR"}),
        ("POST", "", {"kind": "CODIR", "minutes": 0}),
        ("POST", "", {"kind": "CODIR", "start": "demain"}),
        ("POST", "", {"kind": "CODIR", "required": ["personne"], "start": "2027-03-09T08:00:00Z"}),
        ("POST", f"/{ref}/agenda", {"title": ""}),
        ("POST", f"/{ref}/agenda", {"title": "X", "presenter": "personne"}),
        (
            "PUT",
            f"/{ref}/attendance",
            {"items": [{"person": "@example.org", "presence": "present"}]},
        ),
        ("POST", f"/{ref}/actions", {"label": "X", "due": "16/03/2027"}),
    ):
        assert rest(office.director, method, path, body, 422)["status"] == 422
    assert rest(office.director, "POST", f"/{ref}/actions", {"label": "X", "item": 99}, 404)
    rest(office.director, "POST", f"/{ref}/actions", {"label": "X", "ref": "ACT-1"}, 201)
    taken = rest(office.director, "POST", f"/{ref}/actions", {"label": "Y", "ref": "ACT-1"}, 409)
    assert taken["detail"] == "Cette référence est déjà celle d'une autre action."
    rest(office.director, "PUT", f"/{ref}/agenda/order", {"items": [7]}, 404)
