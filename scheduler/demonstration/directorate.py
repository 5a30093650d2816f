"""The directorate as its files describe it: people, resources, units, who keeps whose diary."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from calendars.model.principal import PrincipalKind, Rights, Role
from calendars.model.resource_policy import (
    AnswerMode,
    Category,
    OpenHours,
    ResourceFacts,
    ResourcePolicy,
)
from scheduler.directory.model import Site, Way
from scheduler.working_time.model import DayKind, DecidedDay, SchoolBreak

DATA = Path(__file__).with_name("data")

_ROLES = {
    "directeur": Role.DIRECTOR,
    "directrice adjointe": Role.DEPUTY,
    "assistante de direction": Role.ASSISTANT,
    "secrétaire du service": Role.SECRETARY,
    "secrétaire de médecine scolaire": Role.SECRETARY,
}
_KEEPERS = ("assistante", "secrétaire", "responsable", "chef", "cheffe", "directeur", "directrice")
_RIGHTS = {
    "read": Rights.READ,
    "write": Rights.WRITE,
    "schedule": Rights.SCHEDULE,
    "act-for": Rights.ACT_FOR,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the directorate."""

    id: str
    login: str
    name: str
    email: str
    title: str
    unit: str
    client: str
    site: str = ""

    @property
    def role(self) -> Role:
        """What the service calls the post."""
        return _ROLES.get(self.title, Role.AGENT)

    @property
    def keeps_diaries(self) -> bool:
        """The post includes keeping the calendars of the unit."""
        return self.title.startswith(_KEEPERS)


@dataclass(frozen=True, slots=True)
class Resource:
    """A room, a vehicle or a piece of equipment."""

    login: str
    kind: PrincipalKind
    name: str
    email: str
    capacity: int
    manager: str
    site: str
    features: tuple[str, ...]
    by_hand: bool
    """The manager answers requests."""

    @property
    def category(self) -> Category:
        """What the data tell by the kind and the number."""
        if self.kind is PrincipalKind.ROOM:
            return Category.ROOM
        return Category.VEHICLE if self.login.startswith("veh-") else Category.EQUIPMENT

    @property
    def facts(self) -> ResourceFacts:
        """What people see before they book."""
        return ResourceFacts(self.category, self.site, self.features)

    @property
    def policy(self) -> ResourcePolicy:
        """How it answers: by itself, or by its manager."""
        base = _POLICIES[self.category]
        seats = None if self.category is Category.EQUIPMENT else self.capacity
        if not self.by_hand:
            return replace(base, max_attendees=seats)
        return replace(
            base, max_attendees=seats, mode=AnswerMode.APPROVAL, approvers=(self.manager,)
        )


_LENT = (OpenHours((0, 1, 2, 3, 4, 5), 7 * 60, 19 * 60),)
_POLICIES = {
    Category.ROOM: ResourcePolicy(
        max_ahead=366, max_duration=12 * 60, conflicts_allowed=3, hours=_LENT
    ),
    Category.VEHICLE: ResourcePolicy(
        min_notice=30, max_ahead=183, max_duration=5 * 24 * 60, buffer_after=15
    ),
    Category.EQUIPMENT: ResourcePolicy(max_ahead=183, max_duration=5 * 24 * 60),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that owns shared calendars."""

    login: str
    name: str
    readers: tuple[str, ...]
    writers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation, by logins."""

    owner: str
    delegate: str
    rights: Rights
    sees_private: bool
    first_day: date | None = None
    last_day: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diary:
    """A calendar file, whose it is, and what the calendar is called."""

    path: Path
    kind: str  # personal, shared, resource, tasks
    slug: str
    label: str
    owner: str


class Directorate:
    """The files of one folder, read when they are first asked for."""

    def __init__(self, folder: Path = DATA) -> None:
        self._folder = folder

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self._folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)

    @cached_property
    def people(self) -> list[Person]:
        """Everybody with an account: partners outside of the directorate have none."""
        return [
            Person(
                row["id"],
                row["email"].partition("@")[0],
                f"{row['first_name']} {row['last_name']}",
                row["email"],
                row["role"],
                row["unit"],
                row["client"],
                row["site"],
            )
            for row in self._rows("people")
            if row["external"] == "no"
        ]

    @cached_property
    def resources(self) -> list[Resource]:
        """Rooms, vehicles and equipment, with the login of whoever looks after them."""
        logins = self._logins
        return [
            Resource(
                row["id"],
                PrincipalKind(row["kind"]),
                row["label"],
                row["email"],
                int(row["capacity"]),
                logins[row["manager"]],
                row["site"],
                tuple(filter(None, row["features"].split(";"))),
                row["approval"] == "manual",
            )
            for row in self._rows("resources")
        ]

    @cached_property
    def units(self) -> list[Unit]:
        """The units that own shared calendars, with those who work there or below."""
        rows = {row["code"]: row for row in self._rows("units")}
        owners = {row["owner"] for row in self._rows("calendars") if row["kind"] == "shared"}
        return [self._unit(code, rows) for code in rows if code in owners]

    def _unit(self, code: str, rows: dict[str, dict[str, str]]) -> Unit:
        def belongs(unit: str) -> bool:
            return unit == code or (unit in rows and belongs(rows[unit]["parent"]))

        members = [person for person in self.people if belongs(person.unit)]
        writers = {p.login for p in members if p.unit == code and p.keeps_diaries}
        readers = tuple(p.login for p in members if p.login not in writers)
        return Unit(code.lower(), rows[code]["label"], readers, tuple(sorted(writers)))

    @cached_property
    def delegations(self) -> list[Given]:
        """Who keeps whose diary, the calendars of units and resources included."""
        return [*self._personal(), *self._of_units(), *self._of_resources()]

    def _personal(self) -> Iterator[Given]:
        logins = self._logins
        for row in self._rows("delegations"):
            yield Given(
                logins[row["delegator"]],
                logins[row["delegate"]],
                _RIGHTS[row["rights"].split(";")[-1]],
                row["sees_private"] == "yes",
                _day(row["valid_from"]),
                _day(row["valid_to"]),
                row["reason"],
            )

    def _of_units(self) -> Iterator[Given]:
        for unit in self.units:
            for login in unit.readers:
                yield Given(unit.login, login, Rights.READ, sees_private=False)
            for login in unit.writers:
                yield Given(unit.login, login, Rights.WRITE, sees_private=True)

    def _of_resources(self) -> Iterator[Given]:
        keepers = [p.login for p in self.people if p.role in {Role.ASSISTANT, Role.SECRETARY}]
        for resource in self.resources:
            for login in keepers:
                rights = Rights.SCHEDULE if login == resource.manager else Rights.READ
                yield Given(resource.login, login, rights, sees_private=False)

    @cached_property
    def sites(self) -> list[Site]:
        """The places where people work."""
        return [Site(row["code"], row["label"], row["commune"]) for row in self._rows("sites")]

    @cached_property
    def ways(self) -> list[Way]:
        """How long it takes from one commune to another."""
        return [
            Way(row["commune_a"], row["commune_b"], int(row["minutes"]))
            for row in self._rows("travel_times")
        ]

    @cached_property
    def closures(self) -> list[DecidedDay]:
        """The days that an order closes."""
        return [
            DecidedDay(date.fromisoformat(row["date"]), DayKind.CLOSURE, row["label"])
            for row in self._rows("closures_2026")
        ]

    @cached_property
    def school_breaks(self) -> list[SchoolBreak]:
        """The periods without school."""
        return [
            SchoolBreak(
                row["label"],
                date.fromisoformat(row["first_day"]),
                date.fromisoformat(row["last_day"]),
            )
            for row in self._rows("school_breaks_2026")
        ]

    @cached_property
    def diaries(self) -> list[Diary]:
        """Every calendar file with the login of its owner."""
        return [self._diary(row) for row in self._rows("calendars")]

    def _diary(self, row: dict[str, str]) -> Diary:
        kind, slug = row["kind"], row["slug"]
        folder = {"personal": "people", "resource": "resources"}.get(kind, kind)
        name = slug.removeprefix("ressource-")
        owner = {"shared": row["owner"].lower(), "resource": row["owner"]}.get(kind)
        return Diary(
            self._folder / "calendars" / folder / f"{name}.ics",
            kind,
            slug,
            row["label"],
            owner or self._logins[row["owner"]],
        )

    @cached_property
    def _logins(self) -> dict[str, str]:
        return {person.id: person.login for person in self.people}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
