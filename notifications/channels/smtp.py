"""The mail relay, over one to four connections that stay open between mails and between rounds.

They live in a thread with a loop of its own, which starts with the first mail.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from math import ceil
from queue import Empty, SimpleQueue

from notifications.channels.line import Away, Line
from notifications.channels.relay import BadRelay, Relay
from notifications.channels.wire import Mail, away
from notifications.message import Fate

__all__ = ["BadRelay", "Relay", "Smtp"]

PULSE = 5.0
"""So often a sign of life is given while the relay thinks."""
MOMENT = 0.02
MAILS_PER_LINE = 8
"""A second connection is worth its opening from so many on."""

Told = list[tuple[str, Fate]]


class Smtp:
    """Hands mails to the relay; whatever it says comes back as it is said, nothing is raised."""

    def __init__(self, relay: Relay, *, connections: int = 2) -> None:
        self._lines = [Line(relay) for _ in range(connections)]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def send(self, mails: Sequence[Mail]) -> Iterator[Told]:
        """Try each once, in their order. An empty list now and then says that it goes on.

        Who listens no more stops what was not begun.
        """
        told: SimpleQueue[tuple[str, Fate]] = SimpleQueue()
        waiting, left = deque(mails), len(mails)
        work = self._send_all(waiting, lambda key, fate: told.put((key, fate)))
        sending = asyncio.run_coroutine_threadsafe(work, self._running_loop())
        try:
            while left:
                news = _all_in(told)
                left -= len(news)
                if not news and sending.done():
                    sending.result()
                yield news
        finally:
            waiting.clear()

    def why_away(self) -> str | None:
        """Why the relay cannot be reached or does not let us in; None where it does. No mail."""
        return asyncio.run_coroutine_threadsafe(
            self._lines[0].why_away(), self._running_loop()
        ).result()

    def close(self) -> None:
        """Hang up; a later mail opens everything again."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        self._loop = self._thread = None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run, args=(loop,), name="smtp", daemon=True)
            self._thread.start()
        return self._loop

    async def _send_all(self, waiting: deque[Mail], tell: Callable[[str, Fate], None]) -> None:
        wanted = min(len(self._lines), ceil(len(waiting) / MAILS_PER_LINE))
        ends = await asyncio.gather(*(_work(line, waiting, tell) for line in self._lines[:wanted]))
        # No line stands any more: of these nothing was said.
        because = next((why for why in ends if why is not None), "")
        while waiting:
            tell(waiting.popleft().key, away(because))

    async def _hang_up(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines))
        await asyncio.sleep(0.01)  # what was cut is let go of by the loop


async def _work(line: Line, waiting: deque[Mail], tell: Callable[[str, Fate], None]) -> str | None:
    """One mail after the other until there is none; why not, where the relay is away."""
    while waiting:
        mail = waiting.popleft()
        try:
            tell(mail.key, await line.send(mail))
        except Away as gone:
            # Another line may still stand.
            waiting.appendleft(mail)
            return str(gone)
    return None


def _all_in(told: SimpleQueue[tuple[str, Fate]]) -> Told:
    """What was said since, at least one thing unless nothing is said for a while.

    What is said within a moment is noted together: a crash repeats no more than that.
    """
    news: Told = []
    try:
        news.append(told.get(timeout=PULSE))
        until = time.monotonic() + MOMENT
        while True:
            news.append(told.get(timeout=max(0.0, until - time.monotonic())))
    except Empty:
        return news


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
