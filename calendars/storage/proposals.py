"""The shelf of other times that people who are invited would rather have."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId, ProposalId
from calendars.storage.tables import proposals

_P = proposals.c


class ProposalState(StrEnum):
    """What became of one."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    REPLACED = "REPLACED"
    """He proposed another one since."""


class NewProposal(NamedTuple):
    """Who would rather have what."""

    owner_id: PrincipalId
    uid: str
    attendee: str
    occurrences: str
    data: bytes
    """The COUNTER."""


class StoredProposal(NamedTuple):
    """One that waits."""

    id: ProposalId
    owner_id: PrincipalId
    uid: str
    attendee: str
    at: int
    data: bytes


_ROW = select(*(_P[name] for name in StoredProposal._fields))


def add(db: Db, new: NewProposal, *, now: int) -> None:
    """It takes the place of what the same person proposed before for the same occurrences."""
    same = (
        _P.owner_id == new.owner_id,
        _P.uid == new.uid,
        _P.attendee == new.attendee,
        _P.occurrences == new.occurrences,
        _P.state == ProposalState.OPEN,
    )
    replaced = {"state": ProposalState.REPLACED, "decided_at": now, "data": b""}
    db.execute(update(proposals).where(*same).values(**replaced))
    db.execute(insert(proposals).values(**new._asdict(), at=now, state=ProposalState.OPEN))


def list_of(db: Db, owner: PrincipalId) -> list[StoredProposal]:
    """What waits for a decision in the owner's name, oldest first."""
    query = _ROW.where(_P.owner_id == owner, _P.state == ProposalState.OPEN).order_by(_P.id)
    return [StoredProposal(*row) for row in db.execute(query)]


def find(db: Db, number: ProposalId) -> StoredProposal | None:
    """One that waits, locked until the transaction ends: two people may decide at once."""
    query = _ROW.where(_P.id == number, _P.state == ProposalState.OPEN).with_for_update()
    row = db.execute(query).first()
    return None if row is None else StoredProposal(*row)


def decide(db: Db, number: ProposalId, state: ProposalState, *, by: PrincipalId, now: int) -> None:
    """ACCEPTED or DECLINED; what was proposed is not kept."""
    values = {"state": state, "decided_at": now, "decided_by": by, "data": b""}
    db.execute(update(proposals).where(_P.id == number).values(**values))
