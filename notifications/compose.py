"""Words from templates: facts in, subject, text and HTML out (NOT-2).

Facts are plain values: names, numbers, instants as text. How a language writes them stands in the
filters (`notifications/wording`), so that one set of facts makes a letter in any language.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import css_inline
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)

from calendars.model.language import Language
from notifications.wording import wording_of
from notifications.wording.base import Wording

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).with_name("templates")
PARTS = ("subject.txt", "body.txt", "body.html")
MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a template that an administrator wrote can do wrong when it meets its facts."""

# Rules that programs apply by themselves stay in the head; all others go to where they apply,
# since Outlook reads nothing else. Nothing is ever fetched.
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_TAG = re.compile(r"(<style\b.*?</style>|<textarea\b.*?</textarea>|<!--.*?-->|<[^>]*>)", re.DOTALL)


class Words(NamedTuple):
    """What a letter says."""

    subject: str
    text: str
    html: str


class Composer:
    """The templates of one language; a folder of the administrator's comes before ours."""

    def __init__(self, wording: Wording, organisation: str, own: Path | None = None) -> None:
        self._wording, self.organisation = wording, organisation
        self._common = {
            "organisation": organisation,
            "language": str(wording.language),
            "abroad": False,
        }
        language = wording.language
        self._ours = _environment(language, None, wording.zone)
        self._own = self._ours if own is None else _environment(language, own, wording.zone)

    def words(self, message: str, facts: Mapping[str, object]) -> Words:
        """The message of that name. Names of data never become templates.

        Where the administrator's template fails, ours says it: no letter is lost by a slip.
        """
        try:
            return self._words(self._own, message, facts)
        except MISTAKES as error:
            if self._own is self._ours:
                raise
            facts_of_log = {"template": message, "error": type(error).__name__}
            log.warning("template.own_failed", extra=facts_of_log)
            return self._words(self._ours, message, facts)

    def page(self, template: str, facts: Mapping[str, object]) -> str:
        """A page for a browser (`notifications/pages`); the administrator's comes first."""
        try:
            return self._page(self._own, template, facts)
        except MISTAKES as error:
            if self._own is self._ours:
                raise
            told = {"template": template, "error": type(error).__name__}
            log.warning("template.own_failed", extra=told)
            return self._page(self._ours, template, facts)

    def _page(self, templates: Environment, template: str, facts: Mapping[str, object]) -> str:
        html = templates.get_template(template).render({**self._common, **facts})
        return _between_tags(html, self._wording.spaced)

    def strict_words(self, message: str, facts: Mapping[str, object]) -> Words:
        """The same, raising what is wrong with the administrator's template."""
        return self._words(self._own, message, facts)

    def _words(self, templates: Environment, message: str, facts: Mapping[str, object]) -> Words:
        known = {**self._common, **facts}
        subject, text, html = (
            templates.get_template(f"{message}/{part}").render(known) for part in PARTS
        )
        spaced = self._wording.spaced
        return Words(
            " ".join(spaced(subject).split(" ")).strip(),
            spaced(text).strip("\n") + "\n",
            _INLINER.inline(_between_tags(html, spaced)),
        )


class Composers:
    """A composer for each language; `default` is the organisation's."""

    def __init__(
        self, zone: tzinfo, organisation: str, *,
        default: Language = Language.FRENCH, own: Path | None = None,
    ) -> None:  # fmt: skip
        self.default, self.organisation = default, organisation
        self._of = {
            language: Composer(wording_of(language, zone), organisation, own)
            for language in Language
        }

    def of(self, language: str) -> Composer:
        """The composer of `fr` or `en`."""
        return self._of[Language(language)]


def kinds() -> list[str]:
    """The names of all messages that there are templates of."""
    return sorted(path.parent.name for path in (TEMPLATES / "fr").glob("*/subject.txt"))


def _between_tags(html: str, change: Callable[[str], str]) -> str:
    """Only what people read is changed: neither tags nor styles are."""
    pieces = _TAG.split(html)
    return "".join(piece if odd % 2 else change(piece) for odd, piece in enumerate(pieces))


@lru_cache(maxsize=16)
def _environment(language: Language, own: Path | None, zone: tzinfo) -> Environment:
    loaders: list[BaseLoader] = [
        FileSystemLoader([TEMPLATES / language, TEMPLATES / "common"]),
    ]
    if own is not None:
        loaders.insert(0, FileSystemLoader([own / language, own / "common"]))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    wording = wording_of(language, zone)
    environment.filters |= {name: getattr(wording, name) for name in Wording.FILTERS}
    return environment
