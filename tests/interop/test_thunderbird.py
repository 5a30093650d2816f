"""A real Thunderbird, headless, against the service as its operators run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.process import Process
from tests.interop.programs import program

pytestmark = [pytest.mark.interop, pytest.mark.timeout(400)]

DRIVER = Path(__file__).parent / "drivers" / "thunderbird"


def test_thunderbird_finds_reads_and_writes_a_calendar(service: Process, tmp_path: Path) -> None:
    """Discovery by login alone, events, series with exceptions, alarms, tasks, conflicts."""
    account = service.add_account("claire", "Claire Wénéhoua")
    ran = subprocess.run(
        [
            sys.executable, DRIVER, "--thunderbird", program("thunderbird"),
            "--trace", tmp_path, f"{service.base}/", service.calendar(account),
            account.login, account.password,
        ],
        capture_output=True, text=True, timeout=380, check=False,
    )  # fmt: skip

    print(ran.stdout)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not [line for line in lines if line.startswith("FAIL")]
    assert len([line for line in lines if line.startswith("PASS")]) >= 45


# Three programs take a minute to start: once is enough, where two writers do write at once.
@pytest.mark.parametrize("service", ["postgresql"], indirect=True)
def test_two_assistants_keep_one_diary_and_a_guest_answers(
    service: Process, tmp_path: Path
) -> None:
    """Create on behalf, edit at once, move one occurrence, answer with a stale copy, cancel."""
    director = service.add_account("directeur", "Aurélien Cagou")
    people = [director, *map(service.add_account, ("rosalie", "maelle", "guest"))]
    for assistant in people[1:3]:
        service.run("delegate", director.login, assistant.login, "--rights", "schedule")
    ran = subprocess.run(
        [
            sys.executable, DRIVER / "assistants.py", "--thunderbird", program("thunderbird"),
            "--trace", tmp_path, f"{service.base}/", director.password,
            *(one.login for one in people),
        ],
        capture_output=True, text=True, timeout=380, check=False,
    )  # fmt: skip

    print(ran.stdout)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not [line for line in lines if line.startswith("FAIL")]
    assert len([line for line in lines if line.startswith("PASS")]) >= 35
