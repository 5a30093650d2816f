"""What is kept for a time only goes after that time, and no client misses a deletion by it."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.principal import OWNER
from calendars.services.delete_object import delete_object
from calendars.services.forget_old import TOMBSTONE_SECONDS, forget_old
from calendars.services.list_changes import InvalidSyncToken, list_changes
from calendars.services.sign_in import Attempt, TooManyTries, candidates, record_failure
from calendars.storage import collections, removed_calendars
from tests.builders import an_event
from tests.stores import NOW, a_person, agenda_of, object_path, put

DAYS = 90


@pytest.mark.rule("SEC-11")
def test_a_token_from_before_a_forgotten_deletion_ends(db: Db) -> None:
    anne = a_person(db)
    put(db, anne, an_event(uid="a@x"), "a.ics")
    put(db, anne, an_event(uid="b@x"), "b.ics")
    before = agenda_of(db, anne).sync_token
    delete_object(db, anne, object_path(anne, "a.ics"), now=NOW)
    after = agenda_of(db, anne).sync_token
    later = NOW + TOMBSTONE_SECONDS

    assert forget_old(db, removed_days=DAYS, now=later) == 0
    assert list_changes(db, agenda_of(db, anne), OWNER, before).gone == ["a.ics"]

    assert forget_old(db, removed_days=DAYS, now=later + 1) == 1
    with pytest.raises(InvalidSyncToken):
        list_changes(db, agenda_of(db, anne), OWNER, before)
    assert list_changes(db, agenda_of(db, anne), OWNER, after).gone == []
    assert [name for name, _ in list_changes(db, agenda_of(db, anne), OWNER, "").changed] == [
        "b.ics"
    ]


def test_wrong_passwords_are_forgotten_when_they_count_no_more(db: Db) -> None:
    a_person(db)
    attempt = Attempt("anne", "faux", "192.0.2.1")
    for _ in range(10):
        record_failure(db, attempt, now=NOW)
    with pytest.raises(TooManyTries):
        candidates(db, attempt, now=NOW)

    assert forget_old(db, removed_days=DAYS, now=NOW + 60) == 0
    assert forget_old(db, removed_days=DAYS, now=NOW + 3_600) == 10


def test_a_removed_calendar_is_forgotten_when_nobody_brought_it_back(db: Db) -> None:
    anne = a_person(db)
    agenda = agenda_of(db, anne)
    collections.remove(db, collections.home_of(db, anne.id), agenda, now=NOW)
    last = NOW + DAYS * 86_400

    assert forget_old(db, removed_days=DAYS, now=last) == 0
    assert [one.name for one in removed_calendars.list_of(db, anne.id)] == ["agenda"]
    assert forget_old(db, removed_days=DAYS, now=last + 1) == 1
    assert removed_calendars.list_of(db, anne.id) == []
