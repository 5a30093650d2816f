"""Versions of an object as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.api.shapes.entries import ObjectOut
from calendars.http.shapes import Shape, instant_of
from calendars.model.component import decode, parse
from calendars.storage.object_versions import Author, EarlierVersion

Deed = Literal["replaced", "deleted", "moved"]
_DEEDS: dict[str, Deed] = {"OVERWRITE": "replaced", "DELETE": "deleted", "MOVE": "moved"}


class AuthorOut(Shape):
    """Who wrote, replaced or deleted."""

    login: str = Field(examples=["anne"])
    name: str = Field(examples=["Anne Kaori"])

    @classmethod
    def of(cls, author: Author | None) -> AuthorOut | None:
        """None where the account is no more."""
        return None if author is None else cls(login=author.login, name=author.display_name)


class VersionOut(Shape):
    """What stood at a name until somebody replaced or deleted it."""

    version: int = Field(description="Son numéro, pour la restaurer.", examples=[42])
    written_at: datetime
    written_by: AuthorOut | None = None
    replaced_at: datetime
    replaced_by: AuthorOut | None = None
    deed: Deed = Field(description="Ce qui l'a fait disparaître.")
    content: ObjectOut

    @classmethod
    def of(cls, version: EarlierVersion, zone: tzinfo) -> VersionOut:
        """An earlier version with its instants by the clocks of the calendar's zone."""
        calendar = parse(decode(version.data))
        return cls(
            version=version.id,
            written_at=instant_of(version.written_at),
            written_by=AuthorOut.of(version.written_by),
            replaced_at=instant_of(version.replaced_at),
            replaced_by=AuthorOut.of(version.replaced_by),
            deed=_DEEDS[version.deed],
            content=ObjectOut.read(version.name, version.etag, calendar, zone),
        )


class VersionTextOut(VersionOut):
    """An earlier version with its iCalendar text."""

    text: str = Field(description="Le texte iCalendar, tel qu'il a été déposé.")


class CurrentOut(Shape):
    """What stands there now."""

    etag: str
    written_at: datetime
    written_by: AuthorOut | None = None
    content: ObjectOut


class HistoryOut(Shape):
    """Every version, latest first."""

    current: CurrentOut | None = Field(None, description="Absent si l'objet est supprimé.")
    items: list[VersionOut]
    next: int | None = Field(None, description="À donner en `before` pour la suite.")


class DeletedOut(Shape):
    """What was deleted and is not back, latest first."""

    items: list[VersionOut]
    next: int | None = Field(None, description="À donner en `before` pour la suite.")
