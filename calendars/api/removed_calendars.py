"""Calendars that their owner removed: look at them, bring them back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from calendars.api.calendars import TAG
from calendars.api.parameters import LoginPath
from calendars.api.shapes.calendars import CalendarOut
from calendars.http.shapes import Identifier, PathName, Shape, StrictShape, instant_of
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.identifiers import CollectionId
from calendars.services.list_calendars import read_calendar
from calendars.services.restore_calendar import list_removed, restore_calendar
from calendars.storage.removed_calendars import RemovedCalendar

router = APIRouter(prefix="/principals/{login}/removed-calendars", tags=[TAG])

RemovedPath = Annotated[Identifier, Path(description="Le numéro de l'agenda supprimé.")]


class RemovedOut(Shape):
    """A calendar that was removed."""

    id: int = Field(description="Son numéro, pour le rétablir.", examples=[42])
    name: str = Field(description="Son nom d'alors dans les adresses.", examples=["commissions"])
    title: str | None = Field(None, examples=["Commissions"])
    removed_at: datetime
    objects: int = Field(description="Combien d'objets il contient.", examples=[120])

    @classmethod
    def of(cls, removed: RemovedCalendar) -> RemovedOut:
        """A removed calendar as JSON."""
        return cls(
            id=removed.id,
            name=removed.name,
            title=removed.display_name,
            removed_at=instant_of(removed.removed_at),
            objects=removed.objects,
        )


class RemovedListOut(Shape):
    """The calendars that one person removed, the last one first."""

    items: list[RemovedOut]


class RestoreDraft(StrictShape):
    """Where the calendar shall stand."""

    name: PathName | None = Field(
        None,
        description="Un autre nom, si le sien est pris entre-temps.",
        examples=["commissions-2025"],
    )


@router.get(
    "",
    operation_id="listRemovedCalendars",
    summary="Les agendas supprimés",
    description="Ceux que l'on peut encore rétablir ; leur propriétaire seul les voit.",
)
def list_all(actor: CurrentPrincipal, state: State, login: LoginPath) -> RemovedListOut:
    """What can still be brought back."""
    with state.database.reading() as db:
        found = list_removed(db, actor, login)
    return RemovedListOut(items=[RemovedOut.of(one) for one in found])


@router.post(
    "/{removed}/restore",
    operation_id="restoreCalendar",
    summary="Rétablir un agenda supprimé",
    description="Avec tout ce qu'il contenait et son historique. Si un autre agenda a pris son "
    "nom, la réponse est 409 : donnez-en un nouveau.",
)
def restore(
    actor: CurrentPrincipal,
    state: State,
    login: LoginPath,
    removed: RemovedPath,
    wanted: RestoreDraft | None = None,
) -> CalendarOut:
    """The calendar stands in its owner's home again."""
    name = None if wanted is None else wanted.name
    number = CollectionId(removed)
    with state.database.transaction() as db:
        back = restore_calendar(db, actor, login, number, name, now=state.now())
        return CalendarOut.of(*read_calendar(db, actor, back.path, now=state.now()))
