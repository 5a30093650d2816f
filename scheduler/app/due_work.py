"""All that is due: what the service does by itself while it runs, or once by `niaouli run-due`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calendars.kernel.identifiers import CollectionId, ObjectId
from calendars.model.language import Language
from calendars.services.follow_calendars import list_calendars_now
from calendars.services.forget_old import forget_old
from calendars.services.index_occurrences import list_to_extend, reindex
from notifications.hold_back import tend_held
from notifications.links import forget_links
from scheduler.app.audit_checkpoints import append_due
from scheduler.app.wiring import Service, choosing_of, house_of, post_office
from scheduler.diaries import warn
from scheduler.diaries.service import expire_holds
from scheduler.diary_requests.follow_up import close_past
from scheduler.diary_requests.follow_up import follow_meetings as follow_meetings_of_requests
from scheduler.diary_requests.remind_of_options import remind_of_options
from scheduler.slots.follow import follow_places, is_behind

if TYPE_CHECKING:
    from notifications.delivery import PostOffice
    from scheduler.jobs.runner import Job

BATCH = 200
MAIL_SECONDS, PLACES_SECONDS, MINUTE, HOUR = 5, 10, 60, 3600
HELD_SECONDS, WEBHOOK_SECONDS = 10, 10
FEW_MINUTES = 5 * MINUTE


class Outlet:
    """The post office of this process: opened with its first round, kept for all others."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._office: PostOffice | None = None

    def deliver(self) -> int:
        """Messages that are due leave (NOT-1); how many."""
        from notifications.delivery import deliver_due

        if self._office is None:
            self._office = post_office(self._service)
        return deliver_due(self._office)

    def close(self) -> None:
        """Hang up."""
        if self._office is not None:
            self._office.channel.close()


class Watch:
    """Whether anything was written into a calendar since this process looked last."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: Mapping[CollectionId, int] = {}

    def follow(self) -> int:
        """What people did to meetings and actions in their programs is followed at once: an
        update that waits to leave bears the agenda's hours of now (MTG-4).
        """
        with self._service.database.reading() as db:
            there = list_calendars_now(db)
        if there == self._seen:
            return 0
        followed = follow_events_of_meetings(self._service)
        self._seen = there
        return followed


def do_due_work(service: Service) -> dict[str, int]:
    """How much of each kind was done; a second run right after finds next to nothing."""
    with closing(Outlet(service)) as outlet:
        return _do_due_work(service, outlet)


def _do_due_work(service: Service, outlet: Outlet) -> dict[str, int]:
    return {
        "read": read_mail(service),
        "extended": extend_series(service),
        "forgotten": forget(service),
        "expired_holds": let_holds_expire(service),
        "closed_requests": close_requests(service),
        "checkpoints": mark_audit(service),
        "places": follow_all_places(service),
        "meetings": follow_meetings(service),
        "routines": write_routines(service),
        "appointments": follow_appointments(service),
        "deadlines": remind_of_dates(service),
        "campaigns": tend_campaigns(service),
        "warned": warn_of_conflicts(service),
        "reminders": remind_all(service),
        "mails": outlet.deliver(),
        "webhooks": tell_programs(service),
        "held": tell_of_held(service),
    }


def jobs_of(service: Service, outlet: Outlet) -> list[Job]:
    """The same while the service runs, each as often as it matters."""
    from scheduler.jobs.runner import Job

    return [
        Job("mail", MAIL_SECONDS, outlet.deliver),
        Job("webhooks", WEBHOOK_SECONDS, lambda: tell_programs(service)),
        Job("places", PLACES_SECONDS, lambda: follow_all_places(service)),
        Job("moved", PLACES_SECONDS, Watch(service).follow),
        Job("held", HELD_SECONDS, lambda: tell_of_held(service)),
        Job("conflicts", PLACES_SECONDS, lambda: warn_of_conflicts(service)),
        Job("reminders", MINUTE, lambda: remind_all(service)),
        Job("routines", FEW_MINUTES, lambda: write_routines(service)),
        Job("deadlines", FEW_MINUTES, lambda: remind_of_dates(service)),
        Job("meetings", MINUTE, lambda: follow_meetings(service)),
        Job("holds", MINUTE, lambda: let_holds_expire(service)),
        Job("appointments", MINUTE, lambda: follow_appointments(service)),
        Job("campaigns", HOUR, lambda: tend_campaigns(service)),
        Job("series", HOUR, lambda: extend_series(service)),
        Job("requests", FEW_MINUTES, lambda: close_requests(service)),
        Job("forget", HOUR, lambda: forget(service)),
        Job("audit", HOUR, lambda: mark_audit(service)),
    ]


def extend_series(service: Service) -> int:
    """Series that go on are indexed further. Short transactions: nobody waits for them."""
    extended, now = 0, _now(service)
    last: ObjectId | None = None
    while True:
        with service.database.transaction() as db:
            due = list_to_extend(db, now=now, limit=BATCH, after=last)
            extended += reindex(db, due, now=now)
        if len(due) < BATCH:
            return extended
        last = due[-1]


def let_holds_expire(service: Service) -> int:
    """Dates that nobody decided on are free again; who holds them is reminded before (DIA-3)."""
    from scheduler.app.reminding import sending_hours

    settings, now = service.settings, _now(service)
    with service.database.transaction() as db:
        expired = expire_holds(db, dispatch=service.dispatch, now=now)
    with service.database.transaction() as db:
        hours, _ = sending_hours(db, now, settings=settings)
        ahead = settings.hold_reminder_hours
        remind_of_options(db, hours, ahead=ahead, default=Language(settings.language), now=now)
    return expired


def follow_all_places(service: Service) -> int:
    """Where events are is known to who looks for a slot (DIA-5). Short transactions."""
    followed = 0
    while True:
        with service.database.reading() as db:
            if not is_behind(db):
                return followed
        with service.database.transaction() as db:
            followed += follow_places(db)


def warn_of_conflicts(service: Service) -> int:
    """Whoever wrote against a rule in a calendar program finds a task (DIA-4)."""
    with service.database.reading() as db:
        if not warn.is_behind(db):
            return 0
    with service.database.transaction() as db:
        return warn.warn(db, service.zone, dispatch=service.dispatch, now=_now(service))


def close_requests(service: Service) -> int:
    """Requests follow their meetings, and appointments that are over have taken place (DIA-2)."""
    now = _now(service)
    followed = follow_meetings_of_requests(service.database, service.dispatch, now=now)
    with service.database.transaction() as db:
        return followed + close_past(db, now=now)


def follow_events_of_meetings(service: Service) -> int:
    """Meetings follow their events, and the register of actions its tasks (MTG-4, MTG-7)."""
    from scheduler.meetings.follow_up import follow_events
    from scheduler.meetings.keep_series import keep_all_series

    house, now = house_of(service), _now(service)
    # A series that was moved takes its meetings along before each is looked for.
    followed = keep_all_series(service.database, service.dispatch, now=now)
    return followed + follow_events(service.database, service.dispatch, house, now=now)


def follow_meetings(service: Service) -> int:
    """The same, and people are reminded of what they owe to meetings (MTG-6)."""
    from scheduler.meetings.follow_up import remind_of_meetings

    followed = follow_groups_of_meetings(service) + follow_events_of_meetings(service)
    return followed + remind_of_meetings(service.database, house_of(service), now=_now(service))


def follow_groups_of_meetings(service: Service) -> int:
    """Memberships begin and end by themselves, and people of meetings follow them (DIR-1)."""
    from calendars.services.date_members import turn_members
    from scheduler.meetings.follow_groups import follow_groups

    house, now = house_of(service), _now(service)
    with service.database.transaction() as db:
        turned = turn_members(db, today=house.day(now), now=now)
    return turned + follow_groups(service.database, service.dispatch, house, now=now)


def write_routines(service: Service) -> int:
    """Recurring tasks stand in their owners' lists some days ahead (DLN-1)."""
    from scheduler.deadlines.write_routine_days import write_days_ahead

    return write_days_ahead(service.database, service.zone, now=_now(service))


def follow_appointments(service: Service) -> int:
    """Whoever has an appointment that was moved or removed in a diary is told (RDV-1)."""
    from scheduler.appointments import booking_follow

    house = choosing_of(service)
    return booking_follow.follow_appointments(service.database, house, now=_now(service))


def tend_campaigns(service: Service) -> int:
    """Those who have not chosen are reminded once a week; what is over is closed (RDV-3)."""
    from scheduler.app.reminding import sending_hours
    from scheduler.campaigns import follow_up

    house, now = choosing_of(service), _now(service)
    with service.database.reading() as db:
        hours, _ = sending_hours(db, now, settings=service.settings)
    return follow_up.tend_campaigns(service.database, house, hours, now=now)


def remind_of_dates(service: Service) -> int:
    """A mail some working days before a date that must not be missed; and where the days that it
    was reckoned with are others now (DLN-1, TIM-10).
    """
    from scheduler.deadlines.follow_days import follow_days
    from scheduler.deadlines.remind import Post, remind_of_deadlines

    post = Post(service.zone, Language(service.settings.language))
    now = _now(service)
    proposed = follow_days(service.database, post, now=now)
    return proposed + remind_of_deadlines(service.database, post, now=now)


def remind_all(service: Service) -> int:
    """Letters about what is due in the diaries are posted (TIM-11)."""
    from scheduler.app.reminding import desk_of
    from scheduler.reminders.send_digests import send_digests
    from scheduler.reminders.service import remind

    now = _now(service)
    with service.database.reading() as db:
        desk = desk_of(db, now, settings=service.settings)
    reminded = remind(service.database, desk, now=now)
    return reminded + send_digests(service.database, desk, now=now)


def tell_of_held(service: Service) -> int:
    """Those who can mend it find a task about what the guard has stopped (SEC-6)."""
    return tend_held(service.database, now=_now(service))


def tell_programs(service: Service) -> int:
    """Other programs learn what happened to meetings, minutes and actions."""
    from scheduler.webhooks.deliver import deliver_due as tell
    from scheduler.webhooks.send import Sender

    sender = Sender(service.settings.webhook_host_list)
    return tell(service.database, sender, lambda: _now(service))


def forget(service: Service) -> int:
    """What is past its time is removed."""
    from notifications.forget_sent import Retention, forget_sent
    from notifications.mailbox.set_aside import forget_mail
    from scheduler.webhooks.service import forget_events

    settings, now = service.settings, _now(service)
    zone = ZoneInfo(settings.timezone)
    kept = Retention(settings.mail_body_days, settings.mail_proof_days, zone)
    sent = forget_sent(service.database, kept, now=now)
    with service.database.transaction() as db:
        gone = sent + forget_old(db, removed_days=settings.removed_days, now=now)
        gone += forget_links(db, now=now)
        gone += forget_events(db, days=settings.mail_log_days, now=now)
        return gone + forget_mail(
            db, waiting_days=settings.quarantine_days, log_days=settings.mail_log_days, now=now
        )


def mark_audit(service: Service) -> int:
    """The ends of the audit trail's chains, in a file beside the store."""
    return append_due(service.database, service.settings.data, now=_now(service))


def read_mail(service: Service) -> int:
    """What waits in the mailbox, where one is set; while the service runs, it reads by itself."""
    from scheduler.app.arrivals import read_mailbox

    return read_mailbox(service)


def _now(service: Service) -> int:
    return int(service.clock.now().timestamp())
