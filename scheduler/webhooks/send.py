"""One signed request to one endpoint: to public addresses alone, no redirect, no answer read.

The name is looked up once, all its addresses are judged, and the connection goes to the one that
was judged: a name that leads elsewhere a moment later does not help whoever made it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit

import httpx2

from scheduler.webhooks.model import Claimed, Fate
from scheduler.webhooks.rules import BadTarget, Target, is_public, signature, target_of

TIMEOUT = 10.0
"""All of it: looking up, connecting, sending, the first line of the answer."""
GONE = 410
USER_AGENT = "Niaouli-Webhooks/1"


class NotReached(Exception):
    """There is no answer, and this is why."""


class Sender:
    """Sends requests; `trusted` are the hosts of our own network that may be told."""

    def __init__(self, trusted: Collection[str], *, timeout: float = TIMEOUT) -> None:
        self._trusted, self._timeout = trusted, timeout
        self._tls = ssl.create_default_context()

    async def send(self, claimed: Claimed, *, now: int) -> Fate:
        """Try once; it answers whatever happens."""
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._post(claimed, now=now)
        except BadTarget:
            return Fate(delivered=False, answer="refused address", final=True)
        except NotReached as error:
            return Fate(delivered=False, answer=str(error))
        except TimeoutError:
            return Fate(delivered=False, answer="timeout")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Fate(delivered=False, answer=type(error).__name__[:64])
        return Fate(200 <= status < 300, f"HTTP {status}", status == GONE)

    async def _post(self, claimed: Claimed, *, now: int) -> int:
        target = target_of(claimed.url, self._trusted)
        address = await self._address_of(target)
        headers = {
            "Host": urlsplit(claimed.url).netloc,
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Niaouli-Event-Id": claimed.key,
            "Niaouli-Event": claimed.kind,
            "Niaouli-Signature": signature(claimed.secret, now, claimed.body),
        }
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with (
            httpx2.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                limits=limits,
                timeout=self._timeout,
            ) as client,
            client.stream(
                "POST",
                _at(claimed.url, address),
                content=claimed.body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return answer.status_code

    async def _address_of(self, target: Target) -> str:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except OSError:
            raise NotReached("unknown host") from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses:
            raise NotReached("unknown host")
        if target.host not in self._trusted and not all(map(is_public, addresses)):
            raise BadTarget("that host is not to be reached from here")
        return addresses[0]


def _at(url: str, address: str) -> str:
    """The same request, to an address in figures."""
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    port = "" if parts.port is None else f":{parts.port}"
    return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, ""))
