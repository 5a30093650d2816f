"""Days as people write them in tables: ISO, 27/06/2025, vendredi 27 juin 2025, 1er août (DIR-5)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from unicodedata import combining, normalize

_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_BACK = timedelta(days=90)
_YEARS = range(1900, 2101)
"""As everywhere: at the ends of the calendar there is no day before or after."""
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_WORDS = re.compile(r"(?:([a-z]+)\s+)?(1er|\d{1,2})\s+([a-z]+)(?:\s+(\d{4}))?", re.ASCII)


def plain(text: str) -> str:
    """Without accents and capitals, with single blanks."""
    apart = normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join("".join(one for one in apart if not combining(one)).split())


def read_day(text: str, *, near: date, past: bool = False) -> date | None:
    """The day that somebody wrote; without a year the next one, from three months before `near` on.

    Of what is `past` it is the last one that is not behind `near`.

    None for what is no day, or not the day of the week that it says.
    """
    said = plain(text)
    if matched := _ISO.fullmatch(said):
        return _day(matched[1], matched[2], matched[3])
    if matched := _NUMERIC.fullmatch(said):
        return _day(matched[3], matched[2], matched[1])
    matched = _WORDS.fullmatch(said)
    if matched is None or matched[3] not in _MONTHS:
        return None
    number, month = matched[2].removesuffix("er"), str(_MONTHS.index(matched[3]) + 1)
    if matched[4]:
        found = _day(matched[4], month, number)
    else:
        found = _last(month, number, near) if past else _next(month, number, near)
    if found is not None and matched[1] and matched[1] != _DAYS[found.weekday()]:
        return None
    return found


def _next(month: str, number: str, near: date) -> date | None:
    # Eight years, for the 29th of February round 1900 and 2100.
    days = (_day(str(near.year + off), month, number) for off in range(-1, 9))
    return next((one for one in days if one is not None and one >= near - _BACK), None)


def _last(month: str, number: str, near: date) -> date | None:
    days = (_day(str(near.year - back), month, number) for back in range(9))
    return next((one for one in days if one is not None and one <= near), None)


def _day(year: str, month: str, number: str) -> date | None:
    if int(year) not in _YEARS:
        return None
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None
