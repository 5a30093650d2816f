"""Whether the sender of a mail is who he says: what our own relay found (RFC 8601).

Only the topmost Authentication-Results counts, and only under the name of a relay that the
settings trust: a field below it may have come with the mail. The relay takes away fields under its
own name that others wrote (RFC 8601 §5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from notifications.imip.addresses import domain_of, without_comments

_SEGMENT = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^;"])+', re.DOTALL)
_RESULT = re.compile(r"\s*([A-Za-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z0-9]+)(?=\s|$)")
_PAIR = re.compile(r'\s+([A-Za-z0-9._-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s"]+))(?=\s|$)')
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class Verdict(StrEnum):
    """What is known of the sender."""

    PROVEN = "proven"
    FAILED = "failed"
    """Somebody says that the mail is forged; who forges would not say so himself."""
    UNKNOWN = "unknown"


class _Result(NamedTuple):
    method: str
    result: str
    properties: dict[str, str]


def verdict(fields: list[str], sender: str, trusted: frozenset[str]) -> Verdict:
    """What the topmost field says of the From address; `trusted` are names in lower case."""
    if not fields or not sender:
        return Verdict.UNKNOWN
    service, results = _parsed(fields[0])
    if any(one.method == "dmarc" and one.result == "fail" for one in results):
        return Verdict.FAILED
    if service not in trusted:
        return Verdict.UNKNOWN
    domain = domain_of(sender)
    proven = any(one.result == "pass" and _speaks_for(one, domain) for one in results)
    return Verdict.PROVEN if proven else Verdict.UNKNOWN


def _parsed(field: str) -> tuple[str, list[_Result]]:
    segments = _SEGMENT.findall(without_comments(field))
    head = segments[0].split() if segments else []
    service = head[0].strip('"').lower() if head and "=" not in head[0] else ""
    return service, list(_results(segments[1:]))


def _results(segments: list[str]) -> Iterator[_Result]:
    for segment in segments:
        found = _RESULT.match(segment)
        if found is None:
            continue
        # Pair by pair: what stands inside of a quoted value is no pair.
        properties: dict[str, str] = {}
        at = found.end()
        while (pair := _PAIR.match(segment, at)) is not None:
            properties.setdefault(pair[1].lower(), pair[2] if pair[3] is None else pair[3])
            at = pair.end()
        yield _Result(found[1].lower(), found[2].lower(), properties)


def _speaks_for(one: _Result, domain: str) -> bool:
    """The check that passed is about the domain of From (RFC 7489 §3.1)."""
    if one.method == "dmarc":
        return one.properties.get("header.from", domain).lower() == domain
    if one.method == "dkim":
        signer = one.properties.get("header.d") or one.properties.get("header.i", "")
        return _covers(domain_of(signer), domain)
    if one.method == "spf":
        return _covers(domain_of(one.properties.get("smtp.mailfrom", "")), domain)
    return False


def _covers(checked: str, domain: str) -> bool:
    """The same domain, or the one above it; a single label is nobody's."""
    if _DOMAIN.fullmatch(checked) is None:
        return False
    return checked == domain or domain.endswith(f".{checked}")
