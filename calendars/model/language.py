"""The languages that letters and pages are written in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """RFC 5646 tags of the languages that there are templates of."""

    FRENCH = "fr"
    ENGLISH = "en"
