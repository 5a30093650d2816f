"""The page of an invitation: what it is, one's own answer, another time, one's own calendar.

It shows no more than the mail does: of what is not public the time and the place, and never
another person than the one who invites (SEC-6, SEC-7).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from calendars.itip.copy import Key
from calendars.itip.counter import NoSuchProposal
from calendars.itip.guest import Guest, Occasion, proposal, reply, takes_proposals
from calendars.itip.message import ItipMessage
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import unescape
from calendars.model.entry import visibility_of
from calendars.model.principal import Principal, Visibility
from calendars.services.deliver_itip import Dispatch
from calendars.services.hear_guest import (
    Invitation,
    NotTaken,
    Standing,
    find_invitation,
    hear_guest,
)
from notifications.imip.enclosures import is_public
from notifications.imip.reply_address import given_address
from notifications.pages import papers
from notifications.pages.answer_form import MAX_COMMENT, answer_in, comment_in, proposal_in
from notifications.pages.own_copy import own_copy
from notifications.pages.page import Asked, Download, Form, Sheet, Turn
from notifications.wording.moments import written

DATES = 6
"""How many dates of a series stand on one page."""
MAX_PAGES = 60
FILE = "invitation.ics"
_PROPOSAL = "proposal"
_WRONG = 422
_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class _Place(NamedTuple):
    """Where behind the link: at one date or at all, at the answer or at another time."""

    key: Key
    proposes: bool


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Answers invitations; all that it does goes the way that an answer by mail goes."""

    dispatch: Dispatch
    mailbox: str
    zone: tzinfo
    is_abroad: Callable[[str], bool]
    """Whom to tell whose clocks the hours are of (FR-1)."""
    organizer_is_real: bool = False
    """Mails name the organizer by his own address."""

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        found = self._invitation(db, asked)
        if asked.step == FILE:
            return self._file(db, asked, found)
        if asked.step.startswith(papers.STEP) and found.guest is not None:
            held = found.guest.calendar
            return papers.paper_asked_for(db, asked, held, named=is_public(held))
        place = _place(asked.step)
        if found.guest is None:
            return _gone(found)
        if place.proposes:
            return self._proposal(asked, found, found.guest, place, {}, ())
        sheet = self._answer(asked, found, found.guest, place, {}, ())
        held = found.guest.calendar
        return papers.with_papers(db, asked, sheet, held, named=is_public(held))

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """Raises NotFound."""
        found = self._invitation(db, asked)
        place = _place(asked.step)
        guest = found.guest
        if guest is None:
            return _gone(found)
        about = self._open_occasion(asked, guest, place)
        if about is None:
            return Turn("" if place.key is None else str(place.key), {})
        if place.proposes:
            return self._propose(db, asked, found, guest, place, form)
        said, wrong = answer_in(form)
        if wrong:
            return self._answer(asked, found, guest, place, form, wrong)
        key = None if place.key is None and guest.invited_to_series else about.key
        message = reply(guest, key, said, now=asked.now)
        step = asked.step
        if message is None:
            return Turn(step, {"done": "answered"})
        try:
            self._hear(db, asked, found.owner, message)
        except NotTaken:
            return Turn(step, {"done": "changed"})
        log.info("page.answered", extra={"owner_id": found.owner.id})
        return Turn(step, {"done": "answered"})

    def _propose(
        self, db: Db, asked: Asked, found: Invitation, guest: Guest, place: _Place, form: Form
    ) -> Turn | Sheet:
        about = guest.occasion(place.key)
        if about is None or not takes_proposals(guest):
            raise NotFound("there is nothing here")
        wanted, wrong = proposal_in(form, about, self.zone, now=asked.now)
        if wanted is None:
            return self._proposal(asked, found, guest, place, form, wrong)
        step = "" if place.key is None else str(place.key)
        try:
            message = proposal(guest, about, *wanted, comment=comment_in(form), now=asked.now)
            self._hear(db, asked, found.owner, message)
        except (NotTaken, NoSuchProposal):
            return Turn(step, {"done": "changed"})
        log.info("page.proposed", extra={"owner_id": found.owner.id})
        return Turn(step, {"done": "proposed"})

    def _hear(self, db: Db, asked: Asked, owner: Principal, message: ItipMessage) -> None:
        hear_guest(db, owner, message, dispatch=self.dispatch, source=asked.source, now=asked.now)

    # --- what is shown ---------------------------------------------------------------------------

    def _answer(
        self, asked: Asked, found: Invitation, guest: Guest, place: _Place,
        form: Form, wrong: Sequence[str],
    ) -> Sheet:  # fmt: skip
        whole = place.key is None and guest.is_series
        number = _page_number(asked) if whole else 1
        dates, more = _dates(guest, number, asked.now) if whole else ([], False)
        about = guest.occasion(place.key) if not dates else dates[0]
        if about is None:
            return self._without(asked, found, guest)
        facts = self._facts(found, guest, about)
        said = about.said
        if whole and guest.view.master is not None:
            said = guest.said(None, guest.view.master)
        facts |= {
            "state": "open" if (dates or not whole) and about.is_open(asked.now) else "past",
            "answered": said.part_stat,
            "values": {"answer": said.part_stat, "comment": said.comment, **form},
            "series": whole,
            "one_for_all": guest.invited_to_series,
            "one_of_series": place.key is not None,
            "key": "" if place.key is None else str(place.key),
            "dates": [self._date(one, asked.now) for one in dates],
            "number": number,
            "more": more,
            "takes_proposals": takes_proposals(guest) and not whole and _has_hours(about),
            "max_comment": MAX_COMMENT,
            "notice": asked.query.get("done", "") if not wrong else "",
            "errors": list(wrong),
        }
        return Sheet("pages/answer.html", facts, _WRONG if wrong else 200)

    def _without(self, asked: Asked, found: Invitation, guest: Guest) -> Sheet:
        """A date that is not in the series (any more), or a series that is over."""
        last = guest.occasion(None)
        if asked.step or last is None:
            return _gone(found._replace(standing=Standing.CANCELLED))
        return Sheet("pages/closed.html", {**self._facts(found, guest, last), "state": "past"})

    def _proposal(
        self, asked: Asked, found: Invitation, guest: Guest, place: _Place,
        form: Form, wrong: Sequence[str],
    ) -> Sheet:  # fmt: skip
        about = guest.occasion(place.key)
        several = place.key is None and guest.is_series
        if about is None or several or not takes_proposals(guest) or not _has_hours(about):
            raise NotFound("there is nothing here")
        if not about.is_open(asked.now):
            return self._answer(asked, found, guest, place._replace(proposes=False), {}, ())
        facts = self._facts(found, guest, about) | {
            "values": {**self._prefilled(about), **form},
            "all_day": isinstance(about.start, date),
            "today": datetime.fromtimestamp(asked.now, self.zone).date().isoformat(),
            "key": "" if place.key is None else str(place.key),
            "max_comment": MAX_COMMENT,
            "errors": list(wrong),
        }
        return Sheet("pages/proposal.html", facts, _WRONG if wrong else 200)

    def _facts(self, found: Invitation, guest: Guest, about: Occasion) -> dict[str, object]:
        public = visibility_of(about.part) == Visibility.PUBLIC
        return {
            "title": _text(about, "SUMMARY") if public else "",
            "description": _text(about, "DESCRIPTION") if public else "",
            "location": _text(about, "LOCATION"),
            "organizer": found.owner.display_name,
            "start": written(about.start),
            "end": written(about.end),
            "series": guest.is_series,
            "abroad": self.is_abroad(guest.address),
        }

    def _date(self, one: Occasion, now: int) -> dict[str, object]:
        return {
            "key": str(one.key),
            "start": written(one.start),
            "end": written(one.end),
            "location": _text(one, "LOCATION"),
            "answer": one.said.part_stat,
            "open": one.is_open(now),
        }

    def _prefilled(self, about: Occasion) -> Mapping[str, str]:
        """The present time, so that only what differs need be filled in."""
        start, end = about.start, about.end
        if isinstance(start, date) or isinstance(end, date):
            last = end - _DAY if isinstance(end, date) else end
            return {"day": str(start), "last": str(last), "comment": ""}
        first, last_at = (datetime.fromtimestamp(one, self.zone) for one in (start, end))
        hours = {"start": f"{first:%H:%M}", "end": f"{last_at:%H:%M}"}
        return {"day": f"{first:%Y-%m-%d}", **hours, "comment": ""}

    # --- what is done ----------------------------------------------------------------------------

    def _invitation(self, db: Db, asked: Asked) -> Invitation:
        link = asked.link
        return find_invitation(db, link.owner_id, link.about, link.recipient, now=asked.now)

    def _open_occasion(self, asked: Asked, guest: Guest, place: _Place) -> Occasion | None:
        """What can still be answered; of a series the next date stands for all."""
        if place.key is None and guest.is_series and not place.proposes:
            if not guest.invited_to_series:
                raise NotFound("there is nothing here")
            return next(iter(guest.occasions(after=asked.now, limit=1)), None)
        about = guest.occasion(place.key)
        return about if about is not None and about.is_open(asked.now) else None

    def _file(self, db: Db, asked: Asked, found: Invitation) -> Download:
        if found.guest is None:
            raise NotFound("there is nothing here")
        link = asked.link
        thread = (link.owner_id, link.about, link.recipient)
        answers_to = given_address(db, self.mailbox, thread, now=asked.now)
        if self.organizer_is_real:
            answers_to = preferred_address(found.owner).removeprefix("mailto:")
        octets = own_copy(found.guest, answers_to, found.owner.display_name)
        return Download(FILE, "text/calendar; charset=utf-8; method=PUBLISH", octets)


def _place(step: str) -> _Place:
    """`""`, `proposal`, `<key>`, `<key>/proposal`. Raises NotFound."""
    parts = step.split("/") if step else []
    proposes = parts[-1:] == [_PROPOSAL]
    rest = parts[:-1] if proposes else parts
    if len(rest) > 1:
        raise NotFound("there is nothing here")
    if not rest:
        return _Place(None, proposes)
    digits = rest[0].removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 11):
        raise NotFound("there is nothing here")
    return _Place(int(rest[0]), proposes)


def _gone(found: Invitation) -> Sheet:
    facts = {"state": str(found.standing), "organizer": found.owner.display_name, "title": ""}
    return Sheet("pages/closed.html", {**facts, "start": None, "end": None, "location": ""})


def _page_number(asked: Asked) -> int:
    text = asked.query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), MAX_PAGES)


def _dates(guest: Guest, number: int, now: int) -> tuple[list[Occasion], bool]:
    """The dates of one page, and whether more follow."""
    found = guest.occasions(after=now, limit=number * DATES + 1)
    return found[(number - 1) * DATES : number * DATES], len(found) > number * DATES


def _has_hours(about: Occasion) -> bool:
    return about.part.name == "VEVENT"


def _text(about: Occasion, name: str) -> str:
    value = about.part.value(name)
    return "" if value is None else unescape(value).strip()
