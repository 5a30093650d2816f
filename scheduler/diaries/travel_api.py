"""Travel blocks over REST (DIA-5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Overriding, PathName, Shape, instant_of
from calendars.http.spreadsheet import Cell
from calendars.http.state import CurrentPrincipal, State
from calendars.services.put_object import ObjectPath
from scheduler.diaries.travel import Block, make_travel, remove_travel

TAG = "Trajets"

router = APIRouter(
    prefix="/api/v1/diaries/{login}/calendars/{calendar}/objects/{name}/travel",
    tags=[TAG],
    responses=PROBLEM_RESPONSES,
)

Login = Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])]
Calendar = Annotated[PathName, Path(examples=["agenda"])]
Name = Annotated[PathName, Path(description="Le nom du rendez-vous.")]


class TravelIn(Overriding):
    """How one gets there."""

    vehicle: PathName | None = Field(
        None, description="Un véhicule, réservé du départ au retour.", examples=["veh-01"]
    )


BLOCK_HEADINGS = ("Trajet", "Titre", "Début", "Fin")
LEGS: Mapping[str, str] = {"out": "aller", "back": "retour", "vehicle": "véhicule"}


class BlockOut(Shape):
    """One entry about the way."""

    leg: str = Field(description="`out`, `back` ou `vehicle`.")
    title: str
    start: datetime = Field(description="D'une série, la prochaine fois.")
    end: datetime
    repeats: bool = Field(description="À chaque fois que le rendez-vous revient.")

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return LEGS.get(self.leg, self.leg), self.title, self.start, self.end

    @classmethod
    def of(cls, block: Block, zone: tzinfo) -> BlockOut:
        """By the clocks of the site."""
        start, end = (instant_of(at).astimezone(zone) for at in block.window)
        return cls(leg=block.leg, title=block.title, start=start, end=end, repeats=block.repeats)


class BlocksOut(Shape):
    """The way there, the way back, and the vehicle."""

    items: list[BlockOut]


@router.put(
    "",
    operation_id="makeTravel",
    summary="Poser les trajets d'un rendez-vous",
    description="D'après la table des temps de trajet, du site de la personne au lieu du "
    "rendez-vous ; d'une série, à chaque fois. Ils le suivent quand il est déplacé ou supprimé, "
    "dans n'importe quel logiciel.",
)
def make(
    actor: CurrentPrincipal,
    state: State,
    login: Login,
    calendar: Calendar,
    name: Name,
    wanted: TravelIn,
) -> BlocksOut:
    """The ways of an appointment."""
    path = ObjectPath(login, calendar, name)
    with state.placing(actor, wanted.override) as (db, dispatch):
        made = make_travel(db, actor, path, wanted.vehicle, dispatch=dispatch, now=state.now())
    return BlocksOut(items=[BlockOut.of(one, state.zone) for one in made])


@router.delete(
    "",
    status_code=204,
    operation_id="removeTravel",
    summary="Retirer les trajets d'un rendez-vous",
    description="Le véhicule est libéré.",
)
def remove(
    actor: CurrentPrincipal, state: State, login: Login, calendar: Calendar, name: Name
) -> None:
    """No ways any more."""
    with state.database.transaction() as db:
        path = ObjectPath(login, calendar, name)
        remove_travel(db, actor, path, dispatch=state.dispatch, now=state.now())
