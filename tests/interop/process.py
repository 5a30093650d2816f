"""The service as its operators run it: `niaouli serve` in a process of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

NIAOULI = Path(sys.executable).with_name("niaouli")
PASSWORD = "une phrase assez longue"
READY_WITHIN = 30.0


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    login: str
    password: str = PASSWORD

    @property
    def email(self) -> str:
        """The address that the account was opened with."""
        return self.login if "@" in self.login else f"{self.login}@example.org"


@dataclass
class Process:
    """A running service, its settings in the environment, and its process id."""

    base: str
    pid: int
    environment: dict[str, str]

    def add_account(self, login: str, name: str = "") -> Account:
        """`niaouli user add`, while the service runs."""
        account = Account(login)
        named = ("--name", name or login.title(), "--email", account.email)
        self.run("user", "add", login, *named, "--password-stdin", given=account.password)
        return account

    def run(self, *arguments: str, given: str = "") -> None:
        """`niaouli …`, while the service runs."""
        subprocess.run(
            [str(NIAOULI), *arguments], input=given, env=self.environment, text=True, check=True,
            capture_output=True, timeout=60,
        )  # fmt: skip

    def calendar(self, account: Account, name: str = "agenda") -> str:
        """The URL of a calendar; it is made unless it is the one that everybody has."""
        url = f"{self.base}/dav/calendars/{account.login}/{name}/"
        if name != "agenda":
            made = requests.request(
                "MKCALENDAR", url, auth=(account.login, account.password), timeout=30
            )
            assert made.status_code == 201, made.text
        return url

    def memory(self) -> int:
        """Resident memory in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) // 1_024


@contextmanager
def running_process(
    data: Path, database_url: str = "", settings: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """`niaouli serve` on a free port for as long as the block lasts."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NIAOULI")}
    environment.update(
        NIAOULI_DATA=str(data),
        NIAOULI_LISTEN=f"127.0.0.1:{port}",
        NIAOULI_DATABASE_URL=database_url,
        NIAOULI_LOG_LEVEL="warning",
        **{f"NIAOULI_{name}": value for name, value in (settings or {}).items()},
    )
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            [NIAOULI, "serve"], env=environment, cwd=data, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, server, data / "log")
        yield Process(base, server.pid, environment)
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _wait_for(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            if requests.get(f"{base}/readyz", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(f"no answer within {READY_WITHIN} s: {log.read_text(errors='replace')}")
