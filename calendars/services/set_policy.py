"""How a resource answers, who may book it, and when it is out of service: read and set (RES-1).

Whoever keeps the calendar of a resource keeps its policy too, and so do administrators.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import RESOURCE_KINDS, Principal, Privilege, Role
from calendars.model.resource_policy import Closure, ResourceFacts, ResourcePolicy
from calendars.services.authorize import NeedPrivileges, access_to
from calendars.services.default_calendars import calendar_for
from calendars.storage import audit, principals, resource_policies
from calendars.storage.audit import Acting
from calendars.storage.resource_policies import StoredClosure, StoredPolicy

MAX_PARTIES = 200
MAX_CLOSURES = 1_000
MAX_FEATURES = 50


class UnknownParty(InvalidInput):
    """A login that nobody has stands among those who may book or are asked."""

    def __init__(self, field: str, login: str) -> None:
        super().__init__(f"{field}: there is no account “{login}”")
        self.field, self.login = field, login


class TooManyParts(InvalidInput):
    """More bookers, approvers, features or periods out of service than a resource has."""


class EmptyClosure(InvalidInput):
    """A period out of service that ends before it starts."""


class Resource(NamedTuple):
    """A room, a vehicle or a piece of equipment, and how it answers."""

    principal: Principal
    facts: ResourceFacts
    policy: ResourcePolicy


def get_resource(db: Db, login: str) -> Resource:
    """The resource of a login. Raises NotFound, for people too."""
    principal = principals.get(db, login)
    if principal.disabled or principal.kind not in RESOURCE_KINDS:
        raise NotFound("there is nothing here")
    return Resource(principal, *resource_policies.get(db, principal))


def list_resources(db: Db) -> list[Resource]:
    """Every resource, by login."""
    return [Resource(one, *stored) for one, stored in resource_policies.list_resources(db)]


def may_book(db: Db, resource: Resource, person: Principal) -> bool:
    """The person is among those to whom it is lent."""
    return not resource.policy.bookers or resource_policies.is_party(
        db, resource.principal.id, resource_policies.BOOKER, person.id
    )


def keeps(db: Db, actor: Principal, resource: Principal, *, now: int) -> bool:
    """The actor sets the policy, closes the resource and answers for it."""
    if actor.role is Role.ADMIN or actor.id == resource.id:
        return True
    calendar = calendar_for(db, resource.login, "VEVENT")
    if calendar is None:
        return False
    return Privilege.WRITE_CONTENT in access_to(db, actor, calendar, now=now).privileges


def _check_keeper(db: Db, actor: Acting, resource: Principal, *, now: int) -> None:
    """Who sits at the console of the service keeps everything."""
    if isinstance(actor, Principal) and not keeps(db, actor, resource, now=now):
        raise NeedPrivileges((resource.login, ""), Privilege.WRITE_PROPERTIES)


def set_policy(
    db: Db,
    actor: Acting,
    login: str,
    facts: ResourceFacts,
    policy: ResourcePolicy,
    *,
    now: int,
) -> Resource:
    """The policy from now on; what was answered before stays.

    Raises NotFound, NeedPrivileges, InvalidPolicy, UnknownParty, TooManyParts.
    """
    resource = get_resource(db, login).principal
    _check_keeper(db, actor, resource, now=now)
    policy.check()
    if len(facts.features) > MAX_FEATURES:
        raise TooManyParts(f"a resource has at most {MAX_FEATURES} features")
    bookers = _parties(db, "bookers", policy.bookers)
    approvers = _parties(db, "approvers", policy.approvers)
    resource_policies.save(db, resource.id, StoredPolicy(facts, policy), bookers, approvers)
    audit.record(db, actor, Deed.SET_POLICY, Target(resource.id), now=now)
    return get_resource(db, login)


def _parties(db: Db, field: str, logins: Sequence[str]) -> list[PrincipalId]:
    if len(logins) > MAX_PARTIES:
        raise TooManyParts(f"{field}: at most {MAX_PARTIES}, name groups")
    found: list[PrincipalId] = []
    for login in dict.fromkeys(logins):
        party = principals.find(db, login)
        if party is None or party.disabled or party.kind in RESOURCE_KINDS:
            raise UnknownParty(field, login)
        found.append(party.id)
    return found


def list_closures(db: Db, login: str, *, now: int) -> list[StoredClosure]:
    """The periods out of service that are not over. Raises NotFound."""
    return resource_policies.list_closures(db, get_resource(db, login).principal.id, since=now)


def close(db: Db, actor: Acting, login: str, closure: Closure, *, now: int) -> StoredClosure:
    """One more period out of service; bookings that stand in it stay, their organizers decide.

    Raises NotFound, NeedPrivileges, EmptyClosure, TooManyParts.
    """
    resource = get_resource(db, login).principal
    _check_keeper(db, actor, resource, now=now)
    if closure.ends_at <= closure.starts_at:
        raise EmptyClosure("a period out of service ends after it starts")
    if len(resource_policies.list_closures(db, resource.id, since=now)) >= MAX_CLOSURES:
        raise TooManyParts(f"at most {MAX_CLOSURES} periods out of service")
    audit.record(db, actor, Deed.SET_POLICY, Target(resource.id), now=now)
    return StoredClosure(resource_policies.add_closure(db, resource.id, closure), closure)


def reopen(db: Db, actor: Acting, login: str, number: int, *, now: int) -> None:
    """The resource is in service again. Raises NotFound, NeedPrivileges."""
    resource = get_resource(db, login).principal
    _check_keeper(db, actor, resource, now=now)
    if not resource_policies.remove_closure(db, resource.id, number):
        raise NotFound("there is nothing here")
    audit.record(db, actor, Deed.SET_POLICY, Target(resource.id), now=now)
