"""Pages for newcomers: what this is, how to connect, a profile for Apple's devices, a QR code.

They are the same for everybody and tell nothing about anybody: a login in the address is only
written back into what its owner asked for, and is never looked up.
"""

from __future__ import annotations

import io
import plistlib
import secrets
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import segno
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.templating import Jinja2Templates

from calendars.dav.paths import principal_href
from calendars.model.typeset import typeset
from scheduler.app.guides import Place, guides
from scheduler.app.settings import Settings

TEMPLATES = Path(__file__).with_name("templates")
PROFILE_TYPE = "application/x-apple-aspen-config"

_HEADERS = {
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Login = Annotated[str, Query(max_length=100)]


def connect_router(settings: Settings) -> APIRouter:
    """The routes, which all answer HEAD too; links come from the settings, never from Host."""
    place = Place(settings.url)
    templates = Jinja2Templates(TEMPLATES)
    templates.env.filters["typeset"] = lambda text: typeset(text).replace("'", "’")
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    def welcome(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        facts = {
            "place": place,
            "guides": guides(place),
            "organisation": settings.organisation,
            "nonce": nonce,
        }
        page = templates.TemplateResponse(request, "connect.html", facts)
        page.headers.update(_HEADERS | {"Content-Security-Policy": _policy(nonce)})
        return page

    @router.api_route("/connect/niaouli.mobileconfig", methods=["GET", "HEAD"])
    def profile(login: Login = "") -> Response:
        _check(login)
        headers = {**_HEADERS, "Content-Disposition": 'attachment; filename="niaouli.mobileconfig"'}
        written = apple_profile(place, settings.organisation, login)
        return Response(written, media_type=PROFILE_TYPE, headers=headers)

    @router.api_route("/connect/qr.svg", methods=["GET", "HEAD"])
    def qr(login: Login = "", program: Annotated[Literal["", "davx5"], Query()] = "") -> Response:
        _check(login)
        text = place.davx5(login) if program == "davx5" else f"{place.url}/"
        return Response(qr_svg(text), media_type="image/svg+xml", headers=_HEADERS)

    return router


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _check(login: str) -> None:
    """Control characters can stand neither in a profile nor in an address."""
    if any(unicodedata.category(character)[0] == "C" for character in login):
        raise HTTPException(422)


def qr_svg(text: str) -> bytes:
    """A QR code that brings its own white margin, for dark screens."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=5, border=4, dark="#1d2b33", light="#fff", title=text
    )
    return out.getvalue()


def apple_profile(place: Place, organisation: str, login: str) -> bytes:
    """A configuration profile with one CalDAV account (Apple, com.apple.caldav.account).

    Without a login the device asks for it; the password it always asks for.
    """
    parts = urlsplit(place.url)
    secure = parts.scheme == "https"
    account: dict[str, Any] = {
        "PayloadType": "com.apple.caldav.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"niaouli.caldav.{parts.hostname}",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, f"{place.url}/caldav/{login}")).upper(),
        "PayloadDisplayName": f"Agendas {organisation}",
        "CalDAVAccountDescription": organisation,
        "CalDAVHostName": parts.hostname or "",
        "CalDAVPort": parts.port or (443 if secure else 80),
        "CalDAVUseSSL": secure,
        "CalDAVPrincipalURL": f"{parts.path}{principal_href(login)}" if login else "/dav/",
    }
    if login:
        account["CalDAVUsername"] = login
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"niaouli.{parts.hostname}",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, f"{place.url}/profile/{login}")).upper(),
        "PayloadDisplayName": f"Agendas {organisation}",
        "PayloadDescription": "Ajoute vos agendas partagés à Calendrier et à Rappels.",
        "PayloadOrganization": organisation,
        "PayloadContent": [account],
    }
    return plistlib.dumps(profile)
