"""A mail relay on a loopback port that says what a test wants, and keeps what it took."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.channels.relay import Relay

OK, LATER, NEVER = "250 OK", "451 later", "550 5.1.1 no such user"
HANG_UP = ""
"""Instead of an answer: the connection is closed."""


@dataclass
class Taken:
    """One mail, as it came."""

    sender: str
    recipient: str
    octets: bytes
    options: list[str]
    user: str | None
    over_tls: bool

    @property
    def mail(self) -> EmailMessage:
        """Read."""
        mail = message_from_bytes(self.octets, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def key(self) -> str:
        """What its Message-ID begins with."""
        return str(self.mail["Message-ID"]).strip("<>").partition("@")[0]


@dataclass
class RelayHandler:
    """What the relay does; `answer` may be set by the test at any time."""

    answer: Callable[[Taken], str] | str = OK
    taken: list[Taken] = field(default_factory=list)
    """What it said 250 to."""
    slowness: Callable[[Taken], float] | None = None
    """For how many seconds it keeps its answer to itself."""
    tried: int = 0
    connected: int = 0
    sessions: set[Any] = field(default_factory=set)
    """The connections that said EHLO."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        session.host_name = name
        self.sessions.add(session.peer)
        return [*said[:-1], "250-DSN", said[-1]]

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        login: Any = session.auth_data
        user = login.login.decode() if session.authenticated else None
        taken = Taken(
            envelope.mail_from or "", envelope.rcpt_tos[0], content,
            [*getattr(server, "said", [])], user, session.ssl is not None,
        )  # fmt: skip
        self.tried += 1
        answer = self.answer if isinstance(self.answer, str) else self.answer(taken)
        if answer == HANG_UP:
            connection: Any = server.transport
            connection.abort()
            return OK
        if answer.startswith("250"):
            self.taken.append(taken)
        if self.slowness is not None:
            await asyncio.sleep(self.slowness(taken))
        return answer

    @property
    def keys(self) -> list[str]:
        """What was taken, in its order."""
        return [one.key for one in self.taken]


class _WithDsn(SMTP):
    """aiosmtpd knows no DSN (RFC 3461): its parameters are kept and taken away."""

    said: list[str]

    def connection_made(self, transport: Any) -> None:
        self.event_handler.connected += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connected -= 1
        super().connection_lost(error)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        self.said = [one for one in arg.split() if one.startswith(("RET=", "ENVID="))]
        await super().smtp_MAIL(_without(arg, self.said))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        notify = [one for one in arg.split() if one.startswith("NOTIFY=")]
        self.said += notify
        await super().smtp_RCPT(_without(arg, notify))


def _without(arg: str, options: list[str]) -> str:
    return " ".join(one for one in arg.split(" ") if one not in options)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _WithDsn(self.handler, **self.SMTP_kwargs)


def a_free_port() -> int:
    """Nobody listens there just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running_relay(
    handler: RelayHandler | None = None, *, port: int | None = None, **options: Any
) -> Iterator[tuple[RelayHandler, Relay]]:
    """A relay for as long as the block lasts, and how it is reached; options are aiosmtpd's."""
    handler, port = handler or RelayHandler(), port or a_free_port()
    controller = _Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield handler, Relay.parse(f"smtp://127.0.0.1:{port}?starttls=never")
    finally:
        deadline = time.monotonic() + 0.3  # whoever has hung up is let go of first
        while handler.connected > 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        controller.stop()
