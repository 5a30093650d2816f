"""The page of minutes for those without an account: what they were sent, what changed (MTG-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Visibility
from notifications.pages.page import Asked, Download, Form, Sheet, Turn
from notifications.wording.moments import written
from scheduler.meetings.guest_minutes import Reading, note_read, read_as_guest
from scheduler.meetings.house import House
from scheduler.meetings.minutes_model import MinutesKind, MinutesStep
from scheduler.meetings.printed import minutes_pdf

_FILE = re.compile(r"v([0-9]{1,4})\.pdf")


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """Shows which versions there are; what is read is a file, and stands in the trail (SEC-8)."""

    house: House

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        reading = read_as_guest(db, asked.link, now=asked.now)
        if not asked.step:
            return Sheet("pages/minutes.html", _facts(reading))
        named = _FILE.fullmatch(asked.step)
        if named is None:
            raise NotFound("there is nothing here")
        step = reading.version(int(named[1]))
        note_read(db, reading, step.version, asked.source, now=asked.now)
        content = minutes_pdf(db, reading.opened, reading.minutes, step, self.house)
        name = f"{reading.opened.meeting.ref}-v{step.version}.pdf"
        return Download(name, "application/pdf", content)

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """There is nothing to do here but to read."""
        del db, asked, form
        raise NotFound("there is nothing here")


def _facts(reading: Reading) -> dict[str, object]:
    opened = reading.opened
    public = opened.visibility == Visibility.PUBLIC
    newest, *former = reading.versions
    return {
        "title": opened.title if public else "",
        "reference": opened.meeting.ref,
        "start": None if opened.starts_at is None else written(opened.starts_at),
        "organizer": opened.owner.display_name,
        "decisions_only": newest.kind is MinutesKind.DECISIONS,
        "newest": _version(reading, newest),
        "former": [_version(reading, one) for one in former],
        "hides": reading.hides,
    }


def _version(reading: Reading, step: MinutesStep) -> dict[str, object]:
    correction = reading.minutes.correction_of(step)
    replaced = reading.minutes.replaced_by(step)
    return {
        "version": step.version,
        "at": written(step.at),
        "step": f"v{step.version}.pdf",
        "reason": (correction.reason or "").rstrip(".") if correction else "",
        "former": 0 if replaced is None else replaced.version,
        "replaces": None if replaced is None else written(replaced.at),
    }
