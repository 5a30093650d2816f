"""How text is compared in filters (RFC 4790, RFC 5051, RFC 4791 §7.5)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from unicodedata import normalize

from calendars.model.invalid import UnsupportedCollation

_ASCII_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)


def _octet(text: str) -> str:
    """RFC 4790 §9.3: UTF-8 keeps characters whole, so characters may stand for octets."""
    return text


def _ascii_casemap(text: str) -> str:
    """RFC 4790 §9.2: a to z become A to Z, every other character is left alone."""
    return text.translate(_ASCII_UPPER)


def _unicode_casemap(text: str) -> str:
    """RFC 5051 §2: the title case of each character, then the compatibility decomposition."""
    if text.isascii():
        return text.upper()
    return normalize("NFKD", "".join(map(_simple_title_case, text)))


@lru_cache(maxsize=4096)
def _simple_title_case(character: str) -> str:
    # UnicodeData.txt maps one character to one; str.title may give several (ß, ŉ).
    title = character.title()
    return title if len(title) == 1 else character


class Collation(Enum):
    """The collations that CALDAV:supported-collation-set names (RFC 4791 §7.5.1)."""

    ASCII_CASEMAP = "i;ascii-casemap"
    OCTET = "i;octet"
    UNICODE_CASEMAP = "i;unicode-casemap"

    @classmethod
    def named(cls, name: str) -> Collation:
        """The collation of an identifier; "default" is the one of RFC 4791 §9.7.5.

        Raises UnsupportedCollation, for wildcards too (RFC 4791 §7.5).
        """
        if name == "default":
            return cls.ASCII_CASEMAP
        try:
            return cls(name)
        except ValueError:
            raise UnsupportedCollation(f"no collation {name[:40]} here") from None

    def contains(self, text: str, part: str) -> bool:
        """Whether the part stands somewhere in the text, both as this collation sees them."""
        fold = _FOLDS[self]
        return fold(part) in fold(text)


_FOLDS: dict[Collation, Callable[[str], str]] = {
    Collation.ASCII_CASEMAP: _ascii_casemap,
    Collation.OCTET: _octet,
    Collation.UNICODE_CASEMAP: _unicode_casemap,
}
