"""The web face, assembled: DAV raw, everything else through FastAPI (docs/adr/0003)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from calendars.api import feeds
from calendars.api import router as api
from calendars.dav.app import DavApp, Receive, Scope, Send
from calendars.dav.methods import METHODS
from calendars.http.guard import Guard
from calendars.http.problems import install_problems
from calendars.http.state import FaceState, give_state
from calendars.kernel.database import THREADS
from calendars.model.language import Language
from notifications import queued
from notifications.api import covers, guard, guest_links, mails, messages, preview
from notifications.links import PATH
from notifications.pages.router import pages_router
from scheduler.absences import api as absences
from scheduler.app.arrivals import start_carriers
from scheduler.app.connect import connect_router
from scheduler.app.document import give_samples, speak_to_readers
from scheduler.app.due_work import Outlet, jobs_of
from scheduler.app.looking import Looker
from scheduler.app.metrics import Metrics
from scheduler.app.reminding import desk_of
from scheduler.app.wiring import (
    Service,
    choosing_of,
    dates_of,
    guest_desk,
    habits_of,
    house_of,
    mailroom,
    poll_desk,
    post_office,
    register_of,
)
from scheduler.appointments import api as phone_messages
from scheduler.appointments import booking_api as appointments
from scheduler.campaigns import api as campaigns
from scheduler.choosing.api import give_choosing
from scheduler.deadlines import api as deadlines
from scheduler.diaries import api as holds
from scheduler.diaries import conflict_api as conflicts
from scheduler.diaries import travel_api as travel
from scheduler.diary_requests import api as diary_requests
from scheduler.diary_sheets import api as diary_sheets
from scheduler.diary_sheets import pages as diary_pages
from scheduler.diary_sheets.service import Press
from scheduler.directory import api as directory
from scheduler.meetings import api as meetings
from scheduler.polls import api as polls
from scheduler.references import api as references
from scheduler.reminders import api as reminders
from scheduler.slots import api as slots
from scheduler.webhooks import api as webhooks
from scheduler.working_time import api as working_time

if TYPE_CHECKING:
    from scheduler.jobs.runner import Ticker

# Methods that only DAV knows: they are answered at the root too, where discovery may start.
DAV_METHODS = frozenset(METHODS) - {"GET", "HEAD", "POST"}
REQUESTS = {
    "name": diary_requests.TAG,
    "description": "De la demande au rendez-vous : prise en charge, options, date.",
}
POLLS = {"name": polls.TAG, "description": "Quelles dates conviennent, avec ou sans compte."}
HOLDS = {"name": holds.TAG, "description": "Plusieurs dates tenues pour un rendez-vous."}
FEATURES = (
    mails,
    guard,
    covers,
    messages,
    preview,
    guest_links,
    holds,
    conflicts,
    travel,
    polls,
    diary_sheets,
    absences,
    meetings,
    diary_requests,
    phone_messages,
    appointments,
    campaigns,
    deadlines,
    references,
    reminders,
    directory,
    slots,
    webhooks,
    working_time,
)
FEATURE_TAGS = [
    REQUESTS,
    HOLDS,
    *guard.TAGS,
    {"name": conflicts.TAG, "description": "Ce qui s'oppose à une date, et qui peut passer outre."},
    {"name": travel.TAG, "description": "Aller, retour et véhicule d'un rendez-vous."},
    *guest_links.TAGS,
    POLLS,
    {"name": absences.TAG, "description": "Qui n'est pas là ; jamais pourquoi."},
    {"name": diary_sheets.TAG, "description": "La semaine, le jour, le mois en PDF ; qui est là."},
    *mails.TAGS,
    *covers.TAGS,
    *messages.TAGS,
    *preview.TAGS,
    *meetings.TAGS,
    {"name": slots.TAG, "description": "Trouver une heure commune, et la prendre."},
    {"name": appointments.TAG, "description": "Des créneaux ouverts, réservés, tenus ou non."},
    {"name": campaigns.TAG, "description": "Chacun choisit son créneau, sans voir les autres."},
    {"name": phone_messages.TAG, "description": "Pour qui n'était pas là."},
    *deadlines.TAGS,
    {"name": references.TAG, "description": "Les numéros que d'autres systèmes donnent."},
    {"name": reminders.TAG, "description": "Rappels à venir, préférences, récapitulatifs."},
    {"name": webhooks.TAG, "description": "Prévenir d'autres programmes, par envois signés."},
    {"name": working_time.TAG, "description": "Jours fermés, heures, échéances expliquées."},
    {
        "name": directory.TAG,
        "description": "Où l'on travaille, et les temps de trajet.",
    },
]
# Outlook's "publish online" asks with PROPFIND before it writes: refused (405).
NOT_DAV = ("/api/", "/feeds/", "/freebusy/", "/pages/", PATH)
WELL_KNOWN = ("/.well-known/caldav", "/.well-known/caldav/")


class WebApp:
    """One ASGI application: paths below /dav/ go to the DAV face, the rest to FastAPI."""

    def __init__(self, service: Service, *, jobs: bool) -> None:
        self._dav = DavApp(
            service.database,
            service.identity,
            service.clock,
            service.dispatch,
            service.inquiries,
            base_url=service.settings.url,
        )
        self._rest = rest_app(service, jobs=jobs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the connection to the face that its path belongs to."""
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/dav/") or path == "/dav":
            await self._dav(scope, receive, send)
        elif path in WELL_KNOWN:
            # RFC 6764 §5; 301 is followed by every client, 308 is not.
            await RedirectResponse("/dav/", 301)(scope, receive, send)
        elif scope["method"] in DAV_METHODS and not path.startswith(NOT_DAV):
            await self._dav(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def rest_app(service: Service, *, jobs: bool) -> FastAPI:
    """The JSON face, health and the pages."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # As many routes at once as the store has connections for: more would wait inside it.
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        outlet = Outlet(service)
        ticker = _ticker(service, outlet) if jobs else None
        carriers = start_carriers(service) if jobs else []
        yield
        for carrier in carriers:
            carrier.stop()
        if ticker is not None:
            ticker.stop()
        outlet.close()
        service.database.close()

    app = FastAPI(
        title="Niaouli",
        description=api.DESCRIPTION,
        version="1",
        openapi_url=f"{api.PREFIX}/openapi.json",
        openapi_tags=[*api.TAGS, *FEATURE_TAGS],
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, files=meetings.FILES)
    install_problems(app)
    state = FaceState(
        service.database,
        service.identity,
        service.clock,
        service.zone,
        service.dispatch,
        service.inquiries,
        dates_of(service),
    )
    give_state(app, state)
    for router in (api.router, *(one.router for one in FEATURES)):
        speak_to_readers(router)
        app.include_router(router)
    give_samples(app)
    _furnish(app, service)
    _add_pages(app, service, state)
    _add_health(app, service)
    return app


def _furnish(app: FastAPI, service: Service) -> None:
    """Each feature finds what it works with, made from the settings."""
    meetings.give_house(app, house_of(service))
    webhooks.give_trusted(app, service.settings.webhook_host_list)
    diary_requests.give_habits(app, habits_of(service))
    give_choosing(app, choosing_of(service))
    deadlines.give_language(app, Language(service.settings.language))
    phone_messages.give_language(app, Language(service.settings.language))
    references.give_eyes(app, Looker())
    absences.give_register(app, register_of(service))
    press = Press(service.settings.organisation, service.zone, service.settings.url)
    diary_sheets.give_press(app, press)
    polls.give_desk(app, poll_desk(service))
    mails.give_mailroom(app, mailroom(service))
    preview.give_post_office(app, cache(partial(post_office, service)))
    reminders.give_desk(app, partial(desk_of, settings=service.settings))


def _add_pages(app: FastAPI, service: Service, state: FaceState) -> None:
    """What is opened in a browser, and by programs that have a secret link only."""
    app.include_router(feeds.public)
    desk = guest_desk(service, state)
    app.include_router(pages_router(desk))
    app.include_router(diary_pages.router)
    diary_pages.give_composers(app, desk.composers)
    app.include_router(connect_router(service.settings))


def _add_health(app: FastAPI, service: Service) -> None:
    """Whether the service lives, and whether it can work."""

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    def ready() -> JSONResponse:
        parts: dict[str, Any] = {"store": "ok"}
        try:
            with service.database.reading() as db:
                db.execute(text("SELECT 1"))
        except SQLAlchemyError:
            parts["store"] = "unreachable"
        status = 200 if set(parts.values()) == {"ok"} else 503
        return JSONResponse(parts, status)


def _ticker(service: Service, outlet: Outlet) -> Ticker:
    from scheduler.jobs.runner import Ticker

    ticker = Ticker(jobs_of(service, outlet))
    ticker.start()
    return ticker


def create_app(service: Service, *, jobs: bool = False) -> Metrics:
    """The application that a server runs; with `jobs` it also does by itself what is due."""
    return Metrics(
        WebApp(service, jobs=jobs), partial(service.database.read, queued.count_by_state)
    )
