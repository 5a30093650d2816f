"""Head and body of an answer in one write: one packet, one system call, one wake-up of the client.

uvicorn writes the head as soon as it knows it, and its loop sends what is written at once. A client
that delays its acknowledgements would then wait 40 ms for a body that stands ready (Nagle).
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class _Cork:
    """Stands in for the transport of a cycle while its head and the first of its body are made."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        """Keep it."""
        self._pieces.append(piece)

    def pull(self) -> None:
        """Let all of it go."""
        if self._pieces and not self._transport.is_closing():
            self._transport.write(b"".join(self._pieces))
        self._pieces.clear()

    def close(self) -> None:
        """Close behind what was kept."""
        self.pull()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)


def in_one_write(app: Any, cycle: RequestResponseCycle) -> Any:  # noqa: ANN401 - ASGI's own types
    """The application, whose head waits for the first of its body."""

    async def joined(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        head: Any = None

        async def held(message: Any) -> None:  # noqa: ANN401
            nonlocal head
            if message["type"] == "http.response.start":
                head = message
                return
            if head is None:
                await send(message)
                return
            start, head = head, None
            transport = cycle.transport
            cork = _Cork(transport)
            cycle.transport = cork  # type: ignore[assignment]
            try:
                await send(start)
                await send(message)
            finally:
                cycle.transport = transport
                cork.pull()

        await app(scope, receive, held)

    return joined
