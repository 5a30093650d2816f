"""Mail that arrives, wired: the mailbox that is read, the listener, and what stands behind both."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from scheduler.app.wiring import Service, mailroom

if TYPE_CHECKING:
    from notifications.arrivals.lmtp import Door
    from notifications.arrivals.reader import Reading
    from notifications.imip.mail import Envelope

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """Brings mail for as long as the service runs."""

    def stop(self) -> None:
        """Once what is under way is done."""
        ...


def start_carriers(service: Service) -> list[Carrier]:
    """Those that the settings name."""
    from notifications.arrivals.lmtp import Listener
    from notifications.arrivals.place import Place
    from notifications.arrivals.reader import Reader

    carriers: list[Reader | Listener] = []
    if service.settings.imap_url:
        carriers.append(Reader(reading(service)))
    if service.settings.lmtp_listen:
        carriers.append(Listener(Place.parse(service.settings.lmtp_listen), door(service)))
    for carrier in carriers:
        carrier.start()
    return [*carriers]


def read_mailbox(service: Service) -> int:
    """Once; a mailbox that is away is told of, and keeps nobody from the other work."""
    from notifications.arrivals.imap import AWAY
    from notifications.arrivals.reader import read_once

    if not service.settings.imap_url:
        return 0
    try:
        return read_once(reading(service))
    except AWAY as error:
        log.warning("imap.away", extra={"because": type(error).__name__})
        return 0


def reading(service: Service) -> Reading:
    """The mailbox of the settings."""
    from notifications.arrivals.mailbox_url import MailboxUrl
    from notifications.arrivals.reader import Reading

    box = MailboxUrl.parse(service.settings.imap_url)
    return Reading(box, _taking(service), service.database, service.clock)


def door(service: Service) -> Door:
    """What the listener of the settings asks."""
    from notifications.arrivals.lmtp import Door

    peers = tuple(map(ipaddress.ip_network, service.settings.lmtp_peers.split()))
    return Door(_taking(service), lambda address: knows(service, address), peers)


def knows(service: Service, address: str) -> bool:
    """Whether mail for that address is for us."""
    from notifications.arrivals.addresses import is_ours

    with service.database.reading() as db:
        return is_ours(db, service.settings.mail_from, address)


def _taking(service: Service) -> Callable[[bytes, Envelope], bool]:
    """Takes one mail in; False where a person must look at it."""
    from notifications.mailbox.outcome import Decision
    from notifications.mailbox.take_in import take_in

    room = mailroom(service)

    def take(octets: bytes, envelope: Envelope) -> bool:
        now = int(service.clock.now().timestamp())
        taken = take_in(room, octets, now=now, envelope=envelope)
        return taken.decision is not Decision.QUARANTINED

    return take
