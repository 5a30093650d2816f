"""Dead properties: kept as sent, within limits (RFC 4918 §4)."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.storage import calendar_objects, collections, dead_properties, removed_calendars
from calendars.storage.dead_properties import (
    MAX_CHARACTERS,
    MAX_PER_RESOURCE,
    Bearer,
    TooManyProperties,
)
from tests.stores import NOW, a_collection, a_person, write

NAME = "{http://example.org/}note"


@pytest.fixture
def anne(db: Db) -> Principal:
    """Whose resources they are."""
    return a_person(db)


def bearers(db: Db, anne: Principal) -> list[Bearer]:
    """A principal, a collection and an object."""
    collection = a_collection(db, anne.id)
    write(db, collection, "a")
    stored = calendar_objects.find(db, collection, "a")
    assert stored is not None
    return [Bearer(principal=anne.id), Bearer(collection=collection), Bearer(object=stored.id)]


@pytest.mark.rfc("4918 §4.3")
def test_each_resource_bears_its_own(db: Db, anne: Principal) -> None:
    found = bearers(db, anne)
    for number, bearer in enumerate(found):
        dead_properties.set_one(db, bearer, NAME, f"<n>{number}</n>")

    assert [dead_properties.list_of(db, bearer) for bearer in found] == [
        {NAME: f"<n>{number}</n>"} for number in range(3)
    ]


def test_a_new_value_takes_the_place_of_the_old_one(db: Db, anne: Principal) -> None:
    bearer = Bearer(principal=anne.id)
    dead_properties.set_one(db, bearer, NAME, "<n>é</n>")
    dead_properties.set_one(db, bearer, NAME, "<n>è</n>")

    assert dead_properties.list_of(db, bearer) == {NAME: "<n>è</n>"}


def test_removing_takes_one_and_nothing_where_there_is_none(db: Db, anne: Principal) -> None:
    bearer = Bearer(principal=anne.id)
    dead_properties.set_one(db, bearer, NAME, "<n/>")
    dead_properties.set_one(db, bearer, NAME + "2", "<n/>")
    dead_properties.remove(db, bearer, NAME)
    dead_properties.remove(db, bearer, NAME)

    assert list(dead_properties.list_of(db, bearer)) == [NAME + "2"]


def test_a_resource_bears_so_many_and_no_more(db: Db, anne: Principal) -> None:
    bearer = Bearer(principal=anne.id)
    for number in range(MAX_PER_RESOURCE):
        dead_properties.set_one(db, bearer, f"{NAME}{number}", "<n/>")

    with pytest.raises(TooManyProperties):
        dead_properties.set_one(db, bearer, NAME, "<n/>")
    dead_properties.set_one(db, bearer, f"{NAME}0", "<n>new</n>")  # in place of another: no more
    assert len(dead_properties.list_of(db, bearer)) == MAX_PER_RESOURCE


def test_a_value_has_so_many_characters_and_no_more(db: Db, anne: Principal) -> None:
    bearer = Bearer(principal=anne.id)
    dead_properties.set_one(db, bearer, NAME, "x" * MAX_CHARACTERS)

    with pytest.raises(TooManyProperties):
        dead_properties.set_one(db, bearer, NAME, "x" * (MAX_CHARACTERS + 1))


def test_they_go_with_what_bears_them(db: Db, anne: Principal) -> None:
    _, of_collection, of_object = bearers(db, anne)
    for bearer in (of_collection, of_object):
        dead_properties.set_one(db, bearer, NAME, "<n/>")
    home = collections.find(db, anne.login, "")
    assert home is not None
    assert of_collection.collection is not None

    collections.remove(db, home.id, collections.get_by_id(db, of_collection.collection), now=NOW)
    removed_calendars.forget(db, before=NOW + 1)

    assert dead_properties.list_of(db, of_collection) == {}
    assert dead_properties.list_of(db, of_object) == {}
