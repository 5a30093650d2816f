"""Who was there: expected from the answers, corrected on the day (MTG-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Principal
from scheduler.meetings import people, repository
from scheduler.meetings.access import Opened, Part, open_meeting
from scheduler.meetings.invitation import Invitee
from scheduler.meetings.model import Attendance
from scheduler.meetings.rules import Presence

_EXPECTED = {
    "ACCEPTED": Presence.PRESENT,
    "TENTATIVE": Presence.PRESENT,
    "DECLINED": Presence.EXCUSED,
    "DELEGATED": Presence.REPRESENTED,
}


class Attending(NamedTuple):
    """One line of the sheet: who, what the answer makes expect, what was noted."""

    who: people.Somebody
    answer: str | None
    """PARTSTAT; None for somebody whom the event does not name."""
    optional: bool
    expected: Presence | None
    noted: Attendance | None

    @property
    def presence(self) -> Presence | None:
        """As it was noted, else as it is expected."""
        return self.noted.presence if self.noted else self.expected


@dataclass(frozen=True, slots=True)
class AttendanceNote:
    """What somebody saw; `person` by login or e-mail."""

    person: str
    presence: Presence
    civility: str | None = None
    represented_by: str | None = None
    arrived_at: int | None = None
    left_at: int | None = None


def list_attending(db: Db, opened: Opened) -> list[Attending]:
    """Everybody who was asked to come, in the order of the event, then those who came besides."""
    invitees = () if opened.event is None else opened.event.people
    noted = repository.list_attendance(db, opened.meeting.id)
    names = {address: one.name for address, one in noted.items()}
    names |= {one.address: one.name for one in invitees}
    known = people.known(db, [*(one.address for one in invitees), *noted], names)
    # One person may be invited by one of his addresses, and noted by another.
    asked = {known[one.address].address: one for one in invitees}
    seen = {known[address].address: one for address, one in noted.items()}
    who = {one.address: one for one in known.values()}
    return [_line(one, asked.get(address), seen.get(address)) for address, one in who.items()]


def _line(who: people.Somebody, asked: Invitee | None, noted: Attendance | None) -> Attending:
    if asked is None:
        return Attending(who, None, optional=False, expected=None, noted=noted)
    expected = _EXPECTED.get(asked.answer)
    return Attending(who, asked.answer, asked.optional, expected, noted)


def note_attendance(
    db: Db, actor: Principal, ref: str, notes: Sequence[AttendanceNote], *, now: int
) -> Opened:
    """What was seen on the day. Raises NotFound, NotYourPart, UnknownPerson, InvalidInput."""
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    named = [people.resolve(db, [note.person])[0] for note in notes]
    rows = []
    for note, who in zip(notes, named, strict=True):
        if note.arrived_at and note.left_at and note.left_at < note.arrived_at:
            raise InvalidInput(
                "nobody leaves before he came",
                words="nul ne part avant d'être arrivé",
                field="items",
            )
        rows.append(
            Attendance(
                who.address,
                who.name,
                note.presence,
                note.civility,
                note.represented_by,
                note.arrived_at,
                note.left_at,
            )
        )
    repository.note_attendance(db, opened.meeting.id, rows)
    return opened


def keep_expected(db: Db, opened: Opened) -> None:
    """The meeting is over: who was expected and is not noted otherwise was there.

    From now on the sheet does not depend on the event, which may be tidied away.
    """
    rows = [
        Attendance(one.who.address, one.who.name, one.expected or Presence.ABSENT)
        for one in list_attending(db, opened)
        if one.noted is None
    ]
    repository.note_attendance(db, opened.meeting.id, rows)
