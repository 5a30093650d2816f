"""Options of an appointment: hold several dates, confirm one, let the others go (DIA-3)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from calendars.itip.message import ItipMessage, ScheduleStatus
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, InvalidInput, NotFound
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import mailto, preferred_address
from calendars.model.component import Component, decode, parse, serialize, unescape
from calendars.model.entry import entries_of
from calendars.model.event_writing import new_object
from calendars.model.instances import bounds
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import NeedPrivileges, open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch, ItipTransport
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_principals import get_principal
from calendars.services.open_account import check_email
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.read_entry import OpenEntry, open_entry, read_entry
from calendars.services.show_objects import known_name
from scheduler.diaries import repository
from scheduler.diaries.hold_events import Invited, confirm, invite, make_tentative, without_option
from scheduler.diaries.messages import take_back
from scheduler.diaries.model import (
    HeldDate,
    Hold,
    HoldDraft,
    HoldGroup,
    HoldGroupId,
    Slot,
)

MAX_OPTIONS = 20
_BATCH = 50


class RefTaken(Conflict):
    """The diary has options of that reference already."""

    words = "l'agenda a déjà des options de cette référence"


@dataclass(slots=True)
class _OnceEach:
    """Those outside hear of a decision once: of what was confirmed, not of each date that goes."""

    transport: ItipTransport
    told: set[str] = field(default_factory=set)

    def send(
        self, db: Db, actor: Principal, owner: Principal, message: ItipMessage, *, now: int
    ) -> ScheduleStatus:
        if message.recipient in self.told:
            return ScheduleStatus.DELIVERED
        self.told.add(message.recipient)
        return self.transport.send(db, actor, owner, message, now=now)


def hold_dates(
    db: Db, actor: Principal, login: str, wanted: HoldDraft, *, dispatch: Dispatch, now: int
) -> HoldGroup:
    """Tentative events in the owner's diary, and in those of the colleagues who are invited.

    Raises NotFound, NeedPrivileges, RefTaken, InvalidInput, DraftRefused.
    """
    _open(db, actor, login, wanted.calendar, now=now)
    if not 1 <= len(wanted.slots) <= MAX_OPTIONS:
        raise InvalidInput(
            f"between one and {MAX_OPTIONS} dates are held together",
            words=f"de une à {MAX_OPTIONS} dates",
            field="slots",
        )
    _check_ref(db, login, wanted.ref)
    owner = get_principal(db, login)
    organizer = Invited(preferred_address(owner), owner.display_name, inside=True)
    invited = _invited(db, wanted.invited)
    kept = []
    for number, slot in enumerate(wanted.slots, 1):
        event = _event(db, actor, login, wanted, slot, now=now)
        target = event.children("VEVENT")[0]
        make_tentative(target, of=(number, len(wanted.slots)))
        invite(target, organizer, invited, tell_outside=False)
        kept.append(_put(db, actor, login, wanted.calendar, number, event, dispatch, now=now))
    group = HoldGroup(HoldGroupId(0), login, wanted.ref, wanted.expires_at, tuple(kept))
    return repository.add(db, group, by=actor.login, now=now)


def book(
    db: Db, actor: Principal, login: str, wanted: HoldDraft, *, dispatch: Dispatch, now: int
) -> Hold:
    """The one date of the draft stands in the diary at once, and everybody is invited.

    Raises NotFound, NeedPrivileges, InvalidInput, DraftRefused.
    """
    [slot] = wanted.slots
    owner = get_principal(db, login)
    event = _event(db, actor, login, wanted, slot, now=now)
    organizer = Invited(preferred_address(owner), owner.display_name, inside=True)
    target = event.children("VEVENT")[0]
    invite(target, organizer, _invited(db, wanted.invited), tell_outside=True)
    return _put(db, actor, login, wanted.calendar, 1, event, dispatch, now=now)


def adopt_holds(
    db: Db,
    actor: Principal,
    login: str,
    ref: str,
    names: Iterable[tuple[str, str]],
    *,
    expires_at: int | None = None,
    now: int,
) -> HoldGroup:
    """Events that stand in the diary become one group of options, in the order given.

    Raises NotFound, NeedPrivileges, RefTaken.
    """
    _check_ref(db, login, ref)
    found = []
    for position, (calendar, name) in enumerate(names, 1):
        path = ObjectPath(login, calendar, name)
        entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
        found.append(Hold(position, calendar, name, entry.stored.uid))
    if not found:
        raise NotFound("there are no events to hold")
    group = HoldGroup(HoldGroupId(0), login, ref, expires_at, tuple(found))
    return repository.add(db, group, by=actor.login, now=now)


def list_holds(
    db: Db, actor: Principal, login: str, *, open_only: bool = True, now: int
) -> list[HoldGroup]:
    """The options in a diary, by the names that the asker knows their events by (SEC-3).

    Raises NotFound, NeedPrivileges.
    """
    _open(db, actor, login, "", now=now)
    found = repository.list_of(db, login, open_only=open_only)
    return [replace(one, holds=tuple(_known(db, actor, one, now=now))) for one in found]


def dates_of(db: Db, actor: Principal, group: HoldGroup, *, now: int) -> Mapping[int, HeldDate]:
    """The dates of a group as they stand in the diary, by number; those that went are left out."""
    found = {}
    for hold in group.holds:
        name = known_name(db, actor, (group.owner, hold.calendar), hold.name, now=now)
        path = ObjectPath(group.owner, hold.calendar, name or hold.name)
        try:
            entry = read_entry(db, actor, path, now=now)
        except (NotFound, NeedPrivileges):
            continue
        calendar = parse(decode(entry.found.data))
        said = unescape(entries_of(calendar)[0].value("SUMMARY") or "")
        window = bounds(calendar, zone_of(entry.collection))
        found[hold.position] = HeldDate(without_option(said), window.start, window.end)
    return found


def get_holds(db: Db, login: str, ref: str) -> HoldGroup:
    """The options of that reference, whoever asks for them. Raises NotFound."""
    group = repository.find(db, login, ref)
    if group is None:
        raise NotFound("there are no options of that reference")
    return group


def _known(db: Db, actor: Principal, group: HoldGroup, *, now: int) -> Iterator[Hold]:
    for one in group.holds:
        name = known_name(db, actor, (group.owner, one.calendar), one.name, now=now)
        if name is not None:
            yield replace(one, name=name)


def confirm_hold(
    db: Db, actor: Principal, login: str, ref: str, position: int, *, dispatch: Dispatch, now: int
) -> HoldGroup:
    """One date becomes the appointment, the others go, in one step; each contact hears once.

    Raises NotFound, NeedPrivileges, WrongState, NoSuchHold.
    """
    group = _group(db, actor, login, ref, now=now)
    chosen, others = group.retain(position)
    entry = _entry(db, actor, group, chosen, now=now)
    calendar = parse(decode(entry.stored.data))
    confirm(calendar, now=now)
    once = replace(dispatch, transport=_OnceEach(dispatch.transport))
    path = ObjectPath(login, chosen.calendar, chosen.name)
    body = serialize(calendar).encode()
    put = PutObject(path, CalendarObject.parse(body), body)
    put_object(db, actor, put, dispatch=once, now=now)
    _let_go(db, actor, group, others, once, now=now)
    repository.decide(db, group, by=actor.login, now=now)
    take_back(db, group, now=now)
    return group


def abandon_holds(
    db: Db, actor: Principal, login: str, ref: str, *, dispatch: Dispatch, now: int
) -> HoldGroup:
    """None of the dates is wanted any more. Raises NotFound, NeedPrivileges, WrongState."""
    group = _group(db, actor, login, ref, now=now)
    once = replace(dispatch, transport=_OnceEach(dispatch.transport))
    _let_go(db, actor, group, group.abandon(), once, now=now)
    repository.decide(db, group, by=actor.login, now=now)
    take_back(db, group, now=now)
    return group


def expire_holds(db: Db, *, dispatch: Dispatch, now: int) -> int:
    """Dates that nobody decided on in time are free again; how many groups that were."""
    expired = repository.list_expired(db, now=now, limit=_BATCH)
    for group in expired:
        owner = get_principal(db, group.owner)
        once = replace(dispatch, transport=_OnceEach(dispatch.transport))
        _let_go(db, owner, group, group.expire(now=now), once, now=now)
        repository.decide(db, group, by=owner.login, now=now)
    return len(expired)


def _open(db: Db, actor: Principal, login: str, calendar: str, *, now: int) -> None:
    open_collection(db, actor, (login, calendar), Privilege.READ, now=now)
    if calendar:
        open_collection(db, actor, (login, calendar), Privilege.WRITE_CONTENT, now=now)


def _check_ref(db: Db, login: str, ref: str) -> None:
    if not ref.strip() or len(ref) > 100:
        raise InvalidInput(
            "a reference has 1 to 100 characters",
            words="une référence compte de 1 à 100 caractères",
            field="ref",
        )
    if repository.find(db, login, ref) is not None:
        raise RefTaken("the diary has options of that reference already")


def _group(db: Db, actor: Principal, login: str, ref: str, *, now: int) -> HoldGroup:
    _open(db, actor, login, "", now=now)
    group = repository.find(db, login, ref, lock=True)
    if group is None:
        raise NotFound("there are no options of that reference")
    return group


def _invited(db: Db, emails: Sequence[str]) -> list[Invited]:
    addresses = [mailto(check_email(email)) for email in emails]
    ours = find_calendar_users(db, addresses)
    return [
        Invited(address, ours[address].display_name if address in ours else "", address in ours)
        for address in addresses
    ]


def _event(
    db: Db, actor: Principal, login: str, wanted: HoldDraft, slot: Slot, *, now: int
) -> Component:
    path = (login, wanted.calendar)
    collection, _ = open_collection(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    draft = replace(wanted.draft, start=slot.starts_at, end=slot.ends_at)
    return new_object(
        "VEVENT",
        draft,
        uid=str(uuid.uuid4()),
        tzid=collection.timezone_id,
        floating=zone_of(collection),
        now=now,
    )


def _put(  # noqa: PLR0913 - one row of a group
    db: Db,
    actor: Principal,
    login: str,
    calendar: str,
    position: int,
    event: Component,
    dispatch: Dispatch,
    *,
    now: int,
) -> Hold:
    body = serialize(event).encode()
    parsed = CalendarObject.parse(body)
    path = ObjectPath(login, calendar, f"{parsed.uid}.ics")
    put_object(db, actor, PutObject(path, parsed, body), dispatch=dispatch, now=now)
    return Hold(position, calendar, path.name, parsed.uid)


def _entry(db: Db, actor: Principal, group: HoldGroup, hold: Hold, *, now: int) -> OpenEntry:
    path = ObjectPath(group.owner, hold.calendar, hold.name)
    return open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)


def _let_go(
    db: Db,
    actor: Principal,
    group: HoldGroup,
    holds: Iterable[Hold],
    dispatch: Dispatch,
    *,
    now: int,
) -> None:
    """Events that somebody has removed by hand are gone already. This is no mass deletion."""
    meant = replace(dispatch, believed_deletions=None)
    for hold in holds:
        path = ObjectPath(group.owner, hold.calendar, hold.name)
        try:
            delete_object(db, actor, path, dispatch=meant, now=now)
        except NotFound:
            continue
