"""Days, hours and dates: decided by administrators, read by every feature (TIM)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from importlib.metadata import version as release_of
from itertools import pairwise

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.principal import Principal, Privilege, Role
from calendars.services.authorize import authorize
from calendars.services.default_calendars import calendar_for
from calendars.services.find_principals import get_principal
from calendars.services.note_deed import note_deed
from scheduler.working_time import repository
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.hours import DEFAULT_HOURS, WorkingHours
from scheduler.working_time.model import (
    BadFigure,
    DateChange,
    DayKind,
    DecidedDay,
    Figures,
    KeptDate,
    SchoolBreak,
    Scope,
    WorkingCalendar,
)
from scheduler.working_time.rules import DateInputs, DateRule, WorkingDays, reckon
from scheduler.working_time.wording import because

MAX_COUNT = 3_660
_RELEASE = release_of("holidays")
_REACH = 366
"""Days on either side of a date that a rule may have to look at, besides its own length."""


class NotForYou(Forbidden):
    """Administrators alone decide on the days of the house."""

    words = "réservé à l'administration"


class BadHours(InvalidInput):
    """Hours go forwards and do not overlap."""

    words = "ces heures se recouvrent, ou finissent avant de commencer"
    field = "spans"


class BadPeriod(InvalidInput):
    """A period ends before it starts."""

    words = "la période finit avant de commencer"
    field = "last_day"


def working_calendar(db: Db, first: date, last: date) -> WorkingCalendar:
    """The working days and school breaks of whole years around a period."""
    territory = repository.figures(db).territory
    country, _, subdivision = territory.partition("-")
    years = range(first.year, last.year + 1)
    found = public_holidays(years, country=country, subdivision=subdivision)
    closures: dict[date, str] = {}
    start, end = date(first.year, 1, 1), date(last.year, 12, 31)
    for one in repository.list_days(db, start, end):
        found.pop(one.day, None)
        if one.kind is DayKind.HOLIDAY:
            found[one.day] = one.label
        elif one.kind is DayKind.CLOSURE:
            closures[one.day] = one.label
    breaks = tuple(repository.list_breaks(db, start, end))
    version = f"holidays {_RELEASE}, {territory}, {repository.version(db)}"
    return WorkingCalendar(WorkingDays(found, closures), breaks, version)


def compute_date(db: Db, rule: DateRule, inputs: DateInputs) -> KeptDate:
    """A date with its reasons, kept nowhere (TIM-10). Raises InvalidInput."""
    if not 0 <= inputs.count <= MAX_COUNT:
        raise InvalidInput(
            f"between 0 and {MAX_COUNT} days or months",
            words=f"de 0 à {MAX_COUNT} jours ou mois",
            field="count",
        )
    return _computed(working_calendar(db, *_reach(rule, inputs)), rule, inputs)


def _reach(rule: DateRule, inputs: DateInputs) -> tuple[date, date]:
    months = rule in {DateRule.APPEAL_END, DateRule.DUE_IN_MONTHS}
    span = timedelta(days=_REACH + inputs.count * (31 if months else 2))
    back = rule in {DateRule.LAST_SENDING, DateRule.PLANNED_SENDING}
    year = timedelta(days=_REACH)
    try:
        return (inputs.day - (span if back else year), inputs.day + (year if back else span))
    except OverflowError:
        raise InvalidInput(
            "the date is out of reach", words="cette date est hors d'atteinte", field="day"
        ) from None


def _computed(working: WorkingCalendar, rule: DateRule, inputs: DateInputs) -> KeptDate:
    found = reckon(rule, inputs, working.days)
    words = because(rule, inputs, found)
    return KeptDate("", "", rule, inputs, found.day, words, working.version)


def keep_date(
    db: Db, by: str, about: str, occasion: str, rule: DateRule, inputs: DateInputs, *, now: int
) -> KeptDate:
    """Compute a date and keep it with its rule, inputs and the version of the days (TIM-10)."""
    found = compute_date(db, rule, inputs)._replace(about=about, occasion=occasion)
    return repository.keep_date(db, found, by=by, now=now)


def list_kept(db: Db, *, about: str | None = None, since: date | None = None) -> list[KeptDate]:
    """Dates that were computed and kept."""
    return repository.list_kept(db, about=about, since=since)


def decide_day(
    db: Db,
    actor: Principal | Origin,
    one: DecidedDay,
    *,
    today: date,
    now: int,
    trial: bool = False,
) -> list[DateChange]:
    """A day is closed, or opened; the dates still to come that this moves (TIM-10).

    On trial nothing is written. Raises NotForYou.
    """
    _check_admin(actor)
    before = working_calendar(db, one.day, one.day)
    after = before.days.with_day(one.day, one.kind.closed, one.label)
    return _apply(db, actor, one.day, one, after, today=today, now=now, trial=trial)


def undecide_day(
    db: Db, actor: Principal | Origin, day: date, *, today: date, now: int, trial: bool = False
) -> list[DateChange]:
    """The day is again what the law makes it. Raises NotForYou, NotFound."""
    _check_admin(actor)
    if not repository.list_days(db, day, day):
        raise NotFound("nothing was decided of that day")
    country, _, subdivision = repository.figures(db).territory.partition("-")
    lawful = public_holidays([day.year], country=country, subdivision=subdivision).get(day)
    kind = DayKind.WORKED if lawful is None else DayKind.HOLIDAY
    plain = working_calendar(db, day, day).days.with_day(day, kind.closed, lawful or "")
    return _apply(db, actor, day, None, plain, today=today, now=now, trial=trial)


def _apply(  # noqa: PLR0913 - one decision, tried or done
    db: Db,
    actor: Principal | Origin,
    day: date,
    decided: DecidedDay | None,
    after: WorkingDays,
    *,
    today: date,
    now: int,
    trial: bool,
) -> list[DateChange]:
    changes = _changes(db, day, after, today=today)
    if trial:
        return changes
    if decided is None:
        repository.unset_day(db, day)
    else:
        repository.set_day(db, decided)
    by = "" if isinstance(actor, Origin) else actor.login
    repository.next_version(db, day, by=by, now=now)
    version = working_calendar(db, day, day).version
    for change in changes:
        repository.move_date(db, change, version)
    details = {"day": day.isoformat(), "kind": "" if decided is None else str(decided.kind)}
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={**details, "moved": len(changes)}, now=now)
    return changes


def _changes(db: Db, day: date, after: WorkingDays, *, today: date) -> list[DateChange]:
    """Kept dates that are not past and not used yet, and that the new days move."""
    changes = []
    for kept in repository.list_kept(db, since=today, unsent=True):
        first, last = _reach(kept.rule, kept.inputs)
        if not first <= day <= last:
            continue
        whole = working_calendar(db, first, last).days
        closed = after.closed(day)
        label = closed.label if closed else ""
        because_of = (
            closed.because if closed and day in {*after.holidays, *after.closures} else None
        )
        found = reckon(kept.rule, kept.inputs, whole.with_day(day, because_of, label))
        if found.day != kept.day:
            changes.append(DateChange(kept, found.day, because(kept.rule, kept.inputs, found)))
    return changes


def list_breaks(db: Db, first: date, last: date) -> list[SchoolBreak]:
    """The school breaks that touch a period."""
    return repository.list_breaks(db, first, last)


def add_break(db: Db, actor: Principal | Origin, one: SchoolBreak, *, now: int) -> SchoolBreak:
    """Raises NotForYou, BadPeriod."""
    _check_admin(actor)
    if one.last_day < one.first_day:
        raise BadPeriod("a break ends after it starts")
    added = repository.add_break(db, one)
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"break": added.id}, now=now)
    return added


def remove_break(db: Db, actor: Principal | Origin, number: int, *, now: int) -> None:
    """Raises NotForYou, NotFound."""
    _check_admin(actor)
    if not repository.remove_break(db, number):
        raise NotFound("there is no such break")
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"break": number}, now=now)


def figures(db: Db) -> Figures:
    """The figures that hold."""
    return repository.figures(db)


def set_figure(db: Db, actor: Principal | Origin, name: str, value: object, *, now: int) -> Figures:
    """One figure from now on. Raises NotForYou, BadFigure."""
    _check_admin(actor)
    found = repository.figures(db).with_figure(name, value)
    if name == "territory":
        _check_territory(found.territory)
    repository.set_figure(db, name, value)
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"figure": name}, now=now)
    return found


def _check_territory(territory: str) -> None:
    country, _, subdivision = territory.partition("-")
    try:
        public_holidays([2026], country=country, subdivision=subdivision)
    except NotImplementedError:
        raise BadFigure("no holidays are known of that territory") from None


def hours_of(db: Db, sites: Mapping[str, str | None]) -> dict[str, WorkingHours]:
    """By login, whose site is given: his own hours, else his site's, else everybody's (TIM-6)."""
    own = repository.list_hours(db, Scope.PERSON, list(sites))
    wanted = sorted({site for site in sites.values() if site})
    of_site = repository.list_hours(db, Scope.SITE, wanted)
    usual = repository.list_hours(db, Scope.EVERYBODY, [""]).get("", DEFAULT_HOURS)
    return {
        login: own.get(login) or of_site.get(site or "") or usual for login, site in sites.items()
    }


def site_hours(db: Db, site: str) -> WorkingHours:
    """The hours of a site, else everybody's."""
    return hours_of(db, {"": site})[""]


def read_hours(db: Db, actor: Principal, scope: Scope, subject: str, *, now: int) -> WorkingHours:
    """The hours that were set for a subject, else those that hold for it all the same.

    Raises NotFound, for people whose diary the actor may not read.
    """
    if scope is Scope.PERSON:
        _check_person(db, actor, subject, Privilege.READ, now=now)
    found = repository.list_hours(db, scope, [subject]).get(subject)
    return found or repository.list_hours(db, Scope.EVERYBODY, [""]).get("", DEFAULT_HOURS)


def set_hours(
    db: Db,
    actor: Principal | Origin,
    scope: Scope,
    subject: str,
    hours: WorkingHours | None,
    *,
    now: int,
) -> None:
    """Hours from now on: administrators set them, a person his own, and who keeps his diary.

    Raises NotForYou, NotFound, NeedPrivileges, BadHours.
    """
    if scope is not Scope.PERSON:
        _check_admin(actor)
    elif isinstance(actor, Principal):
        _check_person(db, actor, subject, Privilege.WRITE_CONTENT, now=now)
    else:
        get_principal(db, subject)
    if hours is not None:
        _check_hours(hours)
    repository.set_hours(db, scope, subject, hours)
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"hours": str(scope)}, now=now)


def _check_hours(hours: WorkingHours) -> None:
    for weekday in range(7):
        spans = sorted((s.start, s.end) for s in hours.spans if weekday in s.weekdays)
        if any(not 0 <= start < end <= 1_440 for start, end in spans):
            raise BadHours("hours go forwards inside one day")
        if any(a[1] > b[0] for a, b in pairwise(spans)):
            raise BadHours("hours of one day do not overlap")


def _check_person(db: Db, actor: Principal, login: str, needed: Privilege, *, now: int) -> None:
    get_principal(db, login)
    calendar = calendar_for(db, login, "VEVENT")
    if calendar is None:
        raise NotFound("there is nothing here")
    if actor.role is not Role.ADMIN:
        authorize(db, actor, calendar, needed, now=now)


def _check_admin(actor: Principal | Origin) -> None:
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone decide on that")
