"""Homes and the calendars in them."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import CollectionKind, Principal
from calendars.storage import collections
from tests.stores import NOW, a_collection, a_person


@pytest.fixture
def anne(db: Db) -> Principal:
    """The owner of a home."""
    return a_person(db)


def home_of(db: Db, person: Principal) -> CalendarCollection:
    """A person's home as it is now."""
    found = collections.find(db, person.login, collections.HOME_NAME)
    assert found is not None
    return found


def test_a_home_has_its_first_collections(db: Db, anne: Principal) -> None:
    found = collections.list_of(db, anne.login)

    assert [(one.name, one.kind) for one in found] == [
        ("agenda", CollectionKind.CALENDAR),
        ("taches", CollectionKind.CALENDAR),
        ("inbox", CollectionKind.INBOX),
        ("outbox", CollectionKind.OUTBOX),
        ("notification", CollectionKind.NOTIFICATIONS),
    ]


def test_a_collection_is_found_by_its_owner_and_name(db: Db, anne: Principal) -> None:
    paul = a_person(db, "paul")
    made = a_collection(db, paul.id, "projets")

    found = collections.find(db, "paul", "projets")

    assert found is not None
    assert (found.id, found.owner_id, found.owner_login) == (made, paul.id, "paul")
    assert collections.find(db, "anne", "projets") is None


def test_each_change_has_the_next_number(db: Db, anne: Principal) -> None:
    collection = a_collection(db, anne.id)
    before = collections.get_by_id(db, collection).modseq

    numbers = [collections.next_modseq(db, collection) for _ in range(3)]

    assert numbers == [before + 1, before + 2, before + 3]
    assert collections.get_by_id(db, collection).modseq == before + 3


def test_no_two_collections_have_the_same_incarnation(db: Db, anne: Principal) -> None:
    found = [collections.get_by_id(db, a_collection(db, anne.id)) for _ in range(20)]

    assert len({one.incarnation for one in found}) == 20


def test_a_home_tells_of_new_calendars_and_of_those_that_went(db: Db, anne: Principal) -> None:
    since = home_of(db, anne).modseq
    made = a_collection(db, anne.id, "projets")
    collections.mark_changed(db, home_of(db, anne).id, made)
    between = home_of(db, anne).modseq

    assert [c.name for c in collections.list_changed(db, home_of(db, anne), since=since)] == [
        "projets"
    ]

    home = home_of(db, anne)
    collections.remove(db, home.id, collections.get_by_id(db, made), now=NOW)

    assert collections.list_changed(db, home_of(db, anne), since=between) == []
    assert collections.list_gone(db, home.id, since=between) == ["projets"]
    assert collections.list_gone(db, home.id, since=home_of(db, anne).modseq) == []


def test_a_calendar_made_again_is_not_gone(db: Db, anne: Principal) -> None:
    home = home_of(db, anne)
    for _ in range(2):
        made = a_collection(db, anne.id, "projets")
        collections.remove(db, home.id, collections.get_by_id(db, made), now=NOW)
    a_collection(db, anne.id, "projets")
    collections.dig_up(db, home.id, "projets")

    assert collections.list_gone(db, home.id, since=home.modseq) == []
