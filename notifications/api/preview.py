"""Whom a text would be told to if it were put into a calendar; nothing is written or sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, FastAPI, Path, Request
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName, Shape
from calendars.http.state import CurrentPrincipal, State
from notifications.delivery import PostOffice
from notifications.preview import Telling, preview

TAG = "Aperçu des envois"
TAGS = [{"name": TAG, "description": "Qui recevrait quoi si un événement était enregistré ainsi."}]

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

LoginPath = Annotated[PathName, Path(description="L'identifiant de la personne.")]
CalendarPath = Annotated[PathName, Path(description="Le nom de l'agenda.")]
CalendarText = Annotated[
    bytes, Body(media_type="text/calendar", description="L'objet iCalendar, comme pour un PUT.")
]


class TellingOut(Shape):
    """One message that would go."""

    recipient: str = Field(examples=["juge@tribunal.example"])
    way: Literal["mail", "inside", "none"] = Field(
        description="Par courriel, dans son agenda d'ici, ou pas du tout."
    )
    method: str = Field(examples=["REQUEST"])
    news: Literal["new", "changed", "cancelled", "answer"]
    language: str | None = Field(None, description="D'un courriel.", examples=["fr"])
    subject: str | None = Field(None, description="D'un courriel.")

    @classmethod
    def of(cls, telling: Telling) -> TellingOut:
        """As JSON."""
        return cls(
            recipient=telling.recipient.removeprefix("mailto:"),
            way=telling.way.value,
            method=telling.method,
            news=telling.news.value,
            language=telling.language,
            subject=telling.subject,
        )


class TellingsOut(Shape):
    """All of them."""

    items: list[TellingOut]


def give_post_office(app: FastAPI, office: Callable[[], PostOffice]) -> None:
    """Routes of this application word letters as this post office does."""
    app.state.post_office = office


async def _office_of(request: Request) -> Callable[[], PostOffice]:
    office: Callable[[], PostOffice] = request.app.state.post_office
    return office


Office = Annotated[Callable[[], PostOffice], Depends(_office_of)]


@router.post(
    "/principals/{login}/calendars/{calendar}/preview",
    operation_id="previewMessages",
    summary="Qui serait averti, et comment",
    description="Comme si le texte était enregistré dans l'agenda (mêmes droits, mêmes refus) : "
    "l'objet du même UID serait changé. Rien n'est écrit, rien ne part.",
)
def foresee(
    actor: CurrentPrincipal,
    state: State,
    office: Office,
    login: LoginPath,
    calendar: CalendarPath,
    text: CalendarText,
) -> TellingsOut:
    """A write that is not kept."""
    with state.database.trial() as db:
        what = ((login, calendar), text)
        told = preview(db, office(), state.dispatch, actor, what, now=state.now())
    return TellingsOut(items=[TellingOut.of(one) for one in told])
