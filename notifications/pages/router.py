"""The HTTP of the pages: tokens, forms, headers (SEC-7, threats F).

GET and HEAD change nothing, however often filters of mail ask for them. A POST is heeded where the
form is one of ours and the browser says that it comes from here; it works without scripts and
without cookies. A token that is unknown, expired or revoked is answered alike, and the path stands
in no log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Depends, Request, Response

from calendars.http.state import FaceState, address_of
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.language import Language
from calendars.services.choose_language import language_of
from calendars.services.wrong_tokens import FAILURE_WINDOW, WrongToken, record_wrong_token
from notifications.compose import Composers
from notifications.links import PATH, TooManyDeeds, note_deed, open_link
from notifications.pages.page import Address, Asked, Download, Form, Page, Sheet, Turn, Undone
from notifications.pages.response import HEADERS, page_response
from notifications.pages.seal import is_sealed, seal_of

MAX_FORM = 16 * 1024
MAX_FIELDS = 20
_STALE = 409
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with."""

    face: FaceState
    composers: Composers
    base_url: str
    pages: Mapping[str, Page]
    """By the purpose of the link."""


class _Posted(NamedTuple):
    """A form that came, or why none is read."""

    form: Form
    refused: str = ""


def pages_router(desk: Desk) -> APIRouter:
    """The routes: any link, and the steps behind it."""
    router = APIRouter(include_in_schema=False)
    posting = Depends(_reader(desk.base_url))

    @router.api_route(f"{PATH}{{token}}", methods=["GET", "HEAD"])
    @router.api_route(f"{PATH}{{token}}/{{step:path}}", methods=["GET", "HEAD"])
    def show(request: Request, token: str, step: str = "") -> Response:
        return _Visit(desk, request, token, step).show()

    @router.post(f"{PATH}{{token}}")
    @router.post(f"{PATH}{{token}}/{{step:path}}")
    def act(
        request: Request,
        token: str,
        step: str = "",
        posted: _Posted = posting,
    ) -> Response:
        return _Visit(desk, request, token, step).act(posted)

    return router


def _reader(base_url: str) -> Callable[[Request], Awaitable[_Posted]]:
    """Reads a form from a page of ours: what another site made a browser send is refused.

    Pages that send no referrer have `Origin: null` in their own forms (Fetch, "Origin header").
    """
    parts = urlsplit(base_url)
    origins = {"null", f"{parts.scheme}://{parts.netloc}"}

    async def read(request: Request) -> _Posted:
        headers = request.headers
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return _Posted({}, _ELSEWHERE)
        if headers.get("origin", "null") not in origins:
            return _Posted({}, _ELSEWHERE)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if media_type != "application/x-www-form-urlencoded" or len(body) > MAX_FORM:
            return _Posted({}, "unreadable")
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS
            )
        except ValueError:
            return _Posted({}, "unreadable")
        return _Posted(dict(pairs))

    return read


class _Visit:
    """One request to one link."""

    def __init__(self, desk: Desk, request: Request, token: str, step: str) -> None:
        self._desk, self._token, self._step = desk, token, step
        self._source = address_of(request)
        self._query = dict(request.query_params)
        self._now = desk.face.now()

    def show(self) -> Response:
        """What the link leads to; nothing changes by it."""
        try:
            with self._desk.face.database.reading() as db:
                page, asked = self._open(db)
                shown = page.show(db, asked)
                if isinstance(shown, Sheet):
                    shown = self._with_form(db, asked, shown)
        except NotFound:
            return self._nothing()
        return _file(shown) if isinstance(shown, Download) else self._written(shown, asked.language)

    def act(self, posted: _Posted) -> Response:
        """What the form says is done, all of it or nothing."""
        if posted.refused:
            return self._plain(posted.refused, 403 if posted.refused == _ELSEWHERE else 400)
        try:
            with self._desk.face.database.transaction() as db:
                page, asked = self._open(db)
                done = self._act(db, page, asked, posted.form)
                if isinstance(done, Sheet):
                    done = self._with_form(db, asked, done)
        except NotFound:
            return self._nothing()
        except Undone as error:
            return self._again(error.notice)
        except TooManyDeeds as error:
            return self._plain("enough", 429, {"Retry-After": str(error.retry_after)})
        if isinstance(done, Sheet):
            return self._written(done, asked.language)
        there = asked.address(done.step, **done.query)
        return Response(status_code=303, headers={**HEADERS, "Location": there})

    def _again(self, notice: str) -> Response:
        """Nothing was done: how it stands now."""
        self._query["done"] = notice
        shown = self.show()
        if shown.status_code == HTTPStatus.OK:
            shown.status_code = _STALE
        return shown

    def _act(self, db: Db, page: Page, asked: Asked, form: Form) -> Turn | Sheet:
        """Raises NotFound, TooManyDeeds."""
        if is_sealed(db, self._token, form.get("seal", ""), now=self._now):
            note_deed(db, self._token, now=self._now)
            return page.act(db, asked, form)
        # The page was open for too long: it is shown again, with what was filled in.
        shown = page.show(db, asked)
        if isinstance(shown, Download):
            raise WrongToken
        before = shown.facts.get("values")
        values = {**before, **form} if isinstance(before, Mapping) else form
        return Sheet(shown.template, {**shown.facts, "notice": "stale", "values": values}, _STALE)

    def _open(self, db: Db) -> tuple[Page, Asked]:
        """Raises WrongToken."""
        link = open_link(db, self._token, now=self._now)
        wanted = self._query.get("lang", "")
        chosen = wanted if wanted in set(Language) else ""
        own = language_of(db, link.recipient, default=self._desk.composers.default)
        language = Language(chosen) if chosen else own
        address = Address(f"{PATH}{self._token}", chosen)
        asked = Asked(link, self._step, self._query, language, address, self._source, self._now)
        page = self._desk.pages.get(link.purpose)
        if page is None:
            raise WrongToken
        return page, asked

    def _with_form(self, db: Db, asked: Asked, sheet: Sheet) -> Sheet:
        """With all that its form and its links need."""
        address = asked.address
        others = [str(one) for one in Language if one is not asked.language]
        facts = {
            "notice": "",
            "errors": (),
            **sheet.facts,
            "seal": seal_of(db, self._token, now=self._now),
            "address": address,
            "here": address(asked.step),
            "languages": {one: address._replace(language=one)(asked.step) for one in others},
        }
        return sheet._replace(facts=facts)

    def _nothing(self) -> Response:
        """No such link, or none that is good any more: always the same."""
        with self._desk.face.database.transaction() as db:
            too_many = record_wrong_token(db, self._source, now=self._now)
        if too_many:
            return self._plain("tried", 429, {"Retry-After": str(FAILURE_WINDOW)})
        return self._plain("nothing", 404)

    def _plain(
        self, because: str, status: int, headers: Mapping[str, str] | None = None
    ) -> Response:
        sheet = Sheet("pages/no-page.html", {"because": because, "languages": {}}, status)
        return self._written(sheet, self._desk.composers.default, headers)

    def _written(
        self, sheet: Sheet, language: Language, headers: Mapping[str, str] | None = None
    ) -> Response:
        return page_response(self._desk.composers, language, sheet, headers)


def _file(shown: Download) -> Response:
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in shown.filename)
    disposition = f'attachment; filename="{plain}"'
    if plain != shown.filename:  # RFC 6266 §4.1: the second name, for those that know it
        disposition += f"; filename*=UTF-8''{quote(shown.filename)}"
    headers = {**HEADERS, "Content-Disposition": disposition}
    return Response(shown.octets, 200, headers, shown.media_type)
