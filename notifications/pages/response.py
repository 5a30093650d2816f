"""How a page leaves: its headers, and styles of its own alone (threats F).

No script runs on it, nothing comes from elsewhere, no frame holds it, no cache keeps it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from fastapi import Response

from calendars.model.language import Language
from notifications.compose import Composers
from notifications.pages.page import Sheet

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page_response(
    composers: Composers,
    language: Language,
    sheet: Sheet,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The sheet in that language."""
    nonce = secrets.token_urlsafe(16)
    html = composers.of(language).page(sheet.template, {**sheet.facts, "nonce": nonce})
    told = {**HEADERS, "Content-Security-Policy": _policy(nonce), **(headers or {})}
    if sheet.again_after:
        told["Refresh"] = str(sheet.again_after)
    return Response(html, sheet.status, told, "text/html; charset=utf-8")


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
