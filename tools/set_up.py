"""Makes `.venv` and installs what the locks name: `python3 tools/set_up.py run|test`.

`run` installs what the service needs, `test` what its tests need besides. A stamp remembers what
was installed, so that a second call costs nothing; a lock makes two calls at once wait in turn.
Only the standard library is here: nothing is installed yet when this runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)

INSTALLER = "requirements-install.lock"
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}

# Package clients name the index they talk to when they fail: that is nobody's business.
_ADDRESS = re.compile(r"\b(?:https?|file)://[^\s'\"]+|host='[^']*'|\bindexes?: .*")

_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
_UV = ("-m", "uv", "pip", "install", "--quiet", "--no-progress", "--python", str(PYTHON))


class InstallError(Exception):
    """A command failed; its output, without addresses."""


def main(wanted: str) -> None:
    """Make and fill the environment, unless it is as it should be."""
    if sys.version_info < OLDEST:
        raise InstallError(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed: PYTHON=... make")
    with (ROOT / "pyproject.toml").open() as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not _is_done(wanted):
            _install(wanted)


def _is_done(wanted: str) -> bool:
    """The test environment is the other one and more: its stamp counts for both."""
    return any(_stamp(name).exists() for name in {wanted, "test"}) and _works()


def _install(wanted: str) -> None:
    started = time.monotonic()
    lock = LOCKS[wanted]
    packages = len(re.findall(r"^[a-z0-9]\S*==", (ROOT / lock).read_text(), re.MULTILINE))
    if not _works():
        print("Making .venv")
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    for stamp in VENV.glob(".set-up-*"):
        stamp.unlink()

    print(
        f"Installing {packages} packages from {lock}: half a minute at the first time", flush=True
    )
    _run(*_PIP, "--require-hashes", "--only-binary=:all:", "--requirement", INSTALLER)
    _run_either("--no-deps", "--require-hashes", "--requirement", lock)
    _run_either("--no-deps", "--no-build-isolation", "--editable", ".")

    _stamp(wanted).touch()
    print(f".venv is ready after {time.monotonic() - started:.0f} s", flush=True)


def _stamp(wanted: str) -> Path:
    """Its name changes with whatever changes what should be installed, and where."""
    digest = hashlib.sha256(f"{ROOT} {sys.version}".encode())
    for name in ("pyproject.toml", INSTALLER, LOCKS[wanted]):
        digest.update((ROOT / name).read_bytes())
    return VENV / f".set-up-{wanted}-{digest.hexdigest()[:16]}"


def _works() -> bool:
    """Is there an environment, made with a Python that is still on the machine?"""
    question = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", question], check=False).returncode == 0


def _run_either(*arguments: str) -> None:
    """With uv, three times as fast; with pip where uv fails, as when only pip knows the index."""
    try:
        _run(*_UV, *arguments)
    except InstallError:
        print("uv could not; trying again with pip, which takes a minute or two", flush=True)
        _run(*_PIP, *arguments)


def _run(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [PYTHON, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode != 0:
        raise InstallError(_ADDRESS.sub("<index>", ran.stdout).strip())


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["test"]):
        sys.exit("usage: set_up.py run|test")
    try:
        main(sys.argv[1])
    except InstallError as error:
        sys.exit(f"The set-up failed.\n{error}")
