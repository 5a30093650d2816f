"""French spacing for what is written with plain spaces in the source (FR-1)."""

from __future__ import annotations

import re

_BEFORE_SIGN = re.compile(r" (?=[:;!?»])")
_AFTER_QUOTE = re.compile(r"« ")


def typeset(text: str) -> str:
    """No line may break before a sign or inside quotes."""
    return _AFTER_QUOTE.sub("«\u00a0", _BEFORE_SIGN.sub("\u00a0", text))
