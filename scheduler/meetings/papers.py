"""The papers of a meeting are the managed attachments of its event (RFC 8607, MTG-2, MTG-8).

A paper that is handed in to a point stands on the event, so that whoever sees the event opens it in
his own client; one that somebody attaches there is among the papers. What belongs to a reserved
point is not for everybody who sees the event: it stands beside it, and is read by the rules of the
meeting alone. Neither makes an invitation (MTG-4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from calendars.kernel.database import Db
from calendars.model.attachments import Described, Managed, change_part
from calendars.model.component import Component
from calendars.model.limits import LIMITS
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.keep_files import (
    KeptFile,
    describe_attachments,
    hold_file,
    issue_attachment,
    release_file,
    retire_attachments,
)
from scheduler.meetings import repository
from scheduler.meetings.access import Opened
from scheduler.meetings.model import Agenda, Paper, PaperId


class Joined(NamedTuple):
    """What the meeting knows and what its event bears, as one."""

    papers: tuple[Paper, ...]
    gone: tuple[Paper, ...]
    """Those that somebody took off the event."""


def papers_of(db: Db, opened: Opened) -> tuple[Paper, ...]:
    """The papers of now, whoever added them; nothing is written."""
    return _joined(db, opened).papers


def settle(db: Db, opened: Opened, *, without: Collection[str] = ()) -> list[Paper]:
    """What was done to the papers in some client is known to the meeting from now on; what is
    about to leave the event is not looked at.
    """
    joined, number = _joined(db, opened, without), opened.meeting.id
    for one in joined.gone:
        forget_paper(db, one)
    known = {one.id: one for one in repository.list_papers(db, number)}
    return [one if known.get(one.id) == one else keep(db, opened, one) for one in joined.papers]


def keep(db: Db, opened: Opened, paper: Paper) -> Paper:
    """A paper as it is now; its file is needed as long as the meeting has it."""
    kept = repository.save_paper(db, opened.meeting.id, paper)
    if kept.digest is not None:
        hold_file(db, kept.digest, _keeper(kept))
    return kept


def forget_paper(db: Db, paper: Paper) -> None:
    """A paper less, and nobody needs its file for it."""
    release_file(db, _keeper(paper))
    repository.remove_paper(db, paper.id)


def _keeper(paper: Paper) -> str:
    return f"meeting-paper/{paper.id}"


def _joined(db: Db, opened: Opened, without: Collection[str] = ()) -> Joined:
    rows, event = repository.list_papers(db, opened.meeting.id), opened.event
    if event is None or event.cancelled:
        return Joined(tuple(rows), ())
    on_event = [one for one in event.papers if one not in without]
    named = {one.managed_id for one in rows if one.managed_id is not None}
    if not named and not on_event:
        return Joined(tuple(rows), ())
    return join(rows, on_event, describe_attachments(db, named | {*on_event}))


def join(
    rows: Iterable[Paper], on_event: Sequence[str], described: Mapping[str, Described]
) -> Joined:
    """Papers of no event stay; one that was updated on the event is the same paper, with another
    file; one that the event bears no more is gone; what is new there belongs to no point yet.
    """
    left = [described[one] for one in on_event if one in described]
    papers, gone = [], []
    for row in rows:
        was = None if row.managed_id is None else described.get(row.managed_id)
        now_is = next((one for one in left if was and one.first_id == was.first_id), None)
        if row.managed_id is None:
            papers.append(row)
        elif now_is is None:
            gone.append(row)
        else:
            left.remove(now_is)
            same = now_is.managed_id == row.managed_id
            papers.append(row if same else replace(row, **_file_in(now_is)))
    refs = {one.ref for one in papers}
    for one in left:
        found = Paper(PaperId(0), _ref_of(one), None, **_file_in(one))
        if found.ref not in refs:
            refs.add(found.ref)
            papers.append(found)
    return Joined(tuple(papers), tuple(gone))


def _file_in(one: Described) -> dict[str, Any]:
    return {
        "filename": one.filename or "document",
        "media_type": one.media_type,
        "size": one.size,
        "digest": one.digest,
        "managed_id": one.managed_id,
        "added_by": one.made_by,
        "added_at": one.made_at,
    }


def _ref_of(one: Described) -> str:
    """It stays the same through new versions, and tells nothing of the id."""
    return f"PJ-{sha256(one.first_id.encode()).hexdigest()[:8]}"


class Placing(NamedTuple):
    """What the event is to bear no more, and what besides."""

    gone: frozenset[str]
    new: tuple[Managed, ...]

    @property
    def is_any(self) -> bool:
        """Something changes by it."""
        return bool(self.gone or self.new)

    def write(self, component: Component) -> None:
        """The lines of the event follow."""
        change_part(component, self.gone, self.new)


def place(
    db: Db, actor: Principal, opened: Opened, agenda: Agenda, dispatch: Dispatch, *,
    dropped: Collection[str] = (), now: int,
) -> Placing:  # fmt: skip
    """Which lines the event needs: papers of reserved points leave it, all others stand on it as
    far as it takes them (RFC 8607 §6.3); they are noted as placed.
    """
    on = set() if opened.event is None else set(opened.event.papers)
    reserved = {one.id for one in agenda.items if one.reserved}
    rows = [one for one in settle(db, opened, without=dropped) if not one.missing]
    hidden = [one for one in rows if one.item_id in reserved]
    gone = {*dropped, *(one.managed_id for one in hidden if one.managed_id is not None)} & on
    if opened.meeting.recurrence_id is None:
        # Those who once saw them have messages that name them still.
        retire_attachments(db, {one.managed_id for one in hidden if one.managed_id is not None})
    for one in hidden:
        if one.managed_id is not None:
            repository.save_paper(db, opened.meeting.id, replace(one, managed_id=None))
    room = LIMITS.max_attachments - len(on - gone)
    waiting = [one for one in rows if one.managed_id is None and one not in hidden]
    new = []
    for one in waiting[: max(0, room)]:
        file = KeptFile(one.filename or "", one.media_type or "", one.size or 0, one.digest or "")
        managed = issue_attachment(db, actor, file, dispatch.base_url, now=now)
        placed = replace(one, managed_id=managed.managed_id)
        repository.save_paper(db, opened.meeting.id, placed)
        new.append(managed)
    return Placing(frozenset(gone), tuple(new))
