"""One person's many requests wait in line; other people's do not."""

from __future__ import annotations

import asyncio

import pytest

from calendars.http.turns import TooManyAtOnce, Turns


async def ask(turns: Turns, who: str, running: list[str], most: list[int]) -> None:
    """A request that takes a moment."""
    async with turns.of(who):
        running.append(who)
        most.append(running.count(who))
        await asyncio.sleep(0.01)
        running.remove(who)


def test_so_many_run_at_once_and_all_are_answered() -> None:
    running: list[str] = []
    most: list[int] = []

    async def crowd() -> None:
        turns = Turns(at_once=2, waiting=20)
        await asyncio.gather(*(ask(turns, "anne", running, most) for _ in range(10)))

    asyncio.run(crowd())
    assert (len(most), max(most)) == (10, 2)


def test_others_are_not_held_up() -> None:
    async def crowd() -> None:
        turns = Turns(at_once=1, waiting=1)
        async with turns.of("anne"), asyncio.timeout(1), turns.of("paul"):
            pass

    asyncio.run(crowd())


def test_a_line_that_is_too_long_is_refused_and_forgotten_when_it_is_done() -> None:
    running: list[str] = []

    async def crowd() -> None:
        turns = Turns(at_once=1, waiting=1)
        asked = [asyncio.create_task(ask(turns, "anne", running, [])) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyAtOnce):
            await ask(turns, "anne", running, [])
        await asyncio.gather(*asked)
        await ask(turns, "anne", running, [])

    asyncio.run(crowd())
