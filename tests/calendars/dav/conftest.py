"""A running server on each engine, and two people on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Client, Server, running_server


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    """The service on a fresh store."""
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    """A person with a diary."""
    return server.add_person("anne", name="Anne Kaori")


@pytest.fixture
def paul(server: Server) -> Client:
    """Another one."""
    return server.add_person("paul", name="Paul Niaouli")
