"""The change log: whoever replays it holds the listing, whatever happened in between."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.kernel.database import Database, Db
from calendars.kernel.identifiers import CollectionId
from calendars.model.principal import OWNER, Principal
from calendars.services.list_changes import Changes, InvalidSyncToken, list_changes
from calendars.storage import calendar_objects, collections
from tests.stores import NOW, a_collection, a_person, a_row, erase, write


@dataclass
class Follower:
    """A client that keeps what it was told, and its token."""

    token: str = ""
    held: dict[str, str] = field(default_factory=dict)

    def page(self, db: Db, collection: CollectionId, limit: int | None = None) -> Changes:
        """One request of a synchronisation."""
        found = collections.get_by_id(db, collection)
        changes = list_changes(db, found, OWNER, self.token, limit=limit)
        assert limit is None or len(changes.changed) + len(changes.gone) <= limit
        names = [name for name, _ in changes.changed]
        assert len({*names, *changes.gone}) == len(names) + len(changes.gone), "named twice"
        self.held.update(changes.changed)
        for name in changes.gone:
            self.held.pop(name, None)
        self.token = changes.token
        return changes

    def follow(self, db: Db, collection: CollectionId, limit: int | None = None) -> None:
        """Requests until there is no more."""
        while self.page(db, collection, limit).truncated:
            pass


def listing(db: Db, collection: CollectionId) -> dict[str, str]:
    """What stands in the collection."""
    return {stored.name: stored.etag for stored in calendar_objects.each_of(db, collection)}


@pytest.fixture
def anne(db: Db) -> Principal:
    """The owner of the collections."""
    return a_person(db)


@pytest.fixture
def collection(db: Db, anne: Principal) -> CollectionId:
    """An empty calendar."""
    return a_collection(db, anne.id)


@pytest.mark.rfc("6578 §3.2")
def test_two_writes_in_one_second_are_two_changes(db: Db, collection: CollectionId) -> None:
    follower = Follower()
    write(db, collection, "first")
    follower.follow(db, collection)
    write(db, collection, "second")

    assert [name for name, _ in follower.page(db, collection).changed] == ["second"]


@pytest.mark.rfc("6578 §3.2")
def test_without_a_change_the_token_stays_and_nothing_is_said(
    db: Db, collection: CollectionId
) -> None:
    follower = Follower()
    write(db, collection, "a")
    follower.follow(db, collection)
    token = follower.token

    assert follower.page(db, collection) == Changes([], [], token, truncated=False)


@pytest.mark.rfc("6578 §3.5")
def test_an_object_written_often_is_named_once_with_its_last_tag(
    db: Db, collection: CollectionId
) -> None:
    for version in (1, 2, 3):
        write(db, collection, "a", a_row(version=version))

    assert Follower().page(db, collection).changed == [("a", "a-3")]


@pytest.mark.rfc("6578 §3.5.2")
def test_what_came_and_went_since_the_token_is_gone(db: Db, collection: CollectionId) -> None:
    follower = Follower()
    write(db, collection, "other")
    follower.follow(db, collection)
    write(db, collection, "a")
    erase(db, collection, "a")

    changes = follower.page(db, collection)

    assert (changes.changed, changes.gone) == ([], ["a"])


@pytest.mark.rfc("6578 §3.4")
def test_a_first_synchronisation_names_nothing_that_is_gone(
    db: Db, collection: CollectionId
) -> None:
    write(db, collection, "a")
    erase(db, collection, "a")
    write(db, collection, "b")

    changes = Follower().page(db, collection)

    assert (changes.changed, changes.gone) == ([("b", "b-1")], [])


@pytest.mark.rfc("6578 §3.5.1")
def test_a_name_that_is_used_again_is_changed_not_gone(db: Db, collection: CollectionId) -> None:
    follower = Follower()
    write(db, collection, "a")
    follower.follow(db, collection)
    erase(db, collection, "a")
    write(db, collection, "a", a_row(version=2))

    changes = follower.page(db, collection)

    assert (changes.changed, changes.gone) == ([("a", "a-2")], [])


@pytest.mark.parametrize(
    "token",
    [
        "urn:niaouli:sync:",
        "urn:niaouli:sync:00000000000000000000000000000000:1",
        "{incarnation}:999",
        "{incarnation}:-1",
        "{incarnation}:١",
        "{incarnation}:1 ",
        "http://example.org/ns/sync/1",
        "x" * 10_000,
    ],
    ids=["bare", "another", "future", "negative", "arabic", "blank", "foreign", "long"],
)
@pytest.mark.rfc("6578 §3.2")
def test_a_token_that_was_never_given_is_refused(
    db: Db, collection: CollectionId, token: str
) -> None:
    found = collections.get_by_id(db, collection)
    forged = token.replace("{incarnation}", f"urn:niaouli:sync:{found.incarnation}")

    with pytest.raises(InvalidSyncToken):
        list_changes(db, found, OWNER, forged)


def test_a_calendar_made_anew_does_not_know_the_tokens_of_the_old_one(
    db: Db, anne: Principal
) -> None:
    old = a_collection(db, anne.id, "reused")
    follower = Follower()
    follower.follow(db, old)
    home = collections.find(db, "anne", "")
    assert home is not None
    collections.remove(db, home.id, collections.get_by_id(db, old), now=NOW)
    new = a_collection(db, anne.id, "reused")

    with pytest.raises(InvalidSyncToken):
        follower.page(db, new)


def test_a_token_from_before_the_log_was_pruned_is_refused(
    db: Db, collection: CollectionId
) -> None:
    follower = Follower()
    follower.follow(db, collection)
    for name in ("a", "b", "c"):
        write(db, collection, name)
    collections.set_columns(db, collection, {"oldest_modseq": 3})

    with pytest.raises(InvalidSyncToken):
        follower.page(db, collection)


def test_a_write_that_is_rolled_back_leaves_no_change(database: Database) -> None:
    with database.transaction() as db:
        collection = a_collection(db, a_person(db).id)
        write(db, collection, "kept")
    follower = Follower()
    with database.reading() as db:
        follower.follow(db, collection)

    def crash() -> None:
        with database.transaction() as db:
            write(db, collection, "lost")
            erase(db, collection, "kept")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        crash()
    with database.reading() as db:
        assert follower.page(db, collection).changed == []
    with database.transaction() as db:
        write(db, collection, "next")

    with database.reading() as db:
        assert follower.page(db, collection).changed == [("next", "next-1")]
        assert listing(db, collection) == {"kept": "kept-1", "next": "next-1"}


NAMES = st.sampled_from(["a", "b", "c", "d"])
LIMITS = st.sampled_from([None, 1, 2, 3])
FOLLOWERS = st.integers(0, 1)
Step: TypeAlias = tuple[str, str, str] | tuple[str, str] | tuple[str, int, int | None]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.sampled_from(["PUBLIC", "PRIVATE"])),
        st.tuples(st.just("erase"), NAMES),
        st.tuples(st.just("page"), FOLLOWERS, LIMITS),
    ),
    max_size=30,
)


@pytest.mark.rfc("6578 §3.6")
@given(steps=STEPS, last_limit=LIMITS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_replaying_the_changes_since_any_token_gives_the_listing(
    db: Db, anne: Principal, steps: list[Step], last_limit: int | None
) -> None:
    collection = a_collection(db, anne.id)
    # Each stops at a page of its own and goes on later.
    followers = [Follower(), Follower()]
    versions = count(1)
    for step in steps:
        match step:
            case ("put", str(name), str(visibility)):
                row = a_row(name, version=next(versions), visibility=visibility)
                write(db, collection, name, row)
            case ("erase", str(name)):
                erase(db, collection, name)
            case ("page", int(which), limit):
                followers[which].page(db, collection, limit)

    for follower in followers:
        follower.follow(db, collection, last_limit)
        assert follower.held == listing(db, collection)
        token = follower.token
        assert follower.page(db, collection) == Changes([], [], token, truncated=False)


class Writer(threading.Thread):
    """Puts and removes under names that the other writer uses too, one transaction a write."""

    def __init__(self, database: Database, collection: CollectionId, seed: int) -> None:
        super().__init__()
        self._database, self._collection = database, collection
        self._random = random.Random(seed)
        self._versions = count(seed * 1_000_000)
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in range(120):
                self._write_once()
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.failure = error

    def _write_once(self) -> None:
        name = self._random.choice("abcdefgh")
        with self._database.transaction() as db:
            collections.lock(db, self._collection)
            if self._random.random() < 0.3:
                erase(db, self._collection, name)
            else:
                write(db, self._collection, name, a_row(name, version=next(self._versions)))


@pytest.mark.rfc("6578 §3.2")
def test_who_follows_two_writers_at_work_misses_nothing(database: Database) -> None:
    with database.transaction() as db:
        collection = a_collection(db, a_person(db).id)
    writers = [Writer(database, collection, seed) for seed in (1, 2)]
    followers = [(Follower(), None), (Follower(), 3)]

    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for follower, limit in followers:
            with database.reading() as db:
                follower.page(db, collection, limit)
    for writer in writers:
        writer.join()

    assert [writer.failure for writer in writers] == [None, None]
    with database.reading() as db:
        for follower, limit in followers:
            follower.follow(db, collection, limit)
            assert follower.held == listing(db, collection)
            assert follower.page(db, collection).changed == []
