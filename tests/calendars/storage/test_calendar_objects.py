"""Objects, their tombstones and their history: nothing that stood there is lost."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId
from calendars.model.principal import Principal
from calendars.storage import calendar_objects, collections, removed_calendars
from calendars.storage.calendar_objects import StoredObject
from tests.stores import NOW, a_collection, a_person, a_row, erase, write


@pytest.fixture
def anne(db: Db) -> Principal:
    """The owner."""
    return a_person(db)


@pytest.fixture
def paul(db: Db) -> Principal:
    """Another one, who writes there too."""
    return a_person(db, "paul")


@pytest.fixture
def collection(db: Db, anne: Principal) -> CollectionId:
    """An empty calendar."""
    return a_collection(db, anne.id)


def stored(db: Db, collection: CollectionId, name: str) -> StoredObject:
    """The object of that name, which is there."""
    found = calendar_objects.find(db, collection, name)
    assert found is not None
    return found


def test_an_object_is_found_as_it_was_stored(db: Db, collection: CollectionId) -> None:
    octets = bytes(range(256))
    write(db, collection, "a", a_row()._replace(data=octets, recurring=True))

    found = stored(db, collection, "a")

    assert (found.data, found.uid, found.etag) == (octets, "uid of a", "a-1")
    assert (found.recurring, found.floating) == (True, False)
    assert calendar_objects.find(db, collection, "A") is None


def test_objects_are_listed_by_name_and_those_that_are_not_there_left_out(
    db: Db, collection: CollectionId, anne: Principal
) -> None:
    for name in ("a", "b", "c"):
        write(db, collection, name)
    write(db, a_collection(db, anne.id), "d")

    found = calendar_objects.list_named(db, collection, ["c", "a", "d", "nowhere"])

    assert {one.name for one in found} == {"a", "c"}


def test_each_object_of_a_calendar_comes_once(db: Db, collection: CollectionId) -> None:
    names = [f"{number:03}" for number in range(450)]  # more than are fetched at a time
    for name in names:
        write(db, collection, name)

    assert [one.name for one in calendar_objects.each_of(db, collection)] == names
    # The connection reads and writes as before.
    write(db, collection, "last")
    assert calendar_objects.name_of_uid(db, collection, "uid of last") == "last"


def test_a_uid_stands_once_in_a_calendar(db: Db, collection: CollectionId, anne: Principal) -> None:
    twin = a_row()._replace(uid="the same")
    write(db, collection, "a", twin)
    write(db, a_collection(db, anne.id), "b", twin)  # another calendar is no matter

    refused = db.dialect.loaded_dbapi.IntegrityError
    with pytest.raises(refused), db.begin_nested():
        write(db, collection, "b", twin)


def test_a_uid_is_free_again_once_its_object_is_gone(db: Db, collection: CollectionId) -> None:
    write(db, collection, "a")
    erase(db, collection, "a")

    assert calendar_objects.name_of_uid(db, collection, "uid of a") is None
    write(db, collection, "b", a_row()._replace(uid="uid of a"))
    assert calendar_objects.name_of_uid(db, collection, "uid of a") == "b"


def test_every_overwrite_is_kept_with_who_wrote_and_who_replaced(
    db: Db, collection: CollectionId, anne: Principal, paul: Principal
) -> None:
    write(db, collection, "a", a_row(by=anne.id))
    write(db, collection, "a", a_row(version=2, by=paul.id)._replace(written_at=NOW + 60))
    erase(db, collection, "a", by=anne.id, now=NOW + 90)

    last, first = calendar_objects.list_versions(db, collection, "a")

    assert (first.data, first.deed) == (b"a 1", "OVERWRITE")
    assert (first.written_by, first.written_at) == (anne.id, NOW)
    assert (first.replaced_by, first.replaced_at) == (paul.id, NOW + 60)
    assert (last.data, last.deed) == (b"a 2", "DELETE")
    assert (last.written_by, last.replaced_by) == (paul.id, anne.id)
    assert calendar_objects.find_version(db, first.id) == first


def test_the_history_of_a_name_goes_on_when_it_is_used_again(
    db: Db, collection: CollectionId
) -> None:
    write(db, collection, "a")
    erase(db, collection, "a")
    write(db, collection, "a", a_row(version=2))
    erase(db, collection, "a")

    versions = calendar_objects.list_versions(db, collection, "a")

    assert [version.data for version in versions] == [b"a 2", b"a 1"]


def test_the_last_deletions_come_first(db: Db, collection: CollectionId) -> None:
    for name in ("a", "b", "c"):
        write(db, collection, name)
        erase(db, collection, name)
    write(db, collection, "d")
    write(db, collection, "d", a_row("d", version=2))

    deleted = calendar_objects.list_deleted(db, collection, limit=2)

    assert [version.name for version in deleted] == ["c", "b"]


def test_history_stays_when_the_person_who_wrote_it_leaves_no_trace_else(
    db: Db, collection: CollectionId, anne: Principal
) -> None:
    write(db, collection, "a", a_row(by=anne.id))
    erase(db, collection, "a", by=None)

    [version] = calendar_objects.list_versions(db, collection, "a")

    assert (version.written_by, version.replaced_by) == (anne.id, None)


def test_a_removed_calendar_goes_with_all_that_is_in_it_when_its_time_is_over(
    db: Db, collection: CollectionId, anne: Principal
) -> None:
    write(db, collection, "a")
    write(db, collection, "a", a_row(version=2))
    erase(db, collection, "a")
    write(db, collection, "b")
    home = collections.find(db, anne.login, "")
    assert home is not None

    collections.remove(db, home.id, collections.get_by_id(db, collection), now=NOW)

    assert [one.name for one in calendar_objects.each_of(db, collection)] == ["b"]
    assert removed_calendars.forget(db, before=NOW) == 0
    assert removed_calendars.forget(db, before=NOW + 1) == 1
    assert list(calendar_objects.each_of(db, collection)) == []
    assert calendar_objects.list_versions(db, collection, "a") == []


def test_ids_of_floating_objects_only(db: Db, collection: CollectionId) -> None:
    write(db, collection, "fixed")
    write(db, collection, "floating", a_row("floating")._replace(floating=True))

    ids = calendar_objects.ids_of_floating(db, collection)

    assert [one.name for one in calendar_objects.list_by_id(db, ids)] == ["floating"]
