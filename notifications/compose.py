"""Words from templates: facts in, subject, text and HTML out (NOT-2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)

from calendars.model.typeset import typeset


class Words(NamedTuple):
    """What a letter says."""

    subject: str
    text: str
    html: str


class Composer:
    """The templates of one language; a folder of the administrator's comes before ours."""

    def __init__(self, language: str, own: Path | None = None) -> None:
        self._environment, self._own = _environment(language, own), own

    def speaking(self, language: str) -> Composer:
        """The same templates in another language."""
        return Composer(language, self._own)

    def words(self, message: str, facts: Mapping[str, object]) -> Words:
        """The message of that name. Names of data never become templates."""
        subject, text, html = (
            self._environment.get_template(f"{message}/{part}").render(facts)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return Words(typeset(subject.strip()), typeset(text), typeset(html))


@lru_cache(maxsize=8)
def _environment(language: str, own: Path | None) -> Environment:
    packaged = PackageLoader("notifications", f"templates/{language}")
    loaders = [packaged] if own is None else [FileSystemLoader(own / language), packaged]
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
