"""One service for the real clients to talk to, with an account for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.process import Process, running_process


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service on a fresh store, for one module."""
    with running_process(tmp_path_factory.mktemp("service")) as process:
        yield process
