"""Delegations hold from their first instant to the one before their last (DIR-2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendars.kernel.database import Db
from calendars.model.delegation import Held
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.delegate import Given, NotAPerson, give
from calendars.storage import delegations
from calendars.storage.delegations import Terms
from tests.stores import NOW, a_person

DAY = 86_400


@pytest.fixture
def director(db: Db) -> Principal:
    """Who delegates."""
    return a_person(db, "director")


@pytest.fixture
def secretary(db: Db) -> Principal:
    """To whom."""
    return a_person(db, "secretary")


def held(db: Db, owner: Principal, delegate: Principal, now: int = NOW) -> list[Rights]:
    """The rights in force at an instant."""
    return sorted(one.rights for one in delegations.in_force(db, owner.id, delegate.id, now=now))


@pytest.mark.rule("DIR-2")
def test_nobody_has_rights_that_were_not_given(
    db: Db, director: Principal, secretary: Principal
) -> None:
    delegations.grant(db, director.id, secretary.id, Rights.WRITE)

    assert held(db, director, secretary) == [Rights.WRITE]
    assert held(db, secretary, director) == []


@pytest.mark.rule("DIR-2")
@pytest.mark.parametrize(
    ("valid", "expected"),
    [
        ((None, None), True),
        ((NOW, None), True),
        ((NOW + 1, None), False),
        ((None, NOW + 1), True),
        ((None, NOW), False),
        ((NOW - DAY, NOW + DAY), True),
        ((NOW + DAY, NOW + 2 * DAY), False),
        ((NOW - 2 * DAY, NOW - DAY), False),
    ],
    ids=["always", "from now", "from later", "until later", "until now", "in", "before", "after"],
)
def test_a_delegation_holds_inside_its_dates(
    db: Db,
    director: Principal,
    secretary: Principal,
    *,
    valid: tuple[int | None, int | None],
    expected: bool,
) -> None:
    delegations.grant(db, director.id, secretary.id, Rights.READ, valid=valid)

    assert (held(db, director, secretary) == [Rights.READ]) is expected
    assert bool(delegations.owners_delegating_to(db, secretary.id, now=NOW)) is expected
    assert bool(delegations.delegates_of(db, director.id, now=NOW)) is expected


@pytest.mark.rule("DIR-2")
def test_an_interim_adds_to_what_holds_always(
    db: Db, director: Principal, secretary: Principal
) -> None:
    delegations.grant(db, director.id, secretary.id, Rights.READ)
    interim = (NOW + DAY, NOW + 2 * DAY)
    delegations.grant(db, director.id, secretary.id, Rights.ACT_FOR, valid=interim)

    assert held(db, director, secretary) == [Rights.READ]
    assert held(db, director, secretary, NOW + DAY) == [Rights.ACT_FOR, Rights.READ]
    assert held(db, director, secretary, NOW + 2 * DAY) == [Rights.READ]


@pytest.mark.parametrize("starts", [None, NOW - DAY], ids=["always", "dated"])
def test_a_delegation_takes_the_place_of_one_that_starts_with_it(
    db: Db, director: Principal, secretary: Principal, starts: int | None
) -> None:
    for rights in (Rights.WRITE, Rights.READ):
        delegations.grant(db, director.id, secretary.id, rights, valid=(starts, None))

    assert held(db, director, secretary) == [Rights.READ]


def test_revoking_takes_back_all_of_them_at_once(
    db: Db, director: Principal, secretary: Principal
) -> None:
    other = a_person(db, "other")
    delegations.grant(db, director.id, secretary.id, Rights.READ)
    delegations.grant(db, director.id, secretary.id, Rights.WRITE, valid=(NOW - DAY, None))
    delegations.grant(db, director.id, other.id, Rights.READ)

    assert delegations.revoke(db, director.id, secretary.id) == 2
    assert held(db, director, secretary) == []
    assert held(db, director, other) == [Rights.READ]


def test_both_sides_are_listed_by_login(db: Db, director: Principal, secretary: Principal) -> None:
    delegations.grant(db, director.id, secretary.id, Rights.WRITE, sees_private=True)

    assert delegations.owners_delegating_to(db, secretary.id, now=NOW) == [
        ("director", Rights.WRITE)
    ]
    assert delegations.delegates_of(db, director.id, now=NOW) == [("secretary", Rights.WRITE)]
    assert delegations.in_force(db, director.id, secretary.id, now=NOW) == [
        Held(Rights.WRITE, True)
    ]


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("kind", [PrincipalKind.GROUP, PrincipalKind.ROOM])
def test_rights_are_given_to_people_alone(db: Db, director: Principal, kind: PrincipalKind) -> None:
    other = a_person(db, "bureau")
    taker = replace(other, kind=kind)

    with pytest.raises(NotAPerson):
        give(db, director, Given(director, taker, Rights.READ), Terms(), now=NOW)
    assert delegations.list_given(db, director.id) == []
