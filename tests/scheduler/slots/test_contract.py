"""Whatever anybody sends about days, sites, slots and conflicts: no 5xx, and answers as told."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from calendars.model.principal import Role
from scheduler.app.web import create_app
from scheduler.diaries import conflict_api, travel_api
from scheduler.directory import api as directory
from scheduler.slots import api as slots
from scheduler.working_time import api as working_time
from tests.calendars.api.test_contract import CHECKS, AnyCase
from tests.scheduler.slots.conftest import House, put_busy
from tests.serving import PASSWORD

EXAMPLES = 4
KNOWN = {
    "login": st.sampled_from(["anne", "nobody"]),
    "calendar": st.sampled_from(["agenda", "none"]),
    "name": st.sampled_from(["a.ics", "lunch_minutes", "weights"]),
    "subject": st.sampled_from(["anne", "SIEGE", "-"]),
    "code": st.sampled_from(["SIEGE", "OVERLAP"]),
}


def operations() -> list[tuple[str, str]]:
    """Every method and path of these features."""
    app = FastAPI()
    for feature in (slots, working_time, directory, conflict_api, travel_api):
        app.include_router(feature.router)
    paths = app.openapi()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_answers_are_what_the_document_says(house: House) -> None:
    anne = house.server.add_person("anne", role=Role.ADMIN)
    put_busy(anne, "a", 8, 9)
    app = create_app(house.server.service)
    document = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    assert TestClient(app).get("/healthz").status_code == 200

    for method, path in operations():

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=document[path][method].as_strategy(), data=st.data())
        def check(case: AnyCase, data: st.DataObject) -> None:
            if data.draw(st.booleans()):
                for name in case.path_parameters.keys() & KNOWN.keys():
                    case.path_parameters[name] = data.draw(KNOWN[name])
            case.call_and_validate(auth=("anne", PASSWORD), checks=CHECKS)

        check()
