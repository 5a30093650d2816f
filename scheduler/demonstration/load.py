"""Loads the directorate into an empty store, once: what people change afterwards stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from hashlib import sha256
from typing import TypeAlias
from zoneinfo import ZoneInfo

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Database, Db
from calendars.kernel.errors import Conflict
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services.default_calendars import DEFAULT_CALENDAR, DEFAULT_TASK_LIST
from calendars.services.delegate import DelegationDraft, delegate
from calendars.services.find_principals import list_principals
from calendars.services.import_calendar import CalendarFace, calendar_of_source
from calendars.services.import_objects import Tally, Target, list_known, remember, target_of
from calendars.services.open_account import NewAccount, open_account
from calendars.services.set_members import change_members
from calendars.services.set_policy import set_policy
from calendars.services.set_properties import PropertyChanges, set_properties
from calendars.services.sign_in import hash_password
from scheduler.connections.calendar_files import pieces_of
from scheduler.connections.import_run import import_pieces
from scheduler.demonstration.directorate import Diary, Directorate
from scheduler.directory.service import set_site, set_ways, set_workplace
from scheduler.working_time.hours import local_day
from scheduler.working_time.service import add_break, decide_day

PASSWORD = "demonstration"  # noqa: S105 - it is printed for everybody to see
ADMIN = "admin"
SOURCE = "demonstration"

_ACCOUNTS = "accounts"
_COLORS = ("#2A6F97", "#C8553D", "#588157", "#7B5EA7", "#D4A017", "#3D8C95", "#9C4668")

Watch: TypeAlias = Callable[[str, int, int], None]
"""Told what is being loaded, how much is done, and how much there is."""


class StoreInUse(Conflict):
    """The store has accounts that are not the demonstration's: it is somebody's real one."""


def load(
    database: Database, directorate: Directorate, *, timezone_id: str, now: int, watch: Watch
) -> Tally:
    """Everything that is not there yet; an interrupted load goes on where it was.

    Raises StoreInUse.
    """
    with database.transaction() as db:
        _load_accounts(db, directorate, timezone_id=timezone_id, now=now)
    total = Tally()
    for number, diary in enumerate(directorate.diaries):
        watch(diary.label, number, len(directorate.diaries))
        total.add(_load_diary(database, diary, _COLORS[number % len(_COLORS)], now=now))
    watch("", len(directorate.diaries), len(directorate.diaries))
    return total


def _load_accounts(db: Db, directorate: Directorate, *, timezone_id: str, now: int) -> None:
    there = {str(principal.login): principal for principal in list_principals(db)}
    admin = there.get(ADMIN)
    if admin is not None and _ACCOUNTS in list_known(db, admin, SOURCE):
        return
    if there:
        raise StoreInUse("the store has accounts of its own")
    hashed = hash_password(PASSWORD)
    admin = None
    for new in _accounts(directorate):
        secret = hashed if new.kind is PrincipalKind.INDIVIDUAL else None
        opened = open_account(db, new, timezone_id=timezone_id, now=now, hashed=secret, by=CONSOLE)
        admin = opened if opened.login == ADMIN else admin
    for unit in directorate.units:
        change_members(db, unit.login, add=(*unit.readers, *unit.writers), by=CONSOLE, now=now)
    zone = ZoneInfo(timezone_id)
    for given in directorate.delegations:
        draft = DelegationDraft(
            given.rights, given.sees_private, given.first_day, given.last_day, given.reason
        )
        delegate(db, given.owner, given.delegate, draft, zone=zone, now=now, by=CONSOLE)
    for one in directorate.resources:
        set_policy(db, CONSOLE, one.login, one.facts, one.policy, now=now)
    _load_places_and_days(db, directorate, zone, now=now)
    if admin is not None:
        remember(db, admin, SOURCE, [(_ACCOUNTS, "")], now=now)


def _load_places_and_days(db: Db, directorate: Directorate, zone: tzinfo, *, now: int) -> None:
    for site in directorate.sites:
        set_site(db, CONSOLE, site, now=now)
    set_ways(db, CONSOLE, directorate.ways, now=now)
    known = {site.code for site in directorate.sites}
    for person in directorate.people:
        if person.site in known:
            set_workplace(db, CONSOLE, person.login, person.site, now=now)
    today = local_day(now, zone)
    for day in directorate.closures:
        decide_day(db, CONSOLE, day, today=today, now=now)
    for one in directorate.school_breaks:
        add_break(db, CONSOLE, one, now=now)


def _accounts(directorate: Directorate) -> list[NewAccount]:
    people = [
        NewAccount(person.login, person.name, role=person.role, email=person.email)
        for person in directorate.people
    ]
    units = [NewAccount(u.login, u.name, PrincipalKind.GROUP) for u in directorate.units]
    resources = [
        NewAccount(r.login, r.name, r.kind, email=r.email, capacity=r.capacity)
        for r in directorate.resources
    ]
    admin = NewAccount(ADMIN, "Administration", role=Role.ADMIN, email="admin@dpass.example.org")
    return [*people, *units, *resources, admin]


def _load_diary(database: Database, diary: Diary, color: str, *, now: int) -> Tally:
    fingerprint = sha256(diary.path.read_bytes()).hexdigest()
    item = f"file {diary.slug}"
    with database.transaction() as db:
        [found] = [each for each in list_principals(db) if each.login == diary.owner]
        owner = found.acting(CONSOLE)
        if list_known(db, owner, SOURCE).get(item) == fingerprint:
            return Tally()
        target = _target(db, owner, diary, color, now=now)
    total = Tally()
    with diary.path.open("rb") as stream:
        for tally in import_pieces(database, target, pieces_of(stream), now=now):
            total.add(tally)
    if not total.refused:  # else it is tried again, by a version that may know better
        with database.transaction() as db:
            remember(db, owner, SOURCE, [(item, fingerprint)], now=now)
    return total


def _target(db: Db, owner: Principal, diary: Diary, color: str, *, now: int) -> Target:
    """A person's and a resource's own calendar; a unit has one for each purpose."""
    if diary.kind == "shared":
        face = CalendarFace(diary.slug, diary.label, color=color)
        item = f"calendar {diary.slug}"
        return Target(owner, calendar_of_source(db, owner, SOURCE, item, face, now=now))
    name = DEFAULT_TASK_LIST if diary.kind == "tasks" else DEFAULT_CALENDAR
    changes = PropertyChanges({"display_name": diary.label, "color": color})
    set_properties(db, owner, (owner.login, name), changes, now=now)
    return target_of(db, owner)
