"""The shelf of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.webhooks.model import (
    Claimed,
    Delivery,
    DeliveryId,
    Endpoint,
    EndpointId,
    Event,
)
from scheduler.webhooks.rules import DeliveryState, EventKind
from scheduler.webhooks.tables import deliveries, endpoints, events

LEASE_SECONDS = 120
"""Who claims a delivery and is not heard of again loses it: another tries it, under the same id."""

_P, _E, _D = endpoints.c, events.c, deliveries.c
_ENDPOINT = select(_P.id, _P.url, _P.kinds, _P.made_at, _P.made_by)
_TOGETHER = deliveries.join(events).join(endpoints)
_DUE = (
    select(_D.id, _E.key, _E.kind, _E.body, _P.url, _P.secret, _D.attempts)
    .select_from(_TOGETHER)
    .where(
        _D.state == DeliveryState.PENDING,
        _D.due_at <= bindparam("now"),
        or_(_D.lease_until.is_(None), _D.lease_until < bindparam("now")),
    )
    .order_by(_D.due_at, _D.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=deliveries)
)


def add_endpoint(
    db: Db, url: str, kinds: Sequence[EventKind], secret: str, *, by: PrincipalId, now: int
) -> Endpoint:
    """A new endpoint."""
    row = insert(endpoints).values(
        url=url, kinds=" ".join(sorted(kinds)), secret=secret, made_at=now, made_by=by
    )
    number = db.execute(row.returning(_P.id)).scalar_one()
    return Endpoint(EndpointId(number), url, frozenset(kinds), now, by)


def list_endpoints(db: Db) -> list[Endpoint]:
    """All of them, in the order in which they came."""
    rows = db.execute(_ENDPOINT.order_by(_P.id))
    return [
        Endpoint(id_, url, frozenset(map(EventKind, kinds.split())), *rest)
        for id_, url, kinds, *rest in rows
    ]


def remove_endpoint(db: Db, number: EndpointId) -> bool:
    """An endpoint less, and what was on its way there."""
    db.execute(delete(deliveries).where(_D.endpoint_id == number))
    return bool(db.execute(delete(endpoints).where(_P.id == number)).rowcount)


def add_event(db: Db, event: Event, wanted_by: Sequence[EndpointId], *, now: int) -> None:
    """An event, on its way to each of these."""
    row = insert(events).values(key=event.key, kind=event.kind, body=event.body, made_at=now)
    number = db.execute(row.returning(_E.id)).scalar_one()
    on_its_way = {"event_id": number, "state": DeliveryState.PENDING, "due_at": now}
    db.execute(insert(deliveries), [{**on_its_way, "endpoint_id": one} for one in wanted_by])


def list_deliveries(
    db: Db, endpoint: EndpointId, *, state: DeliveryState | None, before: int | None, limit: int
) -> list[Delivery]:
    """What went there or is to go, the newest first."""
    columns = (_D.id, _E.key, _E.kind, _D.state, _D.attempts, _E.made_at, _D.due_at, _D.done_at)
    query = select(*columns, _D.answer).select_from(deliveries.join(events))
    query = query.where(_D.endpoint_id == endpoint)
    if state is not None:
        query = query.where(_D.state == state)
    if before is not None:
        query = query.where(_D.id < before)
    rows = db.execute(query.order_by(_D.id.desc()).limit(limit))
    return [
        Delivery(id_, key, EventKind(kind), DeliveryState(was), *rest)
        for id_, key, kind, was, *rest in rows
    ]


def retry(db: Db, endpoint: EndpointId, delivery: DeliveryId, *, now: int) -> bool:
    """What had failed is due again, from the first try on."""
    failed = update(deliveries).where(
        _D.id == delivery, _D.endpoint_id == endpoint, _D.state == DeliveryState.FAILED
    )
    again = {"state": DeliveryState.PENDING, "due_at": now, "attempts": 0, "done_at": None}
    return bool(db.execute(failed.values(**again)).rowcount)


def claim_due(db: Db, *, now: int, limit: int) -> list[Claimed]:
    """What is due, and ours for a while: two who claim at once get different ones."""
    claimed = [Claimed(*row) for row in db.execute(_DUE, {"now": now, "most": limit})]
    ids = [one.id for one in claimed]
    if ids:
        ours = update(deliveries).where(_D.id.in_(ids))
        db.execute(ours.values(lease_until=now + LEASE_SECONDS))
    return claimed


def note(db: Db, delivery: DeliveryId, **values: Any) -> None:  # noqa: ANN401 - columns
    """What came of a try; the next may be anybody's."""
    tried = update(deliveries).where(_D.id == delivery, _D.state == DeliveryState.PENDING)
    db.execute(tried.values(lease_until=None, **values))


def forget(db: Db, before: int) -> int:
    """Events of before that instant are no longer known, nor what became of them."""
    old = select(_E.id).where(_E.made_at < before)
    db.execute(delete(deliveries).where(_D.event_id.in_(old)))
    return db.execute(delete(events).where(_E.made_at < before)).rowcount
