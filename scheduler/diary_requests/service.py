"""Requests for an appointment: taken on, placed, answered (DIA-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import count

from calendars.http.shapes import instant_of
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.event_draft import EventDraft
from calendars.model.principal import Principal, Privilege
from calendars.services.act_for import acts_for, may_still_send
from calendars.services.authorize import open_collection
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_entry import Standing, find_entry
from calendars.services.find_principals import get_principal
from calendars.services.open_account import check_email
from calendars.services.put_object import ObjectPath
from scheduler.diaries.model import HoldDraft, HoldState, Slot
from scheduler.diaries.repository import find as find_group
from scheduler.diaries.service import abandon_holds, book, confirm_hold, hold_dates
from scheduler.diary_requests import repository, with_meeting
from scheduler.diary_requests.model import (
    OPEN,
    DiaryRequest,
    DiaryRequestId,
    Exit,
    Requester,
    RequestState,
    Wish,
    WrongRequestState,
)

DIARY, MASK = "agenda", "Rendez-vous"


def make_request(
    db: Db,
    actor: Principal,
    login: str,
    wish: Wish,
    requester: Requester | None,
    *,
    zone: tzinfo,
    now: int,
) -> DiaryRequest:
    """Somebody asks for an appointment; who keeps the diary also notes what others ask for.

    Raises NotFound, InvalidInput, Forbidden.
    """
    owner = get_principal(db, login)
    keeps = may_still_send(db, actor.id, owner.id, now=now)
    if requester is not None and not keeps:
        raise Forbidden(
            "only who keeps the diary notes what others ask for",
            words="qui tient l'agenda note ce que d'autres demandent",
            field="requester",
        )
    wish.check()
    asks = requester or Requester(actor.display_name, actor.email or "")
    for email in (*wish.attendees, *filter(None, [asks.email])):
        check_email(email)
    made = DiaryRequest(DiaryRequestId(0), login, "", actor.login, now, asks, wish)
    repository.add(db, made, year=instant_of(now).astimezone(zone).year)
    if wish.meeting:
        with_meeting.ask_for_meeting(db, actor, made, wish.meeting, zone=zone, now=now)
        repository.set_meeting(db, made)
    return made


def make_meeting(
    db: Db, actor: Principal, path: tuple[str, str], kind: str, *, zone: tzinfo, now: int
) -> DiaryRequest:
    """What was asked for is a meeting: it has an agenda and papers from now on (MTG-1).

    Raises NotFound, WrongRequestState.
    """
    found = _locked(db, actor, *path, now=now)
    if found.state not in OPEN or found.meeting is not None:
        raise WrongRequestState(found.state)
    with_meeting.ask_for_meeting(db, actor, found, kind, zone=zone, now=now)
    if found.options is not None:
        with_meeting.seek_date(db, found, now=now)
    repository.set_meeting(db, found)
    return _shown(db, actor, [found], now=now)[0]


def list_requests(
    db: Db, actor: Principal, login: str, states: Iterable[RequestState] = OPEN, *, now: int
) -> list[DiaryRequest]:
    """The requests for one person, for those who keep his diary. Raises NotFound."""
    _check_keeper(db, actor, login, now=now)
    return _shown(db, actor, repository.list_of(db, login, states), now=now)


def list_own_requests(db: Db, actor: Principal) -> list[DiaryRequest]:
    """What the actor himself has asked for, of whomever."""
    found = repository.list_made_by(db, actor.login)
    for one in found:
        with_meeting.follow_meeting(db, one)
    return found


def get_request(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> DiaryRequest:
    """One request, for those who keep the diary and for the one who made it. Raises NotFound."""
    found = repository.find(db, login, ref)
    if found is None:
        raise NotFound("there is no request of that reference")
    if found.made_by != actor.login:
        _check_keeper(db, actor, login, now=now)
    return _shown(db, actor, [found], now=now)[0]


def claim(
    db: Db, actor: Principal, login: str, ref: str, *, seconds: int, dispatch: Dispatch, now: int
) -> DiaryRequest:
    """The actor takes the request on. Raises NotFound, ClaimedByAnother, WrongRequestState."""
    found = _locked(db, actor, login, ref, now=now)
    again = found.state is RequestState.POSTPONED
    found.claim(actor.login, now=now, seconds=seconds)
    if again:
        free_options(db, actor, found, dispatch=dispatch, now=now)
        with_meeting.seek_date(db, found, now=now)
    return _saved(db, actor, found, now=now)


def release(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> DiaryRequest:
    """The actor gives it back. Raises NotFound, NotTheClaimer, WrongRequestState."""
    found = _locked(db, actor, login, ref, now=now)
    found.release(actor.login, now=now)
    return _saved(db, actor, found, now=now)


def hold_for(
    db: Db,
    actor: Principal,
    path: tuple[str, str],
    slots: Sequence[Slot],
    *,
    expires_at: int | None,
    dispatch: Dispatch,
    now: int,
) -> DiaryRequest:
    """Dates are held in the diary for the request of that login and reference (DIA-3).

    Raises NotFound, NeedPrivileges, NotTheClaimer, WrongRequestState, InvalidInput.
    """
    found = _locked(db, actor, *path, now=now)
    options = _free_ref(db, found)
    found.hold(actor.login, options, now=now)
    wanted = replace(_draft(found, slots, expires_at), ref=options)
    hold_dates(db, actor, found.owner, wanted, dispatch=dispatch, now=now)
    with_meeting.seek_date(db, found, now=now)
    return _saved(db, actor, found, now=now)


def propose(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> DiaryRequest:
    """The dates were told to the one who asked. Raises NotFound, NotTheClaimer,
    WrongRequestState.
    """
    found = _locked(db, actor, login, ref, now=now)
    found.propose(actor.login, now=now)
    with_meeting.seek_date(db, found, now=now)
    return _saved(db, actor, found, now=now)


def accept(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> DiaryRequest:
    """The one who asked agrees. Raises NotFound, NotTheClaimer, WrongRequestState."""
    found = _locked(db, actor, login, ref, now=now)
    found.accept(actor.login, now=now)
    return _saved(db, actor, found, now=now)


def place(
    db: Db,
    actor: Principal,
    path: tuple[str, str],
    chosen: Slot | int,
    *,
    dispatch: Dispatch,
    now: int,
) -> DiaryRequest:
    """It stands in the diary: one of the dates that are held, by its number, or another.

    Raises NotFound, NeedPrivileges, NotTheClaimer, WrongRequestState, NoSuchHold.
    """
    found = _locked(db, actor, *path, now=now)
    found.check_placing(actor.login, now=now)
    if isinstance(chosen, int):
        if found.options is None:
            raise InvalidInput(
                "no dates are held for this request",
                words="aucune date n'est posée pour cette demande",
                field="option",
            )
        group = confirm_hold(
            db, actor, found.owner, found.options, chosen, dispatch=dispatch, now=now
        )
        hold = group.hold(chosen)
    else:
        free_options(db, actor, found, dispatch=dispatch, now=now)
        wanted = _draft(found, [chosen], None)
        hold = book(db, actor, found.owner, wanted, dispatch=dispatch, now=now)
    found.plan(actor.login, (hold.calendar, hold.name, hold.uid), now=now)
    with_meeting.fix_date(db, actor, found, dispatch=dispatch, now=now)
    return _saved(db, actor, found, now=now)


def leave(
    db: Db, actor: Principal, path: tuple[str, str], exit_: Exit, *, dispatch: Dispatch, now: int
) -> DiaryRequest:
    """Postponed, redirected, dropped, cancelled; what was held or placed for it is free again.

    Who made the request may cancel it. Raises NotFound, NotTheClaimer, WrongRequestState.
    """
    found = repository.find(db, *path, lock=True)
    if found is None:
        raise NotFound("there is no request of that reference")
    withdraws = exit_.state is RequestState.CANCELLED and found.made_by == actor.login
    keeper = actor
    if withdraws and found.state in OPEN:
        # His own request: it is not his to have rights in the diary, what is held for it is.
        keeper = get_principal(db, found.owner)
        found.withdraw()
    else:
        _check_keeper(db, actor, found.owner, now=now)
        found.leave(actor.login, exit_.state, now=now)
    with_meeting.give_up(db, keeper, found, now=now)
    free_options(db, keeper, found, dispatch=dispatch, now=now)
    _remove_event(db, keeper, found, dispatch=dispatch, now=now)
    found.because, found.until, found.redirected_to = (
        exit_.because,
        exit_.until,
        exit_.redirected_to,
    )
    return _saved(db, actor, found, because=exit_.because, now=now)


def refuse(
    db: Db, actor: Principal, path: tuple[str, str], because: str, *, dispatch: Dispatch, now: int
) -> DiaryRequest:
    """The principal, or who takes his interim, does not want it: that beats all (DIA-2, DIR-3).

    Raises NotFound, Forbidden, WrongRequestState.
    """
    found = _locked(db, actor, *path, now=now)
    owner = get_principal(db, found.owner)
    if not acts_for(db, actor, owner.id, now=now):
        raise Forbidden(
            "the principal alone refuses; the others drop it or send it elsewhere",
            words="la personne demandée refuse, ou qui assure son intérim ; les autres closent",
        )
    found.refuse()
    with_meeting.give_up(db, actor, found, now=now)
    free_options(db, actor, found, dispatch=dispatch, now=now)
    _remove_event(db, actor, found, dispatch=dispatch, now=now)
    found.because = because
    return _saved(db, actor, found, because=because, now=now)


def _free_ref(db: Db, found: DiaryRequest) -> str:
    """Dates that are held after others were given up are a group of their own."""
    refs = (found.ref if number == 1 else f"{found.ref}-{number}" for number in count(1))
    return next(ref for ref in refs if find_group(db, found.owner, ref) is None)


def _draft(found: DiaryRequest, slots: Sequence[Slot], expires_at: int | None) -> HoldDraft:
    wish, asks = found.wish, found.requester
    said = EventDraft(title=wish.subject, location=wish.place or None, visibility=wish.visibility)
    invited = dict.fromkeys((*wish.attendees, *filter(None, [asks.email])))
    return HoldDraft(found.ref, said, slots, list(invited), expires_at)


def free_options(
    db: Db, actor: Principal, found: DiaryRequest, *, dispatch: Dispatch, now: int
) -> None:
    """What is held for it, where that is open still, is free again."""
    if found.options is None:
        return
    group = find_group(db, found.owner, found.options)
    if group is not None and group.state is HoldState.OPEN:
        abandon_holds(db, actor, found.owner, found.options, dispatch=dispatch, now=now)
    found.options = None


def standing_of(db: Db, owner: Principal, found: DiaryRequest) -> Standing | None:
    """By its UID: a program may have moved it into another calendar."""
    return None if found.event is None else find_entry(db, owner.id, found.event[2])


def _remove_event(
    db: Db, actor: Principal, found: DiaryRequest, *, dispatch: Dispatch, now: int
) -> None:
    standing = standing_of(db, get_principal(db, found.owner), found)
    if standing is None:
        return
    meant = replace(dispatch, believed_deletions=None)
    path = ObjectPath(found.owner, standing.collection.name, standing.stored.name)
    try:
        delete_object(db, actor, path, dispatch=meant, now=now)
    except NotFound:
        return


def _locked(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> DiaryRequest:
    _check_keeper(db, actor, login, now=now)
    found = repository.find(db, login, ref, lock=True)
    if found is None:
        raise NotFound("there is no request of that reference")
    if with_meeting.follow_meeting(db, found):
        repository.save(db, found, by=found.owner, now=now)
    return found


def _saved(
    db: Db, actor: Principal, found: DiaryRequest, *, because: str = "", now: int
) -> DiaryRequest:
    repository.save(db, found, by=actor.login, because=because, now=now)
    return _shown(db, actor, [found], now=now)[0]


def _check_keeper(db: Db, actor: Principal, login: str, *, now: int) -> None:
    """Who may speak in the owner's name keeps his requests; to others there are none (SEC-5)."""
    if not may_still_send(db, actor.id, get_principal(db, login).id, now=now):
        raise NotFound("there are no requests here")


def _shown(
    db: Db, actor: Principal, found: Sequence[DiaryRequest], *, now: int
) -> list[DiaryRequest]:
    """A class that the reader does not see hides the words here as in the diary (SEC-2)."""
    seen: dict[str, frozenset[str]] = {}
    shown = []
    for one in found:
        with_meeting.follow_meeting(db, one)
        if actor.login in {one.made_by, one.owner}:
            shown.append(one)
            continue
        if one.owner not in seen:
            path = (one.owner, DIARY)
            _, access = open_collection(db, actor, path, Privilege.READ, now=now)
            seen[one.owner] = frozenset(map(str, access.sees))
        hidden = one.wish.visibility not in seen[one.owner]
        shown.append(_masked(one) if hidden else one)
    return shown


def _masked(one: DiaryRequest) -> DiaryRequest:
    wish = one.wish._replace(subject=MASK, attendees=(), papers=(), source="", place="")
    steps = [step._replace(because="") for step in one.steps]
    return replace(one, wish=wish, requester=Requester(""), because="", steps=steps)
