"""The page of a poll: one's own answer about each date, and nobody else's (SEC-7, MTG-3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal, Visibility
from notifications.pages.answer_form import comment_in
from notifications.pages.page import Asked, Download, Form, Sheet, Turn
from notifications.wording.moments import written
from scheduler.diaries.model import HoldState
from scheduler.polls.model import MAX_COMMENT, Option, PollClosed, Vote, Voter
from scheduler.polls.service import Shown, answer, poll_of_link

_WRONG = 422

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PollPage:
    """Asks which dates suit; what was said can be changed until the poll is decided."""

    is_abroad: Callable[[str], bool]

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        if asked.step:
            raise NotFound("there is nothing here")
        shown, voter, owner = poll_of_link(db, asked.link, now=asked.now)
        said = {_field(number): vote.value for number, vote in voter.votes.items()}
        values = {**said, "comment": voter.comment}
        return self._sheet(asked, shown, owner, voter, values, ())

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """Raises NotFound."""
        shown, voter, owner = poll_of_link(db, asked.link, now=asked.now)
        votes, wrong = _votes_in(form, shown.options)
        comment = comment_in(form)
        if len(comment) > MAX_COMMENT:
            wrong.append("comment")
        if wrong:
            return self._sheet(asked, shown, owner, voter, form, wrong)
        try:
            answer(db, shown, voter, votes, comment, now=asked.now)
        except PollClosed:
            return Turn("", {})
        log.info("poll.answered", extra={"poll_id": shown.poll.id})
        return Turn("", {"done": "voted"})

    def _sheet(
        self, asked: Asked, shown: Shown, owner: Principal, voter: Voter,
        values: Mapping[str, str], wrong: Sequence[str],
    ) -> Sheet:  # fmt: skip
        poll = shown.poll
        public = poll.visibility == Visibility.PUBLIC
        facts = {
            "state": _state(shown, asked.now),
            "title": poll.title if public else "",
            "message": poll.message if public else "",
            "location": poll.place,
            "organizer": owner.display_name,
            "abroad": self.is_abroad(voter.address),
            "closes_at": None if poll.closes_at is None else written(poll.closes_at),
            "answered": voter.answered_at is not None,
            "options": [_date(one, values) for one in _dates(shown)],
            "values": dict(values),
            "max_comment": MAX_COMMENT,
            "notice": asked.query.get("done", "") if not wrong else "",
            "errors": list(wrong),
        }
        return Sheet("pages/poll.html", facts, _WRONG if wrong else 200)


def _votes_in(form: Form, options: Sequence[Option]) -> tuple[dict[int, Vote], list[str]]:
    """What is said of each date, and the fields where nothing is."""
    votes: dict[int, Vote] = {}
    wrong: list[str] = []
    for one in options:
        said = form.get(_field(one.position), "")
        if said in set(Vote):
            votes[one.position] = Vote(said)
        else:
            wrong.append(_field(one.position))
    return votes, wrong


def _state(shown: Shown, now: int) -> str:
    closes = shown.poll.closes_at
    if shown.is_open and closes is not None and now >= closes:
        return "closed"
    return str(shown.group.state)


def _dates(shown: Shown) -> list[Option]:
    """Once it is decided, the one that is."""
    dates = sorted(shown.options, key=lambda one: one.starts_at)
    if shown.group.state is HoldState.RETAINED:
        return [one for one in dates if one.position == shown.group.retained]
    return dates


def _date(one: Option, values: Mapping[str, str]) -> dict[str, object]:
    field = _field(one.position)
    return {
        "field": field,
        "start": written(one.starts_at),
        "end": written(one.ends_at),
        "vote": values.get(field, ""),
    }


def _field(position: int) -> str:
    return f"date-{position}"
