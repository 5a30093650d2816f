"""The occurrence index finds what looking at every row would find."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId
from calendars.model.principal import Principal
from calendars.model.window import ALWAYS, NEVER_AFTER, NEVER_BEFORE, Window
from calendars.storage import calendar_objects, occurrences
from calendars.storage.occurrences import LONG, IndexedInstance
from tests.stores import NOW, a_collection, a_person, write

DAY = 86_400


@pytest.fixture
def anne(db: Db) -> Principal:
    """The owner."""
    return a_person(db)


def an_object(db: Db, collection: CollectionId, name: str = "a") -> ObjectId:
    """An object that nothing is indexed of."""
    write(db, collection, name)
    stored = calendar_objects.find(db, collection, name)
    assert stored is not None
    return stored.id


def at(start: int, length: int, busy: str = "B") -> IndexedInstance:
    """One instance."""
    return IndexedInstance(start, start + length, None, busy)


# Near the borders that matter: the length that sets long ones apart, and the edges of windows.
STARTS = st.integers(-3, 3).map(lambda n: n * LONG // 2) | st.integers(-90, 90).map(
    lambda n: n * DAY
)
LENGTHS = st.sampled_from([1, 1800, DAY, LONG - 1, LONG, LONG + 1, 3 * LONG])
UNBOUNDED = st.sampled_from(
    [
        IndexedInstance(NEVER_BEFORE, NEVER_AFTER, None, "F"),
        IndexedInstance(NOW, NEVER_AFTER, None, "F"),
        IndexedInstance(NEVER_BEFORE, NOW, None, "F"),
    ]
)
INSTANCES = st.lists(
    st.builds(lambda s, length: at(NOW + s, length), STARTS, LENGTHS) | UNBOUNDED, max_size=12
)
WINDOWS = st.builds(
    lambda s, length: Window(NOW + s, NOW + s + length), STARTS, LENGTHS
) | st.sampled_from([ALWAYS, Window(NOW, NEVER_AFTER), Window(NEVER_BEFORE, NOW)])


@given(instances=INSTANCES, window=WINDOWS)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.rfc("4791 §9.9")
def test_a_window_is_answered_as_by_looking_at_every_row(
    db: Db, anne: Principal, instances: list[IndexedInstance], window: Window
) -> None:
    collection, other = a_collection(db, anne.id), a_collection(db, anne.id)
    one, stranger = an_object(db, collection), an_object(db, other)
    occurrences.replace(db, one, collection, "VEVENT", instances)
    occurrences.replace(db, stranger, other, "VEVENT", [at(NOW, DAY)])

    hits = occurrences.list_overlapping(db, [collection], "VEVENT", window)

    expected = [i for i in instances if window.overlaps(i.starts_at, i.ends_at)]
    assert sorted(hit[1:] for hit in hits) == sorted(tuple(i) for i in expected)
    assert {hit.object_id for hit in hits} <= {one}


def test_several_calendars_are_looked_at_in_one_go(db: Db, anne: Principal) -> None:
    calendars = [a_collection(db, anne.id) for _ in range(3)]
    objects = [an_object(db, calendar) for calendar in calendars]
    for calendar, one in zip(calendars, objects, strict=True):
        occurrences.replace(db, one, calendar, "VEVENT", [at(NOW, DAY)])

    window = Window(NOW, NOW + 1)
    hits = occurrences.list_overlapping(db, calendars[:2], "VEVENT", window)

    assert [hit.object_id for hit in hits] == objects[:2]


def test_types_of_component_stand_apart(db: Db, anne: Principal) -> None:
    collection = a_collection(db, anne.id)
    occurrences.replace(db, an_object(db, collection), collection, "VTODO", [at(NOW, DAY)])

    window = Window(NOW, NOW + 1)

    assert occurrences.list_overlapping(db, [collection], "VEVENT", window) == []
    assert len(occurrences.list_overlapping(db, [collection], "VTODO", window)) == 1


def test_what_was_indexed_before_is_replaced(db: Db, anne: Principal) -> None:
    collection = a_collection(db, anne.id)
    one = an_object(db, collection)
    occurrences.replace(db, one, collection, "VEVENT", [at(NOW, DAY)])
    occurrences.replace(db, one, collection, "VEVENT", [at(NOW + DAY, DAY)])

    hits = occurrences.list_overlapping(db, [collection], "VEVENT", ALWAYS)

    assert [hit.starts_at for hit in hits] == [NOW + DAY]


def test_the_index_of_an_object_goes_with_it(db: Db, anne: Principal) -> None:
    collection = a_collection(db, anne.id)
    one = an_object(db, collection)
    occurrences.replace(db, one, collection, "VEVENT", [at(NOW, DAY)])
    stored = calendar_objects.find(db, collection, "a")
    assert stored is not None

    calendar_objects.remove(db, stored, by=anne.id, modseq=99, now=NOW)

    assert occurrences.list_overlapping(db, [collection], "VEVENT", ALWAYS) == []
