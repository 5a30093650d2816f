"""One connection to the relay, kept from one mail to the next (RFC 5321)."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable

import aiosmtplib

from notifications.channels.relay import Relay
from notifications.channels.wire import Mail
from notifications.message import Fate, State

TIMEOUT = 20.0
ANSWER_TIMEOUT = 120.0
"""For the answer to the last line of a mail: whoever gives up too early sends it twice
(RFC 5321 §4.5.3.2.6)."""
IDLE_SECONDS = 20.0
"""A connection that was silent for longer is asked first whether it still stands."""
SERVICE_CLOSING = 421

# A certificate that is not believed raises ssl.SSLError, and what else may break is one of these.
BROKEN = (aiosmtplib.SMTPException, OSError, ssl.SSLError)


class Away(Exception):
    """The relay cannot be reached, or does not let us in: no mail is to blame."""


class Line:
    """A connection that opens itself when it is needed, and again when it has broken."""

    def __init__(self, relay: Relay, clock: Callable[[], float] = time.monotonic) -> None:
        self._relay, self._clock = relay, clock
        self._client: aiosmtplib.SMTP | None = None
        self._used_at = 0.0

    async def send(self, mail: Mail) -> Fate:
        """What the relay says of one mail. Raises Away."""
        client, kept = await self._ready()
        try:
            try:
                await self._begin(client, mail)
            except BROKEN as error:
                if not kept or not _is_closing(error):
                    raise
                # It had closed, or is fed up with this connection: nothing was said yet.
                self._drop()
                client, _ = await self._ready()
                await self._begin(client, mail)
            _, answer = await client.data(mail.octets, timeout=ANSWER_TIMEOUT)
        except BROKEN as error:
            await self._tidy(client)
            if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code == SERVICE_CLOSING:
                raise Away(_told(error)) from error
            return _fate_of(error)
        finally:
            self._used_at = self._clock()
        return Fate(State.SENT, f"250 {answer}")

    async def why_away(self) -> str | None:
        """Why no mail could be sent now; None where one could."""
        try:
            await self._ready()
        except Away as away:
            return str(away)
        return None

    async def close(self) -> None:
        """Say good-bye."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit(timeout=2)
        except BROKEN:
            pass
        finally:
            _cut(client)

    async def _ready(self) -> tuple[aiosmtplib.SMTP, bool]:
        """A connection that stands, and whether it was kept from before. Raises Away."""
        client = self._client
        if client is not None and client.is_connected:
            if self._clock() - self._used_at < IDLE_SECONDS:
                return client, True
            try:
                await client.noop()
            except BROKEN:
                self._drop()
            else:
                return client, True
        self._client = await self._connected()
        return self._client, False

    async def _connected(self) -> aiosmtplib.SMTP:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host, port=relay.port, username=relay.user, password=relay.password,
            use_tls=relay.tls, start_tls=relay.starttls, timeout=TIMEOUT,
        )  # fmt: skip
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BROKEN as error:
            _cut(client)
            raise Away(_told(error)) from error
        except BaseException:
            _cut(client)
            raise
        return client

    async def _begin(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        """Sender and recipient; what a bounce shall say, where the relay knows DSN (RFC 3461)."""
        sender_options, recipient_options = [], []
        if client.supports_extension("size"):
            sender_options.append(f"SIZE={len(mail.octets)}")
        if client.supports_extension("dsn"):
            sender_options += ["RET=HDRS", f"ENVID={mail.envelope_id}"]
            recipient_options = ["NOTIFY=FAILURE"]
        await client.mail(mail.sender, options=sender_options)
        await client.rcpt(mail.recipient, options=recipient_options)

    async def _tidy(self, client: aiosmtplib.SMTP) -> None:
        """A refused mail leaves the connection as it was; a broken one is opened anew later."""
        if not client.is_connected:
            self._drop()
            return
        try:
            await client.rset()
        except BROKEN:
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            _cut(client)


def _cut(client: aiosmtplib.SMTP) -> None:
    """At once: TLS would wait for the other side to say good-bye too."""
    if isinstance(client.transport, asyncio.Transport):
        client.transport.abort()
    client.close()


def _is_closing(error: Exception) -> bool:
    """The connection is over, whatever was asked on it."""
    gone = isinstance(error, aiosmtplib.SMTPServerDisconnected | OSError)
    return gone or getattr(error, "code", None) == SERVICE_CLOSING


def _told(error: Exception) -> str:
    """What the relay said, or what broke: for the operator, without the content of any mail."""
    code = getattr(error, "code", None)
    said = str(getattr(error, "message", "")) if code is not None else ""
    return f"{code or type(error).__name__} {said}".strip()


def _fate_of(error: Exception) -> Fate:
    """A permanent refusal is one (5xx); everything else may be better later (RFC 5321 §4.2.1)."""
    code = getattr(error, "code", None)
    permanent = isinstance(code, int) and 500 <= code < 600
    return Fate(State.FAILED if permanent else State.PENDING, _told(error))
