"""Third-party clients and their own test suites: installed once, driven as outside programs.

Some of them are under the AGPL: they are run, never imported. `python -m tests.interop.third_party`
installs everything below `var/interop`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

PINS = {
    "caldav": "3.6.0",
    "caldav-server-tester": "1.7.0",
    "vdirsyncer": "0.21.0",
    "khal": "0.14.1",
    "tsdav": "2.3.4",
    "dav": "1.8.0",
    "outloud": "0.2.1",  # PDF/UA by the Matterhorn protocol; pikepdf comes with it
}
PAGE_CHECKER = "axe-core"
PAGE_CHECKER_VERSION = "4.14.1"
_BESIDES = [
    *("pytest", "pytest-asyncio", "pytest-timeout", "proxy.py", "vobject", "tzlocal"),
    *("httpx", "httpxyz", "manuel", "pyfakefs"),
]

PLACE = Path(__file__).parents[2] / "var" / "interop"
BIN = PLACE / "venv" / "bin"
NODE = PLACE / "npm"
PROGRAMS = Path(__file__).parent / "drivers"


class CannotInstall(Exception):
    """A program or package that could not be had; the message says which."""


@dataclass(frozen=True)
class Ran:
    """What an outside program printed."""

    status: int
    text: str


def run(
    command: Sequence[object],
    *,
    cwd: Path = PLACE,
    seconds: float,
    env: Mapping[str, str] | None = None,
) -> Ran:
    """An outside program without our settings; it is interrupted when its time is over."""
    (PLACE / "tmp").mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    # python-caldav's tests lock a server by name there: two runs at a time must not wait.
    environment |= {"TMPDIR": str(PLACE / "tmp"), "HOME": str(PLACE), **(env or {})}
    process = subprocess.Popen(
        [str(word) for word in command], cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True,
    )  # fmt: skip
    try:
        text, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # An interrupt first: pytest then still writes what it has.
        os.killpg(process.pid, signal.SIGINT)
        try:
            text, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, _ = process.communicate()
        text += f"\nstopped after {seconds} s\n"
    return Ran(process.returncode, text)


def source_of(name: str) -> Path:
    """The unpacked source distribution of a package, whose tests are run."""
    return PLACE / "sources" / f"{name}-{PINS[name]}"


def installed() -> Path:
    """Where everything is. Without it the test is skipped, and in CI it fails."""
    if _stamp().exists():
        return PLACE
    absent = "the third-party clients are not installed: `make interop` does that"
    if os.environ.get("CI") == "true":
        pytest.fail(absent)
    pytest.skip(absent)


def install() -> None:
    """Everything, unless it is there. Raises CannotInstall."""
    if _stamp().exists():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    _do(sys.executable, "-m", "venv", BIN.parent)
    wanted = [
        f"{name}=={PINS[name]}" for name in ("caldav", "caldav-server-tester", "khal", "outloud")
    ]
    _do(*_pip("install"), *wanted, f"vdirsyncer[test]=={PINS['vdirsyncer']}", *_BESIDES)
    for name in ("caldav", "vdirsyncer"):
        _unpack(name)
    if not shutil.which("npm"):
        raise CannotInstall("npm is not on this machine")
    NODE.mkdir()
    (NODE / "package.json").write_text('{"name": "clients", "private": true}\n')
    packages = [f"{name}@{PINS[name]}" for name in ("tsdav", "dav")]
    _do("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages, cwd=NODE)
    _stamp().touch()


def install_page_checker() -> None:
    """Deque's rules for accessible pages, run inside Chromium. Raises CannotInstall."""
    place = _checker()
    if place.exists():
        return
    if not shutil.which("npm"):
        raise CannotInstall("npm is not on this machine")
    home = place.parents[2]
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"name": "rules", "private": true}\n')
    wanted = f"{PAGE_CHECKER}@{PAGE_CHECKER_VERSION}"
    _do("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", wanted, cwd=home)


def page_checker() -> Path:
    """The script to put into a page. Without it the test is skipped, and in CI it fails."""
    if _checker().exists():
        return _checker()
    absent = f"{PAGE_CHECKER} is not installed: `make interop` does that"
    if os.environ.get("CI") == "true":
        pytest.fail(absent)
    pytest.skip(absent)


def _checker() -> Path:
    home = PLACE / f"rules-{PAGE_CHECKER_VERSION}"
    return home / "node_modules" / PAGE_CHECKER / "axe.min.js"


def _stamp() -> Path:
    return PLACE / f"installed-{'-'.join(PINS.values())}"


def _pip(command: str) -> tuple[object, ...]:
    return BIN / "python", "-m", "pip", "--disable-pip-version-check", command, "--quiet"


def _unpack(name: str) -> None:
    place = source_of(name).parent
    place.mkdir(exist_ok=True)
    pinned = f"{name}=={PINS[name]}"
    _do(*_pip("download"), "--no-deps", "--no-binary", name, "--dest", place, pinned)
    with tarfile.open(place / f"{name}-{PINS[name]}.tar.gz") as archive:
        archive.extractall(place, filter="data")


def _do(*command: object, cwd: Path = PLACE) -> None:
    ran = run(command, cwd=cwd, seconds=900)
    if ran.status:
        last = (ran.text.strip() or "no output").splitlines()[-1]
        why = re.sub(r"\S+://\S+", "<address>", last)  # which index it was is nobody's business
        raise CannotInstall(f"{Path(str(command[0])).name}: {why}")


@dataclass(frozen=True)
class Outcome:
    """What a suite of tests came to; skipped ones are not in the total."""

    passed: int
    failures: dict[str, str]
    skipped: dict[str, str]

    @property
    def total(self) -> int:
        """Tests that were run."""
        return self.passed + len(self.failures)


def outcome_of(junit: Path) -> Outcome:
    """The outcome that pytest wrote as JUnit XML."""
    passed, failures, skipped = 0, {}, {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        failure = case.find("failure")
        problem = failure if failure is not None else case.find("error")
        skip = case.find("skipped")
        if skip is not None:
            skipped[name] = skip.get("message") or ""
        elif problem is not None:
            failures[name] = (problem.get("message") or "")[:300]
        else:
            passed += 1
    return Outcome(passed, failures, skipped)


def checks_of(ran: Ran) -> Outcome:
    """The outcome of a program that prints `planned N`, `ok NAME` and `not ok NAME - why`."""
    ok, failures, planned = 0, {}, 0
    for line in ran.text.splitlines():
        if line.startswith("ok "):
            ok += 1
        elif line.startswith("not ok "):
            name, _, why = line.removeprefix("not ok ").partition(" - ")
            failures[name] = why
        elif line.startswith("planned "):
            planned = int(line.removeprefix("planned "))
    for number in range(ok + len(failures), planned):
        failures[f"check {number + 1}"] = "not reached"
    return Outcome(ok, failures, {} if planned else {"all": json.dumps(ran.text[-500:])})


if __name__ == "__main__":
    try:
        install()
        install_page_checker()
    except CannotInstall as error:
        sys.exit(f"Missing: third-party clients ({error}); the tests that drive them cannot run")
