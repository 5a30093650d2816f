"""What meetings write to people: facts for templates, one letter to each (MTG-7, NOT-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.model.principal import Principal, Visibility
from calendars.services.act_for import may_still_send
from calendars.services.choose_language import languages_of
from calendars.services.find_principals import get_principal_by_id
from notifications import outbox
from notifications.post import JSON, Paper, Post
from notifications.wording.moments import written
from scheduler.meetings.access import Opened
from scheduler.meetings.guest_minutes import guest_link
from scheduler.meetings.house import House
from scheduler.meetings.minutes_model import (
    Minutes,
    MinutesKind,
    MinutesStep,
    NotedAction,
    actions_in,
)
from scheduler.meetings.people import Somebody


@dataclass(frozen=True, slots=True)
class Sender:
    """By whom a letter goes, and in whose name."""

    actor: Principal
    owner: Principal

    @classmethod
    def of(cls, db: Db, actor: Principal, opened: Opened, *, now: int) -> Sender:
        """In the organiser's name where the actor may speak for him, else in his own."""
        speaks = may_still_send(db, actor.id, opened.owner.id, now=now)
        return cls(actor, opened.owner if speaks else actor)

    @property
    def assistant(self) -> str:
        """Who wrote it for the sender; empty where it is himself."""
        return "" if self.actor.id == self.owner.id else self.actor.display_name


def instant(epoch: int | None) -> str | None:
    """As facts have it."""
    return None if epoch is None else written(epoch)


def about_meeting(opened: Opened, sender: Sender) -> dict[str, JSON]:
    """What all letters about a meeting know; no title of what is not PUBLIC (SEC-6)."""
    public = opened.visibility == Visibility.PUBLIC
    return {
        "heading": "",
        "title": opened.title if public else "",
        "reference": opened.meeting.ref,
        "start": instant(opened.starts_at),
        "end": instant(opened.ends_at),
        "sender": sender.owner.display_name,
        "assistant": sender.assistant,
    }


@dataclass(frozen=True, slots=True)
class Sending:
    """A version of the minutes that goes out."""

    minutes: Minutes
    step: MinutesStep
    paper: Paper | None
    """Along with the letter; None: it leads to where they are read."""


def send_minutes(
    db: Db,
    sender: Sender,
    opened: Opened,
    sending: Sending,
    to: Sequence[Somebody],
    house: House,
    *,
    now: int,
) -> int:
    """A letter to each of those people; how many were queued."""
    found, step = sending.minutes, sending.step
    facts = about_meeting(opened, sender) | _of_version(db, opened, found, step, house, now=now)
    languages = languages_of(db, [one.address for one in to], default=house.language)
    actions = actions_in(step.sections)
    queued = 0
    for one in to:
        if not one.email:
            continue
        letter = Post(
            kind="minutes",
            template="minutes",
            language=languages.get(one.address, house.language),  # type: ignore[call-overload]
            facts={
                **facts,
                "attached": sending.paper is not None,
                "link": _link(db, opened, sending, one, house, now=now),
                "guest": one.principal is None,
                # What was corrected may be no matter of his: his page says what he may know.
                "reason": facts["reason"] if one.principal or sending.paper else "",
                "actions": _own(actions, one) if facts["title"] else [],
            },
            owner_id=sender.owner.id,
            actor_id=sender.actor.id,
            recipient=f"mailto:{one.email}",
            occasion=f"{opened.meeting.ref}/{step.version}",
            about=opened.meeting.uid or "",
            papers=(sending.paper,) if sending.paper else (),
        )
        queued += outbox.post(db, letter, now=now)
    return queued


def _of_version(
    db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House, *, now: int
) -> dict[str, JSON]:
    validation = found.validation_of(step)
    former, correction = found.replaced_by(step), found.correction_of(step)
    validator = "" if validation is None else _name(db, validation.author_id)
    until = house.minutes_due(db, house.day(now))
    writer = get_principal_by_id(db, opened.meeting.secretary_id or step.author_id)
    public = opened.visibility == Visibility.PUBLIC
    return {
        "decisions_only": step.kind is MinutesKind.DECISIONS,
        "validator": validator,
        "interim": validation is not None and validation.for_id is not None,
        "version": step.version,
        "former": None if former is None else instant(former.at),
        "reason": (correction.reason or "").rstrip(".") if correction and public else "",
        "writer": writer.display_name,
        "writer_email": writer.email or "",
        "until": until.isoformat(),
    }


def _name(db: Db, number: int) -> str:
    return get_principal_by_id(db, number).display_name  # type: ignore[arg-type]


def minutes_url(opened: Opened, version: int, house: House) -> str:
    """Where who takes part reads a version, after he signed in."""
    return f"{house.base_url}/api/v1/meetings/{opened.meeting.ref}/minutes/{version}.pdf"


def _link(
    db: Db, opened: Opened, sending: Sending, one: Somebody, house: House, *, now: int
) -> str:
    """After signing in; whoever cannot has a page of his own where no file goes along."""
    if one.principal is not None:
        return minutes_url(opened, sending.step.version, house)
    return "" if sending.paper is not None else guest_link(db, opened, one, house, now=now)


def _own(actions: Sequence[NotedAction], one: Somebody) -> list[JSON]:
    """What somebody owes himself."""
    return [
        {
            "ref": action.ref,
            "label": action.label,
            "due": action.due.isoformat() if action.due else None,
        }
        for action in actions
        if action.owner == one.address
    ]
