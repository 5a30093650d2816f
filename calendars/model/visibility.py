"""Who sees the content of a calendar object, and what a face ever holds of it (SEC-2, SEC-3).

Nothing but this module makes a VisibleObject, and a face gets nothing else: what its asker may
not see is not in his hands.
"""

from __future__ import annotations

import hmac
from functools import reduce
from hashlib import sha256
from typing import NamedTuple, Protocol

from calendars.kernel.identifiers import CollectionId, Etag, ObjectId, PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import (
    CalendarUserAddress,
    addresses_of,
    calendar_user_address,
)
from calendars.model.component import Component
from calendars.model.mask import with_uid
from calendars.model.principal import Access, Principal

_SUFFIX = ".ics"
_HALF = 8


class Stored(Protocol):
    """A calendar object as the shelf has it."""

    @property
    def id(self) -> ObjectId:
        """Its number."""

    @property
    def collection_id(self) -> CollectionId:
        """Where it stands."""

    @property
    def name(self) -> str:
        """Its resource name."""

    @property
    def uid(self) -> str:
        """Its UID."""

    @property
    def component(self) -> str:
        """VEVENT or what it is."""

    @property
    def visibility(self) -> str:
        """Its class."""

    @property
    def etag(self) -> Etag:
        """Its entity tag."""

    @property
    def schedule_tag(self) -> str | None:
        """RFC 6638 §3.2.10."""

    @property
    def size(self) -> int:
        """In octets."""

    @property
    def recurring(self) -> bool:
        """It has a recurrence set."""

    @property
    def created_at(self) -> int:
        """When it came."""

    @property
    def written_at(self) -> int:
        """When it was written last."""

    @property
    def data(self) -> bytes:
        """Its text."""


class Mask(NamedTuple):
    """The mask of one object as the shelf has it: no UID in it yet."""

    object_id: ObjectId
    etag: Etag
    """Of what the mask tells, so that it stays when only hidden things change."""
    written_at: int
    data: bytes


class VisibleObject(NamedTuple):
    """What one reader sees of one object: all of it, or its mask."""

    id: ObjectId
    collection_id: CollectionId
    name: str
    uid: str
    component: str
    visibility: str
    etag: Etag
    schedule_tag: str | None
    size: int
    recurring: bool
    created_at: int
    written_at: int
    data: bytes
    masked: bool = False


class Pseudonyms:
    """The names that one reader knows masked objects by; nobody else knows them by these.

    A name is the number of the object behind a synthetic initialisation vector (as RFC 5297 does
    it, here with HMAC): it leads back to the object and no row has to be kept for it. A reader may
    also be a link that somebody gave away.
    """

    def __init__(self, key: bytes, reader: PrincipalId | str) -> None:
        self._proof, self._veil, self._tag = (
            hmac.digest(key, f"{purpose} {reader}".encode(), sha256)
            for purpose in ("proof", "veil", "tag")
        )

    def uid_of(self, object_id: ObjectId) -> str:
        """The UID of the mask: that of no other object and for no other reader (SEC-3)."""
        number = object_id.to_bytes(_HALF)
        proof = hmac.digest(self._proof, number, sha256)[:_HALF]
        return (proof + self._veiled(number, proof)).hex()

    def name_of(self, object_id: ObjectId) -> str:
        """The resource name of the mask."""
        return self.uid_of(object_id) + _SUFFIX

    def object_of(self, name: str) -> ObjectId | None:
        """The object that a name stands for, None if it is no pseudonym of this reader."""
        if len(name) != 4 * _HALF + len(_SUFFIX) or not name.endswith(_SUFFIX):
            return None
        try:
            octets = bytes.fromhex(name.removesuffix(_SUFFIX))
        except ValueError:
            return None
        proof = octets[:_HALF]
        number = self._veiled(octets[_HALF:], proof)
        object_id = ObjectId(int.from_bytes(number))
        expected = hmac.digest(self._proof, number, sha256)[:_HALF]
        return object_id if hmac.compare_digest(expected, proof) else None

    def etag_of(self, mask: tuple[ObjectId, Etag]) -> Etag:
        """The entity tag of the mask for this reader (SEC-4: it differs by view)."""
        object_id, etag = mask
        return Etag(hmac.digest(self._tag, f"{object_id} {etag}".encode(), sha256).hex()[:32])

    def _veiled(self, octets: bytes, proof: bytes) -> bytes:
        pad = hmac.digest(self._veil, proof, sha256)[:_HALF]
        return bytes(one ^ other for one, other in zip(octets, pad, strict=True))


def sees_content(access: Access, visibility: str, *, takes_part: bool) -> bool:
    """SEC-2: by the class, or because he is organizer or attendee of the object."""
    return visibility in access.sees or takes_part


def whole(stored: Stored) -> VisibleObject:
    """For a reader who sees the content."""
    return VisibleObject(
        stored.id,
        stored.collection_id,
        stored.name,
        stored.uid,
        stored.component,
        stored.visibility,
        stored.etag,
        stored.schedule_tag,
        stored.size,
        stored.recurring,
        stored.created_at,
        stored.written_at,
        stored.data,
    )


def masked(stored: Stored, mask: Mask, names: Pseudonyms) -> VisibleObject:
    """For a reader who sees times only; what has no mask is not shown at all."""
    uid = names.uid_of(stored.id)
    data = with_uid(mask.data, uid)
    return VisibleObject(
        id=stored.id,
        collection_id=stored.collection_id,
        name=names.name_of(stored.id),
        uid=uid,
        component=stored.component,
        visibility=stored.visibility,
        etag=names.etag_of((mask.object_id, mask.etag)),
        schedule_tag=None,
        size=len(data),
        recurring=stored.recurring,
        created_at=mask.written_at,
        written_at=mask.written_at,
        data=data,
        masked=True,
    )


def participants_of(parsed: CalendarObject) -> frozenset[str]:
    """Marks of the organizer and the attendees who see all of an object (SEC-2).

    Those of the master: who is invited to one occurrence alone has his own copy of it, and the
    rest of the series is not for him. Where there is no master, those of every occurrence.
    """
    master = parsed.master
    if master is not None:
        return _addressed(master)
    found = [_addressed(part) for part in parsed.overrides]
    return reduce(frozenset.intersection, found) if found else frozenset()


def marks_of(reader: Principal) -> frozenset[str]:
    """The marks that say that this reader takes part."""
    return frozenset(map(_mark, addresses_of(reader)))


def _addressed(part: Component) -> frozenset[str]:
    named = (line.value for line in part.lines if line.name in {"ORGANIZER", "ATTENDEE"})
    return frozenset(_mark(calendar_user_address(value)) for value in named)


def _mark(address: CalendarUserAddress) -> str:
    """A digest is as long as any other, and says nothing to who reads the table."""
    return sha256(address.encode()).hexdigest()[:32]
