"""Calendar user addresses: by what name a person is invited (RFC 6638 §2.4.1).

One person has several: `mailto:`, `urn:uuid:` and the path of the principal. They are compared in
a normal form, so that `MAILTO:Anne@Example.org` and `mailto:anne@example.org` are one.
"""

from __future__ import annotations

from typing import NewType
from unicodedata import normalize
from urllib.parse import unquote

from calendars.kernel.identifiers import Login
from calendars.model.principal import Principal

CalendarUserAddress = NewType("CalendarUserAddress", str)
"""An address in normal form: two that name the same user by the same means are equal texts."""

MAILTO, URN_UUID, PRINCIPALS = "mailto:", "urn:uuid:", "/dav/principals/"


def calendar_user_address(text: str) -> CalendarUserAddress:
    """The normal form of an address as it stands in ORGANIZER, ATTENDEE, SENT-BY or a header.

    A bare e-mail address counts as `mailto:`, since some programs write it so. A login keeps its
    case: it is a name of this service, which compares it exactly.
    """
    address = normalize("NFC", text.strip().strip("<>"))
    lower = address.lower()
    if lower.startswith(PRINCIPALS):
        return principal_address(unquote(address[len(PRINCIPALS) :].rstrip("/")))
    if lower.startswith(MAILTO):
        return mailto(unquote(address[len(MAILTO) :]).partition("?")[0])
    return mailto(address) if "@" in address and ":" not in address else CalendarUserAddress(lower)


def mailto(email: str) -> CalendarUserAddress:
    """The address that an e-mail address makes."""
    return CalendarUserAddress(MAILTO + email.strip().lower())


def principal_address(login: str) -> CalendarUserAddress:
    """The path of a principal, as an address; not percent-encoded."""
    return CalendarUserAddress(f"{PRINCIPALS}{login}/")


def email_in(address: CalendarUserAddress) -> str | None:
    """The e-mail address, where it is one."""
    return address[len(MAILTO) :] if address.startswith(MAILTO) else None


def login_in(address: CalendarUserAddress) -> Login | None:
    """The login, where the address is the path of a principal."""
    if not address.startswith(PRINCIPALS):
        return None
    return Login(address[len(PRINCIPALS) : -1])


def addresses_of(principal: Principal) -> tuple[CalendarUserAddress, ...]:
    """All by which the principal can be invited, the preferred one first: by mail, if it can."""
    known = [CalendarUserAddress(address) for address in principal.addresses]
    known.sort(key=lambda address: not address.startswith(MAILTO))
    return (*known, principal_address(principal.login))


def preferred_address(principal: Principal) -> CalendarUserAddress:
    """What stands in ORGANIZER and ATTENDEE of what the service writes itself."""
    return addresses_of(principal)[0]


def is_address_of(address: str, principal: Principal) -> bool:
    """The address, however it is written, names this principal."""
    return calendar_user_address(address) in addresses_of(principal)
