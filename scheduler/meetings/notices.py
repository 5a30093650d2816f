"""What meetings remind people of, each on its day at eight (MTG-6); when a point is on (MTG-8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.wall_clock import local_to_epoch
from calendars.services.choose_language import languages_of
from calendars.services.find_principals import get_principal_by_id
from notifications import outbox
from notifications.post import JSON, Post
from scheduler.meetings import minutes_repository, people, repository
from scheduler.meetings.access import Opened
from scheduler.meetings.house import House
from scheduler.meetings.keep_actions import ActionLine
from scheduler.meetings.letters import Sender, about_meeting, instant
from scheduler.meetings.model import Agenda, Paper
from scheduler.meetings.papers import papers_of
from scheduler.reminders.wishes import Wishes, list_wishes
from scheduler.working_time.rules import WorkingDays

TEMPLATE = "meeting-notice"
AT = time(8)
PASSAGE_DELAY = 600
"""Several changes of an order make one letter."""
_MONDAY = 0
_DAY = timedelta(days=1)


class Notice(StrEnum):
    """What a notice is about."""

    UNANSWERED = "unanswered"
    PAPERS = "papers"
    TOMORROW = "tomorrow"
    MINUTES = "minutes"
    ACTIONS = "actions"
    PASSAGE = "passage"


class Writing(NamedTuple):
    """By whom a letter goes, about what, from which house."""

    sender: Sender
    opened: Opened
    house: House


def morning_of(day: date, house: House) -> int:
    """Eight o'clock of a day at the site."""
    return local_to_epoch(datetime.combine(day, AT), house.zone)


def is_due(on: date, days: tuple[int, int], working: WorkingDays, house: House, now: int) -> bool:
    """A notice leaves so many days before, or on the working day before that; later only while it
    is not too late for it.
    """
    first, last = days
    planned = working.last_until(on - first * _DAY).day
    return morning_of(planned, house) <= now < morning_of(on - last * _DAY, house)


def remind_before(db: Db, opened: Opened, house: House, working: WorkingDays, *, now: int) -> int:
    """What is due before one meeting that is to come; how many letters that made."""
    start = opened.starts_at
    if start is None or opened.event is None or start <= now:
        return 0
    day = house.day(start)
    sender = Sender(opened.owner, opened.owner)
    posted = 0
    if is_due(day, (5, 3), working, house, now):
        posted += _ask_for_answers(db, sender, opened, house, now=now)
    if is_due(day, (3, 1), working, house, now):
        posted += _ask_for_papers(db, sender, opened, house, now=now)
    planned = working.last_until(day - _DAY).day
    if morning_of(planned, house) <= now:
        posted += _remind_all(db, sender, opened, house, now=now)
    return posted


def _ask_for_answers(db: Db, sender: Sender, opened: Opened, house: House, *, now: int) -> int:
    """To the organiser, and who keeps the meeting for him."""
    missing = () if opened.event is None else opened.event.unanswered
    if not missing:
        return 0
    facts = about_meeting(opened, sender)
    called = {one.address: one.name for one in missing}
    names = people.known(db, list(called), called)
    # Who is asked to a meeting that is not PUBLIC stands in no mail.
    who: list[JSON] = [one.name for one in names.values()] if facts["title"] else []
    facts |= {"names": who, "count": len(missing)}
    keepers = {opened.owner.id, opened.meeting.secretary_id} - {None}
    to = [people.of(get_principal_by_id(db, one)) for one in keepers if one is not None]
    return _post(db, Writing(sender, opened, house), Notice.UNANSWERED, facts, to, now=now)


def _ask_for_papers(db: Db, sender: Sender, opened: Opened, house: House, *, now: int) -> int:
    """To those who present the points that the papers belong to, and to nobody else."""
    agenda = repository.agenda_of(db, opened.meeting.id)
    papers = [one for one in papers_of(db, opened) if one.missing]
    posted = 0
    for address, refs in _by_presenter(agenda, papers).items():
        facts = about_meeting(opened, sender) | {"papers": [*refs]}
        to = [people.known(db, [address])[address]]
        posted += _post(db, Writing(sender, opened, house), Notice.PAPERS, facts, to, now=now)
    return posted


def _by_presenter(agenda: Agenda, papers: Iterable[Paper]) -> Mapping[str, list[str]]:
    owed: dict[str, list[str]] = {}
    presenters = {one.id: one.presenter for one in agenda.items if one.on}
    for paper in papers:
        presenter = None if paper.item_id is None else presenters.get(paper.item_id)
        if presenter is not None:
            owed.setdefault(presenter, []).append(paper.ref)
    return owed


def _remind_all(db: Db, sender: Sender, opened: Opened, house: House, *, now: int) -> int:
    """To everybody who did not say that he stays away."""
    coming = (
        []
        if opened.event is None
        else [one for one in opened.event.people if one.answer != "DECLINED"]
    )
    called = {one.address: one.name for one in coming}
    known = people.known(db, list(called), called)
    wishes = list_wishes(db, [one.principal.id for one in known.values() if one.principal])
    to = [
        one
        for one in known.values()
        if one.principal is None or wishes.get(one.principal.id, Wishes()).policies
    ]
    facts = about_meeting(opened, sender)
    facts["location"] = "" if opened.event is None else opened.event.location
    return _post(db, Writing(sender, opened, house), Notice.TOMORROW, facts, to, now=now)


def remind_of_minutes(db: Db, opened: Opened, house: House, *, now: int) -> int:
    """Minutes that are due today, and were not sent: to who writes them."""
    meeting = opened.meeting
    if meeting.held_at is None:
        return 0
    due = house.minutes_due(db, house.day(meeting.held_at))
    if now < morning_of(due, house) or minutes_repository.minutes_of(db, meeting.id).sent:
        return 0
    sender = Sender(opened.owner, opened.owner)
    facts = about_meeting(opened, sender) | {"due": due.isoformat()}
    writer = get_principal_by_id(db, meeting.secretary_id or meeting.owner_id)
    to = [people.of(writer)]
    return _post(db, Writing(sender, opened, house), Notice.MINUTES, facts, to, now=now)


def remind_of_actions(db: Db, lines: Sequence[ActionLine], house: House, *, now: int) -> int:
    """Once a week, on the first morning: to each owner what he owes and is late with."""
    today = house.day(now)
    monday = today - today.weekday() * _DAY
    if now < morning_of(monday, house) or today.weekday() != _MONDAY:
        return 0
    posted = 0
    for one in {line.owner.address: line.owner for line in lines}.values():
        if one.principal is None or not one.email:
            continue
        late: list[JSON] = [_told(line) for line in lines if line.owner.address == one.address]
        facts: dict[str, JSON] = {"actions": late}
        sender = Sender(one.principal, one.principal)
        letter = _letter(db, sender, Notice.ACTIONS, facts, one, (f"{monday}", ""), house)
        posted += outbox.post(db, letter, now=now)
    return posted


def _told(line: ActionLine) -> JSON:
    action = line.action
    public = line.meeting.visibility == "PUBLIC"
    return {
        "ref": action.ref,
        "label": action.label if public else "",
        "due": None if action.due is None else action.due.isoformat(),
    }


def tell_presenters(db: Db, sender: Sender, opened: Opened, house: House, *, now: int) -> int:
    """Who presents hears when his points are on, once the agenda is set; and again, in one letter,
    when the order has moved them (MTG-8). The letter waits a little, for the last change.
    """
    agenda = repository.agenda_of(db, opened.meeting.id)
    timed = [one for one in agenda.timed(opened.starts_at) if one.window is not None]
    told = repository.told_starts(db, opened.meeting.id)
    moved = {
        one.item.presenter
        for one in timed
        if one.window and told.get(one.item.id) != one.window.starts_at and one.item.presenter
    }
    posted = 0
    for address in sorted(moved):
        somebody = people.known(db, [address])[address]
        about = f"{opened.meeting.uid}-{sha256(address.encode()).hexdigest()[:16]}"
        outbox.withdraw(db, about=about, kinds=[Notice.PASSAGE], now=now)
        points: list[JSON] = [
            {
                "number": one.item.position,
                "title": "" if one.item.reserved else one.item.title,
                "start": instant(one.window.starts_at),
                "end": instant(one.window.ends_at),
            }
            for one in timed
            if one.item.presenter == address and one.window
        ]
        facts = about_meeting(opened, sender) | {"points": points}
        letter = _letter(db, sender, Notice.PASSAGE, facts, somebody, (f"{now}", about), house)
        if somebody.email:
            posted += outbox.post(db, letter, now=now, due_at=now + PASSAGE_DELAY)
    repository.note_told(db, {one.item.id: one.window.starts_at for one in timed if one.window})
    return posted


def _post(
    db: Db,
    writing: Writing,
    notice: Notice,
    facts: Mapping[str, JSON],
    to: Sequence[people.Somebody],
    *,
    now: int,
) -> int:
    """One letter on this occasion to each; a meeting that moved to another day is another one."""
    sender, opened, house = writing
    day = "" if opened.starts_at is None else house.day(opened.starts_at).isoformat()
    occasion = (f"{opened.meeting.ref}/{day}", opened.meeting.uid or "")
    letters = (_letter(db, sender, notice, facts, one, occasion, house) for one in to if one.email)
    return sum(outbox.post(db, letter, now=now) for letter in letters)


def _letter(
    db: Db,
    sender: Sender,
    notice: Notice,
    facts: Mapping[str, JSON],
    to: people.Somebody,
    occasion: tuple[str, str],
    house: House,
) -> Post:
    on, about = occasion
    address = f"mailto:{to.email}"
    language = next(iter(languages_of(db, [address], default=house.language).values()))
    start = facts.get("start")
    expires = None
    if isinstance(start, str) and notice is not Notice.MINUTES:
        expires = int(datetime.fromisoformat(start).timestamp())
    return Post(
        kind=notice,
        template=TEMPLATE,
        language=language,
        facts={**_BLANK, **facts, "notice": str(notice)},
        owner_id=sender.owner.id,
        actor_id=sender.actor.id,
        recipient=address,
        occasion=on,
        about=about,
        expires_at=expires,
    )


_BLANK: Mapping[str, JSON] = {
    **dict.fromkeys(("heading", "title", "sender", "assistant", "reference", "location"), ""),
    **dict.fromkeys(("start", "end", "due"), None),
    "names": [],
    "count": 0,
    "papers": [],
    "actions": [],
    "points": [],
}
