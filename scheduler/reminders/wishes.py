"""The shelf of policies, by kind of event, and of what each person wants to be reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.reminders.rules import Policy
from scheduler.reminders.tables import reminder_policies, reminder_wishes

_P, _W = reminder_policies.c, reminder_wishes.c


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody with an account wants to be reminded of by mail."""

    policies: bool = True
    """Of events of kinds that have a policy."""
    alarms: bool = True
    """Of what has an alarm by mail."""
    muted: tuple[str, ...] = ()
    """Kinds of which nothing is wanted."""

    def mutes(self, kinds: Sequence[str]) -> bool:
        """He wants to hear nothing of events of these kinds."""
        folded = {kind.strip().casefold() for kind in self.muted}
        return any(kind.strip().casefold() in folded for kind in kinds)


PLAIN = Wishes()
"""Of who said nothing."""
DEFAULTS = (
    Policy("Audience", (2, 1)),
    Policy("Commission", (7, 2, 1)),
    Policy("Formation", (7, 2)),  # TRN-5
)
"""What holds until an administrator says otherwise; all other kinds have none."""


def list_policies(db: Db) -> list[Policy]:
    """The policies, by kind: those of the house, and what was changed or taken away of them."""
    found = {_key(policy.kind): policy for policy in DEFAULTS}
    query = select(_P.key, _P.kind, _P.days, _P.at_minute, _P.urgent)
    for key, kind, days, minute, urgent in db.execute(query):
        found.pop(key, None)
        if days:
            before = tuple(map(int, days.split(",")))
            found[key] = Policy(kind, before, time(*divmod(minute, 60)), bool(urgent))
    return [found[key] for key in sorted(found)]


def set_policy(db: Db, policy: Policy, *, by: str, now: int) -> None:
    """The policy of its kind from now on; without days nobody is reminded of that kind."""
    values = {
        "kind": policy.kind,
        "days": ",".join(str(n) for n in sorted(set(policy.days), reverse=True)),
        "at_minute": policy.at.hour * 60 + policy.at.minute,
        "urgent": policy.urgent,
        "changed_at": now,
        "changed_by": by,
    }
    key = _key(policy.kind)
    if not db.execute(update(reminder_policies).where(_P.key == key).values(**values)).rowcount:
        db.execute(insert(reminder_policies).values(key=key, **values))


def _key(kind: str) -> str:
    return " ".join(kind.split()).casefold()


def list_wishes(db: Db, people: Sequence[PrincipalId]) -> dict[PrincipalId, Wishes]:
    """The wishes of those who said any."""
    query = select(_W.principal_id, _W.policies, _W.alarms, _W.muted)
    rows = db.execute(query.where(_W.principal_id.in_(list(people))))
    return {
        PrincipalId(who): Wishes(bool(policies), bool(alarms), tuple(muted.splitlines()))
        for who, policies, alarms, muted in rows
    }


def set_wishes(db: Db, who: PrincipalId, wishes: Wishes) -> None:
    """What the person wants from now on."""
    values = {
        "policies": wishes.policies,
        "alarms": wishes.alarms,
        "muted": "\n".join(" ".join(kind.split()) for kind in wishes.muted),
    }
    same = _W.principal_id == who
    if not db.execute(update(reminder_wishes).where(same).values(**values)).rowcount:
        db.execute(insert(reminder_wishes).values(principal_id=who, **values))
