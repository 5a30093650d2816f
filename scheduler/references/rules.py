"""What a number of a system looks like (DIR-5): a pattern that an administrator gives, checked."""

from __future__ import annotations

import re

from calendars.kernel.errors import InvalidInput

MAX_PATTERN, MAX_NUMBER = 200, 64
# A repeated group, or a look back at one, may take for ever on a number that nearly fits.
_SLOW = re.compile(r"\)[*+{]|\\[1-9]|\(\?P=")


class BadPattern(InvalidInput):
    """The pattern of a system is none, or may take for ever."""

    words = "ce modèle de numéro n'est pas possible"
    field = "pattern"


class BadNumber(InvalidInput):
    """The number is none of that system."""

    words = "ce numéro n'a pas la forme de ceux du système"
    field = "number"


def check_pattern(pattern: str) -> None:
    """Raises BadPattern."""
    if not 0 < len(pattern) <= MAX_PATTERN:
        raise BadPattern(f"a pattern has between 1 and {MAX_PATTERN} characters")
    if _SLOW.search(pattern):
        raise BadPattern("no group of a pattern is repeated or looked back at")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        raise BadPattern("the pattern is no regular expression") from None


def check_number(number: str, pattern: str) -> None:
    """The whole number fits. Raises BadNumber."""
    if len(number) > MAX_NUMBER or re.fullmatch(pattern, number) is None:
        raise BadNumber("this number does not have the form of the system's")
