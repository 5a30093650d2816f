"""How text is compared in filters (RFC 4790, RFC 5051, RFC 4791 §7.5)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from unicodedata import combining, normalize

from calendars.model.invalid import UnsupportedCollation


def _octet(text: str) -> bytes:
    """RFC 4790 §9.3."""
    return text.encode()


def _ascii_casemap(text: str) -> bytes:
    """RFC 4790 §9.2: a to z become A to Z, as octets do, and all else is left alone."""
    return text.encode().upper()


class _SimpleTitleCase(dict[int, str]):
    """For str.translate: one character becomes one, as in UnicodeData.txt (ß stays)."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        title = character.title()
        self[code] = title if len(title) == 1 else character
        return self[code]


_TITLE = _SimpleTitleCase()


def _unicode_casemap(text: str) -> bytes:
    """RFC 5051 §2: the title case of each character, then the compatibility decomposition."""
    if text.isascii():
        return text.encode().upper()
    return normalize("NFKD", text.translate(_TITLE)).encode()


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "‐": "-"})


def search_key(text: str) -> str:
    """Text as somebody types it who looks for it: no accents, no capitals, no ligatures.

    « Élodie ALIZÉ » is found by “elodie alize”, « Cœur » by “coeur”.
    """
    decomposed = normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(character for character in decomposed if not combining(character))


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


_FOLDS: dict[Collation, Callable[[str], bytes]] = {
    Collation.ASCII_CASEMAP: _ascii_casemap,
    Collation.OCTET: _octet,
    Collation.UNICODE_CASEMAP: _unicode_casemap,
}
