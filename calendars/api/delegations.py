"""Who may do what in one's diary (DIR-2)."""

from __future__ import annotations

from fastapi import APIRouter

from calendars.api.parameters import DelegationPath, LoginPath
from calendars.api.shapes.access import DelegationIn, DelegationOut, DelegationsOut, GivenOut
from calendars.http.state import CurrentPrincipal, FaceState, State
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import DelegationId
from calendars.model.principal import Principal
from calendars.services.delegate import delegate, revoke_delegation, revoke_one
from calendars.services.find_principals import get_principal
from calendars.services.list_delegations import delegations_given, delegations_received

TAG = "Délégations"

router = APIRouter(prefix="/me/delegations", tags=[TAG])


@router.get(
    "",
    operation_id="listDelegations",
    summary="Mes délégations, données et reçues",
    description="Toutes celles que j'ai données ; de celles que j'ai reçues, celles qui valent.",
)
def list_all(actor: CurrentPrincipal, state: State) -> DelegationsOut:
    """All that the asker gave, and what he holds now."""
    with state.database.reading() as db:
        given = delegations_given(db, actor)
        received = delegations_received(db, actor, now=state.now())
    return DelegationsOut(
        given=[DelegationOut.of(row, state.zone) for row in given],
        received=[DelegationOut.of(row, state.zone) for row in received],
    )


@router.get(
    "/{login}",
    operation_id="getDelegation",
    summary="Ce que j'ai délégué à une personne",
    description="Passées et à venir comprises.",
)
def read(actor: CurrentPrincipal, state: State, login: LoginPath) -> GivenOut:
    """What the asker gave to one person."""
    with state.database.reading() as db:
        given = delegations_given(db, actor, to=login)
    if not given:
        raise NotFound("there is nothing here")
    return GivenOut(items=[DelegationOut.of(row, state.zone) for row in given])


@router.put(
    "/{login}",
    operation_id="setDelegation",
    summary="Déléguer à une personne",
    description="À la place de tout ce qui lui était délégué. Les jours commencent à minuit, heure "
    "du site ; sans dates, la délégation vaut dès maintenant et sans fin.",
)
def put(
    actor: CurrentPrincipal, state: State, login: LoginPath, wanted: DelegationIn
) -> DelegationOut:
    """One delegation in the place of all earlier ones to that person."""
    with state.database.transaction() as db:
        to = get_principal(db, login).login
        revoke_delegation(db, actor.login, to, now=state.now(), by=actor)
        return _give(db, actor, state, to, wanted)


@router.post(
    "/{login}",
    status_code=201,
    operation_id="addDelegation",
    summary="Déléguer davantage à une personne",
    description="En plus de ce qui lui est délégué déjà : un intérim daté, un agenda de plus. "
    "Remplace seulement celle du même agenda qui commence le même jour.",
)
def add(
    actor: CurrentPrincipal, state: State, login: LoginPath, wanted: DelegationIn
) -> DelegationOut:
    """One delegation more."""
    with state.database.transaction() as db:
        return _give(db, actor, state, get_principal(db, login).login, wanted)


def _give(
    db: Db, actor: Principal, state: FaceState, to: str, wanted: DelegationIn
) -> DelegationOut:
    now = state.now()
    added = delegate(db, actor.login, to, wanted.draft(), zone=state.zone, now=now, by=actor)
    row = next(row for row in delegations_given(db, actor, to=to) if row.id == added)
    return DelegationOut.of(row, state.zone)


@router.delete(
    "/{login}",
    status_code=204,
    operation_id="deleteDelegation",
    summary="Reprendre tout ce que j'ai délégué à une personne",
    description="Avec effet immédiat.",
)
def take_back(actor: CurrentPrincipal, state: State, login: LoginPath) -> None:
    """Nothing is given to that person any more."""
    with state.database.transaction() as db:
        if not delegations_given(db, actor, to=login):
            raise NotFound("there is nothing here")
        revoke_delegation(db, actor.login, login, now=state.now(), by=actor)


@router.delete(
    "/{login}/{delegation}",
    status_code=204,
    operation_id="deleteOneDelegation",
    summary="Reprendre une délégation",
    description="Celle-là seulement, avec effet immédiat.",
)
def take_one_back(
    actor: CurrentPrincipal, state: State, login: LoginPath, delegation: DelegationPath
) -> None:
    """That one is given no more."""
    with state.database.transaction() as db:
        if all(row.id != delegation for row in delegations_given(db, actor, to=login)):
            raise NotFound("there is nothing here")
        revoke_one(db, actor.login, DelegationId(delegation), now=state.now(), by=actor)
