"""Secret links to calendars: one's own as JSON, and what anybody who has one is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from calendars.api.shapes.feeds import FeedIn, FeedOut, FeedsOut, IssuedFeedOut
from calendars.http.shapes import Identifier, QueryInstant
from calendars.http.state import CurrentPrincipal, FaceState, State, address_of
from calendars.kernel.identifiers import FeedId
from calendars.model.conditions import tags_of
from calendars.model.feed import http_date
from calendars.services.issue_feed import issue_feed, list_feeds, revoke_feed, told
from calendars.services.publish_feed import (
    Asked,
    Published,
    note_use,
    publish_busy,
    publish_calendar,
    wants_note,
)
from calendars.services.wrong_tokens import TooManyWrongTokens, WrongToken, record_wrong_token

TAG = "Abonnements"

router = APIRouter(prefix="/me/feeds", tags=[TAG])
public = APIRouter(include_in_schema=False)

_HEADERS = {
    "Cache-Control": "private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}


@router.get(
    "",
    operation_id="listFeeds",
    summary="Mes liens d'abonnement",
    description="Ceux qui n'ont pas été retirés, sans leurs secrets.",
)
def list_all(actor: CurrentPrincipal, state: State) -> FeedsOut:
    """One's own links."""
    with state.database.reading() as db:
        return FeedsOut(items=[FeedOut.of(one) for one in list_feeds(db, actor)])


@router.post(
    "",
    status_code=201,
    operation_id="createFeed",
    summary="Créer un lien d'abonnement",
    description="Un lien secret, pour Outlook ou un téléphone qui ne peuvent pas se connecter. Qui "
    "le possède voit ce qu'il montre : ne le donnez qu'au programme. Il n'est dit que dans cette "
    "réponse.",
)
def create(actor: CurrentPrincipal, state: State, wanted: FeedIn) -> IssuedFeedOut:
    """A new link."""
    with state.database.transaction() as db:
        made = issue_feed(db, actor, wanted.draft(), now=state.now())
        return IssuedFeedOut.issued(made, told(db, made.feed))


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="deleteFeed",
    summary="Retirer un lien d'abonnement",
    description="Il ne vaut plus dès la demande suivante.",
)
def revoke(
    actor: CurrentPrincipal, state: State, number: Annotated[Identifier, Path(alias="id")]
) -> None:
    """A link ends."""
    with state.database.transaction() as db:
        revoke_feed(db, actor, FeedId(number), now=state.now())


# --- what a link gives ---------------------------------------------------------------------------


async def _asked(
    start: Annotated[QueryInstant | None, Query(alias="from")] = None,
    end: Annotated[QueryInstant | None, Query(alias="to")] = None,
) -> Asked:
    first, last = (None if at is None else int(at.timestamp()) for at in (start, end))
    return first, last


AskedAt = Annotated[Asked, Depends(_asked)]
_Publish = Callable[..., Published]


@public.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"])
def read_calendar(request: Request, state: State, token: str, asked: AskedAt) -> Response:
    """A calendar to subscribe to."""
    return _answer(request, state, (publish_calendar, token), asked)


@public.api_route("/freebusy/{token}.ifb", methods=["GET", "HEAD"])
@public.api_route("/freebusy/{token}.vfb", methods=["GET", "HEAD"])
def read_busy(request: Request, state: State, token: str, asked: AskedAt) -> Response:
    """Busy time for Outlook."""
    return _answer(request, state, (publish_busy, token), asked)


def _answer(
    request: Request, state: FaceState, wanted: tuple[_Publish, str], asked: Asked
) -> Response:
    """The text, or that the asker has it (RFC 9110 §13.1). Raises WrongToken, TooManyWrongTokens.

    The path stands in no log: neither here nor in what an error tells.
    """
    publish, token = wanted
    now = state.now()
    header = request.headers.get("if-none-match")
    known = None if header is None else tags_of(header)
    try:
        with state.database.reading() as db:
            published = publish(db, token, asked, known, now=now)
    except WrongToken:
        with state.database.transaction() as db:
            if record_wrong_token(db, address_of(request), now=now):
                raise TooManyWrongTokens("try again later") from None
        raise
    if wants_note(published, now=now):
        with state.database.transaction() as db:
            note_use(db, published, now=now)
    return _told(published, known, request.headers.get("if-modified-since"))


def _told(published: Published, known: frozenset[str] | None, since: str | None) -> Response:
    date = http_date(published.changed_at)
    headers = {**_HEADERS, "ETag": f'"{published.etag}"', "Last-Modified": date}
    same = published.text is None or (known is not None and published.etag in known)
    if same or (known is None and since == date):
        return Response(status_code=304, headers=headers)
    return Response(published.text, media_type="text/calendar; charset=utf-8", headers=headers)
