"""Everybody reads who saw and changed what concerns himself; administrators read all (SEC-8)."""

from __future__ import annotations

import pytest

from calendars.model.principal import Rights, Role
from tests.builders import an_event
from tests.calendars.api.conftest import Asker
