"""The real programs that interop tests drive: there, or the test says so."""

from __future__ import annotations

import os
import shutil

import pytest


def program(name: str) -> str:
    """Where a program is. Without it the test is skipped, and in CI it fails."""
    found = shutil.which(name)
    if found:
        return found
    absent = f"{name} is not on this machine: `make interop` installs it where it may"
    if os.environ.get("CI") == "true":
        pytest.fail(absent)
    pytest.skip(absent)
