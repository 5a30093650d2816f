"""What the service is made of, put together once from the settings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calendars.http.identity import Identity
from calendars.http.inquiries import Inquiries
from calendars.kernel.clock import Clock, SystemClock
from calendars.kernel.database import Database, Db
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.guard_dates import looked_at
from calendars.services.tell_busy_time import FreeBusyPolicy
from notifications.imip.transport import MailQueue
from scheduler.app.migrate import migrate
from scheduler.app.settings import Settings

if TYPE_CHECKING:
    from calendars.http.state import FaceState
    from notifications.channels.signer import Signer
    from notifications.compose import Composers
    from notifications.delivery import Channel, PostOffice
    from notifications.mailbox.room import Mailroom
    from notifications.pages.page import Page
    from notifications.pages.router import Desk
    from scheduler.absences.service import Register
    from scheduler.choosing.model import House as Choosing
    from scheduler.diaries.guard import DiaryGuard
    from scheduler.diary_requests.habits import Habits
    from scheduler.meetings.house import House
    from scheduler.polls import messages as polls


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that faces and jobs share."""

    settings: Settings
    database: Database
    clock: Clock
    identity: Identity
    dispatch: Dispatch
    inquiries: Inquiries

    @property
    def zone(self) -> ZoneInfo:
        """The clocks of the site."""
        return ZoneInfo(self.settings.timezone)

    def today(self) -> date:
        """The day by those clocks."""
        return self.clock.now().astimezone(self.zone).date()


def assemble(settings: Settings, *, clock: Clock | None = None) -> Service:
    """Open the store, bring it to the newest schema, and build the rest on it."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.store)
    migrate(database)
    ticking = clock or SystemClock()
    dispatch = Dispatch(
        MailQueue(
            settings.mail_delay_seconds,
            zone=ZoneInfo(settings.timezone),
            singles=settings.mail_occurrences,
        ),
        settings.believed_deletions,
        settings.believed_deletions_seconds,
        settings.url,
    )
    inquiries = Inquiries(FreeBusyPolicy(settings.free_busy), settings.free_busy_per_minute)
    identity = Identity(database, ticking)
    return Service(settings, database, ticking, identity, dispatch, inquiries)


def house_of(service: Service) -> House:
    """What papers and letters of meetings say of the house."""
    from scheduler.meetings.house import House

    settings = service.settings
    return House(
        settings.organisation,
        settings.url,
        service.zone,
        Language(settings.language),
        settings.minutes_days,
    )


def dates_of(service: Service) -> DiaryGuard:
    """What looks at dates before they are written."""
    from scheduler.diaries.guard import DiaryGuard

    return DiaryGuard(service.zone, service.inquiries)


def placing(
    service: Service, db: Db, actor: Principal, override: str | None
) -> AbstractContextManager[Dispatch]:
    """The dispatch of a command that places dates: they are looked at as in a route (DIA-4)."""
    now = int(service.clock.now().timestamp())
    return looked_at(db, dates_of(service), service.dispatch, actor, override, now=now)


def habits_of(service: Service) -> Habits:
    """How long claims and options last here."""
    from scheduler.diary_requests.habits import Habits

    settings = service.settings
    return Habits(settings.claim_minutes, settings.hold_working_days, "FR", "NC")


def poll_desk(service: Service) -> polls.Desk:
    """From where people are asked about dates."""
    from scheduler.polls.messages import Desk

    return Desk(service.settings.url, Language(service.settings.language))


def post_office(service: Service) -> PostOffice:
    """What delivers mail: the relay of the settings, or a folder of files without one."""
    from notifications.channels.folder import Folder
    from notifications.channels.relay import Relay
    from notifications.channels.smtp import Smtp
    from notifications.delivery import PostOffice

    settings = service.settings
    channel: Channel = Folder(settings.data / "mail")
    if settings.smtp_url:
        channel = Smtp(Relay.parse(settings.smtp_url), connections=settings.smtp_connections)
    return PostOffice(
        service.database,
        service.clock,
        channel,
        composers(settings),
        settings.mail_from,
        service.zone,
        settings.url,
        settings.home_domain_list,
        settings.answer_days,
        settings.mail_per_minute,
        _signer(settings),
        organizer_is_real=settings.organizer_address == "real",
    )


def _signer(settings: Settings) -> Signer | None:
    """Where a key is set, mails leave signed."""
    from notifications.channels.signer import Signer

    if settings.dkim_key is None:
        return None
    domain = settings.dkim_domain or settings.mail_from.partition("@")[2]
    return Signer.load(domain, settings.dkim_selector, settings.dkim_key)


def mailroom(service: Service) -> Mailroom:
    """What reads the mail that arrives, whoever carries it."""
    from notifications.mailbox.room import Mailroom

    settings = service.settings
    relays = (one.strip().lower() for one in settings.trusted_relays.split(","))
    return Mailroom(
        service.database,
        service.dispatch,
        settings.mail_from,
        trusted_relays=frozenset(one for one in relays if one),
        language=Language(settings.language),
        zone=service.zone,
        believes_from=settings.mail_senders == "as-written",
    )


def guest_desk(service: Service, face: FaceState) -> Desk:
    """The pages for people without an account: one for each purpose of a link."""
    from notifications.links import Purpose
    from notifications.pages.answer import AnswerPage
    from notifications.pages.router import Desk
    from scheduler.appointments.booking_pages import AppointmentPage
    from scheduler.campaigns.pages import CampaignPage
    from scheduler.diary_sheets.pages import PresencePage
    from scheduler.meetings.pages import MinutesPage
    from scheduler.polls.pages import PollPage

    office = post_office(service)
    answer = AnswerPage(
        service.dispatch,
        office.mailbox,
        office.zone,
        office.is_abroad,
        office.organizer_is_real,
    )
    pages: dict[str, Page] = {
        Purpose.ANSWER: answer,
        Purpose.POLL: PollPage(office.is_abroad),
        Purpose.CAMPAIGN: CampaignPage(choosing_of(service)),
        Purpose.PRESENCE: PresencePage(face),
        Purpose.MINUTES: MinutesPage(house_of(service)),
        Purpose.APPOINTMENT: AppointmentPage(choosing_of(service), office.is_abroad),
    }
    return Desk(face, office.composers, office.base_url, pages)


def choosing_of(service: Service) -> Choosing:
    """What choosing slots works with, whoever asks."""
    from scheduler.choosing.model import House as Choosing

    settings = service.settings
    return Choosing(service.zone, service.dispatch, settings.url, Language(settings.language))


def register_of(service: Service) -> Register:
    """What the register of absences works with."""
    from scheduler.absences.service import Register

    return Register(service.zone, service.settings.personnel_group)


def composers(settings: Settings) -> Composers:
    """The words of letters; files below DATA/templates come before ours."""
    from calendars.model.language import Language
    from notifications.compose import Composers

    return Composers(
        ZoneInfo(settings.timezone),
        settings.organisation,
        default=Language(settings.language),
        own=settings.data / "templates",
    )
