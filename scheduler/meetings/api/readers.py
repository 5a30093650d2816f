"""Who was sent minutes, and the links of those without an account, over REST (MTG-7, SEC-7)."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Shape, StrictShape
from calendars.http.state import CurrentPrincipal, State
from scheduler.meetings.api.parameters import PREFIX, RefPath
from scheduler.meetings.guest_minutes import list_readers, take_back
from scheduler.meetings.schemas.common import Named, PersonOut, at

TAG = "Comptes rendus et documents"
router = APIRouter(prefix=f"{PREFIX}/{{ref}}/minutes", tags=[TAG], responses=PROBLEM_RESPONSES)


class ReaderOut(Shape):
    """One version that somebody was sent."""

    number: int = Field(description="Sous lequel le journal d'audit nomme cette lecture.")
    version: int
    person: PersonOut
    sent_at: datetime | None


class ReadersOut(Shape):
    """Everybody who was sent one."""

    items: list[ReaderOut]


class LinksIn(StrictShape):
    """Whose links end."""

    person: Named | None = Field(
        None, description="Sans elle, ceux de tous.", examples=["juge@tribunal.example"]
    )


class LinksOut(Shape):
    """How many links ended."""

    revoked: int = Field(examples=[1])


@router.get(
    "/readers",
    operation_id="listMinutesReaders",
    summary="Qui a reçu quelle version",
    description="Pour qui tient la réunion.",
)
def readers(actor: CurrentPrincipal, state: State, ref: RefPath) -> ReadersOut:
    """By version."""
    with state.database.reading() as db:
        found = list_readers(db, actor, ref, now=state.now())
    items = [
        ReaderOut(
            number=one.id,
            version=one.version,
            person=PersonOut.of(who),
            sent_at=at(one.given_at, state.zone),
        )
        for one, who in found
    ]
    return ReadersOut(items=items)


@router.post(
    "/links/revoke",
    operation_id="revokeMinutesLinks",
    summary="Retirer les liens vers le compte rendu",
    description="Ceux qui ont été donnés aux personnes sans compte. Ils n'ouvrent plus rien ; une "
    "diffusion ultérieure en donne d'autres.",
)
def revoke(actor: CurrentPrincipal, state: State, ref: RefPath, wanted: LinksIn) -> LinksOut:
    """They end."""
    with state.database.transaction() as db:
        gone = take_back(db, actor, ref, wanted.person, now=state.now())
    return LinksOut(revoked=gone)
