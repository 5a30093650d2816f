"""The digest of a diary leaves: tomorrow's in the evening, the next week's on Friday (TIM-11).

It shows what its reader may see at that instant and no more; what is confidential has no title in
any mail (SEC-6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.calendar_user_address import addresses_of, email_in
from calendars.model.principal import Principal, Visibility
from calendars.model.wall_clock import local_to_epoch
from calendars.model.window import Window
from calendars.services.authorize import NeedPrivileges
from calendars.services.choose_language import language_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.list_occurrences import Occurrence
from calendars.services.read_diary import read_diary
from notifications import outbox
from notifications.post import JSON, Paper, Post, Urgency
from notifications.wording.moments import written
from scheduler.reminders import subscriptions
from scheduler.reminders.desk import Desk
from scheduler.reminders.digests import (
    Days,
    Item,
    Line,
    Period,
    days_told,
    last_sending,
    lines_by_day,
    next_sending,
    of_use_until,
)
from scheduler.reminders.subscriptions import Subscription

KIND = "digest"
BATCH = 20
MOST = 300


def send_digests(database: Database, desk: Desk, *, now: int) -> int:
    """Those that are due are posted; how many. Of those that an outage kept back only the last."""
    posted = 0
    while True:
        with database.transaction() as db:
            due = subscriptions.claim_due(db, now=now, limit=BATCH)
            for one in due:
                posted += _send(db, desk, one, now=now)
            hours = desk.guidance.hours
            subscriptions.set_next(
                db,
                [one._replace(next_at=next_sending(one.period, now, one.at, hours)) for one in due],
            )
        if not due:
            return posted


def _send(db: Db, desk: Desk, one: Subscription, *, now: int) -> bool:
    hours = desk.guidance.hours
    sent_at = last_sending(one.period, one.next_at, now, one.at, hours)
    if sent_at is None:
        return False
    days = days_told(one.period, sent_at, hours)
    until = of_use_until(one.period, days, hours)
    owner, reader = get_principal_by_id(db, one.owner_id), get_principal_by_id(db, one.reader_id)
    mailbox = next((one for one in addresses_of(reader) if email_in(one)), None)
    if now > until or owner.disabled or reader.disabled or mailbox is None:
        return False
    try:
        items = list(_items(db, owner, reader, days, desk, now=now))
    except (NotFound, NeedPrivileges, InvalidInput):
        # What he may not read any more, or what nobody can tell, is not told.
        return False
    if not items and not one.when_empty:
        return False
    letter = Post(
        kind=KIND,
        template=f"digest-{one.period}",
        language=language_of(db, mailbox, default=desk.language),
        facts=_facts(items, owner, reader, days, desk),
        owner_id=reader.id,
        actor_id=reader.id,
        recipient=mailbox,
        occasion=f"{one.period} of {owner.id}, {days.first.isoformat()}",
        urgency=Urgency.NORMAL,
        expires_at=until + 1,
        papers=_papers(db, desk, one.period, (reader, owner), days, now=now),
    )
    return outbox.post(db, letter, now=now)


def _papers(
    db: Db, desk: Desk, period: Period, people: tuple[Principal, Principal], days: Days, *, now: int
) -> tuple[Paper, ...]:
    """The week on paper (DIA-6); a day needs none."""
    if period is not Period.WEEK or desk.week_paper is None:
        return ()
    return (desk.week_paper(db, *people, days.first, now=now),)


def _items(
    db: Db, owner: Principal, reader: Principal, days: Days, desk: Desk, *, now: int
) -> Iterator[Item]:
    """What the reader sees in all calendars of the diary. Raises NotFound."""
    zone = desk.guidance.hours.zone
    first, behind = (
        local_to_epoch(datetime.combine(day, time.min), zone)
        for day in (days.first, days.last + timedelta(days=1))
    )
    for one in read_diary(db, reader, owner, Window(first, behind), most=MOST, now=now):
        yield _item(one)


def _item(one: Occurrence) -> Item:
    entry, start, end = one.said.entry, one.said.start, one.said.end
    mask = ""
    if one.found.masked:
        mask = "private" if one.found.visibility == Visibility.PRIVATE else "busy"
    elif one.found.visibility == Visibility.CONFIDENTIAL:
        mask = "confidential"
    return Item(
        start=one.position.starts_at if start is None else start,
        end=end,
        title="" if mask else " ".join((entry.title or "").split()),
        mask=mask,
        location="" if mask else " ".join((entry.location or "").split()),
        tentative=entry.status == "TENTATIVE",
        busy=entry.busy,
    )


def _facts(
    items: list[Item], owner: Principal, reader: Principal, days: Days, desk: Desk
) -> dict[str, JSON]:
    hours = desk.guidance.hours
    told = lines_by_day(items, days, hours.zone)
    return {
        "owner": owner.display_name,
        "own": owner.id == reader.id,
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "days": [_day(day, lines, desk) for day, lines in told],
        "count": len(items),
        "clashes": sum(line.clash is not None for _, lines in told for line in lines),
    }


def _day(day: date, lines: list[Line], desk: Desk) -> JSON:
    closed = desk.guidance.hours.working.closed(day)
    return {
        "day": day.isoformat(),
        "closed": "" if closed is None else closed.label,
        "weekend": day.weekday() > 4,
        "lines": [_line(line) for line in lines],
    }


def _line(line: Line) -> JSON:
    item = line.item
    clash = line.clash
    return {
        "start": written(item.start),
        "end": None if item.end is None else written(item.end),
        "all_day": not isinstance(item.start, int),
        "title": item.title,
        "mask": item.mask,
        "location": item.location,
        "tentative": item.tentative,
        "clash": None if clash is None else {"title": clash.title, "mask": clash.mask},
    }
