"""The shelf of polls."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, select, update

from calendars.kernel.database import Db
from scheduler.polls.model import Poll, PollId, Vote, Voter
from scheduler.polls.tables import poll_voters, polls

_P, _V = polls.c, poll_voters.c
_COLUMNS = (
    _P.id, _P.owner, _P.ref, _P.title, _P.place, _P.message, _P.visibility, _P.closes_at,
    _P.made_by,
)  # fmt: skip


def add(db: Db, poll: Poll, *, by: str, now: int) -> Poll:
    """A new poll with those who are asked."""
    row = insert(polls).values(
        owner=poll.owner, ref=poll.ref, title=poll.title, place=poll.place, message=poll.message,
        visibility=poll.visibility, closes_at=poll.closes_at, made_at=now, made_by=by,
    )  # fmt: skip
    poll.id = PollId(db.execute(row.returning(_P.id)).scalar_one())
    rows = [
        {
            "poll_id": poll.id, "address": one.address, "name": one.name,
            "required": one.required, "votes": {},
        }
        for one in poll.voters
    ]  # fmt: skip
    db.execute(insert(poll_voters), rows)
    return poll


def record(db: Db, poll: Poll, voter: Voter) -> None:
    """What one person has said."""
    votes = {str(position): vote.value for position, vote in voter.votes.items()}
    mine = (_V.poll_id == poll.id, _V.address == voter.address)
    said = {"votes": votes, "comment": voter.comment, "answered_at": voter.answered_at}
    db.execute(update(poll_voters).where(*mine).values(**said))


def find(db: Db, owner: str, ref: str) -> Poll | None:
    """The poll about that hold group."""
    return next(iter(_polls(db, select(*_COLUMNS).where(_P.owner == owner, _P.ref == ref))), None)


def list_of(db: Db, owner: str, *, limit: int) -> list[Poll]:
    """The polls of a diary, the latest first."""
    query = select(*_COLUMNS).where(_P.owner == owner).order_by(_P.id.desc()).limit(limit)
    return _polls(db, query)


def find_by_id(db: Db, poll: PollId) -> Poll | None:
    """The poll of that number."""
    return next(iter(_polls(db, select(*_COLUMNS).where(_P.id == poll))), None)


def _polls(db: Db, query: Select[Any]) -> list[Poll]:
    found = [Poll(PollId(row[0]), *row[1:]) for row in db.execute(query)]
    by_id = {one.id: one for one in found}
    voters = select(poll_voters).where(_V.poll_id.in_(list(by_id))).order_by(_V.address)
    for row in db.execute(voters) if found else ():
        votes = {int(position): Vote(vote) for position, vote in row.votes.items()}
        voter = Voter(row.address, row.name, row.required, row.answered_at, row.comment, votes)
        by_id[row.poll_id].voters.append(voter)
    return found
