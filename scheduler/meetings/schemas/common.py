"""What the shapes of meetings are made of: references, people, instants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Shape, instant_of, one_line
from scheduler.meetings.people import Somebody

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _ref(text: str) -> str:
    if not _REF.fullmatch(text):
        raise PydanticCustomError(
            "ref", "des lettres sans accent, des chiffres, « - », « . », « _ »"
        )
    return text


Ref = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_ref)]
"""A reference: it stands in paths, and names nobody (SEC-1)."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=30), AfterValidator(_ref)]
"""A kind of meeting."""
Named = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(one_line)]
"""A person: a login, or an e-mail address, which a name may stand before."""
Class = Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
ANSWERS: Mapping[str, str] = {
    "NEEDS-ACTION": "sans réponse",
    "ACCEPTED": "accepté",
    "TENTATIVE": "provisoire",
    "DECLINED": "décliné",
    "DELEGATED": "délégué",
}
"""PARTSTAT, as people say it."""


class PersonOut(Shape):
    """Somebody."""

    login: str | None = Field(description="Absent pour une personne extérieure.")
    name: str
    email: str | None

    @classmethod
    def of(cls, one: Somebody) -> PersonOut:
        """A person as JSON."""
        return cls(login=one.login, name=one.name, email=one.email or None)


def at(epoch: int | None, zone: tzinfo) -> datetime | None:
    """An instant by the clocks of the site."""
    return None if epoch is None else instant_of(epoch).astimezone(zone)


def seconds(instant: datetime | None) -> int | None:
    """Epoch seconds."""
    return None if instant is None else int(instant.timestamp())
