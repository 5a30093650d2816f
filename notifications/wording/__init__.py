"""Dates, hours and names as letters write them, in each language (FR-1)."""

from __future__ import annotations

from datetime import tzinfo

from calendars.model.language import Language
from notifications.wording.base import Wording
from notifications.wording.english import English
from notifications.wording.french import French

_WORDINGS: dict[Language, type[Wording]] = {Language.FRENCH: French, Language.ENGLISH: English}


def wording_of(language: Language, zone: tzinfo) -> Wording:
    """How that language writes, by the clocks of a zone."""
    return _WORDINGS[language](zone)
