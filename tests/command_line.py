"""The command line in the test's own process, on a store of the test's."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.cli import run

PASSWORD = "une phrase assez longue"


@dataclass(frozen=True)
class Written:
    """What a command wrote, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result for programs."""
        return json.loads(self.out)


class CommandLine:
    """`niaouli …`, with settings in the environment and a working directory without `.env`."""

    def __init__(
        self,
        url: str,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.url, self.data = url, folder / "data"
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.chdir(folder)
        self.set(DATABASE_URL=url, DATA=str(self.data))

    def set(self, **settings: str) -> None:
        """Settings for the commands to come."""
        for name, value in settings.items():
            self._monkeypatch.setenv(f"NIAOULI_{name}", value)

    def __call__(self, *arguments: str, stdin: str | bytes = "", fails: int = 0) -> Written:
        """One command, which ends with the status that is expected."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        status = run(arguments)
        captured = self._capsys.readouterr()
        written = Written(status, captured.out, captured.err.replace("\xa0", " "))
        assert status == fails, written
        return written

    def add_person(self, login: str) -> None:
        """An account with the password of the tests."""
        self(
            "user", "add", login, "--name", login.title(), "--email", f"{login}@example.org",
            "--password-stdin", stdin=f"{PASSWORD}\n",
        )  # fmt: skip
