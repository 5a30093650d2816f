"""What the deeds of this feature work with, put together once for a tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from hashlib import sha256
from typing import Protocol

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.calendar_user_address import CalendarUserAddress, addresses_of, email_in
from calendars.model.component import decode, parse
from calendars.model.language import Language
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.choose_language import language_of, languages_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.follow_calendars import FollowedObject, zone_in
from notifications.post import Paper
from scheduler.reminders import wishes
from scheduler.reminders.model import Guidance, Reminded
from scheduler.reminders.rules import SendingHours
from scheduler.reminders.wishes import PLAIN, Wishes


class WeekPaper(Protocol):
    """Prints the week of a diary as its reader may have it by mail (DIA-6)."""

    def __call__(
        self, db: Db, reader: Principal, owner: Principal, monday: date, *, now: int
    ) -> Paper:
        """The paper; with no title of what is confidential (SEC-6)."""
        ...


class EveReminder(Protocol):
    """Knows whether people are reminded on the eve by what the occurrence is, as meetings do."""

    def __call__(self, db: Db, uid: str, starts_at: int) -> bool:
        """They are: the policy of its kind has nothing to add that day (MTG-6)."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules that hold now, and the language of those who chose none."""

    guidance: Guidance
    language: Language
    days_version: str = ""
    """Of the closed days (TIM-10)."""
    week_paper: WeekPaper | None = None
    """What goes along with the digest of a week."""
    eve: EveReminder | None = None

    @property
    def plan(self) -> str:
        """A mark of all that plans depend on besides the diaries."""
        hours = self.guidance.hours
        policies = sorted(map(repr, self.guidance.policies))
        said = (policies, hours.opens, hours.closes, str(hours.zone), self.days_version)
        return sha256(repr(said).encode()).hexdigest()


def open_desk(db: Db, hours: SendingHours, language: Language, days_version: str) -> Desk:
    """With the policies as they are now."""
    return Desk(Guidance(tuple(wishes.list_policies(db)), hours), language, days_version)


@dataclass
class Diaries:
    """Owners and zones of diaries, looked up once in a transaction."""

    db: Db
    desk: Desk
    _owners: dict[PrincipalId, tuple[Principal, frozenset[str]]] = field(default_factory=dict)
    _zones: dict[CollectionId, tzinfo] = field(default_factory=dict)
    _wishes: dict[PrincipalId, Wishes] = field(default_factory=dict)
    _languages: dict[CalendarUserAddress, Language] = field(default_factory=dict)

    def owner(self, owner_id: PrincipalId) -> tuple[Principal, frozenset[str]]:
        """Whose diary it is, and by which addresses."""
        found = self._owners.get(owner_id)
        if found is None:
            person = get_principal_by_id(self.db, owner_id)
            found = self._owners[owner_id] = (person, frozenset(addresses_of(person)))
        return found

    def mailbox(self, owner_id: PrincipalId) -> CalendarUserAddress | None:
        """Where the owner is written to; None for a group and for who has no account any more."""
        person, _ = self.owner(owner_id)
        if person.kind is not PrincipalKind.INDIVIDUAL or person.disabled:
            return None
        known = addresses_of(person)
        return next((address for address in known if email_in(address)), None)

    def prepare(self, owners: Iterable[PrincipalId]) -> None:
        """Look up all that letters to these people need, at once."""
        people = list(dict.fromkeys(owners))
        mailboxes = [box for one in people if (box := self.mailbox(one)) is not None]
        self.wishes_of(people)
        self._languages |= languages_of(self.db, mailboxes, default=self.desk.language)

    def wishes_of(self, people: Sequence[PrincipalId]) -> dict[PrincipalId, Wishes]:
        """What they want to be reminded of."""
        unknown = [one for one in people if one not in self._wishes]
        if unknown:
            said = wishes.list_wishes(self.db, unknown)
            self._wishes |= {one: said.get(one, PLAIN) for one in unknown}
        return {one: self._wishes[one] for one in people}

    def language_of(self, address: CalendarUserAddress) -> Language:
        """In which somebody is written to."""
        found = self._languages.get(address)
        if found is None:
            found = language_of(self.db, address, default=self.desk.language)
            self._languages[address] = found
        return found

    def reminded(self, found: FollowedObject) -> Reminded:
        """The object with the rules. Raises InvalidCalendarData."""
        zone = self._zones.get(found.collection_id)
        if zone is None:
            zone = self._zones[found.collection_id] = zone_in(self.db, found.collection_id)
        _, addresses = self.owner(found.owner_id)
        return Reminded(parse(decode(found.data)), addresses, zone, self.desk.guidance)
