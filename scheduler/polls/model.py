"""A poll asks people which of the dates held for one appointment suit them (MTG-3).

The dates are the options of a hold group: tentative events in the diaries meanwhile. The poll adds
who is asked and what each has said; whether it is decided, the group knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, InvalidInput, NotFound

PollId = NewType("PollId", int)
MAX_ASKED = 200
MAX_COMMENT = 1_000


class Vote(StrEnum):
    """Oui, si nécessaire, non."""

    YES = "yes"
    IF_NEEDED = "if-needed"
    NO = "no"


class PollClosed(Conflict):
    """The poll is decided, or nobody may answer it any more."""

    words = "ces dates sont décidées, ou l'on n'y répond plus"


class PollExists(Conflict):
    """Those dates are asked about already."""

    words = "un sondage porte déjà sur ces dates"


class Option(NamedTuple):
    """One of the dates, in epoch seconds."""

    position: int
    starts_at: int
    ends_at: int


@dataclass(slots=True)
class Voter:
    """Somebody who is asked; `address` is `mailto:…`."""

    address: str
    name: str = ""
    required: bool = True
    answered_at: int | None = None
    comment: str = ""
    votes: dict[int, Vote] = field(default_factory=dict)


@dataclass(slots=True)
class Poll:
    """The poll about the dates of one hold group of one diary."""

    id: PollId
    owner: str
    ref: str
    """The reference of the hold group."""
    title: str
    place: str
    message: str
    visibility: str
    closes_at: int | None
    made_by: str = ""
    """The login of who runs it."""
    voters: list[Voter] = field(default_factory=list)

    def voter(self, address: str) -> Voter:
        """Who has that address. Raises NotFound."""
        for one in self.voters:
            if one.address == address:
                return one
        raise NotFound("nobody of that address is asked")

    def answer(
        self, address: str, votes: Mapping[int, Vote], comment: str, *, options: set[int], now: int
    ) -> Voter:
        """What somebody says of every date; he may say otherwise until it closes.

        Raises NotFound, PollClosed, InvalidInput.
        """
        voter = self.voter(address)
        if self.closes_at is not None and now >= self.closes_at:
            raise PollClosed("the poll is closed")
        if set(votes) != options:
            raise InvalidInput(
                "every date needs an answer", words="chaque date attend une réponse", field="votes"
            )
        if len(comment) > MAX_COMMENT:
            raise InvalidInput(
                "the comment is too long", words="le commentaire est trop long", field="comment"
            )
        voter.votes, voter.comment, voter.answered_at = dict(votes), comment, now
        return voter


def unnamed(poll: Poll) -> Poll:
    """The same for who may not know of whom it is: how many are asked, and how they stand."""
    voters = [
        replace(one, address=f"mailto:{number}", name=f"Personne {number}", comment="")
        for number, one in enumerate(poll.voters, 1)
    ]
    return replace(poll, place="", message="", voters=voters)


class Tally(NamedTuple):
    """How one date stands."""

    option: Option
    yes: tuple[str, ...]
    if_needed: tuple[str, ...]
    no: tuple[str, ...]
    silent: tuple[str, ...]
    required_missing: tuple[str, ...]
    """Those who have to be there and said no."""


def tally(poll: Poll, options: Sequence[Option]) -> list[Tally]:
    """The dates, the best one first: nobody required is missing, most say yes, least say no.

    Of dates that stand alike the earlier one is better.
    """
    return sorted((_count(poll, one) for one in options), key=_rank)


def _count(poll: Poll, option: Option) -> Tally:
    said: dict[Vote | None, list[Voter]] = {}
    for voter in poll.voters:
        said.setdefault(voter.votes.get(option.position), []).append(voter)
    names = {vote: tuple(_name(one) for one in voters) for vote, voters in said.items()}
    missing = tuple(_name(one) for one in said.get(Vote.NO, []) if one.required)
    return Tally(
        option,
        names.get(Vote.YES, ()),
        names.get(Vote.IF_NEEDED, ()),
        names.get(Vote.NO, ()),
        names.get(None, ()),
        missing,
    )


def _rank(one: Tally) -> tuple[int, int, int, int]:
    return (len(one.required_missing), len(one.no), -len(one.yes), one.option.starts_at)


def _name(voter: Voter) -> str:
    return voter.name or voter.address.removeprefix("mailto:")
