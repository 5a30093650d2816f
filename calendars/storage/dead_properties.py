"""The shelf of dead properties (RFC 4918 §4): kept as sent, never understood."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import CollectionId, ObjectId, PrincipalId
from calendars.storage.tables import dead_properties

MAX_PER_RESOURCE = 100
MAX_CHARACTERS = 16 * 1024

_D = dead_properties.c


class TooManyProperties(ServiceError):
    """More or larger dead properties than a resource may bear (507)."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """The resource that bears the properties: one of the three.

    A member's own properties of a mounted calendar name both the member and the calendar.
    """

    principal: PrincipalId | None = None
    collection: CollectionId | None = None
    object: ObjectId | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """Its rows."""
        if self.object is not None:
            return _D.object_id == self.object
        return and_(
            _D.object_id.is_(None),
            _D.collection_id == self.collection,
            _D.principal_id == self.principal,
        )


def list_of(db: Db, bearer: Bearer) -> dict[str, str]:
    """Names ({namespace}local) and their XML."""
    rows = db.execute(select(_D.name, _D.xml).where(bearer.condition))
    return {name: xml for name, xml in rows}  # noqa: C416 - rows are not pairs to mypy


def set_one(db: Db, bearer: Bearer, name: str, xml: str) -> None:
    """One property, in the place of its earlier value. Raises TooManyProperties."""
    remove(db, bearer, name)
    held = db.execute(select(func.count()).where(bearer.condition)).scalar_one()
    if held >= MAX_PER_RESOURCE:
        raise TooManyProperties(f"a resource bears at most {MAX_PER_RESOURCE} such properties")
    if len(xml) > MAX_CHARACTERS:
        raise TooManyProperties(f"a property has at most {MAX_CHARACTERS} characters")
    db.execute(
        insert(dead_properties).values(
            principal_id=bearer.principal,
            collection_id=bearer.collection,
            object_id=bearer.object,
            name=name,
            xml=xml,
        )
    )


def remove(db: Db, bearer: Bearer, name: str) -> None:
    """The property goes, if it is there."""
    db.execute(delete(dead_properties).where(bearer.condition, _D.name == name))
