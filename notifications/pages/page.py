"""What a page is made of: one for each purpose of a link, named in `app/web.py`.

A page knows neither HTTP nor HTML. Shown, it changes nothing; what it does it does in the
transaction of one POST whose form was ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.model.language import Language
from notifications.links import Link

Form = Mapping[str, str]


class Address(NamedTuple):
    """Where the pages of one link are, in the language that was asked for."""

    base: str
    language: str = ""
    """Empty: the reader's own."""

    def __call__(self, step: str = "", **query: object) -> str:
        """The path of a step behind the link."""
        asked = {name: str(value) for name, value in query.items()}
        if self.language:
            asked.setdefault("lang", self.language)
        path = f"{self.base}/{step}" if step else self.base
        return f"{path}?{urlencode(asked)}" if asked else path


class Asked(NamedTuple):
    """One request to a page."""

    link: Link
    step: str
    """What stands behind the token in the path."""
    query: Form
    language: Language
    address: Address
    source: str
    """Where the request comes from."""
    now: int


class Sheet(NamedTuple):
    """A page to be shown: facts for a template."""

    template: str
    facts: Mapping[str, object]
    status: int = 200
    again_after: int = 0
    """In so many seconds the browser asks again by itself, where its reader wanted that."""


class Download(NamedTuple):
    """A file that the page gives."""

    filename: str
    media_type: str
    octets: bytes


class Turn(NamedTuple):
    """It is done: the reader goes on there, so that loading the page again does nothing again."""

    step: str
    query: Mapping[str, object]


class Undone(ServiceError):
    """What was begun is undone, all of it: the page is shown again as it is now, with a notice."""

    def __init__(self, notice: str) -> None:
        super().__init__("somebody else was faster")
        self.notice = notice


class Page(Protocol):
    """The page of one purpose."""

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """What a GET shows. Raises NotFound."""
        ...

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """What a POST does; a sheet where the form must be filled in again.

        Raises NotFound, Undone.
        """
        ...
