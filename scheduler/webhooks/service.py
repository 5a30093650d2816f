"""Administrators declare who is told; features say what happened, in their own transactions."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from calendars.kernel.audit import HOUSE, Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, NotFound
from calendars.model.principal import Principal, Role
from calendars.services.note_deed import note_deed
from scheduler.webhooks import repository
from scheduler.webhooks.model import Declared, Delivery, DeliveryId, Endpoint, EndpointId, Event
from scheduler.webhooks.rules import DeliveryState, EventKind, target_of

DAY = 86_400
MOST_ENDPOINTS = 20


class NotForYou(Forbidden):
    """Administrators alone say which programs are told."""

    words = "réservé à l'administration"


class TooManyEndpoints(Conflict):
    """Every event is written once for each of them."""

    words = "trop d'adresses sont déjà prévenues"


class NotFailed(Conflict):
    """What did not fail need not be sent again."""

    words = "seul ce qui a échoué est renvoyé"


def publish(
    db: Db, kind: EventKind, facts: Mapping[str, Mapping[str, str | int | None]], *, now: int
) -> None:
    """An event for every endpoint that wants its kind; it leaves when the transaction has ended."""
    wanted_by = [one.id for one in repository.list_endpoints(db) if kind in one.kinds]
    if wanted_by:
        event = Event(str(uuid.uuid4()), kind, instant(now) or "", facts)
        repository.add_event(db, event, wanted_by, now=now)


def instant(epoch: int | None) -> str | None:
    """An instant as events tell it (RFC 3339)."""
    return None if epoch is None else f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"


def declare(
    db: Db,
    actor: Principal | Origin,
    url: str,
    kinds: Sequence[EventKind],
    *,
    trusted: Collection[str],
    now: int,
) -> Declared:
    """An address is told of these kinds from now on.

    Raises NotForYou, BadTarget, TooManyEndpoints.
    """
    _check_admin(actor)
    target_of(url, trusted)
    if len(repository.list_endpoints(db)) >= MOST_ENDPOINTS:
        raise TooManyEndpoints("there are too many endpoints")
    secret = secrets.token_urlsafe(32)
    by = HOUSE if isinstance(actor, Origin) else actor.id
    made = repository.add_endpoint(db, url, sorted(set(kinds)), secret, by=by, now=now)
    note_deed(db, actor, Deed.SET_WEBHOOKS, details={"endpoint": made.id, "there": 1}, now=now)
    return Declared(made, secret)


def list_endpoints(db: Db, actor: Principal | Origin) -> list[Endpoint]:
    """Who is told. Raises NotForYou."""
    _check_admin(actor)
    return repository.list_endpoints(db)


def remove(db: Db, actor: Principal | Origin, number: EndpointId, *, now: int) -> None:
    """An address is told nothing more. Raises NotForYou, NotFound."""
    _check_admin(actor)
    if not repository.remove_endpoint(db, number):
        raise NotFound("there is nothing here")
    note_deed(db, actor, Deed.SET_WEBHOOKS, details={"endpoint": number, "there": 0}, now=now)


def ping(db: Db, actor: Principal | Origin, number: EndpointId, *, now: int) -> None:
    """An event without content, for one address alone. Raises NotForYou, NotFound."""
    _check_there(db, actor, number)
    event = Event(str(uuid.uuid4()), EventKind.PING, instant(now) or "", {})
    repository.add_event(db, event, [number], now=now)


def list_deliveries(
    db: Db,
    actor: Principal | Origin,
    number: EndpointId,
    *,
    state: DeliveryState | None = None,
    before: int | None = None,
    limit: int,
) -> list[Delivery]:
    """What an address was told, and what not yet. Raises NotForYou, NotFound."""
    _check_there(db, actor, number)
    return repository.list_deliveries(db, number, state=state, before=before, limit=limit)


def retry(
    db: Db, actor: Principal | Origin, number: EndpointId, delivery: int, *, now: int
) -> None:
    """What had failed is tried again under the same id. Raises NotForYou, NotFound, NotFailed."""
    _check_there(db, actor, number)
    wanted = DeliveryId(delivery)
    if repository.retry(db, number, wanted, now=now):
        return
    known = repository.list_deliveries(db, number, state=None, before=delivery + 1, limit=1)
    if [one.id for one in known] != [wanted]:
        raise NotFound("there is nothing here")
    raise NotFailed("only what failed is sent again")


def forget_events(db: Db, *, days: int, now: int) -> int:
    """Events that are that old are forgotten; how many."""
    return repository.forget(db, now - days * DAY)


def _check_there(db: Db, actor: Principal | Origin, number: EndpointId) -> None:
    _check_admin(actor)
    if all(one.id != number for one in repository.list_endpoints(db)):
        raise NotFound("there is nothing here")


def _check_admin(actor: Principal | Origin) -> None:
    """At the machine's own console nobody is asked."""
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone say which programs are told")
