"""The DAV face as a raw ASGI application: read, sign in, hop once, write (docs/adr/0003)."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import brotli  # type: ignore[import-untyped]

from calendars.dav import paths
from calendars.dav.conditions import MethodNotAllowed, UnsupportedMediaType, refusal
from calendars.dav.methods import Method, method_for
from calendars.dav.methods.options import FEATURES, allow
from calendars.dav.paths import DavPath, Place
from calendars.dav.request import DavRequest, DavResponse, TooMuchForNow
from calendars.dav.xml import parse, parse_to_read
from calendars.http.identity import REALM, Identity, NotSignedIn, Proof, holder
from calendars.http.inquiries import Inquiries
from calendars.http.tries import Tries
from calendars.http.turns import Turns
from calendars.kernel.audit import Face
from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, Db, StoreUnavailable
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound, ServiceError
from calendars.model.invalid import ResourceTooLarge
from calendars.model.limits import LIMITS
from calendars.services.deliver_itip import Dispatch
from calendars.services.record_refusal import Tried, may_be_refusal, record_refusal
from calendars.services.sign_in import WrongPassword

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Objects may have less than this; their parser says why one is refused.
MAX_BODY = 2 * 1024 * 1024
# A little more, so that who sends too much hears it in the words of RFC 8607.
MAX_ATTACHED = LIMITS.max_attachment_size + 2**20
BRIEF_BODY = 16 * 1024
COMPRESS_FROM = 1_024
CHUNK = 256 * 1024

_FEATURES = (b"dav", FEATURES.encode())
_CHALLENGE = ("WWW-Authenticate", f'Basic realm="{REALM}", charset="UTF-8"')
log = logging.getLogger(__name__)


class BodyTooLarge(InvalidInput):
    """More octets than an XML body may have (413)."""


class ClientWentAway(ConnectionError):
    """The connection ended before the body was whole; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """A request as read from the wire, not signed in yet."""

    method: str
    spec: Method
    path: DavPath
    headers: dict[str, str]
    body: bytes
    proof: Proof
    address: str
    now: int
    dispatch: Dispatch
    inquiries: Inquiries
    query: str
    base_url: str


class DavApp:
    """CalDAV under /dav/."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        dispatch: Dispatch,
        inquiries: Inquiries,
        *,
        base_url: str = "",
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._dispatch = dispatch
        self._inquiries = inquiries
        self._base_url = base_url
        self._turns = Turns()
        self._tries = Tries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong is answered too."""
        headers = {
            key.decode("latin-1").lower(): value.decode("latin-1")
            for key, value in scope["headers"]
        }
        refused: list[tuple[_Ask, ServiceError]] = []
        try:
            response = await self._respond(scope, headers, receive, refused)
        except ClientWentAway:
            return
        except ServiceError as error:
            response = _with_dressing(refusal(error), error)
        except Exception:
            # A bug: the log says where, the client only that; nothing of the data is in either.
            log.exception("request.crashed", extra={"method": scope["method"][:20]})
            response = DavResponse(500, "internal error\n", "text/plain; charset=utf-8")
        await _send(response, scope["method"], headers, send)
        for ask, because in refused:
            await self._note(ask, because)

    async def _respond(
        self,
        scope: Scope,
        headers: dict[str, str],
        receive: Receive,
        refused: list[tuple[_Ask, ServiceError]],
    ) -> DavResponse:
        proof = self._identity.recall(headers.get("authorization"))
        if proof is None:
            proof = await self._sign_in(scope, headers)
        method = scope["method"]
        path = paths.parse(scope["raw_path"])
        spec = method_for(method, path)
        if spec is None:
            raise MethodNotAllowed(f"{method[:20]} is not done here")
        query = scope.get("query_string", b"").decode("latin-1")
        limit = MAX_ATTACHED if method == "POST" and path.place is Place.OBJECT else MAX_BODY
        body = await _read_body(headers, receive, limit, xml=spec.xml)
        now = int(self._clock.now().timestamp())
        parts = (self._dispatch, self._inquiries, query, self._base_url)
        ask = _Ask(method, spec, path, headers, body, proof, _address_of(scope), now, *parts)
        try:
            return await self._perform(ask)
        except WrongPassword:
            # The credential was revoked since it was cached; the header may still hold another.
            self._identity.forget(headers.get("authorization"))
            proof = await self._sign_in(scope, headers)
            return await self._perform(replace(ask, proof=proof))
        except ServiceError as error:
            if isinstance(error, NotFound | Forbidden):
                refused.append((ask, error))
            raise

    async def _note(self, ask: _Ask, error: ServiceError) -> None:
        """The answer has left: who was refused learns nothing from the time that this takes."""
        tried = (ask.proof.credential, ask.method, ask.path.href)
        if ask.path.login and self._tries.is_new(tried):
            try:
                await self._database.run(_note_refusal, ask, error)
            except StoreUnavailable:
                log.warning("audit.refusal_not_noted")

    async def _sign_in(self, scope: Scope, headers: dict[str, str]) -> Proof:
        return await self._identity.prove(headers.get("authorization"), _address_of(scope))

    async def _perform(self, ask: _Ask) -> DavResponse:
        if ask.spec.writes:
            async with self._turns.of(ask.proof.credential):
                return await self._database.run(_unit, ask, brief=False)
        if self._database.is_sqlite and len(ask.body) <= BRIEF_BODY:
            try:
                return await self._database.read_briefly(_unit, ask, brief=True)
            except TooMuchForNow:
                pass
        async with self._turns.of(ask.proof.credential):
            return await self._database.read(_unit, ask, brief=False)


def _address_of(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "local"


def _unit(db: Db, ask: _Ask, *, brief: bool) -> DavResponse:
    """The whole request on one connection."""
    actor = holder(db, ask.proof, Face.CALDAV, ask.address)
    if actor is None:
        raise WrongPassword("wrong login or password")
    xml = None
    if ask.spec.xml and ask.body.strip():
        xml = parse(ask.body) if ask.spec.writes else parse_to_read(ask.body)
    parts = (ask.dispatch, ask.inquiries, ask.query, ask.base_url)
    request = DavRequest(
        ask.method, ask.path, ask.headers, ask.body, xml, db, actor, ask.now, *parts, brief
    )
    try:
        return ask.spec.handle(request)
    except MethodNotAllowed as error:
        answer = refusal(error)
        return replace(answer, headers=(*answer.headers, allow(ask.path.place)))


def _note_refusal(db: Db, ask: _Ask, error: ServiceError) -> None:
    actor = holder(db, ask.proof, Face.CALDAV, ask.address)
    path = ask.path
    if actor is None or not may_be_refusal(error, actor.login, path.login):
        return
    collection = None if path.place in {Place.PRINCIPAL, Place.PROXY} else path.collection
    tried = Tried(path.login, collection, path.name or None, ask.method)
    record_refusal(db, actor, tried, error, now=ask.now)


async def _read_body(headers: dict[str, str], receive: Receive, limit: int, *, xml: bool) -> bytes:
    """The body, counted while it is read; the connection sees to it that it comes in time.

    Raises UnsupportedMediaType, ResourceTooLarge or BodyTooLarge, ClientWentAway.
    """
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise UnsupportedMediaType("compressed request bodies are not taken")
    announced = headers.get("content-length")
    if announced is None and "transfer-encoding" not in headers:
        return b""
    if announced and announced.isdecimal() and int(announced[:18]) > limit:
        raise _too_large(xml=xml)
    pieces: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientWentAway
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(xml=xml)
        pieces.append(piece)
        more = message.get("more_body", False)
    return b"".join(pieces)


def _too_large(*, xml: bool) -> ServiceError:
    if xml:
        return BodyTooLarge(f"the body has at most {MAX_BODY} octets")
    return ResourceTooLarge(f"an object has at most {LIMITS.max_resource_size} octets")


def _with_dressing(response: DavResponse, error: ServiceError) -> DavResponse:
    """The headers that some refusals need."""
    extra: tuple[tuple[str, str], ...] = ()
    if isinstance(error, WrongPassword):
        extra = (_CHALLENGE,)
        if not isinstance(error, NotSignedIn):
            log.info("sign_in.refused")
    elif isinstance(error, BodyTooLarge):
        return replace(response, status=413, headers=(("Connection", "close"),))
    elif isinstance(error, ResourceTooLarge):
        extra = (("Connection", "close"),)
    elif isinstance(error, MethodNotAllowed):
        extra = (allow(Place.ROOT),)
    elif isinstance(error, NotFound):
        extra = ()
    return replace(response, headers=(*response.headers, *extra))


async def _send(response: DavResponse, method: str, asked: dict[str, str], send: Send) -> None:
    body = response.body if isinstance(response.body, bytes) else response.body.encode()
    out = [(key.lower().encode(), value.encode("latin-1")) for key, value in response.headers]
    if method != "OPTIONS":
        out.append(_FEATURES)
    if response.status not in {204, 304}:
        if body:
            out.append((b"content-type", response.content_type.encode()))
        body, encoding = await _compressed(body, asked.get("accept-encoding", ""))
        out.extend(encoding)
        out.append((b"content-length", str(len(body)).encode()))
    if method == "HEAD" or response.status in {204, 304}:
        body = b""
    await send({"type": "http.response.start", "status": response.status, "headers": out})
    if len(body) <= CHUNK:
        await send({"type": "http.response.body", "body": body})
        return
    octets = memoryview(body)
    for start in range(0, len(body), CHUNK):
        more = start + CHUNK < len(body)
        piece = octets[start : start + CHUNK]
        await send({"type": "http.response.body", "body": piece, "more_body": more})


async def _compressed(body: bytes, accepted: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The body as the client likes it best; long ones are compressed in a thread."""
    if len(body) < COMPRESS_FROM:
        return body, []
    vary = (b"vary", b"accept-encoding")
    if not accepted:
        return body, [vary]
    names = {
        part.partition(";")[0].strip().lower()
        for part in accepted.split(",")
        if part.replace(" ", "").partition(";q=")[2] not in {"0", "0.0"}
    }
    if "br" in names:
        coder: Callable[[bytes], bytes] = _brotli
        name = b"br"
    elif "gzip" in names:
        coder, name = _gzip, b"gzip"
    else:
        return body, [vary]
    packed = coder(body) if len(body) < CHUNK else await asyncio.to_thread(coder, body)
    return packed, [(b"content-encoding", name), vary]


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=2))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 3, mtime=0)
