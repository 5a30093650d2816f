"""What the routes of dates share: the language of letters to who has chosen none."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from calendars.model.language import Language


def give_language(app: FastAPI, language: Language) -> None:
    """Mails of this application are in that one unless their reader has chosen."""
    app.state.deadline_language = language


async def _language_of(request: Request) -> Language:
    language: Language = request.app.state.deadline_language
    return language


HouseLanguage = Annotated[Language, Depends(_language_of)]
