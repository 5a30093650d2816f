"""Two people with diaries, in one open transaction."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from tests.stores import a_person


@pytest.fixture
def anne(db: Db) -> Principal:
    """A person with a diary."""
    return a_person(db, "anne")


@pytest.fixture
def paul(db: Db) -> Principal:
    """Another one."""
    return a_person(db, "paul")
