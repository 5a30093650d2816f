"""Head and body of an answer in one write: one packet, one system call, one wake-up of the client.

uvicorn writes the head as soon as it knows it, and its loop sends what is written at once. A client
that delays its acknowledgements would then wait 40 ms for a body that stands ready (Nagle).
"""

from __future__ import annotations

import asyncio
from typing import Any

_CONTINUE = b"HTTP/1.1 100 "


class Cork:
    """Stands before a connection's transport and keeps each head until what follows it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting, self._head = False, b""

    def put(self) -> None:
        """An answer begins: its head is written next."""
        self._waiting, self._head = True, b""

    def write(self, piece: bytes) -> None:
        """Keep a head, let all else go with what was kept; `100 Continue` is no answer yet."""
        if self._waiting and not piece.startswith(_CONTINUE):
            self._waiting, self._head = False, piece
        elif self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, piece))
        else:
            self._transport.write(piece)

    def pull(self) -> None:
        """The answer is whole: a head alone goes too."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Close behind what was kept."""
        self.pull()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)
