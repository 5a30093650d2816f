"""What one reader sees of another's calendar: his own names, his own tags, his own changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Access, Principal, Rights
from calendars.services.authorize import access_to
from calendars.services.delete_object import delete_object
from calendars.services.list_changes import (
    Changes,
    InvalidSyncToken,
    list_changes,
    list_tags,
    sync_token,
)
from calendars.services.read_objects import read_each, read_named
from calendars.storage import collections, delegations, object_masks
from tests.builders import a_series, a_vevent, an_event
from tests.stores import NOW, a_person, agenda_of, object_path, put

CANARY = "Canari"


@pytest.fixture
def owner(db: Db) -> Principal:
    """Whose calendar it is."""
    return a_person(db, "owner")


def a_reader(db: Db, owner: Principal, login: str, *, private: bool = False) -> Principal:
    """Somebody who may write in the owner's calendar."""
    reader = a_person(db, login)
    delegations.grant(db, owner.id, reader.id, Rights.WRITE, sees_private=private)
    return reader


@dataclass
class Follower:
    """A client that keeps what it was told, and its token."""

    owner: Principal
    reader: Principal
    token: str = ""
    held: dict[str, str] = field(default_factory=dict)

    def opened(self, db: Db) -> tuple[CalendarCollection, Access]:
        """The calendar as it is now, and the reader's access."""
        collection = agenda_of(db, self.owner)
        return collection, access_to(db, self.reader, collection, now=NOW)

    def page(self, db: Db, limit: int | None = None) -> Changes:
        """One request of a synchronisation."""
        changes = list_changes(db, *self.opened(db), self.token, limit=limit)
        names = [name for name, _ in changes.changed]
        assert len({*names, *changes.gone}) == len(names) + len(changes.gone), "named twice"
        self.held.update(changes.changed)
        for name in changes.gone:
            self.held.pop(name, None)
        self.token = changes.token
        return changes

    def follow(self, db: Db, limit: int | None = None) -> Changes:
        """Requests until there is no more; the last one."""
        while (changes := self.page(db, limit)).truncated:
            pass
        return changes

    def listing(self, db: Db) -> dict[str, str]:
        """What a listing says."""
        return dict(list_tags(db, *self.opened(db)))

    def texts(self, db: Db) -> dict[str, str]:
        """The texts by name."""
        return {one.name: one.data.decode() for one in read_each(db, *self.opened(db))}


@pytest.mark.rule("SEC-4")
def test_a_hidden_change_moves_neither_tag_nor_token_nor_text(db: Db, owner: Principal) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    hidden = {"visibility": "CONFIDENTIAL", "uid": "u"}
    put(db, owner, an_event(summary="Un", **hidden), now=NOW)  # type: ignore[arg-type]
    reader.follow(db)
    before = reader.listing(db), reader.texts(db), sync_token(db, *reader.opened(db))

    renewed = an_event(
        summary=CANARY, location=CANARY, attendees=["x@y.nc"], uid="u", visibility="CONFIDENTIAL"
    ).replace("DTSTAMP:2026", "DTSTAMP:2027")
    put(db, owner, renewed, now=NOW + 60)

    assert (reader.listing(db), reader.texts(db), sync_token(db, *reader.opened(db))) == before
    assert reader.page(db) == Changes([], [], before[2], truncated=False)


@pytest.mark.rule("SEC-4")
def test_a_change_of_time_shows(db: Db, owner: Principal) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    put(db, owner, an_event(visibility="PRIVATE"))
    reader.follow(db)
    [(name, tag)] = reader.held.items()

    put(db, owner, an_event(visibility="PRIVATE", duration="PT3H"))
    changes = reader.page(db)

    assert [changed for changed, _ in changes.changed] == [name]
    assert changes.changed[0][1] != tag


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize(("first", "then"), [("PUBLIC", "PRIVATE"), ("CONFIDENTIAL", "PUBLIC")])
def test_a_change_of_class_takes_one_name_away_and_brings_the_other(
    db: Db, owner: Principal, first: str, then: str
) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    put(db, owner, an_event(visibility=first))
    reader.follow(db)
    [held] = reader.held

    put(db, owner, an_event(visibility=then))
    changes = reader.page(db)

    assert changes.gone == [held]
    [(name, _)] = changes.changed
    assert {held, name} >= {"a.ics"}
    assert len({held, name}) == 2


def test_names_uids_and_tags_are_of_one_reader_and_one_calendar(db: Db, owner: Principal) -> None:
    readers = [Follower(owner, a_reader(db, owner, login)) for login in ("one", "two")]
    other = a_person(db, "other")
    delegations.grant(db, other.id, readers[0].reader.id, Rights.READ)
    readers.append(Follower(other, readers[0].reader))
    for whose in (owner, other):
        put(db, whose, an_event(uid="shared", visibility="CONFIDENTIAL"))

    listings = [reader.listing(db) for reader in readers]
    uids = [
        one.uid for reader in readers for one in read_each(db, *reader.opened(db)) if one.masked
    ]

    assert len({name for listing in listings for name in listing}) == 3
    assert len({tag for listing in listings for tag in listing.values()}) == 3
    assert len(set(uids)) == 3
    assert "shared" not in uids


@pytest.mark.rule("SEC-5")
def test_a_name_of_another_reader_leads_nowhere(db: Db, owner: Principal) -> None:
    one = Follower(owner, a_reader(db, owner, "one"))
    two = Follower(owner, a_reader(db, owner, "two"))
    put(db, owner, an_event(visibility="PRIVATE"))
    [name] = one.listing(db)
    tampered = ("0" if name[0] != "0" else "1") + name[1:]

    assert set(read_named(db, *one.opened(db), [name])) == {name}
    assert read_named(db, *two.opened(db), [name, "a.ics"]) == {}
    assert read_named(db, *one.opened(db), [tampered, "a.ics", name.upper()]) == {}


@pytest.mark.rule("SEC-2")
def test_who_takes_part_sees_all_of_it(db: Db, owner: Principal) -> None:
    invited = Follower(owner, a_reader(db, owner, "invited"))
    for number, people in enumerate(
        [{"attendees": ["INVITED@example.org"]}, {"organizer": "invited@example.org"}, {}]
    ):
        text = an_event(uid=f"{number}", summary=CANARY, visibility="CONFIDENTIAL", **people)  # type: ignore[arg-type]
        put(db, owner, text, f"{number}.ics")

    assert {name for name, text in invited.texts(db).items() if CANARY in text} == {
        "0.ics",
        "1.ics",
    }


@pytest.mark.rule("SEC-2")
def test_who_is_invited_to_one_occurrence_does_not_see_the_series(db: Db, owner: Principal) -> None:
    invited = Follower(owner, a_reader(db, owner, "invited"))
    once = a_vevent(
        recurrence_id="20260310T033000Z", summary=CANARY, attendees=["invited@example.org"]
    )
    put(db, owner, a_series(once, summary=CANARY, visibility="CONFIDENTIAL"))

    assert CANARY not in "".join(invited.texts(db).values())


def test_a_token_is_of_one_view(db: Db, owner: Principal) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    put(db, owner, an_event(visibility="PRIVATE"))
    reader.follow(db)
    delegations.grant(db, owner.id, reader.reader.id, Rights.WRITE, sees_private=True)

    for token in (reader.token, agenda_of(db, owner).sync_token):
        with pytest.raises(InvalidSyncToken):
            list_changes(db, *reader.opened(db), token)
    with pytest.raises(InvalidSyncToken):
        list_changes(db, agenda_of(db, owner), Follower(owner, owner).opened(db)[1], reader.token)


def test_a_name_that_was_public_and_is_used_again_in_secret_goes(db: Db, owner: Principal) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    put(db, owner, an_event(uid="old"))
    reader.follow(db)
    delete_object(db, owner, object_path(owner, "a.ics"), now=NOW)
    put(db, owner, an_event(uid="new", visibility="PRIVATE"))

    changes = reader.page(db)

    assert changes.gone == ["a.ics"]
    assert len(changes.changed) == 1


def test_changes_of_views_are_forgotten_with_the_tombstones(db: Db, owner: Principal) -> None:
    reader = Follower(owner, a_reader(db, owner, "reader"))
    put(db, owner, an_event())
    reader.follow(db)
    put(db, owner, an_event(visibility="PRIVATE"))

    assert object_masks.prune(db, before=NOW + 1) == 1
    with pytest.raises(InvalidSyncToken):
        reader.page(db)
    reader.token, reader.held = "", {}
    assert reader.follow(db).gone == []
    assert reader.page(db).token == reader.token == sync_token(db, *reader.opened(db))


CLASSES = st.sampled_from(["PUBLIC", "PRIVATE", "CONFIDENTIAL"])
NAMES = st.sampled_from(["a", "b", "c"])
LIMITS = st.sampled_from([None, 1, 2, 3])
FOLLOWERS = st.integers(0, 4)
INVITED = st.lists(st.sampled_from(["plain", "private"]), unique=True)
Step: TypeAlias = tuple[str, str, str, list[str], bool] | tuple[str, str] | tuple[str, int, object]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, CLASSES, INVITED, st.booleans()),
        st.tuples(st.just("erase"), NAMES),
        st.tuples(st.just("page"), FOLLOWERS, LIMITS),
    ),
    max_size=25,
)


@pytest.mark.rfc("6578 §3.6")
@pytest.mark.parametrize("engine", ["sqlite"])
@given(steps=STEPS, last_limit=LIMITS)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_view_replays_to_its_listing_and_shows_nothing_that_is_hidden(
    db: Db, steps: list[Step], last_limit: int | None
) -> None:
    serial = next(_SERIAL)
    owner = a_person(db, f"owner{serial}")
    plain = a_reader(db, owner, f"plain{serial}")
    private = a_reader(db, owner, f"private{serial}", private=True)
    followers = [Follower(owner, reader) for reader in (plain, plain, private, private, owner)]
    versions = count(1)
    for step in steps:
        match step:
            case ("put", str(name), str(visibility), list(invited), bool(moves)):
                _write(db, owner, name, visibility, (serial, invited), (next(versions), moves))
            case ("erase", str(name)):
                _erase(db, owner, name)
            case ("page", int(which), limit):
                followers[which].page(db, limit)  # type: ignore[arg-type]

    for follower in followers:
        follower.follow(db, last_limit)
        assert follower.held == follower.listing(db)
        assert follower.token == sync_token(db, *follower.opened(db))
        assert follower.page(db) == Changes([], [], follower.token, truncated=False)
        for found in read_each(db, *follower.opened(db)):
            assert found.etag == follower.held[found.name]
            assert not (found.masked and CANARY in found.data.decode())


_SERIAL = count(1)


def _write(
    db: Db,
    owner: Principal,
    name: str,
    visibility: str,
    people: tuple[int, list[str]],
    version: tuple[int, bool],
) -> None:
    serial, invited = people
    number, moves = version
    text = an_event(
        uid=f"uid of {name} {CANARY}",
        summary=f"{CANARY} {number}",
        visibility=visibility,
        attendees=[f"{login}{serial}@example.org" for login in invited],
        duration=f"PT{number if moves else 1}H",
    )
    put(db, owner, text, f"{name}.ics")


def _erase(db: Db, owner: Principal, name: str) -> None:
    collection = agenda_of(db, owner)
    try:
        delete_object(db, owner, object_path(owner, f"{name}.ics"), now=NOW)
    except ServiceError:
        assert collections.get_by_id(db, collection.id).modseq == collection.modseq
