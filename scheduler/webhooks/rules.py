"""Webhooks: which events there are, when one is tried again, how it is signed, where it may go."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from calendars.kernel.errors import InvalidInput

FIRST_RETRY, LAST_RETRY = 60, 4 * 3600
MOST_TRIES = 25
"""At these distances they take three days; a service that was down itself has not used them up."""
LONGEST_URL = 2_000

_EMBEDDED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


class EventKind(StrEnum):
    """What other programs may be told of."""

    MEETING_PLANNED = "meeting.planned"
    MEETING_MOVED = "meeting.moved"
    MEETING_POSTPONED = "meeting.postponed"
    MEETING_CANCELLED = "meeting.cancelled"
    MINUTES_DISTRIBUTED = "minutes.distributed"
    MINUTES_CORRECTED = "minutes.corrected"
    ACTION_OPENED = "action.opened"
    ACTION_CLOSED = "action.closed"
    PING = "ping"
    """Nothing happened: an administrator tries whether an address listens."""


class DeliveryState(StrEnum):
    """How far one event is on its way to one endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class BadTarget(InvalidInput):
    """An address that nothing is sent to."""

    words = "une adresse en https, publique ou nommée par NIAOULI_WEBHOOK_HOSTS"
    field = "url"


class Target(NamedTuple):
    """Where an endpoint is."""

    scheme: str
    host: str
    port: int


def delay_after(tries: int) -> int | None:
    """In how many seconds it is tried again after so many; None where it is given up."""
    if tries > MOST_TRIES:
        return None
    return min(FIRST_RETRY << (tries - 1), LAST_RETRY)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header `Niaouli-Signature`: HMAC-SHA256 over the instant, a full stop and the body."""
    signed = hmac.new(secret.encode(), b"%d." % at + body, sha256).hexdigest()
    return f"t={at},v1={signed}"


def is_public(address: str) -> bool:
    """An address of the Internet at large: not of this machine, this network or this cloud.

    What stands for an IPv4 address inside IPv6 is looked at as that address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _embedded(found)
        if inner is not None:
            return is_public(str(inner))
        if found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in network for network in _EMBEDDED):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def target_of(url: str, trusted: Collection[str]) -> Target:
    """Where an address leads: https, and in the clear to this machine alone where that is trusted.

    Names are looked up when something is sent; an address in figures is judged at once.
    Raises BadTarget.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise BadTarget("that is no address") from None
    if not host or not host.isascii() or parts.fragment or "@" in parts.netloc:
        raise BadTarget("an address has a host, and neither a login nor a fragment")
    if len(url) > LONGEST_URL or any(not "!" <= sign <= "~" for sign in url):
        raise BadTarget("an address is one line of ASCII")
    if parts.scheme != "https" and not (
        parts.scheme == "http" and host in trusted and _is_loopback(host)
    ):
        raise BadTarget("an address begins with https")
    if host not in trusted and not _may_be_public(host):
        raise BadTarget("that host is not to be reached from here")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))
