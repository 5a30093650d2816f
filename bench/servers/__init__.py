"""The servers that are measured: how each is filled, started and spoken to."""

from __future__ import annotations

from bench.servers.cyrus import Cyrus
from bench.servers.niaouli import Niaouli
from bench.servers.radicale import Radicale
from bench.servers.server import Running, Server
from bench.servers.xandikos import Xandikos

__all__ = ["PEERS", "Cyrus", "Niaouli", "Radicale", "Running", "Server", "Xandikos"]

PEERS: tuple[type[Server], ...] = (Radicale, Xandikos, Cyrus)
