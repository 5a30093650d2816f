"""What the guard looks for: words and names however they are written, and birth dates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from unicodedata import category, normalize

MOST_WORDS = 5
"""Of one entry: given names and family names, in any order."""
MOST_TOKENS = 2_000
BIRTH_AGE_DAYS = 366
"""A date that is further back is nobody's meeting, nor its minutes."""
OLDEST = date(1900, 1, 1)

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
_MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7,
    "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
}  # fmt: skip
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})(?![\d/-])")
_YEAR_FIRST = re.compile(r"(?<![\d/.-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d/-])")
_WORDED = re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)? ({'|'.join(_MONTHS)}) (\d{{4}})(?!\d)")
# “Version 1.2.2010”, “art. 3.4.1985”: numbers of texts. Birth dates are written with two digits, or
# with more than a dot.
_NUMBERED = re.compile(r"(?:\b(?:versions?|v|articles?|art)\.? ?|\bn° ?)$")
_LOOSE = re.compile(r"\d\.\d\.\d{4}")
_BORN = re.compile(r"\b(?:nee?s?|naissance|ddn|born|birth)\b[^\d]{0,20}$")


class Sought(StrEnum):
    """What stands where it must not."""

    WORD = "word"
    NAME = "name"
    BIRTH_DATE = "birth-date"


class Flaw(NamedTuple):
    """One thing found; never the words themselves."""

    found: Sought
    place: str
    """`summary`, `subject`, `location`, `file`."""

    def __str__(self) -> str:
        return f"{self.found}:{self.place}"


def plain(text: str) -> str:
    """Without accents, capitals, and signs that cannot be seen."""
    spelt = normalize("NFKD", text.translate(_LIGATURES)).casefold()
    return "".join(sign for sign in spelt if category(sign) not in {"Mn", "Cf"})


def tokens(text: str) -> list[str]:
    """The words of a text, a title or a file name (`CompteRenduDupont.pdf` has three and one)."""
    return _WORD.findall(plain(_HUMP.sub(" ", normalize("NFC", text))))[:MOST_TOKENS]


def entry_of(words: list[str]) -> str:
    """What an entry of the lists is known by: its words in any order."""
    return " ".join(sorted(words))


def entries_in(text: str) -> Iterator[str]:
    """All that could be an entry: every few words that stand together."""
    found = tokens(text)
    for start in range(len(found)):
        for length in range(1, MOST_WORDS + 1):
            if start + length <= len(found):
                yield entry_of(found[start : start + length])


def digest(key: bytes, entry: str) -> str:
    """What is kept of an entry: nobody reads a name off it."""
    return blake2b(entry.encode(), digest_size=16, key=key, person=b"guard").hexdigest()


def has_birth_date(text: str, today: date) -> bool:
    """A date of long ago, or one behind “born on”."""
    spelt = " ".join(plain(text).replace("\u2019", "'").split())
    return any(
        OLDEST <= day <= today and (day < today - timedelta(days=BIRTH_AGE_DAYS) or born)
        for day, born in _dates(spelt)
    )


def _dates(text: str) -> Iterator[tuple[date, bool]]:
    """Each date, and whether somebody was born on it."""
    for pattern in (_YEAR_LAST, _YEAR_FIRST, _WORDED):
        for found in pattern.finditer(text):
            day = _day(pattern, found)
            if day is not None and not _is_number(text, found):
                yield day, _BORN.search(text[: found.start()]) is not None


def _is_number(text: str, found: re.Match[str]) -> bool:
    """Of a version, or of an article."""
    before = text[: found.start()]
    return bool(_LOOSE.fullmatch(found[0])) and _NUMBERED.search(before) is not None


def _day(pattern: re.Pattern[str], found: re.Match[str]) -> date | None:
    first, middle, last = found.groups()
    month = _MONTHS[middle] if pattern is _WORDED else int(middle)
    year, day = (first, last) if pattern is _YEAR_FIRST else (last, first)
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
