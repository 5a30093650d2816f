"""What somebody outside reads of his appointment: a neutral subject, a date, a link (RDV-1, SEC-6).

Neither motive nor reference stands in a mail: whose mailbox it is nobody knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from calendars.kernel.database import Db
from calendars.model.component import serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.line_edit import put_value
from calendars.model.principal import Visibility
from calendars.services.choose_language import language_of
from notifications import outbox
from notifications.links import Link, Purpose, expiry_of, link_url
from notifications.post import JSON, Paper, Post
from notifications.wording.moments import written
from scheduler.appointments.booking_model import Shown
from scheduler.choosing.model import House, Taken
from scheduler.working_time.hours import local_day

KIND = "appointment"
FILE = "rendez-vous.ics"
MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
_TITLES = {"fr": "Rendez-vous", "en": "Appointment"}


def offer(db: Db, shown: Shown, house: House, *, now: int) -> None:
    """A link by which a contact chooses."""
    opening = shown.opening
    today = local_day(now, house.zone)
    last = today + timedelta(days=opening.horizon_days)
    facts: dict[str, JSON] = {
        "case": "appointment",
        "what": "asked",
        "minutes": opening.minutes,
        "first_day": today.isoformat(),
        "last_day": last.isoformat(),
        "change_until": None,
        "start": None,
        "url": page_url(db, shown, house, now=now),
    }
    letter = _letter(db, shown, "choose-slot", facts, "offered", house)
    outbox.post(db, letter, now=now)


def tell(
    db: Db, shown: Shown, what: str, house: House, *, former: Taken | None = None, now: int
) -> None:
    """What was booked, moved or cancelled; of what is on, a file for one's own calendar."""
    one = shown.appointment
    if one.starts_at is None or one.ends_at is None or not one.request.contact:
        return
    on = what != "cancelled"
    until = one.changeable_until(shown.opening)
    facts: dict[str, JSON] = {
        "what": what,
        "start": written(one.starts_at),
        "end": written(one.ends_at),
        "former_start": None if former is None else written(former.starts_at),
        "former_end": None if former is None else written(former.ends_at),
        "channel": one.request.channel.value,
        "location": shown.location,
        "change_until": written(until) if on and until is not None and until > now else None,
        "url": page_url(db, shown, house, now=now) if on else "",
    }
    papers = (Paper(FILE, MEDIA_TYPE, own_file(db, shown, house, now=now)),) if on else ()
    occasion = f"{what} {one.starts_at} {now}"
    outbox.withdraw(db, about=_about(shown), kinds=[KIND], now=now)
    letter = _letter(db, shown, KIND, facts, occasion, house)._replace(papers=papers)
    outbox.post(db, letter, now=now)


def page_url(db: Db, shown: Shown, house: House, *, now: int) -> str:
    """One's own page; each mail about it bears the same."""
    one = shown.appointment
    link = Link(Purpose.APPOINTMENT, one.owner_id, one.request.contact, str(one.id))
    horizon = now + shown.opening.horizon_days * 86_400
    ends_at = expiry_of(max(one.ends_at or 0, horizon), now=now)
    return link_url(db, house.base_url, link, expires_at=ends_at, now=now)


def own_file(db: Db, shown: Shown, house: House, *, now: int) -> bytes:
    """The appointment for one's own calendar: when, where, with whom, and not what for."""
    one, owner = shown.appointment, shown.owner
    language = language_of(db, one.request.contact, default=house.language)
    draft = EventDraft(
        title=f"{_TITLES[language]} – {owner.display_name}",
        start=datetime.fromtimestamp(one.starts_at or 0, house.zone),
        end=datetime.fromtimestamp(one.ends_at or 0, house.zone),
        location=shown.location or None,
        visibility=Visibility.PRIVATE,
    )
    uid = one.uid or f"niaouli-rdv-{one.id}"
    calendar = new_object(
        "VEVENT", draft, uid=uid, tzid=str(house.zone), floating=house.zone, now=now
    )
    put_value(calendar, "METHOD", "PUBLISH")
    # A later file of the same appointment counts more: programs take the higher one.
    put_value(calendar.children("VEVENT")[0], "SEQUENCE", str(now // 60))
    return serialize(calendar).encode()


def _about(shown: Shown) -> str:
    return f"appointment-{shown.appointment.id}"


def _letter(
    db: Db, shown: Shown, template: str, facts: dict[str, JSON], occasion: str, house: House
) -> Post:
    contact, owner = shown.appointment.request.contact, shown.owner
    names: dict[str, JSON] = {
        "host": owner.display_name,
        "sender": owner.display_name,
        "assistant": "",
        "visibility": shown.opening.visibility,
    }
    return Post(
        kind=KIND,
        template=template,
        language=language_of(db, contact, default=house.language),
        facts=names | facts,
        owner_id=owner.id,
        actor_id=owner.id,
        recipient=contact,
        occasion=occasion,
        about=_about(shown),
    )
