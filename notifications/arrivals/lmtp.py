"""The mail server hands mail over (LMTP, RFC 2033): an answer for each recipient.

"250" is said after the commit, never before; "550" to an address that is not ours, so that the
mail server refuses it before it has taken it (no backscatter); "451" while the store is away, and
the mail server keeps the mail. One process listens, whatever number runs: the others wait for the
place to become free.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from calendars.kernel.database import StoreUnavailable
from notifications.arrivals.place import Place
from notifications.arrivals.stumble import told as told_of
from notifications.imip.mail import MAX_OCTETS, Envelope

TRY_AGAIN_SECONDS = 3.0
IDLE_SECONDS = 120.0
MAX_RECIPIENTS = 100
MAX_CONVERSATIONS = 20
_LONGEST_LINE = 256 * 1024

TAKEN, UNKNOWN, LATER = (
    "250 2.0.0 taken in",
    "550 5.1.1 no such address here",
    "451 4.3.0 the store is away, try again later",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What stands behind the listener."""

    take: Callable[[bytes, Envelope], object]
    """Takes a mail in, once however often it is given; returns after the commit."""
    knows: Callable[[str], bool]
    """Whether an address is one of ours."""
    peers: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    """Who may connect: the own mail server (threats E)."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self,
        _server: SMTP,
        _session: Session,
        envelope: SmtpEnvelope,
        address: str,
        _options: Sequence[str],
    ) -> str:
        """Said before the mail is: the mail server need not send it."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        try:
            known = await asyncio.to_thread(self.knows, address)
        except StoreUnavailable:
            return LATER
        if not known:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: SmtpEnvelope) -> str:  # noqa: N802
        """One answer for each recipient, in their order (RFC 2033 §4.2)."""
        content = envelope.original_content or b""
        sender = (envelope.mail_from or "").strip("<>")  # "<>", nobody, is how bounces come
        answers = [
            await asyncio.to_thread(self._delivered, sender, one, content)
            for one in envelope.rcpt_tos
        ]
        return "\r\n".join(answers)

    def _delivered(self, sender: str, recipient: str, content: bytes) -> str:
        try:
            self.take(content, Envelope(sender, (recipient,)))
        except StoreUnavailable:
            return LATER
        except Exception as error:  # noqa: BLE001 - told, and the mail server keeps the mail
            log.error("lmtp.stumbled", extra=told_of(error))
            return "451 4.3.0 not taken in, try again later"
        return TAKEN


class _Conversation(LMTP):
    """LMTP with the mail server alone; whatever is said to all recipients is said to each."""

    line_length_limit = _LONGEST_LINE  # mail of old programs has lines beyond what RFC 5322 allows

    def __init__(
        self, door: Door, open_ones: set[_Conversation], loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(
            door, data_size_limit=MAX_OCTETS, enable_SMTPUTF8=True, timeout=IDLE_SECONDS,
            hostname="niaouli", ident="LMTP", loop=loop,
        )  # fmt: skip
        self._door, self._open_ones, self._reading_mail = door, open_ones, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Strangers get no word; neither does who opens one connection after the other."""
        if not self._welcome(transport) or len(self._open_ones) >= MAX_CONVERSATIONS:
            log.warning("lmtp.refused")
            if isinstance(transport, asyncio.Transport):
                transport.abort()
            return
        self._open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Another may come."""
        if self in self._open_ones:
            self._open_ones.discard(self)
            super().connection_lost(error)

    def _welcome(self, transport: asyncio.BaseTransport) -> bool:
        peer = transport.get_extra_info("peername")
        if not isinstance(peer, tuple):
            return True  # the socket's own permissions say who may
        address = ipaddress.ip_address(str(peer[0]))
        return any(address in network for network in self._door.peers)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's
        """DATA, after which there are as many answers as recipients."""
        self._reading_mail = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self._reading_mail = False

    async def push(self, status: AnyStr) -> None:
        """What was too large for one was so for each (RFC 2033 §4.2)."""
        await super().push(status)
        again = len(self.envelope.rcpt_tos) - 1 if self.envelope is not None else 0
        if self._reading_mail and str(status).startswith(("500 Line", "552 ")):
            for _ in range(again):
                await super().push(status)


class Listener:
    """The thread that listens, as soon as the place is free."""

    def __init__(self, place: Place, door: Door) -> None:
        self._place, self._door = place, door
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lmtp", daemon=True)
        self._loop = asyncio.new_event_loop()
        self.listening = threading.Event()

    def start(self) -> None:
        """From now on; it never keeps a process from ending."""
        self._thread.start()

    def stop(self) -> None:
        """What is being delivered is answered by nobody, and delivered again."""
        self._stopping.set()
        if self.listening.is_set() and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                with self._place.bound() as listening:
                    self._serve(listening)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or not told:
                    log.warning("lmtp.waiting", extra={"because": os.strerror(error.errno or 0)})
                told = True
                self._stopping.wait(TRY_AGAIN_SECONDS)
        self._loop.close()

    def _serve(self, listening: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        open_ones: set[_Conversation] = set()

        def conversation() -> _Conversation:
            return _Conversation(self._door, open_ones, self._loop)

        listening.setblocking(False)
        kind = listening.family
        starting = (
            self._loop.create_unix_server(conversation, sock=listening)
            if kind == socket.AF_UNIX
            else self._loop.create_server(conversation, sock=listening)
        )
        server = self._loop.run_until_complete(starting)
        self.listening.set()
        log.info("lmtp.listening")
        if not self._stopping.is_set():
            self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
