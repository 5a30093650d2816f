"""Access control entries as rights: what of RFC 3744 a delegation can say."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from enum import StrEnum

from calendars.model.principal import Rights


class AclFault(StrEnum):
    """The preconditions of RFC 3744 §8.1.1 that an ACL can break here."""

    GRANT_ONLY = "grant-only"
    NO_INVERT = "no-invert"
    NO_ABSTRACT = "no-abstract"
    NOT_SUPPORTED = "not-supported-privilege"
    ALLOWED_PRINCIPAL = "allowed-principal"
    RECOGNIZED_PRINCIPAL = "recognized-principal"
    TOO_MANY = "limited-number-of-aces"


WRITE, READ, FREE_BUSY = "write", "read", "read-free-busy"
_CONTAINED = frozenset({"write-content", "bind", "unbind"})
_ABSTRACT = _CONTAINED | {
    "all",
    "write-properties",
    "read-acl",
    "write-acl",
    "read-current-user-privilege-set",
}


def rights_of(privileges: AbstractSet[str]) -> Rights | AclFault:
    """The rights that grant all these privileges, by their local names.

    The parts of DAV:write cannot be given one by one: they are abstract. A client that names all
    of them beside or instead of the whole means the whole.
    """
    known = _ABSTRACT | {WRITE, READ, FREE_BUSY}
    if not privileges or not privileges <= known:
        return AclFault.NOT_SUPPORTED
    if privileges & {"all", "read-acl", "write-acl"}:
        return AclFault.NO_ABSTRACT
    if WRITE in privileges or privileges >= _CONTAINED:
        return Rights.WRITE
    if privileges & (_CONTAINED | {"write-properties"}):
        return AclFault.NO_ABSTRACT
    if READ in privileges:
        return Rights.READ
    return Rights.FREE_BUSY if FREE_BUSY in privileges else AclFault.NO_ABSTRACT


def as_in_acl(rights: Rights) -> Rights:
    """What an ACL tells of rights: of writing and more it says the same."""
    return Rights.WRITE if rights.covers(Rights.WRITE) else rights
