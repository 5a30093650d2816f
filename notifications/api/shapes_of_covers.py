"""Papers of a meeting as JSON."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Line, PathName, Shape, StrictShape, instant_of
from calendars.model.calendar_user_address import mailto
from calendars.services.open_account import check_email
from notifications.covers import EVERYBODY, CoverPaper
from notifications.post import Paper


def _octets(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "des octets en base64") from None
    return text


Base64 = Annotated[
    str, StringConstraints(min_length=1, max_length=1_400_000), AfterValidator(_octets)
]


class PaperDraft(StrictShape):
    """A file that shall go along."""

    filename: PathName = Field(
        description="Sans nom d'enfant, de famille ni de candidat.", examples=["convocation.pdf"]
    )
    media_type: Annotated[str, StringConstraints(max_length=120)] = Field(
        "application/pdf", examples=["application/pdf"]
    )
    content: Base64 = Field(description="Le fichier, en base64.", examples=["JVBERi0xLjcK"])
    recipient: Line | None = Field(
        None,
        description="L'adresse de la seule personne à qui il va ; sans elle, à toutes.",
        examples=["juge@tribunal.example"],
    )

    @property
    def paper(self) -> Paper:
        """The file."""
        return Paper(self.filename, self.media_type.lower(), b64decode(self.content))

    @property
    def reader(self) -> str:
        """Whose it is. Raises InvalidAddress."""
        return EVERYBODY if self.recipient is None else mailto(check_email(self.recipient))


class PaperOut(Shape):
    """A file of a meeting, without its octets."""

    id: int
    filename: str = Field(examples=["convocation.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="En octets.")
    recipient: str | None = Field(None, examples=["juge@tribunal.example"])
    added_at: datetime

    @classmethod
    def of(cls, one: CoverPaper) -> PaperOut:
        """As the one who keeps the diary sees it."""
        return cls(
            id=one.id,
            filename=one.filename,
            media_type=one.media_type,
            size=one.size,
            recipient=one.recipient.removeprefix("mailto:") or None,
            added_at=instant_of(one.added_at),
        )


class PapersOut(Shape):
    """All of them."""

    items: list[PaperOut]
