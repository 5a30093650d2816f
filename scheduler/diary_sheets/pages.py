"""Month, week and presence for a browser: as their reader may see them (DIA-6, DIA-7).

The sign-in is the one of the API: a browser asks for login and password by itself. Nothing is
changed here, so that no form of another site can do harm.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute

from calendars.http.problems import answer_error
from calendars.http.state import CurrentPrincipal, FaceState, State
from calendars.kernel.audit import Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound, ServiceError
from calendars.model.language import Language
from calendars.model.principal import Principal, PrincipalKind
from calendars.model.wall_clock import epoch_to_local
from calendars.services.choose_language import chosen_language
from calendars.services.find_principals import (
    find_principals,
    get_principal,
    get_principal_by_id,
    list_groups_of,
)
from notifications.compose import Composers
from notifications.pages.page import Asked, Download, Form, Sheet, Turn
from notifications.pages.response import page_response
from notifications.wording.moments import written
from scheduler.diary_sheets.model import DAY, Profile
from scheduler.diary_sheets.presence import Presence, by_surname, list_presence
from scheduler.diary_sheets.presence_links import NotForAgents, check_role, names_in
from scheduler.diary_sheets.service import SheetKind, Wanted, open_diary
from scheduler.diary_sheets.shown import FIRST, LAST, Facts, month_facts, week_facts

PREFIX = "/pages"
EVERY, REFRESH = "5", 300
"""A screen that wants it asks again after so many minutes."""

_BECAUSE = {401: "sign-in", 429: "wait"}


class _PageRoute(APIRoute):
    """Whoever is refused before there is a page reads a page too: browsers show it as it comes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with its refusals as pages."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except ServiceError as error:
                return _refused(request, await answer_error(request, error))

        return shown


router = APIRouter(prefix=PREFIX, include_in_schema=False, route_class=_PageRoute)

_Name = Annotated[list[str], Query(max_length=300)]


def give_composers(app: FastAPI, composers: Composers) -> None:
    """Pages of this application are worded by them from now on."""
    app.state.sheet_composers = composers


async def _composers_of(request: Request) -> Composers:
    composers: Composers = request.app.state.sheet_composers
    return composers


Wording = Annotated[Composers, Depends(_composers_of)]


@router.api_route("", methods=["GET", "HEAD"])
def own(actor: CurrentPrincipal, request: Request) -> Response:
    """One's own month."""
    there = f"{PREFIX}/month/{quote(actor.login)}"
    query = request.url.query
    return Response(status_code=303, headers={"Location": f"{there}?{query}" if query else there})


@router.api_route("/month/{login}", methods=["GET", "HEAD"])
@router.api_route("/month/{login}/{month}", methods=["GET", "HEAD"])
def month(
    actor: CurrentPrincipal, state: State, wording: Wording, request: Request, login: str,
    month: str = "", profile: str = Profile.OWN,
) -> Response:  # fmt: skip
    """The plan of a month."""

    def shown(db: Db) -> Sheet:
        today = _today(state)
        first = _day_in(f"{month}-01") if month else today.replace(day=1)
        wanted = Wanted(SheetKind.MONTH, first, _profile(profile))
        diary = open_diary(db, actor, login, wanted, state.zone, now=state.now())
        facts = month_facts(diary, first, state.zone, today=today)
        return Sheet("pages/month.html", facts)

    return _answer(state, wording, actor, request, shown)


@router.api_route("/week/{login}", methods=["GET", "HEAD"])
@router.api_route("/week/{login}/{day}", methods=["GET", "HEAD"])
def week(
    actor: CurrentPrincipal, state: State, wording: Wording, request: Request, login: str,
    day: str = "", profile: str = Profile.OWN,
) -> Response:  # fmt: skip
    """The week that a day lies in."""

    def shown(db: Db) -> Sheet:
        today = _today(state)
        asked = _day_in(day) if day else today
        wanted = Wanted(SheetKind.WEEK, asked, _profile(profile))
        diary = open_diary(db, actor, login, wanted, state.zone, now=state.now())
        facts = week_facts(diary, asked, state.zone, today=today)
        return Sheet("pages/week.html", facts)

    return _answer(state, wording, actor, request, shown)


@router.api_route("/presence", methods=["GET", "HEAD"])
def presence(
    actor: CurrentPrincipal, state: State, wording: Wording, request: Request,
    who: _Name = [], day: str = "", every: str = "",  # noqa: B006 - FastAPI copies it
) -> Response:  # fmt: skip
    """Who is there; without names, the groups that one belongs to."""

    def shown(db: Db) -> Sheet:
        today = _today(state)
        asked = _day_in(day) if day else today
        groups = [one for one in find_principals(db, actor, ()) if _is_group(one)]
        mine = [one.login for one in list_groups_of(db, actor)] or [actor.login]
        names = [one for one in who if one] or mine[:1]
        state.inquiries.charge(actor.id, len(names), now=state.now())
        found = list_presence(
            db, actor, names, asked, state.zone, policy=state.inquiries.policy, now=state.now()
        )
        facts = {
            **_who(db, names, found, asked, today),
            "walks": True,
            "groups": [{"login": one.login, "name": one.display_name} for one in groups],
            "asked": names,
            "before": written(asked - DAY),
            "after": written(asked + DAY),
            "ways": {
                "before": _way(request, day=written(asked - DAY)),
                "after": _way(request, day=written(asked + DAY)),
                "today": _way(request, day=""),
                "again": _way(request, every="" if every == EVERY else EVERY),
            },
        }
        return _board(facts, every)

    return _answer(state, wording, actor, request, shown)


@dataclass(frozen=True, slots=True)
class PresencePage:
    """The same behind a secret link: of this day alone, and with no way anywhere else (SEC-7)."""

    state: FaceState

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        if asked.step:
            raise NotFound("there is nothing here")
        holder = get_principal_by_id(db, asked.link.owner_id)
        if holder.disabled:
            raise NotFound("there is nothing here")
        names = names_in(asked.link.about)
        day = epoch_to_local(asked.now, self.state.zone).date()
        try:
            check_role(holder)
            found = list_presence(
                db, holder.acting(Origin(Face.LINK, asked.source)), names, day, self.state.zone,
                policy=self.state.inquiries.policy, now=asked.now,
            )  # fmt: skip
        except (NotForAgents, InvalidInput):
            # Whoever made it may no more, or too many are meant by now: as if it had been revoked.
            raise NotFound("there is nothing here") from None
        every = asked.query.get("every", "")
        way = asked.address(every="" if every == EVERY else EVERY)
        facts = {**_who(db, names, found, day, day), "walks": False, "ways": {"again": way}}
        return _board(facts, every)

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:  # noqa: ARG002 - of all pages
        """There is nothing to do here. Raises NotFound."""
        raise NotFound("there is nothing here")


def _who(db: Db, names: Sequence[str], found: Sequence[Presence], day: date, today: date) -> Facts:
    people = sorted(found, key=lambda one: by_surname(one.person.display_name))
    return {
        "of": [get_principal(db, one).display_name for one in names],
        "day": written(day),
        "is_today": day == today,
        "people": [
            {
                "name": one.person.display_name,
                "state": one.state,
                "part": one.away.part if one.away else None,
                "until": written(one.last_day) if one.last_day and one.last_day > day else "",
            }
            for one in people
        ],
        "absent": sum(one.state == "absent" for one in people),
        "present": sum(one.state == "present" for one in people),
    }


def _board(facts: Facts, every: str) -> Sheet:
    """Whoever hangs it on a wall says that it shall be asked for again."""
    again = REFRESH if every == EVERY else 0
    return Sheet("pages/presence.html", {**facts, "again": bool(again)}, again_after=again)


def _answer(
    state: FaceState,
    composers: Composers,
    actor: Principal,
    request: Request,
    shown: Callable[[Db], Sheet],
) -> Response:
    """The page in its reader's language; what he may not see is not there."""
    wanted = request.query_params.get("lang", "")
    with state.database.reading() as db:
        own = chosen_language(db, actor) or composers.default
        language = Language(wanted) if wanted in set(Language) else own
        try:
            sheet = shown(db)
        except (NotFound, InvalidInput):
            sheet = Sheet("pages/no-page.html", {"because": "unseen"}, 404)
    others = [one for one in Language if one is not language]
    languages = {str(one): _way(request, lang=str(one)) for one in others}
    kept = f"?lang={wanted}" if wanted in set(Language) else ""
    facts = {"languages": languages, "kept": kept, "pages": PREFIX, **sheet.facts}
    return page_response(composers, language, sheet._replace(facts=facts))


def _refused(request: Request, refusal: Response) -> Response:
    """The same refusal, with its challenge, for people: nobody is known whose language it is."""
    composers: Composers = request.app.state.sheet_composers
    because = _BECAUSE.get(refusal.status_code, "unseen")
    sheet = Sheet("pages/no-page.html", {"because": because, "languages": {}}, refusal.status_code)
    answer = page_response(composers, composers.default, sheet)
    for name in ("www-authenticate", "retry-after"):
        for value in refusal.headers.getlist(name):
            answer.headers.append(name, value)
    answer.background = refusal.background
    return answer


def _way(request: Request, **changed: str) -> str:
    """Where the same page is with a word of its query changed; an empty one is left out."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in changed]
    query = urlencode([*pairs, *((name, value) for name, value in changed.items() if value)])
    return f"{request.url.path}?{query}"


def _is_group(one: Principal) -> bool:
    return one.kind is PrincipalKind.GROUP


def _today(state: FaceState) -> date:
    return epoch_to_local(state.now(), state.zone).date()


def _day_in(text: str) -> date:
    """Raises NotFound."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound("that is no day") from None
    if not FIRST <= day < LAST:
        raise NotFound("that is no day of ours")
    return day


def _profile(text: str) -> Profile:
    return Profile.POSTED if text == Profile.POSTED else Profile.OWN
