"""What routes ask for: the store and the clock, who asks, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI, Header, Request, Security
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from calendars.http.identity import Identity, holder
from calendars.http.inquiries import Inquiries
from calendars.kernel.audit import Face
from calendars.kernel.clock import Clock
from calendars.kernel.database import Database
from calendars.kernel.identifiers import CredentialId
from calendars.model.conditions import Precondition, tags_of
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.guard_dates import NO_GUARD, DateGuard, Placing, looked_at
from calendars.services.sign_in import WrongPassword


@dataclass(frozen=True, slots=True)
class FaceState:
    """The parts of the service that a route works with."""

    database: Database
    identity: Identity
    clock: Clock
    zone: tzinfo
    """The zone of the site (TIM-1)."""
    dispatch: Dispatch
    """How scheduling leaves a write."""
    inquiries: Inquiries
    """Who may ask when people are busy."""
    dates: DateGuard = NO_GUARD
    """What stands against a date that is being written (DIA-4)."""

    def now(self) -> int:
        """The present instant in epoch seconds."""
        return int(self.clock.now().timestamp())

    @contextmanager
    def placing(self, actor: Principal, override: str | None) -> Iterator[Placing]:
        """A transaction that is committed if nothing stands against what is placed in it (DIA-4).

        With a reason it is committed all the same. Raises DatesConflict.
        """
        with self.database.transaction() as db:
            dates, now = self.dates, self.now()
            with looked_at(db, dates, self.dispatch, actor, override, now=now) as dispatch:
                yield Placing(db, dispatch)


def give_state(app: FastAPI, state: FaceState) -> None:
    """Routes of this application find these parts from now on."""
    app.state.face = state


# Dependencies are coroutines, so that FastAPI does not send a look-up to a thread.
async def state_of(request: Request) -> FaceState:
    """What `give_state` gave."""
    state: FaceState = request.app.state.face
    return state


State = Annotated[FaceState, Depends(state_of)]


class Authorization(SecurityBase):
    """The Authorization header of one scheme, as the OpenAPI document tells it (RFC 9110 §11)."""

    def __init__(self, scheme: str, name: str, description: str) -> None:
        self.model = HTTPBase(scheme=scheme, description=description)
        self.scheme_name = name

    async def __call__(self, request: Request) -> str | None:
        """The whole header, whatever its scheme."""
        return request.headers.get("authorization")


_BASIC = Authorization(
    "basic", "Identifiant", "Identifiant et mot de passe, ou mot de passe d'application."
)
_BEARER = Authorization("bearer", "Jeton", "Jeton créé sous `/me/app-passwords`.")


def address_of(request: Request) -> str:
    """Where the request comes from; attempts to sign in are counted by it."""
    return request.client.host if request.client else "local"


class SignedIn(NamedTuple):
    """Who asks, and by which of his credentials he signed in."""

    principal: Principal
    credential: CredentialId


async def signed_in(
    request: Request,
    state: State,
    header: Annotated[str | None, Security(_BASIC)],
    _: Annotated[str | None, Security(_BEARER)],
) -> SignedIn:
    """Every request signs in for itself. Raises WrongPassword, TooManyTries."""
    address = address_of(request)
    proof = state.identity.recall(header)
    if proof is not None:
        known = await state.database.read_briefly(holder, proof, Face.REST, address)
        if known is not None:
            request.state.principal = known
            return SignedIn(known, proof.credential)
        # The credential was revoked since it was cached; the header may still hold another.
        state.identity.forget(header)
    proof = await state.identity.prove(header, address)
    principal = await state.database.read_briefly(holder, proof, Face.REST, address)
    if principal is None:
        raise WrongPassword("wrong login or password")
    request.state.principal = principal
    return SignedIn(principal, proof.credential)


CurrentSignIn = Annotated[SignedIn, Depends(signed_in)]


async def _principal_of(who: CurrentSignIn) -> Principal:
    return who.principal


CurrentPrincipal = Annotated[Principal, Depends(_principal_of)]


async def precondition_of(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="L'étiquette reçue avec l'objet : la demande échoue (412) s'il a changé.",
        ),
    ] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Precondition:
    """If-Match and If-None-Match (RFC 9110 §13.1)."""
    return Precondition(
        None if if_match is None else tags_of(if_match),
        None if if_none_match is None else tags_of(if_none_match),
    )


Conditions = Annotated[Precondition, Depends(precondition_of)]
