"""Law of homes: whoever replays the changes since his token has what a listing shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.kernel.database import Database, Db
from calendars.model.principal import Principal, Rights
from calendars.services.delegate import DelegationDraft, delegate, revoke_delegation
from calendars.services.list_home_changes import list_home_changes, list_members
from calendars.services.make_calendar import CalendarDraft, make_calendar, remove_calendar
from calendars.services.mount_calendars import change_mount, list_all_mounts
from calendars.storage import collections
from tests.stores import NOW, a_person

DAY = 86_400
OWNERS = st.sampled_from(["paul", "lise"])
DEEDS = st.one_of(
    st.tuples(
        st.just("give"),
        OWNERS,
        st.sampled_from(list(Rights)),
        st.none() | st.integers(-2, 3),
        st.none() | st.integers(0, 3),
        st.sampled_from([None, "agenda"]),
    ),
    st.tuples(st.just("take back"), OWNERS),
    st.tuples(st.just("wait"), st.integers(0, 3)),
    st.tuples(st.just("show"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("make"), OWNERS),
    st.tuples(st.just("remove"), OWNERS),
)


class Stage:
    """Anne's home, and those who open their diaries to her and shut them."""

    def __init__(self, db: Db) -> None:
        self.db, self.now = db, NOW
        self.people: dict[str, Principal] = {
            login: a_person(db, login) for login in ("anne", "paul", "lise")
        }

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now, UTC).date()

    def do(self, deed: tuple[Any, ...]) -> None:
        """One thing that happens; what is not possible does not."""
        getattr(self, deed[0].replace(" ", "_"))(*deed[1:])

    def give(
        self, owner: str, rights: Rights, first: int | None, length: int | None, name: str | None
    ) -> None:
        start = None if first is None else self.today + timedelta(first)
        end = None if length is None else (start or self.today) + timedelta(length)
        draft = DelegationDraft(rights, first_day=start, last_day=end, calendar=name)
        delegate(self.db, owner, "anne", draft, zone=UTC, now=self.now)

    def take_back(self, owner: str) -> None:
        revoke_delegation(self.db, owner, "anne", now=self.now)

    def wait(self, days: int) -> None:
        self.now += days * DAY

    def show(self, index: int, hidden: bool) -> None:
        found = list_all_mounts(self.db, self.people["anne"], now=self.now)
        if index < len(found):
            name = found[index].calendar.collection.path[1]
            columns: dict[str, object] = {"hidden": hidden}
            change_mount(self.db, self.people["anne"], name, columns, now=self.now)

    def make(self, owner: str) -> None:
        if collections.find(self.db, owner, "visites") is None:
            path = (owner, "visites")
            make_calendar(self.db, self.people[owner], path, CalendarDraft(), now=self.now)

    def remove(self, owner: str) -> None:
        if collections.find(self.db, owner, "visites") is not None:
            remove_calendar(self.db, self.people[owner], (owner, "visites"), now=self.now)


@contextmanager
def stage(database: Database) -> Iterator[Stage]:
    """A stage that leaves nothing behind."""
    with database.engine.connect() as db:
        transaction = db.begin()
        try:
            yield Stage(db)
        finally:
            transaction.rollback()


@pytest.mark.rfc("6578 §3.2")
@pytest.mark.rule("DIR-2")
@pytest.mark.parametrize("engine", ["sqlite"])
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(DEEDS, max_size=10))
def test_replaying_the_changes_of_a_home_gives_its_listing(
    database: Database, deeds: list[tuple[Any, ...]]
) -> None:
    with stage(database) as now_on:
        anne, db = now_on.people["anne"], now_on.db
        known: set[str] = set()
        token = ""
        for deed in [("wait", 0), *deeds]:
            now_on.do(deed)
            home = collections.find(db, "anne", "")
            assert home is not None
            changes = list_home_changes(db, anne, home, token, now=now_on.now)
            came = {one.collection.path[1] for one in changes.changed}
            known = (known | came) - set(changes.gone)
            token = changes.token
            listed = list_members(db, anne, home, now=now_on.now)
            assert known == {one.collection.path[1] for one in listed}
            again = list_home_changes(db, anne, home, token, now=now_on.now)
            assert (again.changed, again.gone, again.token) == ([], [], token)
