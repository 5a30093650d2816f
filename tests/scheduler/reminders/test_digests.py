"""The digest of a diary: tomorrow in the evening, next week on Friday, as its reader sees it."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Database
from calendars.model.principal import Rights
from calendars.model.wall_clock import epoch_to_local
from calendars.services.delegate import DelegationDraft, delegate
from notifications.compose import Composers
from notifications.tables import outbox
from scheduler.reminders.choose_digests import DigestDraft, NotHisToRead, put_digest
from scheduler.reminders.digests import (
    Item,
    Period,
    days_told,
    last_sending,
    lines_by_day,
    next_sending,
    of_use_until,
)
from scheduler.reminders.send_digests import send_digests
from tests.builders import NOUMEA, an_event
from tests.scheduler.reminders.house import HOURS, WORKING, House, at

EVENING = time(17)
periods = st.sampled_from(Period)
instants = st.integers(at("2025-06-01T00:00"), at("2027-05-01T00:00"))


@pytest.mark.rule("TIM-11")
@given(periods, instants)
def test_each_working_day_and_each_week_is_told_once_the_working_day_before(
    period: Period, after: int
) -> None:
    first = next_sending(period, after, EVENING, HOURS)
    second = next_sending(period, first, EVENING, HOURS)
    assert after < first < second
    assert WORKING.closed(epoch_to_local(first, NOUMEA).date()) is None
    told, then = days_told(period, first, HOURS), days_told(period, second, HOURS)
    # No day is left out between one and the next, and none is told twice.
    assert told.last + timedelta(days=1) == then.first
    assert first < of_use_until(period, told, HOURS)
    assert last_sending(period, first, second - 1, EVENING, HOURS) == first
    assert last_sending(period, first, second, EVENING, HOURS) == second


@pytest.mark.parametrize(
    ("period", "after", "sent", "first", "last"),
    [
        (Period.DAY, "2026-03-03T16:00", "2026-03-03T17:00", "2026-03-04", "2026-03-04"),
        (Period.DAY, "2026-03-06T12:00", "2026-03-06T17:00", "2026-03-07", "2026-03-09"),
        (Period.DAY, "2026-04-03T17:00", "2026-04-07T17:00", "2026-04-08", "2026-04-08"),
        (Period.WEEK, "2026-03-03T16:00", "2026-03-06T17:00", "2026-03-09", "2026-03-15"),
        # 1 May is a Friday and a holiday.
        (Period.WEEK, "2026-04-29T16:00", "2026-04-30T17:00", "2026-05-04", "2026-05-10"),
    ],
)  # fmt: skip
def test_when_it_leaves_and_what_it_tells(
    period: Period, after: str, sent: str, first: str, last: str
) -> None:
    found = next_sending(period, at(after), EVENING, HOURS)
    assert found == at(sent)
    days = days_told(period, found, HOURS)
    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


def test_days_come_first_and_what_is_at_one_time_is_said() -> None:
    def hours(
        start: str, end: str, title: str, *, busy: bool = True, tentative: bool = False
    ) -> Item:
        first, last = at(f"2026-03-03T{start}"), at(f"2026-03-03T{end}")
        return Item(first, last, title, busy=busy, tentative=tentative)

    items = [
        hours("10:00", "11:00", "b"),
        hours("10:30", "12:00", "c"),
        hours("11:00", "12:00", "t", tentative=True),
        Item(date(2026, 3, 2), date(2026, 3, 5), "away"),
        hours("08:00", "10:00", "a"),
        hours("08:00", "12:00", "free", busy=False),
    ]
    days = days_told(Period.DAY, at("2026-03-02T17:00"), HOURS)
    [(_, lines)] = lines_by_day(items, days, NOUMEA)
    told = [(one.item.title, None if one.clash is None else one.clash.title) for one in lines]
    assert told == [
        ("away", None), ("a", None), ("free", None), ("b", "c"), ("c", "b"), ("t", None)
    ]  # fmt: skip


class Direction(House):
    """A director, her assistant, and the digests that they get."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.person("director")
        self.person("anne")
        for name, hour, visibility in (
            ("CODIR", 8, "PUBLIC"), ("Bilan de santé", 10, "PRIVATE"),
            ("Évaluation IS-2026-0421", 14, "CONFIDENTIAL"), ("Visite", 14, "PUBLIC"),
        ):  # fmt: skip
            text = an_event(
                uid=name, summary=name, visibility=visibility, location="Salle Indigo",
                start=datetime(2026, 3, 4, hour, 0, tzinfo=NOUMEA),
            )  # fmt: skip
            self.write(text, "2026-03-01T08:00", f"{hour}-{name[:3]}.ics", "director")

    def let_in(self, rights: Rights = Rights.READ, *, private: bool = False) -> None:
        with self.database.transaction() as db:
            draft = DelegationDraft(rights, private)
            delegate(
                db, "director", "anne", draft, zone=NOUMEA, now=at("2026-03-01T08:00"), by=CONSOLE
            )

    def subscribe(
        self, actor: str, reader: str, period: Period = Period.DAY, *, empty: bool = False
    ) -> None:
        with self.database.transaction() as db:
            draft = DigestDraft(reader, period, EVENING, empty)
            put_digest(
                db, self.people[actor], "director", draft, self.desk, now=at("2026-03-02T08:00")
            )

    def digests(self, when: str) -> list[tuple[str, str]]:
        """Whom, and in which words."""
        send_digests(self.database, self.desk, now=at(when))
        columns = (outbox.c.recipient, outbox.c.template, outbox.c.body)
        with self.database.reading() as db:
            rows = db.execute(select(*columns).order_by(outbox.c.id)).all()
        fresh, self.seen = rows[self.seen :], len(rows)
        composer = Composers(NOUMEA, "DPASS").of("fr")
        told = []
        for to, kind, body in fresh:
            words = composer.words(kind, json.loads(body))
            told.append((to.removeprefix("mailto:"), f"{words.subject}\n{words.text}"))
        return told


@pytest.fixture
def direction(database: Database) -> Direction:
    return Direction(database)


@pytest.mark.rule("SEC-2", "SEC-6")
def test_each_reader_gets_his_own_view_and_nothing_confidential_is_named(
    direction: Direction,
) -> None:
    direction.let_in()
    direction.subscribe("director", "director")
    direction.subscribe("director", "anne")
    told = dict(direction.digests("2026-03-03T17:00"))
    assert set(told) == {"director@example.org", "anne@example.org"}
    for text in told.values():
        assert "CODIR, Salle Indigo" in text
        assert "IS-2026" not in text
        assert "2 rendez-vous se chevauchent" in text or "Deux rendez-vous se chevauchent" in text
    assert "Bilan de santé" in told["director@example.org"]
    assert "Rendez-vous confidentiel" in told["director@example.org"]
    assert "Bilan" not in told["anne@example.org"]
    assert "Privé" in told["anne@example.org"]
    assert "Occupé" in told["anne@example.org"]
    assert "Agenda de Director" in told["anne@example.org"].splitlines()[0]
    assert direction.digests("2026-03-03T17:01") == []


def test_an_empty_one_comes_only_to_who_asked_for_it(direction: Direction) -> None:
    direction.let_in()
    direction.subscribe("director", "director")
    direction.subscribe("anne", "anne", empty=True)
    direction.digests("2026-03-03T17:00")
    assert [who for who, _ in direction.digests("2026-03-05T17:00")] == ["anne@example.org"]


@pytest.mark.rule("TIM-11")
def test_after_an_outage_the_last_one_alone_while_it_is_of_use(direction: Direction) -> None:
    direction.subscribe("director", "director", empty=True)
    # Down since Monday: on Wednesday morning that of Wednesday is still of use.
    [(_, text)] = direction.digests("2026-03-04T08:00")
    assert "04/03/2026" in text.splitlines()[0]
    assert direction.digests("2026-03-06T13:00") == []
    assert len(direction.digests("2026-03-06T17:00")) == 1


@pytest.mark.rule("SEC-5")
def test_who_may_not_read_the_diary_any_more_gets_nothing(direction: Direction) -> None:
    with pytest.raises(NotHisToRead):
        direction.subscribe("director", "anne")
    direction.let_in()
    direction.subscribe("director", "anne", empty=True)
    with direction.database.transaction() as db:
        draft = DelegationDraft(Rights.READ, last_day=date(2026, 3, 2))
        delegate(db, "director", "anne", draft, zone=NOUMEA, now=at("2026-03-02T08:00"), by=CONSOLE)
    assert direction.digests("2026-03-03T17:00") == []
