"""The programs of the other interop tests start at all: if not, read this failure first."""

from __future__ import annotations

import subprocess

import pytest

from tests.interop.programs import program

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(
    ("name", "option"),
    [
        pytest.param("chromium", "--version", id="chromium"),
        pytest.param("node", "--version", id="node"),
        pytest.param("thunderbird", "--version", id="thunderbird"),
        pytest.param("Xvfb", "-help", id="xvfb"),
    ],
)
def test_a_program_starts(name: str, option: str) -> None:
    started = subprocess.run([program(name), option], capture_output=True, timeout=60, check=False)

    assert started.returncode == 0, started.stderr.decode(errors="replace")
