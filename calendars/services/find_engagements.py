"""Whose time somebody who looks for a common hour may reckon with, and how closely (SEC-5).

The same rights as in `tell_busy_time`: what the service knows beyond periods decides on the answer,
and is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from calendars.kernel.audit import Deed, Face, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.services.gather_busy_time import BusyQuestion, Engagement, gather_engagements
from calendars.services.tell_busy_time import FreeBusyPolicy, grain_for
from calendars.storage import audit, delegations


class Engaged(NamedTuple):
    """One person's time; `grain` is how closely the asker may know it, None for not at all."""

    engagements: Sequence[Engagement]
    grain: int | None

    @property
    def open(self) -> bool:
        """The asker may know why: he reads that diary."""
        return self.grain == 1


def find_engagements(
    db: Db,
    actor: Principal,
    people: Sequence[Principal],
    question: BusyQuestion,
    *,
    policy: FreeBusyPolicy = FreeBusyPolicy.EVERYBODY,
    now: int,
) -> dict[PrincipalId, Engaged]:
    """What takes the time of people; each question is a line in the audit chain of the person.

    A look by a link is none: filters of mail open links (SEC-7), and nobody would have asked.
    """
    told = known_engagements(db, actor, people, question, policy=policy, now=now)
    for person in () if actor.origin.face is Face.LINK else people:
        if person.id != actor.id:
            result = Result.REFUSED if told[person.id].grain is None else Result.DONE
            audit.record(db, actor, Deed.READ_BUSY, Target(person.id), now=now, result=result)
    return told


def known_engagements(
    db: Db,
    actor: Principal,
    people: Sequence[Principal],
    question: BusyQuestion,
    *,
    policy: FreeBusyPolicy = FreeBusyPolicy.EVERYBODY,
    now: int,
) -> dict[PrincipalId, Engaged]:
    """The same where a write is what the audit tells of, and not a question."""
    held = delegations.rights_on_diaries(db, actor.id, now=now)
    found = gather_engagements(db, [one.id for one in people], question)
    told: dict[PrincipalId, Engaged] = {}
    for person in people:
        grain = grain_for(actor, person, held.get(person.id), policy)
        told[person.id] = Engaged(() if grain is None else found[person.id], grain)
    return told
