"""Other CalDAV servers as programs of their own on loopback, and what is put into them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

BIN = Path(sys.executable).parent
LOGIN, PASSWORD = "user", "un mot de passe"
READY_WITHIN = 30.0

_MAKE = (
    '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:A="http://apple.com/ns/ical/"><D:set><D:prop>'
    "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    "<D:displayname>{name}</D:displayname><A:calendar-color>{color}</A:calendar-color>"
    "<C:supported-calendar-component-set>{components}</C:supported-calendar-component-set>"
    "</D:prop></D:set></C:mkcalendar>"
)


@dataclass(frozen=True)
class OtherServer:
    """A running server, and where the calendars of its one user stand."""

    url: str
    home: str

    def make_calendar(
        self, path: str, *, name: str, color: str = "#2a6f97", components: tuple[str, ...] = ()
    ) -> None:
        """A calendar with a name, a colour and what it takes."""
        wanted = "".join(f'<C:comp name="{each}"/>' for each in components or ("VEVENT",))
        body = _MAKE.format(name=name, color=color, components=wanted)
        answer = self._ask("MKCALENDAR", f"{self.home}{path}/", body)
        assert answer.status_code == 201, answer.text

    def put(self, path: str, text: str) -> None:
        """An object, under a path below the home."""
        answer = self._ask("PUT", f"{self.home}{path}", text, "text/calendar; charset=utf-8")
        assert answer.status_code in {201, 204}, f"{path}: {answer.status_code} {answer.text}"

    def delete(self, path: str) -> None:
        """Remove an object."""
        assert self._ask("DELETE", f"{self.home}{path}", "").ok

    def _ask(self, method: str, path: str, body: str, kind: str = "text/xml") -> requests.Response:
        return requests.request(
            method,
            self.url + path,
            data=body.encode(),
            headers={"Content-Type": kind},
            auth=(LOGIN, PASSWORD),
            timeout=30,
        )


@contextmanager
def running_radicale(folder: Path) -> Iterator[OtherServer]:
    """Radicale with one user; it answers at / and finds the rest by itself."""
    users = folder / "users"
    users.write_text(f"{LOGIN}:{PASSWORD}\n")
    options = [
        "--config", "",
        "--auth-type", "htpasswd",
        "--auth-delay", "0",
        "--auth-htpasswd-filename", str(users),
        "--auth-htpasswd-encryption", "plain",
        "--storage-filesystem-folder", str(folder / "collections"),
    ]  # fmt: skip
    port = _free_port()
    command = [str(BIN / "radicale"), *options, "--server-hosts", f"127.0.0.1:{port}"]
    with _running(command, folder, f"http://127.0.0.1:{port}"):
        yield OtherServer(f"http://127.0.0.1:{port}", f"/{LOGIN}/")


@contextmanager
def running_xandikos(folder: Path) -> Iterator[OtherServer]:
    """Xandikos, which keeps its calendars in Git and asks nobody for a password."""
    port = _free_port()
    command = [
        str(BIN / "xandikos"), "serve", "--directory", str(folder / "collections"), "--defaults",
        "--state-dir", str(folder / "state"), "--no-detect-systemd",
        "--listen-address", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    with _running(command, folder, f"http://127.0.0.1:{port}"):
        yield OtherServer(f"http://127.0.0.1:{port}", "/user/calendars/")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    environment = {**os.environ, "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        end = time.monotonic() + READY_WITHIN
        while not _answers(url):
            assert server.poll() is None, (folder / "log").read_text(errors="replace")
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(10)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5, allow_redirects=False).status_code < 500
    except requests.ConnectionError:
        return False
