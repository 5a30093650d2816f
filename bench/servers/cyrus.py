"""Cyrus IMAP (Debian's cyrus-caldav and cyrus-imapd), in a folder of its own, no system service.

CYRUS_ROOT names where the packages were unpacked without being installed (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.bodies import ICALENDAR, MAKE_CALENDAR, XML
from bench.client import Client, Request
from bench.events import event
from bench.servers.server import PASSWORD, USER, NotHere, Running, Server, free_port

CONNECTIONS = 8
ADMIN = "admin"

_IMAPD = """\
configdirectory: {folder}/config
partition-default: {folder}/spool
defaultpartition: default
proc_path: {folder}/proc
mboxname_lockpath: {folder}/lock
zoneinfo_db_path: {folder}/zoneinfo.db
cyrus_user: {account}
cyrus_group: {group}
admins: {admin}
unixhierarchysep: yes
altnamespace: yes
virtdomains: off
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN
httpmodules: caldav
httpkeepalive: 20
caldav_allowscheduling: on
caldav_historical_age: -1
calendar_user_address_set: example.test
"""
_MASTER = """\
START {{ recover cmd="{programs}/ctl_cyrusdb -C {folder}/imapd.conf -r" }}
SERVICES {{
  imap cmd="{programs}/imapd -C {folder}/imapd.conf" listen="127.0.0.1:{imap}" prefork=0
  http cmd="{programs}/httpd -C {folder}/imapd.conf -U 1000" listen="127.0.0.1:{http}" \
prefork=8 maxchild=100
}}
"""


class Cyrus(Server):
    """Filled by PUT over eight connections: there is no faster way in."""

    name = "cyrus"
    home = f"/dav/calendars/user/{USER}/"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._root = Path(os.environ.get("CYRUS_ROOT", "/"))
        self._programs = self._root / "usr/lib/cyrus/bin"
        self._imap_port = free_port()

    def prepare(self) -> None:
        """Configuration, passwords, and the user's mailbox, which the calendars hang from."""
        if not (self._programs / "httpd").exists() or not (self._programs / "imapd").exists():
            raise NotHere("the packages cyrus-caldav and cyrus-imapd")
        account = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        group = "nogroup" if account == "nobody" else account
        names = {
            "folder": self.folder, "programs": self._programs, "account": account, "group": group,
            "admin": ADMIN, "imap": self._imap_port, "http": self.port,
        }  # fmt: skip
        (self.folder / "imapd.conf").write_text(_IMAPD.format(**names))
        (self.folder / "cyrus.conf").write_text(_MASTER.format(**names))
        for name in ("config", "spool", "proc", "lock"):
            (self.folder / name).mkdir()
        for user in (ADMIN, USER):
            self._set_password(user)
        if account == "nobody":
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, account, group)
            self._open_folders_above()
        with self.running():
            self._make_mailbox()

    def _set_password(self, user: str) -> None:
        program = self._root / "usr/sbin/saslpasswd2"
        if not program.exists():
            raise NotHere("the package sasl2-bin")
        command: list[str | Path] = [program, "-p", "-c", "-f", self.folder / "sasldb2", user]
        subprocess.run(command, input=PASSWORD.encode(), env=self.environment(), check=True)

    def _open_folders_above(self) -> None:
        """`nobody` must reach the folder, which stands in a private temporary one."""
        for parent in self.folder.parents:
            if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o077 == 0:
                parent.chmod(0o711)

    def _make_mailbox(self) -> None:
        for _ in range(100):
            try:
                imap = imaplib.IMAP4("127.0.0.1", self._imap_port)
                break
            except OSError:
                time.sleep(0.05)
        imap.login(ADMIN, PASSWORD)
        imap.create(f"user/{USER}")
        imap.logout()

    def fill(self, calendar: str, count: int) -> None:
        """PUT of each event."""
        with self.running() as running:
            asyncio.run(_put_all(running, calendar, count))

    def command(self) -> Sequence[str | Path]:
        """The master in the foreground, with eight workers."""
        return [
            self._programs / "master", "-D", "-C", self.folder / "imapd.conf",
            "-M", self.folder / "cyrus.conf", "-p", self.folder / "master.pid",
        ]  # fmt: skip

    def environment(self) -> Mapping[str, str]:
        """Where its libraries are, if they are not installed."""
        if self._root == Path("/"):
            return dict(os.environ)
        places = ("usr/lib", "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(self._root / p) for p in places)}


async def _put_all(running: Running, calendar: str, count: int) -> None:
    async def ask(client: Client, request: Request) -> None:
        answer = await client.ask(request)
        if answer.status not in {200, 201, 204}:
            raise RuntimeError(f"cyrus: {answer.status} {answer.body[:200]!r}")

    async def put(numbers: range) -> None:
        client = Client(running.port, running.headers)
        for number in numbers:
            name, body = event(calendar, number)
            await ask(client, Request("PUT", path + name, body, ICALENDAR))
        client.close()

    path = running.calendar(calendar)
    first = Client(running.port, running.headers)
    await first.ask(Request("PROPFIND", running.home, b"", {"Depth": "0"}))
    await ask(first, Request("MKCALENDAR", path, MAKE_CALENDAR, XML))
    first.close()
    await asyncio.gather(*(put(range(n, count, CONNECTIONS)) for n in range(CONNECTIONS)))
