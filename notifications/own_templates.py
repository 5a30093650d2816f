"""An administrator's own templates: what is wrong with them, and how a letter looks (NOT-2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb
from typing import NamedTuple

from calendars.model.language import Language
from notifications.compose import MISTAKES, TEMPLATES, Composers, Words, kinds

SHARED = "common"
"""The folder of what letters in all languages have in common: their layout."""


class NoSuchKind(LookupError):
    """There is no letter of that kind."""


class Fault(NamedTuple):
    """One thing that is wrong."""

    path: Path
    line: int | None
    because: str

    @property
    def sentence(self) -> str:
        """One line for the operator."""
        where = "" if self.line is None else f", ligne {self.line}"
        return f"{self.path}{where} : {self.because}"


def sample_of(kind: str) -> dict[str, object]:
    """Facts as they might be. Raises NoSuchKind."""
    if kind not in kinds():
        raise NoSuchKind(kind)
    found: dict[str, object] = json.loads((TEMPLATES / "samples" / f"{kind}.json").read_text())
    return found


def preview(composers: Composers, kind: str, language: Language) -> Words:
    """A letter with its sample, in the words that are used now. Raises NoSuchKind."""
    return composers.of(language).words(kind, sample_of(kind))


def faults_of(composers: Composers, own: Path) -> list[Fault]:
    """What would keep a file below `own` from being used, each with the line where it shows."""
    if not own.is_dir():
        return []
    found = dict.fromkeys(_strangers(own))
    for language in (one for one in Language if _concerns(own, one)):
        for kind in kinds():
            fault = _fault(composers, language, kind, own)
            if fault is not None:
                found[fault] = None
    return list(found)


def _strangers(own: Path) -> Iterator[Fault]:
    """Files whose names are nobody's: whoever wrote them waits for their effect in vain."""
    for path in sorted(own.rglob("*")):
        if path.is_file() and not (TEMPLATES / path.relative_to(own)).is_file():
            yield Fault(path, None, "aucun modèle ne porte ce nom")


def _concerns(own: Path, language: Language) -> bool:
    return (own / language).is_dir() or (own / SHARED).is_dir()


def _fault(composers: Composers, language: Language, kind: str, own: Path) -> Fault | None:
    try:
        composers.of(language).strict_words(kind, sample_of(kind))
    except MISTAKES as error:
        name, line = _place(error, own)
        return Fault(name, line, str(error) or type(error).__name__)
    return None


def _place(error: Exception, own: Path) -> tuple[Path, int | None]:
    """Jinja2 gives the frames of a template the template's own name and line."""
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if name is not None:
        return Path(name), line
    frames = [frame for frame in extract_tb(error.__traceback__) if str(own) in frame.filename]
    return (Path(frames[-1].filename), frames[-1].lineno) if frames else (own, None)
