"""Hostile and odd input from a corpus, sent to the service as its operators run it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders import an_event
from tests.interop.process import Account, Process

pytestmark = [pytest.mark.interop, pytest.mark.timeout(400)]

DRIVERS = Path(__file__).parent / "drivers"
CORPUS = Path(__file__).parents[1] / "data" / "corpus"
SLOWEST_ANSWER = 2.0
MOST_MEMORY = 150
SLOWEST_FOR_OTHERS = 1.0

# Cases that need doors which are not there yet: answers to mails, links, scheduling.
NOT_YET = frozenset({"scheduling", "rsvp", "mail"})


def drive(program: str, service: Process, account: Account, *options: object) -> dict[str, Any]:
    """The figures that a driver writes about the account's calendar."""
    calendar = service.calendar(account)
    ran = subprocess.run(
        [
            sys.executable, DRIVERS / program, f"{service.base}/dav/", account.login,
            account.password, calendar, *map(str, options),
        ],
        capture_output=True, text=True, timeout=380, check=False,
    )  # fmt: skip
    report = Path(str(options[options.index("--json") + 1]))
    assert report.exists(), ran.stderr[-2000:]
    figures: dict[str, Any] = json.loads(report.read_text())
    return figures


def test_what_real_programs_write_comes_back_as_it_was(service: Process, tmp_path: Path) -> None:
    account = service.add_account("paul")
    figures = drive(
        "roundtrip.py", service, account, "--corpus", CORPUS / "valid",
        "--json", tmp_path / "figures.json",
    )  # fmt: skip

    print(f"{figures['files_ok_accept'] + figures['files_ok_accept-odd']} files unchanged")
    assert figures["fives"] == []
    assert figures["refused"] == []
    assert figures["changed"] == []
    assert figures["unchanged_accept"] >= 52
    assert figures["unchanged_accept-odd"] >= 9


def cases_that_can_be_run() -> list[str]:
    """Ids of the cases that need nothing which is not there yet."""
    csv.field_size_limit(10**8)
    with (CORPUS / "hostile" / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["id"] for row in rows if not NOT_YET & set(row["requires"].split(","))]


def test_nothing_in_the_hostile_corpus_hurts(service: Process, tmp_path: Path) -> None:
    """No 5xx, no wrong answer, nobody waits, and memory stays where it was.

    It guesses passwords too: who signs in for the first time after it is told to wait.
    """
    attacker, bystander = service.add_account("mallory"), service.add_account("anne")
    requests.put(
        service.calendar(bystander) + "control.ics",
        an_event(),
        headers={"Content-Type": "text/calendar"},
        auth=(bystander.login, bystander.password),
        timeout=30,
    ).raise_for_status()
    before = service.memory()
    figures = drive(
        "hostile", service, attacker,
        "--corpus", CORPUS / "hostile", "--heavy", "--pid", service.pid,
        "--email", attacker.email, "--other-url", service.calendar(bystander),
        "--json", tmp_path / "figures.json",
    )  # fmt: skip

    grown = service.memory() - before
    print(
        f"{figures['cases']} cases, {figures['requests']} requests, {len(figures['5xx'])} times "
        f"5xx, {figures['dead']} dead, slowest {figures['slowest_s']} s, others waited "
        f"{figures['bystander']['max_s']} s at most, memory +{grown} MiB"
    )
    assert figures["5xx"] == []
    assert figures["timeouts"] == []
    assert figures["dead"] == 0
    assert figures["wrong"] == []
    assert figures["altered"] == []
    assert figures["slowest_s"] <= SLOWEST_ANSWER, figures["slowest_case"]
    assert figures["bystander"]["max_s"] <= SLOWEST_FOR_OTHERS
    assert figures["bystander"]["failed"] == 0
    assert figures["guessed"]["right_password_still_works"]
    assert figures["guessed"]["slowed_down"] >= 10
    assert grown <= MOST_MEMORY
    assert figures["cases"] == len(cases_that_can_be_run())
