"""Requests that no route should see, and how refusals are worded (RFC 9457)."""

from __future__ import annotations

import inspect

import pytest
from fastapi.openapi.models import Example

from calendars.api import (
    busy_time,
    calendars,
    delegations,
    history,
    objects,
    passwords,
    principals,
)
from calendars.api.examples import CHANGES, DRAFTS
from calendars.kernel.database import StoreUnavailable
from tests.calendars.api.conftest import Answer, Asker

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

ROUTES = (busy_time, calendars, delegations, history, objects, passwords, principals)


def is_problem(answer: Answer, status: int) -> bool:
    """Every refusal has one form."""
    told = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and bool(told["title"])
        and told["type"].startswith("urn:niaouli:problem:")
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/api/v1/nothing", 404, id="no route"),
        pytest.param("PUT", "/api/v1/me", 405, id="no method"),
        pytest.param("GET", "/api/v1/principals/a%2Fb", 400, id="hidden slash"),
        pytest.param("GET", "/api/v1/principals/a%5cb", 400, id="hidden backslash"),
        pytest.param("GET", "/api/v1/principals/a%00b", 400, id="hidden NUL"),
        pytest.param("GET", "/api/v1/principals/a%0d%0ab", 400, id="hidden line end"),
        pytest.param("GET", "/api/v1/principals/a%01b", 422, id="control character"),
        pytest.param("GET", "/api/v1/principals/" + "a" * 300, 422, id="too long"),
    ],
)
def test_paths_that_name_nothing(anne: Asker, method: str, path: str, status: int) -> None:
    assert is_problem(anne.raw(method, path), status)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"{", "application/json", 422, id="cut off"),
        pytest.param(b"[" * 200_000, "application/json", 400, id="nested without end"),
        pytest.param(b'{"label": NaN}', "application/json", 422, id="NaN"),
        pytest.param(b'{"label": 1e999}', "application/json", 422, id="infinity"),
        pytest.param(b'{"label": ' + b"9" * 9_999 + b"}", "application/json", 400, id="digits"),
        pytest.param(b'{"\\ud800": 1}', "application/json", 422, id="half a pair as a key"),
        pytest.param(b'{"label": "\xff"}', "application/json", 400, id="no UTF-8"),
        pytest.param(b'{"label": "x"}', "text/plain", 422, id="a form of another site"),
        pytest.param(b"x" * 1_100_000, "application/json", 413, id="too much"),
    ],
)
def test_bodies_that_cannot_be_read(anne: Asker, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind}

    answer = anne.raw("POST", "/api/v1/me/app-passwords", content=body, headers=headers)

    assert is_problem(answer, status)


def test_compressed_bodies_are_not_taken(anne: Asker) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    answer = anne.raw("POST", "/api/v1/me/app-passwords", content=b"{}", headers=headers)

    assert is_problem(answer, 415)


def test_what_was_sent_is_not_repeated_and_answers_are_private(anne: Asker) -> None:
    answer = anne.post("/me/password", {"old": ["Canari-7319"], "new": "x"})

    assert "Canari" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_refusals_are_in_french(anne: Asker) -> None:
    told = anne.post("/me/app-passwords", {"label": ""}).json()

    assert told["title"] == "La demande n'est pas valable"
    assert told["errors"] == [{"field": "body.label", "message": "longueur minimale : 1"}]


def test_the_document_tells_of_problems_as_they_are(anne: Asker) -> None:
    document = anne.client.get("/api/v1/openapi.json").json()

    told = document["paths"]["/api/v1/me"]["get"]["responses"]["default"]["content"]
    assert list(told) == ["application/problem+json"]


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_what_the_document_gives_as_an_example_works(anne: Asker, draft: Example) -> None:
    assert anne.post(anne.objects, draft["value"]).status_code == 201


def test_changes_that_the_document_gives_as_examples_work(anne: Asker) -> None:
    event = anne.make(location="Ici", repeat={"freq": "weekly"})
    task = anne.make(type="task", start=None, duration=None)

    for made, change in ((event, "déplacer"), (event, "retirer"), (task, "terminer")):
        path = f"{anne.objects}/{made['name']}"
        assert anne.patch(path, CHANGES[change]["value"] or {}).status_code == 200


@pytest.mark.rfc("9110 §15.6.4")
def test_while_the_store_is_away_one_is_told_to_come_again(
    anne: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the store cannot be reached just now")

    assert anne.get("/me").status_code == 200
    monkeypatch.setattr(type(anne.service.database), "reading", away)
    answer = anne.get("/me")

    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"


def test_the_document_is_open_and_in_french(anne: Asker) -> None:
    document = anne.client.get("/api/v1/openapi.json").json()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all(operation["summary"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert {tag for o in operations for tag in o["tags"]} == {t["name"] for t in document["tags"]}
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    docstrings = {inspect.getdoc(value) for module in ROUTES for value in vars(module).values()}
    assert not any(operation["description"] in docstrings for operation in operations)
    assert not any(
        schema.get("description") for schema in document["components"]["schemas"].values()
    )
