"""Hand papers in, read them, take them away: by who keeps a meeting, or presents the point."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.attachments import TooManyAttachments
from calendars.model.calendar_user_address import addresses_of
from calendars.model.limits import LIMITS
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.keep_files import Sent, keep_file, read_file
from scheduler.meetings import repository
from scheduler.meetings.access import Opened, Part, look_at, open_meeting
from scheduler.meetings.call_meeting import note_event
from scheduler.meetings.keep_agenda import agenda_for
from scheduler.meetings.model import Agenda, ItemId, Paper, PaperId
from scheduler.meetings.papers import forget_paper, keep, papers_of, settle
from scheduler.meetings.write_event import write_agenda


class PaperFile(NamedTuple):
    """What was handed in."""

    filename: str
    media_type: str
    content: bytes


def hand_in_paper(
    db: Db,
    actor: Principal,
    ref: str,
    paper: tuple[str, int | None],
    file: PaperFile,
    *,
    dispatch: Dispatch,
    now: int,
) -> Paper:
    """The file of a paper: by who keeps the meeting, or by who presents its point. It stands on
    the event from now on, unless its point is reserved (MTG-8); nobody is invited anew (MTG-4).

    Raises NotFound, NotYourPart, AttachmentTooLarge, TooManyAttachments.
    """
    named, item_id = paper
    opened = open_meeting(db, actor, ref, Part.PRESENTER, now=now, lock=True)
    agenda = repository.agenda_of(db, opened.meeting.id)
    known = next((one for one in settle(db, opened) if one.ref == named), None)
    item = item_id if item_id is not None else (known.item_id if known else None)
    of = _point(agenda, actor, opened, item, known)
    kept = keep_file(db, Sent(file.content, file.media_type, file.filename), now=now)
    there = known or Paper(PaperId(0), named, of, None, None, None, None, None, None, None)
    handed = replace(
        there, item_id=of, filename=kept.filename or "document", media_type=kept.media_type,
        size=kept.size, digest=kept.digest, managed_id=None, added_by=actor.id, added_at=now,
    )  # fmt: skip
    handed = keep(db, opened, handed)
    dropped = [there.managed_id] if there.managed_id is not None else []
    _write(db, actor, opened, dropped, dispatch, now=now)
    return _placed(db, opened, agenda, handed)


def _point(
    agenda: Agenda, actor: Principal, opened: Opened, item: int | None, known: Paper | None
) -> ItemId | None:
    """The point that it belongs to, as far as this is for him to say. Raises NotFound."""
    if opened.part < Part.EDITOR:
        addresses = set(map(str, addresses_of(actor)))
        mine = {one.id for one in agenda.items if one.presenter in addresses}
        if item not in mine or (known is not None and known.item_id not in mine):
            raise NotFound("there is nothing here")
    return None if item is None else agenda.item(item).id


def _placed(db: Db, opened: Opened, agenda: Agenda, handed: Paper) -> Paper:
    """As it stands now. Raises TooManyAttachments where the event had no room for it."""
    paper = repository.find_paper(db, opened.meeting.id, handed.ref) or handed
    reserved = any(one.id == paper.item_id and one.reserved for one in agenda.items)
    bears = opened.event is not None and not opened.event.cancelled
    if bears and not reserved and paper.managed_id is None:
        raise TooManyAttachments(f"an object bears at most {LIMITS.max_attachments}")
    return paper


def _write(
    db: Db,
    actor: Principal,
    opened: Opened,
    dropped: list[str],
    dispatch: Dispatch,
    *,
    now: int,
) -> None:
    if write_agenda(db, actor, opened, dispatch, dropped=dropped, now=now):
        note_event(db, look_at(db, actor, opened.meeting, now=now))


def read_paper(db: Db, actor: Principal, ref: str, named: str, *, now: int) -> PaperFile:
    """A paper, for who takes part, or presents the point that it belongs to (MTG-8).

    Raises NotFound.
    """
    opened = open_meeting(db, actor, ref, Part.PRESENTER, now=now)
    paper = next((one for one in papers_of(db, opened) if one.ref == named), None)
    if paper is None or paper.digest is None:
        raise NotFound("there is nothing here")
    if opened.part < Part.READER:
        shown = agenda_for(db, actor, opened)
        if all(paper not in line.papers for line in shown.lines):
            raise NotFound("there is nothing here")
    return PaperFile(paper.filename or "", paper.media_type or "", read_file(db, paper.digest))


def withdraw_paper(
    db: Db, actor: Principal, ref: str, named: str, *, dispatch: Dispatch, now: int
) -> None:
    """A paper less, from the event too. Raises NotFound, NotYourPart."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    paper = next((one for one in settle(db, opened) if one.ref == named), None)
    if paper is None:
        raise NotFound("there is nothing here")
    forget_paper(db, paper)
    dropped = [paper.managed_id] if paper.managed_id is not None else []
    _write(db, actor, opened, dropped, dispatch, now=now)
