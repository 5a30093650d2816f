"""Whatever anybody sends: no 5xx, and every answer is what the document says of it (OpenAPI)."""

from __future__ import annotations

import copy
from typing import Any, Protocol, TypeAlias

import pytest
import schemathesis
from fastapi import APIRouter, FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from calendars.api import router as api
from calendars.model.principal import Rights
from scheduler.app.web import FEATURES
from tests.builders import a_series, a_todo
from tests.calendars.api.conftest import PASSWORD, Asker


class Feature(Protocol):
    """A module with the routes of one feature."""

    router: APIRouter


AnyCase: TypeAlias = Case[APIOperation[Any, Any, Any, Any]]
EXAMPLES, EXAMPLES_OF_FEATURES = 8, 4
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
# Generated names meet nothing; half of the examples speak of what is there.
KNOWN = {
    "login": st.sampled_from(["anne", "paul", "nobody"]),
    "calendar": st.sampled_from(["agenda", "taches", "inbox", "none"]),
    "name": st.sampled_from(["serie.ics", "tache.ics", "none.ics"]),
    "version": st.integers(1, 4),
    "removed": st.integers(1, 9),
    "id": st.integers(1, 4),
    "held": st.integers(1, 2),
    "proposal": st.integers(1, 2),
    "appointment": st.integers(1, 2),
    "opening": st.integers(1, 2),
    "campaign": st.integers(1, 2),
    "choice": st.integers(1, 2),
    "deadline": st.integers(1, 2),
    "call": st.integers(1, 2),
    "routine": st.integers(1, 2),
    "reference": st.integers(1, 2),
    "code": st.sampled_from(["COURRIER", "NONE"]),
    "delegation": st.integers(1, 3),
}
YEAR = {"from": "2026-01-01T00:00:00+11:00", "to": "2027-01-01T00:00:00+11:00"}

# Those of slots are looked at beside them, with a house of their own (test_contract there).
LOOKED_AT_HERE = [
    one
    for one in FEATURES
    if one.__name__.split(".")[1] not in {"slots", "working_time", "directory"}
]


def operations() -> list[tuple[str, str]]:
    """Every method and path of the JSON face of calendars."""
    return operations_of(api.router)


def operations_of(router: APIRouter) -> list[tuple[str, str]]:
    """Every method and path of a router."""
    app = FastAPI()
    app.include_router(router)
    paths = app.openapi()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


@pytest.fixture
def world(anne: Asker, paul: Asker) -> Asker:
    """A diary with a series, a task, their histories, and rights given both ways."""
    anne.store("serie.ics", a_series())
    anne.store("tache.ics", a_todo(uid="t"), "taches")
    anne.patch(f"{anne.objects}/serie.ics", {"title": "Deux"})
    anne.patch("/principals/anne/calendars/taches/objects/tache.ics", {"title": "Deux"})
    anne.post("/me/app-passwords", {"label": "Thunderbird"})
    anne.entrust(paul, Rights.WRITE)
    paul.entrust(anne, Rights.READ)
    return anne


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(("method", "path"), operations())
def test_answers_are_what_the_document_says(world: Asker, method: str, path: str) -> None:
    _check(document_of(world.client.app)[path][method], EXAMPLES)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("feature", LOOKED_AT_HERE, ids=lambda one: one.__name__.split(".")[-2])
def test_answers_of_features_are_what_the_document_says(world: Asker, feature: Feature) -> None:
    document = document_of(world.client.app)
    for method, path in operations_of(feature.router):
        _check(document[path][method], EXAMPLES_OF_FEATURES)


def document_of(app: Any) -> Any:
    """What the service says of itself: the same in every world, and a second's work to write."""
    document = schemathesis.openapi.from_dict(_written(app))
    document.app = app
    return document


_WRITTEN: list[dict[str, Any]] = []


def _written(app: Any) -> dict[str, Any]:
    if not _WRITTEN:
        _WRITTEN.append(TestClient(app).get("/api/v1/openapi.json").json())
    return copy.deepcopy(_WRITTEN[0])


def _check(operation: Any, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def check(case: AnyCase, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            _speak_of_what_is_there(case, data)
        case.call_and_validate(auth=("anne", PASSWORD), checks=CHECKS)

    check()


def _speak_of_what_is_there(case: AnyCase, data: st.DataObject) -> None:
    for name in case.path_parameters:
        if name in KNOWN:
            case.path_parameters[name] = data.draw(KNOWN[name])
    for name in YEAR.keys() & case.query.keys():
        case.query[name] = YEAR[name]
    if "login" in case.query:
        case.query["login"] = ["anne", "paul"]
