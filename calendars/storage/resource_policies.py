"""The shelf of resource policies: how each answers, who is asked, when it is out of service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, insert, or_, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.principal import RESOURCE_KINDS, Principal, PrincipalKind
from calendars.model.resource_policy import (
    AnswerMode,
    Category,
    Closure,
    OpenHours,
    ResourceFacts,
    ResourcePolicy,
)
from calendars.storage.principals import COLUMNS, principal_of
from calendars.storage.tables import (
    group_members,
    principals,
    resource_closures,
    resource_parties,
    resource_policies,
)

BOOKER, APPROVER = "BOOKER", "APPROVER"

_P = resource_policies.c
_C = resource_closures.c
_PARTY = resource_parties.c
_PLAIN = (
    "min_notice",
    "max_ahead",
    "max_duration",
    "buffer_before",
    "buffer_after",
    "max_attendees",
    "conflicts_allowed",
    "conflict_percent",
    "look_ahead",
)
_COLUMNS = ("category", "site", "features", "mode", "hours", *_PLAIN)
_FIND = Prepared(
    select(*(_P[name] for name in _COLUMNS)).where(_P.resource_id == bindparam("resource"))
)
_PARTIES = (
    select(_PARTY.part, principals.c.login)
    .join(principals, principals.c.id == _PARTY.party_id)
    .where(_PARTY.resource_id == bindparam("resource"))
    .order_by(principals.c.login)
)


class StoredPolicy(NamedTuple):
    """A resource's facts and policy."""

    facts: ResourceFacts
    policy: ResourcePolicy


class StoredClosure(NamedTuple):
    """A period out of service, under its number."""

    id: int
    closure: Closure


def default_of(resource: Principal) -> StoredPolicy:
    """Of a resource for which nobody set anything."""
    room = resource.kind is PrincipalKind.ROOM
    return StoredPolicy(
        ResourceFacts(Category.ROOM if room else Category.EQUIPMENT), ResourcePolicy()
    )


def get(db: Db, resource: Principal) -> StoredPolicy:
    """The facts and the policy of a resource, those of any resource if nobody set them."""
    row = _FIND.first(db, {"resource": resource.id})
    if row is None:
        return default_of(resource)
    parties = db.execute(_PARTIES, {"resource": resource.id}).all()
    return _stored(row, [(part, login) for part, login in parties])


def _stored(row: Sequence[Any], parties: Sequence[tuple[str, str]]) -> StoredPolicy:
    values = dict(zip(_COLUMNS, row, strict=True))
    features = tuple(filter(None, values["features"].split("\n")))
    policy = ResourcePolicy(
        mode=AnswerMode(values["mode"]),
        hours=tuple(OpenHours(tuple(days), *rest) for days, *rest in json.loads(values["hours"])),
        bookers=tuple(login for part, login in parties if part == BOOKER),
        approvers=tuple(login for part, login in parties if part == APPROVER),
        **{name: values[name] for name in _PLAIN},
    )
    return StoredPolicy(
        ResourceFacts(Category(values["category"]), values["site"], features), policy
    )


def save(
    db: Db,
    resource: PrincipalId,
    stored: StoredPolicy,
    bookers: Sequence[PrincipalId],
    approvers: Sequence[PrincipalId],
) -> None:
    """The facts and the policy from now on; `bookers` and `approvers` are its logins, found."""
    facts, policy = stored
    values: dict[str, object] = {name: getattr(policy, name) for name in _PLAIN}
    values |= {
        "resource_id": resource,
        "category": facts.category,
        "site": facts.site,
        "features": "\n".join(facts.features),
        "mode": policy.mode,
        "hours": json.dumps([[span.weekdays, span.start, span.end] for span in policy.hours]),
    }
    db.execute(delete(resource_policies).where(_P.resource_id == resource))
    db.execute(insert(resource_policies).values(values))
    db.execute(delete(resource_parties).where(_PARTY.resource_id == resource))
    for part, parties in ((BOOKER, bookers), (APPROVER, approvers)):
        for party in parties:
            db.execute(
                insert(resource_parties).values(resource_id=resource, party_id=party, part=part)
            )


def is_party(db: Db, resource: PrincipalId, part: str, principal: PrincipalId) -> bool:
    """The principal, or a group that he is a member of, has that part."""
    groups = select(group_members.c.group_id).where(group_members.c.member_id == principal)
    query = select(
        exists().where(
            _PARTY.resource_id == resource,
            _PARTY.part == part,
            or_(_PARTY.party_id == principal, _PARTY.party_id.in_(groups)),
        )
    )
    return bool(db.execute(query).scalar_one())


def people_of(db: Db, resource: PrincipalId, part: str) -> list[Principal]:
    """The people who have that part, the members of groups among them, by login."""
    named = select(_PARTY.party_id).where(_PARTY.resource_id == resource, _PARTY.part == part)
    members = select(group_members.c.member_id).where(group_members.c.group_id.in_(named))
    rows = db.execute(
        select(*COLUMNS)
        .where(
            or_(principals.c.id.in_(named), principals.c.id.in_(members)),
            principals.c.kind == str(PrincipalKind.INDIVIDUAL),
            principals.c.disabled_at.is_(None),
        )
        .order_by(principals.c.login)
    )
    return [principal_of(row) for row in rows]


def list_resources(db: Db) -> list[tuple[Principal, StoredPolicy]]:
    """Every enabled resource with its facts and policy, by login."""
    parties: dict[int, list[tuple[str, str]]] = {}
    for resource, part, login in db.execute(
        select(_PARTY.resource_id, _PARTY.part, principals.c.login)
        .join(principals, principals.c.id == _PARTY.party_id)
        .order_by(principals.c.login)
    ):
        parties.setdefault(resource, []).append((part, login))
    rows = db.execute(
        select(*COLUMNS, *(_P[name] for name in _COLUMNS))
        .join_from(principals, resource_policies, _P.resource_id == principals.c.id, isouter=True)
        .where(
            principals.c.kind.in_([str(kind) for kind in RESOURCE_KINDS]),
            principals.c.disabled_at.is_(None),
        )
        .order_by(principals.c.login)
    )
    found = []
    for row in rows:
        resource, own = principal_of(row[: len(COLUMNS)]), row[len(COLUMNS) :]
        stored = (
            default_of(resource) if own[0] is None else _stored(own, parties.get(resource.id, []))
        )
        found.append((resource, stored))
    return found


def list_closures(db: Db, resource: PrincipalId, *, since: int) -> list[StoredClosure]:
    """The periods out of service that end after an instant, by start."""
    rows = db.execute(
        select(_C.id, _C.starts_at, _C.ends_at, _C.reason)
        .where(_C.resource_id == resource, _C.ends_at > since)
        .order_by(_C.starts_at, _C.id)
    )
    return [StoredClosure(number, Closure(*rest)) for number, *rest in rows]


def add_closure(db: Db, resource: PrincipalId, closure: Closure) -> int:
    """One more period out of service; its number."""
    starts_at, ends_at, reason = closure
    return int(
        db.execute(
            insert(resource_closures)
            .values(resource_id=resource, starts_at=starts_at, ends_at=ends_at, reason=reason)
            .returning(_C.id)
        ).scalar_one()
    )


def remove_closure(db: Db, resource: PrincipalId, number: int) -> bool:
    """The resource is in service again then; whether there was such a period."""
    gone = db.execute(delete(resource_closures).where(_C.resource_id == resource, _C.id == number))
    return gone.rowcount > 0
