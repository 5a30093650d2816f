"""Who belongs to a group, and on which days (DIR-1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from calendars.http.shapes import Day, PathName, Shape, StrictShape
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.services import date_members

TAG = "Groupes"
router = APIRouter(prefix="/groups", tags=[TAG])

Group = Annotated[PathName, Path(description="Le groupe.", examples=["cellule"])]


class MembershipIn(StrictShape):
    """On which days somebody belongs to it, both included."""

    member: PathName = Field(examples=["paul"])
    since: Day | None = Field(None, description="Depuis toujours, sans lui.")
    until: Day | None = Field(None, description="Jusqu'à nouvel ordre, sans lui.")


class MembershipOut(Shape):
    """One member, and his days."""

    member: str
    name: str
    since: date | None
    until: date | None


class MembershipsOut(Shape):
    """Everybody who belongs, belonged or will belong to it."""

    items: list[MembershipOut]


def _listed(db: Db, actor: Principal, group: str, today: date) -> MembershipsOut:
    found = date_members.list_memberships(db, actor, group, today=today)
    return MembershipsOut(
        items=[
            MembershipOut(
                member=one.login,
                name=one.display_name,
                since=period.valid_from,
                until=period.valid_to,
            )
            for one, period in found
        ]
    )


@router.get(
    "/{login}/members",
    operation_id="listGroupMembers",
    summary="Les membres d'un groupe",
    description="Ceux d'aujourd'hui ; pour les administrateurs, tous, avec leurs jours.",
)
def members(actor: CurrentPrincipal, state: State, login: Group) -> MembershipsOut:
    """As far as the asker may know them."""
    today = epoch_to_local(state.now(), state.zone).date()
    with state.database.reading() as db:
        return _listed(db, actor, login, today)


@router.put(
    "/{login}/members",
    operation_id="putGroupMember",
    summary="Dire quand une personne est d'un groupe",
    description="Pour les administrateurs. Un groupe invité à une réunion compte pour ses membres "
    "de ce jour-là ; avant la réunion, qui arrive est invité et qui part est désinvité.",
)
def put(
    actor: CurrentPrincipal, state: State, login: Group, wanted: MembershipIn
) -> MembershipsOut:
    """His days from now on."""
    now = state.now()
    today = epoch_to_local(now, state.zone).date()
    days = (wanted.since, wanted.until)
    with state.database.transaction() as db:
        date_members.set_period(db, actor, login, wanted.member, days, today=today, now=now)
        return _listed(db, actor, login, today)
