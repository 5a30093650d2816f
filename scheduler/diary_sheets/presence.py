"""Who is present: present, absent, until when; nobody is told why not (DIA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import NamedTuple
from unicodedata import normalize

from calendars.kernel.audit import Deed, Face
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.find_principals import get_principal, list_members
from calendars.services.note_deed import note_deed
from calendars.services.tell_busy_time import FreeBusyPolicy, who_may_be_told
from scheduler.diary_sheets.gather import gather
from scheduler.diary_sheets.model import DAY, Away, away_on

MOST_PEOPLE = 300
_AHEAD = 60 * DAY
"""So far an absence is followed to say until when it lasts."""


class Presence(NamedTuple):
    """Whether somebody is there: nobody is told why he is not (DIA-7)."""

    person: Principal
    known: bool
    """The asker may be told."""
    away: Away | None

    @property
    def state(self) -> str:
        """present, absent, unknown."""
        if not self.known:
            return "unknown"
        return "absent" if self.away else "present"

    @property
    def last_day(self) -> date | None:
        """The last day of the absence."""
        return None if self.away is None else self.away.back - DAY


def by_surname(name: str) -> str:
    """How a name is sorted: by what stands in capitals, else by its last word; accents aside."""
    words = name.split() or [""]
    surname = [word for word in words if word.isupper() and len(word) > 1] or words[-1:]
    return (
        normalize("NFKD", " ".join([*surname, *words])).encode("ascii", "ignore").decode().lower()
    )


def list_presence(
    db: Db,
    actor: Principal,
    logins: Sequence[str],
    day: date,
    zone: tzinfo,
    *,
    policy: FreeBusyPolicy,
    now: int,
) -> list[Presence]:
    """Who of the people and groups named is there on a day; who may ask is as for free-busy.

    Raises NotFound, InvalidInput.
    """
    people = _people(db, logins)
    may = who_may_be_told(db, actor, people, policy=policy, now=now)
    # A screen asks all day long: that its link was made is in the trail, not every look at it.
    if actor.origin.face is not Face.LINK:
        for one in people:
            if one.id != actor.id:
                note_deed(db, actor, Deed.READ_BUSY, owner=one.id, now=now)
    return [
        Presence(one, one.id in may, _away(db, one, day, zone, now=now) if one.id in may else None)
        for one in people
    ]


def _people(db: Db, logins: Sequence[str]) -> list[Principal]:
    found: dict[str, Principal] = {}
    for login in logins:
        one = get_principal(db, login)
        for person in list_members(db, login) if one.kind is PrincipalKind.GROUP else [one]:
            if person.kind is PrincipalKind.INDIVIDUAL and not person.disabled:
                found[person.login] = person
    if len(found) > MOST_PEOPLE:
        raise InvalidInput(
            f"{MOST_PEOPLE} people are told of at once at most",
            words=f"{MOST_PEOPLE} personnes au plus",
            field="login",
        )
    return list(found.values())


def _away(db: Db, person: Principal, day: date, zone: tzinfo, *, now: int) -> Away | None:
    """His own absences; only where there is one, how long it lasts is looked for."""
    today = gather(db, person, person, (day, day), zone, now=now)
    if away_on(today, day, zone) is None:
        return None
    ahead = gather(db, person, person, (day, day + _AHEAD), zone, now=now)
    return away_on(ahead, day, zone)
