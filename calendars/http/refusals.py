"""Refused tries of the JSON face go into the audit trail once their answer has left (SEC-8)."""

from __future__ import annotations

import logging

from fastapi import Request
from starlette.background import BackgroundTask

from calendars.http.state import FaceState
from calendars.http.tries import Tries
from calendars.kernel.database import StoreUnavailable
from calendars.kernel.errors import ServiceError
from calendars.model.principal import Principal
from calendars.services.record_refusal import Tried, may_be_refusal, record_refusal

log = logging.getLogger(__name__)

_tries = Tries()


def note_of(request: Request, error: ServiceError) -> BackgroundTask | None:
    """What is still to be done behind the answer to a request that was refused."""
    actor: Principal | None = getattr(request.state, "principal", None)
    if actor is None:
        return None
    tried = _tried(request, actor)
    if not may_be_refusal(error, actor.login, tried.login):
        return None
    if not _tries.is_new((actor.origin, request.url.path, request.method)):
        return None
    return BackgroundTask(_note, request.app.state.face, actor, tried, error)


def _tried(request: Request, actor: Principal) -> Tried:
    """Below `/principals/{login}/calendars` somebody's home is meant, elsewhere one's own."""
    named = request.path_params
    if "/calendars" not in request.url.path:
        return Tried(actor.login, None, None, request.method)
    return Tried(named["login"], named.get("calendar", ""), named.get("name"), request.method)


def _note(state: FaceState, actor: Principal, tried: Tried, error: ServiceError) -> None:
    try:
        with state.database.transaction() as db:
            record_refusal(db, actor, tried, error, now=state.now())
    except StoreUnavailable:
        log.warning("audit.refusal_not_noted")
