"""What comes again: closed days move it with reasons, ticks are the task's, gaps are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.kernel.audit import CONSOLE
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Rights
from scheduler.deadlines.write_routine_days import write_days_ahead
from scheduler.working_time.model import DayKind, DecidedDay
from scheduler.working_time.recurring import (
    OnClosedDays,
    Recurring,
    check_rule,
    one_a_day,
    shifted_days,
)
from scheduler.working_time.rules import WorkingDays
from scheduler.working_time.service import decide_day
from scheduler.working_time.wording import because_shifted
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.deadlines.test_deadlines import ask
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("DLN-1")
NOUMEA = ZoneInfo("Pacific/Noumea")
ARMISTICE = WorkingDays({date(2026, 11, 11): "Armistice"})
NOVEMBER = date(2026, 11, 1)
PATH = "/api/v1/routines"


@pytest.mark.parametrize(
    ("rule", "on_closed", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=WE", "next", {4: 4, 11: 12, 18: 18}),
        ("FREQ=WEEKLY;BYDAY=WE", "previous", {4: 4, 11: 10, 18: 18}),
        ("FREQ=WEEKLY;BYDAY=WE", "skip", {4: 4, 18: 18}),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "next", {15: 16}),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "previous", {15: 13}),
        ("FREQ=DAILY;UNTIL=20261116", "next",
         {2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 9: 9, 10: 10, 12: 12, 13: 13, 16: 16}),
    ],
)  # fmt: skip
def test_closed_days_move_what_recurs(rule: str, on_closed: str, expected: dict[int, int]) -> None:
    recurring = Recurring(rule, NOVEMBER, date(2026, 11, 18), OnClosedDays(on_closed))
    found = one_a_day(shifted_days(recurring, NOVEMBER, date(2026, 11, 30), ARMISTICE))
    assert {one.nominal.day: one.day.day for one in found if one.day} == expected


def test_a_moved_day_says_why() -> None:
    recurring = Recurring("FREQ=WEEKLY;BYDAY=WE", NOVEMBER)
    moved = shifted_days(recurring, date(2026, 11, 11), date(2026, 11, 11), ARMISTICE)[0]
    skipped = moved._replace(day=None)
    told = [because_shifted(one).replace("\u00a0", " ") for one in (moved, skipped)]
    because = "parce que le mercredi 11 novembre 2026 est férié (Armistice)"
    assert told == [
        f"jeudi 12 novembre 2026, au lieu du mercredi 11 novembre 2026, {because}",
        f"rien le mercredi 11 novembre 2026, {because}",
    ]


@given(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=1,-1"]),
    st.sampled_from([OnClosedDays.NEXT, OnClosedDays.PREVIOUS]),
    st.sets(st.integers(0, 120), max_size=25),
)
def test_every_day_is_a_working_one_and_the_nearest(
    rule: str, on_closed: OnClosedDays, closed: set[int]
) -> None:
    working = WorkingDays(closures={NOVEMBER + timedelta(days=one): "" for one in closed})
    recurring = Recurring(rule, NOVEMBER, None, on_closed)
    shifted = shifted_days(recurring, NOVEMBER, NOVEMBER + timedelta(days=90), working)
    for one in shifted:
        assert one.day is not None
        assert working.closed(one.day) is None
        between = abs((one.day - one.nominal).days)
        assert between == len(one.passed_over)
    kept = one_a_day(shifted)
    assert {one.day for one in kept} == {one.day for one in shifted}
    assert len({one.day for one in kept}) == len(kept)


@pytest.mark.parametrize("rule", ["", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "FREQ=NEVER", "DAILY"])
def test_a_rule_of_days_is_wanted(rule: str) -> None:
    with pytest.raises(InvalidInput):
        check_rule(rule, NOVEMBER)


class House:
    """A director, who keeps her diary, a colleague; and the clock."""

    def __init__(self, server: Server, patch: pytest.MonkeyPatch) -> None:
        self.server, self._patch = server, patch
        self.director, self.anne = server.add_person("director"), server.add_person("anne")
        self.paul = server.add_person("paul")
        delegate(server, "director", "anne", Rights.SCHEDULE)

    def turn(self, day: int) -> int:
        """It is ten o'clock of a day of November, and the job has run."""
        now = datetime(2026, 11, day, 10, tzinfo=NOUMEA)
        self._patch.setattr(type(self.server.service.clock), "now", lambda _: now)
        return write_days_ahead(self.server.service.database, NOUMEA, now=int(now.timestamp()))

    def tasks(self) -> dict[str, str]:
        """The director's open tasks: the day that each is due on, and its name."""
        found = self.director.propfind("/dav/calendars/director/taches/", "<D:getetag/>", "1")
        names = [one.href for one in found if one.href.endswith(".ics")]
        texts = {name: self.director.ask("GET", name).text for name in names}
        return {
            text.split("DUE:202611")[1][:2]: name
            for name, text in texts.items()
            if "STATUS:NEEDS-ACTION" in text
        }

    def tick(self, day: str) -> None:
        """In her own program."""
        name = self.tasks()[day]
        text = self.director.ask("GET", name).text
        ticked = text.replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
        assert self.director.put(name, ticked).status_code in {200, 204}

    def gaps(self, who: Client) -> dict[str, Any]:
        status, told = ask(who, "GET", "/api/v1/routine-gaps?owner=director&month=2026-11")
        assert status == 200, told
        [month] = told["items"]
        return {**month, "gaps": [one["day"][-2:] for one in month["gaps"]]}


@pytest.fixture
def house(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running, monkeypatch)


def test_a_daily_task_is_ticked_in_a_program_and_its_gaps_are_listed(house: House) -> None:
    house.turn(6)
    said = {"owner": "director", "label": "Registre", "rule": "FREQ=DAILY",
            "first_day": "2026-11-06", "ahead": 4}  # fmt: skip
    status, made = ask(house.anne, "POST", PATH, said)
    assert status == 201, made
    assert sorted(house.tasks()) == ["06", "09", "10"]
    assert house.turn(6) == 0

    house.tick("06")
    assert house.turn(6) == 1
    path = f"{PATH}/{made['id']}"
    assert house.turn(9) > 0
    assert sorted(house.tasks()) == ["09", "10", "12", "13"]
    ticked = ask(house.anne, "PATCH", f"{path}/days/2026-11-10", {"done": True})
    assert ticked[1]["done_at"] is not None
    assert sorted(house.tasks()) == ["09", "12", "13"]

    # The twelfth is closed by order: what stands there joins the thirteenth, and says why.
    with house.server.service.database.transaction() as db:
        one = DecidedDay(date(2026, 11, 12), DayKind.CLOSURE, "Pont")
        decide_day(db, CONSOLE, one, today=date(2026, 11, 9), now=1)
    house.turn(9)
    assert sorted(house.tasks()) == ["09", "13"]

    # Nobody looks for a week: the days are gaps that can be filled, and no heap of stale tasks.
    house.turn(18)
    assert sorted(house.tasks()) == ["09", "13", "18", "19", "20"]
    month = house.gaps(house.anne)
    assert month["gaps"] == ["09", "13", "16", "17"]
    assert (month["due"], month["done"], month["late"]) == (6, 2, 0)
    ask(house.anne, "PATCH", f"{path}/days/2026-11-17", {"done": True})
    assert (house.gaps(house.director)["gaps"], house.gaps(house.anne)["late"]) == (
        ["09", "13", "16"], 1,
    )  # fmt: skip
    table = house.anne.ask("GET", "/api/v1/routine-gaps.csv?owner=director&month=2026-11").text
    assert "13/11/2026" in table

    gaps = "/api/v1/routine-gaps?owner=director&month=2026-11"
    for where in (path, f"{path}/days?from=2026-11-01&to=2026-11-30", gaps):
        assert ask(house.paul, "GET", where)[0] == 404
    assert ask(house.paul, "POST", PATH, said)[0] == 404
    assert ask(house.paul, "PATCH", path, {"ahead": 1})[0] == 404


@pytest.mark.parametrize("engine", ["sqlite"])
def test_it_ends_and_moves_backwards_where_that_is_said(house: House) -> None:
    house.turn(2)
    said = {"owner": "director", "label": "Suivi", "rule": "FREQ=WEEKLY;BYDAY=WE",
            "first_day": "2026-11-01", "ahead": 20}  # fmt: skip
    path = f"{PATH}/{ask(house.director, 'POST', PATH, said)[1]['id']}"
    assert sorted(house.tasks()) == ["04", "12", "18"]
    assert ask(house.director, "PATCH", path, {"on_closed": "previous"})[0] == 200
    assert sorted(house.tasks()) == ["04", "10", "18"]
    _, days = ask(house.director, "GET", f"{path}/days?from=2026-11-10&to=2026-11-10")
    assert [(one["nominal"], one["former"]) for one in days["items"]] == [
        ("2026-11-11", "2026-11-12")
    ]
    changed = ask(house.director, "PATCH", path, {"last_day": "2026-11-11", "label": "Suivi fin"})
    assert changed[1]["last_day"] == "2026-11-11"
    assert sorted(house.tasks()) == ["04", "10"]
    assert "Suivi fin" in house.director.ask("GET", house.tasks()["04"]).text
    assert ask(house.director, "PATCH", path, {"last_day": "2026-10-11"})[0] == 422
