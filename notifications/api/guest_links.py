"""Links to pages without an account, over REST: they can be taken back (SEC-7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName, Shape, StrictShape
from calendars.http.state import CurrentPrincipal, State
from notifications.guest_links import take_back_links

TAG = "Pages sans compte"
TAGS = [{"name": TAG, "description": "Les liens que les courriels donnent aux personnes invitées."}]

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)


class RevocationIn(StrictShape):
    """Which links end."""

    uid: Annotated[str, Field(min_length=1, max_length=1_000, description="De la réunion.")]
    recipient: Annotated[str | None, Field(max_length=320, examples=["mailto:juge@x.nc"])] = Field(
        None, description="À qui le lien a été donné ; sans lui, à tous."
    )


class RevocationOut(Shape):
    """How many links ended."""

    revoked: int = Field(examples=[1])


@router.post(
    "/principals/{login}/guest-links/revoke",
    operation_id="revokeGuestLinks",
    summary="Retirer les liens d'une invitation",
    description="Ils n'ouvrent plus rien. Un courriel envoyé plus tard en porte un autre. Pour "
    "l'organisateur, et pour qui invite en son nom.",
)
def revoke(
    actor: CurrentPrincipal,
    state: State,
    login: Annotated[PathName, Path(description="L'organisateur.")],
    wanted: RevocationIn,
) -> RevocationOut:
    """They end."""
    with state.database.transaction() as db:
        gone = take_back_links(db, actor, login, wanted.uid, wanted.recipient, now=state.now())
    return RevocationOut(revoked=gone)
