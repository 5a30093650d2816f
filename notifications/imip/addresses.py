"""E-mail addresses as header fields bear them (RFC 5322 §3.4), read strictly and in one pass.

The library reads some addresses in two ways (CVE-2023-27043), and long ones in quadratic time.
Here an address is a dot-atom at a domain, or it is none: who cannot be named is nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LENGTH = 320

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\x80-\U0010ffff]+"
_LABEL = r"[A-Za-z0-9\x80-\U0010ffff](?:[A-Za-z0-9\-\x80-\U0010ffff]*[A-Za-z0-9\x80-\U0010ffff])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*(?:"|$)', re.DOTALL)
_SEPARATOR = re.compile(r"[,;]")
_TOKENS = re.compile(r'"(?:\\.|[^"\\])*"?|\\.?|[()]|[^"\\()]+', re.DOTALL)


def address_in(text: str) -> str | None:
    """The address, in lower case, if the text is one and nothing else."""
    found = text.strip()
    if len(found) > MAX_LENGTH or _ADDRESS.fullmatch(found) is None:
        return None
    return found.lower()


def addresses_in(field: str) -> list[str]:
    """The addresses of To, Cc and the like, in lower case; what is none is passed over."""
    return [found for part in _mailboxes(field) if (found := _addressed(part)) is not None]


def sole_address(fields: list[str]) -> str | None:
    """The address of a field that stands once and names one, as From must (RFC 5322 §3.6)."""
    parts = [part for field in fields for part in _mailboxes(field)]
    return _addressed(parts[0]) if len(fields) == 1 and len(parts) == 1 else None


def domain_of(address: str) -> str:
    """What stands behind the @."""
    return address.rpartition("@")[2].lower().rstrip(".")


def _addressed(part: str) -> str | None:
    """The address of one mailbox: between angle brackets that stand once, or alone."""
    if "<" not in part and ">" not in part:
        return address_in(part)
    before, _, rest = part.partition("<")
    inside, closed, after = rest.partition(">")
    if not closed or after.strip() or "<" in inside or ">" in before or ">" in after:
        return None
    return address_in(inside)


def _mailboxes(field: str) -> Iterator[str]:
    """One text for each mailbox, without comments and without quoted names."""
    # A quoted local part is no address here: it must not become one without its quotes.
    bare = _QUOTED.sub("\x00", without_comments(field))
    yield from (part for part in _SEPARATOR.split(bare) if part.strip())


def without_comments(field: str) -> str:
    """The field without its comments, which nest (RFC 5322 §3.2.2)."""
    kept: list[str] = []
    depth = 0
    for sign in _TOKENS.findall(field):
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
        elif sign[0] == '"' and len(sign) > 1:
            # Inside of a comment a quote is a sign like any other: what it hides counts.
            depth = max(0, depth + sign.count("(") - sign.count(")"))
    return "".join(kept)
