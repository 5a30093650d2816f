"""What stands before every route of FastAPI: strict paths, plain bodies in time, no caching.

A pure ASGI wrapper: Starlette's BaseHTTPMiddleware would cost each request 350 µs.
"""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calendars.http.problems import problem_of_status
from calendars.model.limits import LIMITS

MAX_BODY = 1024 * 1024
# Beyond it the service says what is the matter; what is much larger is not even read.
MAX_FILE = LIMITS.max_attachment_size + MAX_BODY
BODY_SECONDS = 30

# Separators and line ends that hide behind an escape: a path must name one thing only.
_HIDDEN = re.compile(rb"%(?:2f|5c|00|0a|0d)|\\", re.IGNORECASE)


class Guard:
    """Refuses what no route should see, and says that answers are private."""

    def __init__(self, app: ASGIApp, files: re.Pattern[str] | None = None) -> None:
        """`files` are the paths to which a file may be sent, as large as an attachment."""
        self._app = RequestBodyLimitMiddleware(app, MAX_BODY)
        self._wide = RequestBodyLimitMiddleware(app, MAX_FILE)
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request that is fit to be read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        takes_file = self._files is not None and self._files.fullmatch(scope["path"]) is not None
        status = _refused(scope, MAX_FILE if takes_file else MAX_BODY)
        if status is not None:
            # What was not read of the body would be taken for the next request.
            answer = problem_of_status(status, {"Connection": "close"})
            await answer(scope, receive, send)
            return
        app = self._wide if takes_file else self._app
        await app(scope, _in_time(receive), _private(send))


def _refused(scope: Scope, most: int) -> int | None:
    if _HIDDEN.search(scope.get("raw_path") or b""):
        return 400
    headers = Headers(scope=scope)
    announced = headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > most:
        return 413
    coding = headers.get("content-encoding", "identity")
    return None if coding.strip().lower() in {"", "identity"} else 415


def _in_time(receive: Receive) -> Receive:
    """The whole body arrives within its time, or 408."""
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS
    arrived = False

    async def hurried() -> Message:
        nonlocal arrived
        if arrived:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        arrived = not message.get("more_body", False)
        return message

    return hurried


def _private(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "private, no-cache")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await send(message)

    return marked
