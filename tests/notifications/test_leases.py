"""One of several processes does it, and another goes on when that one is gone."""

from __future__ import annotations

from calendars.kernel.database import Database
from notifications import leases, read_marks


def test_a_lease_is_one_holders_until_it_ends(database: Database) -> None:
    def take(holder: str, now: int) -> bool:
        with database.transaction() as db:
            return leases.take(db, "imap", holder, now=now, seconds=90)

    assert take("one", 1_000)
    assert not take("two", 1_050)
    assert take("one", 1_080), "it is prolonged"
    assert not take("two", 1_160)
    assert take("two", 1_170), "whoever is gone holds nothing for long"
    with database.transaction() as db:
        leases.give_back(db, "imap", "one")  # not his any more
    assert not take("one", 1_171)
    with database.transaction() as db:
        leases.give_back(db, "imap", "two")
    assert take("one", 1_172)


def test_marks_count_within_one_validity(database: Database) -> None:
    with database.transaction() as db:
        for uid in (5, 9, 9):
            read_marks.add(db, "box", 1, uid, now=0)
        read_marks.add(db, "other", 1, 7, now=0)
        assert read_marks.list_of(db, "box", 1) == {5, 9}

        read_marks.add(db, "box", 2, 5, now=0)

        assert read_marks.list_of(db, "box", 1) == frozenset()
        assert read_marks.list_of(db, "box", 2) == {5}
        assert read_marks.list_of(db, "other", 1) == {7}
