"""The mail relay, by SMTP over one kept connection (RFC 5321)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from notifications.message import Fate, State

TIMEOUT = 20.0


class BadRelay(ValueError):
    """A URL that names no relay."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail goes: `smtp://user:pass@host:587?starttls=required`, `smtps://…`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None
    """True: required; None: if the relay offers it; False: never."""

    @classmethod
    def parse(cls, url: str) -> Relay:
        """Raises BadRelay."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise BadRelay("smtp://hôte:port ou smtps://hôte:port est attendu")
        wanted = parse_qs(parts.query).get("starttls", ["auto"])[0]
        choices = {"required": True, "auto": None, "never": False}
        if wanted not in choices:
            raise BadRelay("starttls=required, auto ou never est attendu")
        tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            parts.port or (465 if tls else 25),
            None if parts.username is None else unquote(parts.username),
            None if parts.password is None else unquote(parts.password),
            tls,
            False if tls else choices[wanted],
        )


class Smtp:
    """Sends mails one after the other; a connection that breaks is opened again once."""

    def __init__(self, relay: Relay, *, sender: str) -> None:
        self._relay, self._sender = relay, sender

    async def send(self, mails: Sequence[tuple[str, EmailMessage]]) -> list[Fate]:
        """What the relay said of each. Nothing is raised: whoever is away is asked again later."""
        fates: list[Fate] = []
        client: aiosmtplib.SMTP | None = None
        for _, mail in mails:
            try:
                client = client or await self._connected()
                fates.append(await self._send_one(client, mail))
            except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
                fates.append(_fate_of(error))
                if client is not None and not client.is_connected:
                    client = None
        if client is not None:
            await _hang_up(client)
        return fates

    async def _connected(self) -> aiosmtplib.SMTP:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host, port=relay.port, username=relay.user, password=relay.password,
            use_tls=relay.tls, start_tls=relay.starttls, timeout=TIMEOUT,
        )  # fmt: skip
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    async def _send_one(self, client: aiosmtplib.SMTP, mail: EmailMessage) -> Fate:
        recipient = str(mail["To"].addresses[0].addr_spec)
        _, answer = await client.send_message(mail, sender=self._sender, recipients=[recipient])
        return Fate(State.SENT, answer)


async def _hang_up(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        client.close()


def _fate_of(error: Exception) -> Fate:
    """A permanent refusal is one (5xx); everything else may be better later (RFC 5321 §4.2.1)."""
    code = getattr(error, "code", None)
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = max((one.code for one in error.recipients), default=450)
    permanent = isinstance(code, int) and 500 <= code < 600
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        permanent = False  # the operator's mistake, not the recipient's
    state = State.FAILED if permanent else State.PENDING
    return Fate(state, f"{type(error).__name__} {code or ''}".strip())
