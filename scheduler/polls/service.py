"""Polls of dates: ask, remind, answer, read how they stand (MTG-3).

One act confirms: the date of the hold group (`diaries.confirm_hold`). That decides the poll too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.calendar_user_address import (
    calendar_user_address,
    mailto,
    preferred_address,
)
from calendars.model.component import Component, decode, parse, unescape
from calendars.model.entry import entries_of
from calendars.model.instances import bounds
from calendars.model.principal import Principal, Privilege
from calendars.services.act_for import may_still_send
from calendars.services.authorize import NeedPrivileges, open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.open_account import check_email
from calendars.services.put_object import ObjectPath
from calendars.services.read_entry import read_entry
from notifications.links import Link
from scheduler.diaries.hold_events import without_option
from scheduler.diaries.model import HoldGroup, HoldState
from scheduler.diaries.service import get_holds
from scheduler.polls import repository
from scheduler.polls.messages import Asked, Author, Desk, ask
from scheduler.polls.model import (
    MAX_ASKED,
    Option,
    Poll,
    PollClosed,
    PollExists,
    PollId,
    Tally,
    Vote,
    Voter,
    tally,
    unnamed,
)

MOST_POLLS = 200
MASK = "Rendez-vous"


class Asking(NamedTuple):
    """Who is asked, until when, and what is said to them."""

    required: Sequence[str] = ()
    """E-mail addresses; empty: those whom the events invite."""
    optional: Sequence[str] = ()
    message: str = ""
    closes_at: int | None = None


class Shown(NamedTuple):
    """A poll, its dates, and where its hold group has come to."""

    poll: Poll
    options: tuple[Option, ...]
    group: HoldGroup
    hidden: bool = False
    """Its class is one that the reader does not see (SEC-2)."""
    runs_it: bool = False
    """The reader has asked these people: he knows them, but not the more of the title for it."""

    @property
    def told(self) -> Poll:
        """As the reader may know it."""
        if not self.hidden:
            return self.poll
        masked = replace(self.poll, title=MASK)
        return masked if self.runs_it else unnamed(masked)

    @property
    def is_open(self) -> bool:
        """It can still be decided."""
        return self.group.state is HoldState.OPEN

    @property
    def tallies(self) -> list[Tally]:
        """The dates, best first."""
        return tally(self.told, self.options)


def open_poll(
    db: Db, actor: Principal, path: tuple[str, str], asking: Asking, desk: Desk, *, now: int
) -> Shown:
    """Ask people about the dates of the hold group of that diary and reference.

    Raises NotFound, NeedPrivileges, PollExists, PollClosed, InvalidInput.
    """
    owner, group = _group(db, actor, path, now=now)
    if repository.find(db, *path) is not None:
        raise PollExists("those dates are asked about already")
    if group.state is not HoldState.OPEN:
        raise PollClosed("those dates are decided")
    options, event = _options(db, owner, group, now=now)
    if asking.closes_at is not None and asking.closes_at <= now:
        raise InvalidInput(
            "the poll closes in the past", words="le sondage serait déjà clos", field="closes_at"
        )
    voters = _voters(db, owner, asking, event)
    entry = entries_of(event)[0]
    poll = Poll(
        PollId(0),
        *path,
        title=without_option(unescape(entry.value("SUMMARY") or "")),
        place=unescape(entry.value("LOCATION") or ""),
        message=asking.message,
        visibility=entry.value("CLASS") or "PUBLIC",
        closes_at=asking.closes_at,
        made_by=actor.login,
        voters=voters,
    )
    repository.add(db, poll, by=actor.login, now=now)
    ask(db, poll, voters, Asked(options, Author(owner, actor), "asked"), desk, now=now)
    return _shown(db, actor, poll, options, group, now=now)


def show_poll(db: Db, actor: Principal, path: tuple[str, str], *, now: int) -> Shown:
    """How a poll stands, for those who keep the diary. Raises NotFound, NeedPrivileges."""
    owner, group = _group(db, actor, path, now=now)
    poll = repository.find(db, *path)
    if poll is None:
        raise NotFound("nobody is asked about these dates")
    options, _ = _options(db, owner, group, now=now)
    return _shown(db, actor, poll, options, group, now=now)


def list_polls(
    db: Db, actor: Principal, login: str, *, open_only: bool = True, now: int
) -> list[Shown]:
    """The polls of a diary, the latest first, for those who keep it. Raises NotFound."""
    owner = get_principal(db, login)
    if not may_still_send(db, actor.id, owner.id, now=now):
        raise NotFound("there are no polls here")
    found = []
    for poll in repository.list_of(db, login, limit=MOST_POLLS):
        group = get_holds(db, login, poll.ref)
        if open_only and group.state is not HoldState.OPEN:
            continue
        try:
            options, _ = _options(db, owner, group, now=now)
        except NotFound:
            options = ()
        found.append(_shown(db, actor, poll, options, group, now=now))
    return found


def remind(
    db: Db, actor: Principal, path: tuple[str, str], desk: Desk, *, now: int
) -> tuple[Shown, int]:
    """Ask those again who have not answered, once a day; how many there are.

    Raises NotFound, NeedPrivileges, PollClosed.
    """
    shown = show_poll(db, actor, path, now=now)
    if not shown.is_open:
        raise PollClosed("those dates are decided")
    silent = [one for one in shown.poll.voters if one.answered_at is None]
    author = Author(get_principal(db, path[0]), actor)
    asked = Asked(shown.options, author, f"again {now // 86_400}")
    ask(db, shown.poll, silent, asked, desk, now=now)
    return shown, len(silent)


def poll_of_link(db: Db, link: Link, *, now: int) -> tuple[Shown, Voter, Principal]:
    """What the holder of a link is asked, and by whom. Raises NotFound."""
    poll = repository.find_by_id(db, PollId(int(link.about)))
    if poll is None:
        raise NotFound("there is nothing here")
    owner = get_principal_by_id(db, link.owner_id)
    group = get_holds(db, poll.owner, poll.ref)
    shown = Shown(poll, _options(db, owner, group, now=now)[0], group)
    return shown, poll.voter(link.recipient), owner


def answer(
    db: Db, shown: Shown, voter: Voter, votes: Mapping[int, Vote], comment: str, *, now: int
) -> None:
    """What somebody says; saying it twice changes nothing. Raises PollClosed, InvalidInput."""
    if not shown.is_open:
        raise PollClosed("those dates are decided")
    known = {one.position for one in shown.options}
    said = shown.poll.answer(voter.address, votes, comment, options=known, now=now)
    repository.record(db, shown.poll, said)


def _group(
    db: Db, actor: Principal, path: tuple[str, str], *, now: int
) -> tuple[Principal, HoldGroup]:
    """Who may speak in the owner's name runs his polls; others find nothing (SEC-5)."""
    owner = get_principal(db, path[0])
    if not may_still_send(db, actor.id, owner.id, now=now):
        raise NotFound("there are no options of that reference")
    return owner, get_holds(db, *path)


def _shown(
    db: Db,
    actor: Principal,
    poll: Poll,
    options: tuple[Option, ...],
    group: HoldGroup,
    *,
    now: int,
) -> Shown:
    hidden = _is_hidden(db, actor, poll, group, now=now)
    return Shown(poll, options, group, hidden, actor.login == poll.made_by)


def _is_hidden(db: Db, actor: Principal, poll: Poll, group: HoldGroup, *, now: int) -> bool:
    """A class that the reader does not see hides words and people as in the diary (SEC-2)."""
    path = (poll.owner, group.holds[0].calendar)
    try:
        _, access = open_collection(db, actor, path, Privilege.READ, now=now)
    except (NotFound, NeedPrivileges):
        return True
    return poll.visibility not in frozenset(map(str, access.sees))


def _options(
    db: Db, owner: Principal, group: HoldGroup, *, now: int
) -> tuple[tuple[Option, ...], Component]:
    """The dates as they stand in the diary: who moved one there has moved it here too.

    Raises NotFound where none is left.
    """
    found: list[Option] = []
    event: Component | None = None
    for hold in group.holds:
        path = ObjectPath(group.owner, hold.calendar, hold.name)
        try:
            entry = read_entry(db, owner, path, now=now)
        except NotFound:
            continue
        calendar = parse(decode(entry.found.data))
        window = bounds(calendar, zone_of(entry.collection))
        found.append(Option(hold.position, window.start, window.end))
        event = event or calendar
    if event is None:
        raise NotFound("none of the dates is left")
    return tuple(found), event


def _voters(db: Db, owner: Principal, asking: Asking, event: Component) -> list[Voter]:
    required = [mailto(check_email(email)) for email in asking.required]
    optional = [mailto(check_email(email)) for email in asking.optional]
    if not required and not optional:
        mine = preferred_address(owner)
        people = entries_of(event)[0].all("ATTENDEE")
        invited = [calendar_user_address(line.value) for line in people]
        required = [one for one in invited if one != mine]
    addresses = list(dict.fromkeys([*required, *optional]))
    if not 1 <= len(addresses) <= MAX_ASKED:
        raise InvalidInput(
            f"between one and {MAX_ASKED} people are asked",
            words=f"de une à {MAX_ASKED} personnes",
            field="required",
        )
    ours = find_calendar_users(db, addresses)
    return [
        Voter(
            address,
            ours[address].display_name if address in ours else "",
            required=address in required,
        )
        for address in addresses
    ]
