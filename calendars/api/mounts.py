"""Calendars of others in my own home: how they look there, and bringing back what I took out."""

from __future__ import annotations

from fastapi import APIRouter

from calendars.api.parameters import CalendarPath
from calendars.api.shapes.mounts import MountChange, MountOut, MountsOut
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.errors import NotFound
from calendars.services.mount_calendars import change_mount, list_all_mounts

TAG = "Agendas des autres"

router = APIRouter(prefix="/me/mounts", tags=[TAG])


@router.get(
    "",
    operation_id="listMounts",
    summary="Les agendas des autres dans le mien",
    description="Ceux qu'une délégation ou un partage m'ouvre ; ceux que j'en ai retirés compris.",
)
def list_all(actor: CurrentPrincipal, state: State) -> MountsOut:
    """What stands in the asker's home, and what he took out of it."""
    with state.database.reading() as db:
        found = list_all_mounts(db, actor, now=state.now())
    return MountsOut(items=[MountOut.of(*one) for one in found])


@router.patch(
    "/{calendar}",
    operation_id="changeMount",
    summary="Comment un agenda d'un autre apparaît chez moi",
    description="Son titre, sa couleur, et s'il apparaît ; son propriétaire n'en voit rien. Seul "
    "ce qui est nommé change ; `null` rend l'apparence habituelle.",
)
def change(
    actor: CurrentPrincipal, state: State, calendar: CalendarPath, wanted: MountChange
) -> MountOut:
    """How one of them looks, for the asker alone."""
    with state.database.transaction() as db:
        change_mount(db, actor, calendar, wanted.columns(), now=state.now())
        found = list_all_mounts(db, actor, now=state.now())
    for one in found:
        if one.calendar.collection.path[1] == calendar:
            return MountOut.of(*one)
    raise NotFound("there is nothing here")
