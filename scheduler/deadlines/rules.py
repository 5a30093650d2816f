"""Chains of dates: what moving one would do to those that depend on it (DLN-1).

A date comes after one that is there before it, for good: no chain comes back to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from scheduler.working_time.rules import DateInputs, DateRule

Reckon = Callable[[DateRule, DateInputs], date]


class Link(NamedTuple):
    """One date: how it is reckoned, and after which other one it comes."""

    number: int
    rule: DateRule
    inputs: DateInputs
    due: date
    after: int | None = None


class Move(NamedTuple):
    """What one date would become, and from which day it would be reckoned."""

    number: int
    former: date
    due: date
    inputs: DateInputs
    asked: bool = False
    """It is for its owner to say: what depends on it waits for that."""


def propose(
    links: Mapping[int, Link],
    first: int,
    inputs: DateInputs,
    reckon: Reckon,
    *,
    of_others: Collection[int] = (),
) -> list[Move]:
    """The moves when the first is reckoned from other inputs: it, then what depends on it.

    What stays where it is does not stop the chain, and makes no move; the first always is one.
    Those of others are only asked for, and end the chain until they are answered.
    """
    followers: dict[int | None, list[int]] = {}
    for one in links.values():
        followers.setdefault(one.after, []).append(one.number)
    moves: list[Move] = []
    waiting = [(first, inputs)]
    while waiting:
        number, given = waiting.pop(0)
        link = links[number]
        due = reckon(link.rule, given)
        asked = number in of_others
        if number == first or due != link.due or given != link.inputs:
            moves.append(Move(number, link.due, due, given, asked))
        if asked:
            continue
        waiting += [
            (follower, replace(links[follower].inputs, day=due))
            for follower in sorted(followers.get(number, []))
        ]
    return moves
