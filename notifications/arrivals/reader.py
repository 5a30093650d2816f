"""Reads the mailbox all day, in a thread: told of new mail by IDLE, else looking once a minute.

One process reads, whatever number runs: it holds a lease. A mailbox that is away is asked again,
ever more seldom, up to five minutes.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imap_tools.idle import IdleManager

from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, StoreUnavailable
from notifications import leases
from notifications.arrivals.imap import AWAY, Conversation, Inbox, Take, connected
from notifications.arrivals.mailbox_url import MailboxUrl
from notifications.arrivals.stumble import told as told_of

LEASE, LEASE_SECONDS = "imap", 90
POLL_SECONDS = 60
"""As often it is looked even where IDLE works: no notice is missed for longer."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
_GLANCE = 0.5
# What comes along with the answer to IDLE lies in a buffer that nobody is told of: IDLE is ended
# soon, which reads it, and begun again.
_SLICES = (_GLANCE, *(5.0,) * 12)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reading of a mailbox works with."""

    box: MailboxUrl
    take: Take
    database: Database
    clock: Clock

    @property
    def inbox(self) -> Inbox:
        """A memory of what was tried, for one reader."""
        return Inbox(self.box, self.take, self.database, self.clock)


def read_once(reading: Reading) -> int:
    """What is new now (`niaouli run-due`); nothing while another process reads.

    Raises what AWAY names.
    """
    with _leased(reading, _holder()) as ours:
        if not ours:
            return 0
        with connected(reading.box) as talk:
            return reading.inbox.clear(talk)


class Reader:
    """The thread that reads."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._me = reading, _holder()
        self._inbox = reading.inbox
        self._pause = FIRST_PAUSE
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)

    def start(self) -> None:
        """From now on; it never keeps a process from ending."""
        self._thread.start()

    def stop(self) -> None:
        """The mail that is being taken in is taken in first."""
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
            except (*AWAY, StoreUnavailable) as error:
                because = type(error).__name__  # the words of a server may hold a password
                log.warning("imap.away", extra={"because": because, "again_in": int(self._pause)})
                self._stopping.wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
            except Exception as error:  # noqa: BLE001 - told, and tried again
                log.error("imap.failed", extra=told_of(error))
                self._stopping.wait(LONGEST_PAUSE)

    def _read(self) -> None:
        """For as long as the connection and the lease hold; or wait while another reads."""
        with _leased(self._reading, self._me) as ours:
            if not ours:
                self._stopping.wait(LEASE_SECONDS / 3)
                return
            with connected(self._reading.box) as talk:
                log.info("imap.connected")
                self._pause = FIRST_PAUSE
                while self._goes_on():
                    talk.mailbox.client.untagged_responses.pop("EXISTS", None)
                    self._inbox.clear(talk, go_on=self._goes_on)
                    self._wait(talk)

    def _goes_on(self) -> bool:
        return not self._stopping.is_set() and _hold(self._reading, self._me)

    def _wait(self, talk: Conversation) -> None:
        """Until there is news, or it is time to look (RFC 2177)."""
        client = talk.mailbox.client
        if not talk.can("IDLE"):
            self._stopping.wait(POLL_SECONDS)
            client.noop()
            return
        for seconds in _SLICES:
            with talk.mailbox.idle as idle:
                told = self._told(idle, seconds)
            if told or self._stopping.is_set() or "EXISTS" in client.untagged_responses:
                return

    def _told(self, idle: IdleManager, seconds: float) -> bool:
        for _ in range(int(seconds / _GLANCE)):
            if any(b"EXISTS" in line for line in idle.poll(timeout=_GLANCE)):
                return True
            if self._stopping.is_set():
                break
        return False


@contextmanager
def _leased(reading: Reading, me: str) -> Iterator[bool]:
    ours = _hold(reading, me)
    try:
        yield ours
    finally:
        if ours:
            with reading.database.transaction() as db:
                leases.give_back(db, LEASE, me)


def _hold(reading: Reading, me: str) -> bool:
    now = int(reading.clock.now().timestamp())
    with reading.database.transaction() as db:
        return leases.take(db, LEASE, me, now=now, seconds=LEASE_SECONDS)


def _holder() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"
