"""One service for the real clients to talk to, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.process import Process, running_process
from tests.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """The service on a fresh store, for one module."""
    url = ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.url(postgres.create_database())
    with running_process(tmp_path_factory.mktemp("service"), url) as process:
        yield process
