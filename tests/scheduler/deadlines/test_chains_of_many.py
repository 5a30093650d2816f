"""Chains across people: a move is proposed to the others, who are told; templates; reminders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from calendars.kernel.audit import CONSOLE
from calendars.model.language import Language
from calendars.model.principal import Rights
from notifications.tables import outbox
from scheduler.deadlines.follow_days import follow_days
from scheduler.deadlines.remind import Post, nearest, remind_of_deadlines
from scheduler.working_time.model import DayKind, DecidedDay
from scheduler.working_time.rules import WorkingDays
from scheduler.working_time.service import decide_day
from tests.calendars.dav.test_delegation import delegate
from tests.command_line import CommandLine
from tests.scheduler.deadlines.test_deadlines import PATH, House, ask
from tests.serving import Client, running_server

pytestmark = pytest.mark.rule("DLN-1")
NOUMEA = ZoneInfo("Pacific/Noumea")
HOLIDAY = WorkingDays({date(2027, 3, 8): "Fête"})


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        made = House(running)
        delegate(running, "paul", "anne", Rights.SCHEDULE)
        yield made


def letters(house: House) -> list[tuple[str, str]]:
    """What was told to whom; its facts have all that the letter says."""
    with house.server.service.database.reading() as db:
        query = select(outbox).where(outbox.c.template == "deadline").order_by(outbox.c.id)
        rows = [row for row in db.execute(query) if row.state == "PENDING"]
    assert all(json.loads(row.body)["title"] for row in rows)
    return [
        (row.kind.removeprefix("deadline-"), row.recipient.removeprefix("mailto:").split("@")[0])
        for row in rows
    ]


def proposal(who: Client, number: int, day: str) -> list[dict[str, Any]]:
    status, told = ask(who, "POST", f"{PATH}/{number}/proposal", {"day": day})
    assert status == 200, told
    found: list[dict[str, Any]] = told["items"]
    return found


def move(who: Client, number: int, day: str) -> dict[str, Any]:
    """All of what is proposed is confirmed."""
    confirmed = [
        {"deadline": one["deadline"], "due": one["due"]} for one in proposal(who, number, day)
    ]
    body = {"day": day, "confirmed": confirmed, "because": "Report"}
    status, told = ask(who, "POST", f"{PATH}/{number}/move", body)
    assert status == 200, told
    return told


def test_a_move_is_proposed_to_the_others_who_answer(house: House) -> None:
    first = house.added()["id"]
    second = house.added(owner="paul", label="Analyse", after=first, count=2)["id"]
    third = house.added(label="Choix", after=second, count=2)["id"]
    dues = {one: due(house.anne, one) for one in (first, second, third)}
    assert [dues[one] for one in (first, second, third)] == [
        "2027-03-08", "2027-03-10", "2027-03-12",
    ]  # fmt: skip

    # The director moves hers: Paul's is asked for, and what comes after it waits for him.
    moves = proposal(house.director, first, "2027-03-03")
    assert [(one["deadline"], one["asked"]) for one in moves] == [(first, False), (second, True)]
    move(house.director, first, "2027-03-03")
    assert [due(house.anne, one) for one in (first, second, third)] == [
        "2027-03-10", "2027-03-10", "2027-03-12",
    ]  # fmt: skip
    assert letters(house) == [("proposed", "paul")]
    waiting = ask(house.paul, "GET", f"{PATH}/{second}")[1]["proposed"]
    assert (waiting["day"], waiting["due"], waiting["by"]) == (
        "2027-03-10", "2027-03-12", "director",
    )  # fmt: skip

    # He accepts by moving it; the one that comes after is the director's to say.
    move(house.paul, second, waiting["day"])
    assert due(house.paul, second) == "2027-03-12"
    assert ask(house.paul, "GET", f"{PATH}/{second}")[1]["proposed"] is None
    assert due(house.director, third) == "2027-03-12"
    assert letters(house)[1:] == [("accepted", "director"), ("proposed", "director")]
    path = f"{PATH}/{third}/proposal/decline"
    for who in (house.paul, house.rose):
        assert ask(who, "POST", path, {})[0] == 404
    declined = ask(house.director, "POST", path, {"because": "Trop tard"})
    assert (declined[0], declined[1]["proposed"], declined[1]["due"]) == (200, None, "2027-03-12")
    assert letters(house)[3:] == [("declined", "paul")]
    assert ask(house.director, "POST", path, {})[0] == 409

    # Who keeps all of them moves them at once, and every owner is told.
    moved = move(house.anne, first, "2027-03-04")
    assert [one["due"] for one in moved["items"]] == ["2027-03-11", "2027-03-15", "2027-03-17"]
    assert letters(house)[4:] == [("moved", "director"), ("moved", "paul"), ("moved", "director")]


def due(who: Client, number: int) -> str:
    return str(ask(who, "GET", f"{PATH}/{number}")[1]["due"])


def test_a_chain_is_made_from_a_template(house: House) -> None:
    _, told = ask(house.paul, "GET", "/api/v1/chain-templates")
    assert [one["code"] for one in told["items"]] == ["LETTRE", "MARCHE"]
    owners = {"redaction": "anne", "services": "paul", "direction": "director"}
    said = {"template": "LETTRE", "about": "mars", "day": "2027-03-15", "owners": owners}
    chains = "/api/v1/deadline-chains"
    assert ask(house.director, "POST", chains, said)[0] == 404
    assert ask(house.director, "GET", PATH)[1]["items"] == []
    assert ask(house.anne, "POST", chains, {**said, "owners": {"redaction": "anne"}})[0] == 422
    status, made = ask(house.anne, "POST", chains, said)
    assert status == 201, made
    dated = [(one["label"].split(" (")[0], one["due"][5:]) for one in made["items"]]
    assert dated == [
        ("Appel à contributions", "02-19"), ("Remise des textes", "03-02"),
        ("Maquette", "03-05"), ("Relecture", "03-09"), ("Bon à diffuser", "03-11"),
        ("Parution", "03-15"),
    ]  # fmt: skip
    assert len(ask(house.paul, "GET", PATH)[1]["items"]) == 1

    report = {"label": "Rapport", "steps": [
        {"key": "fin", "label": "Remise", "role": "chef", "rule": "next-working-day"},
        {"key": "avant", "label": "Chiffres", "role": "chef", "rule": "planned-sending-day",
         "count": 10, "after": "fin"}]}  # fmt: skip
    where = "/api/v1/chain-templates/RAPPORT"
    assert ask(house.anne, "PUT", where, report)[0] == 403
    wrong = {**report, "steps": report["steps"][1:]}
    assert ask(house.chief, "PUT", where, wrong)[0] == 422
    assert ask(house.chief, "PUT", where, report)[0] == 200
    again = {"template": "RAPPORT", "day": "2027-05-01", "owners": {"chef": "anne"}}
    assert len(ask(house.anne, "POST", chains, again)[1]["items"]) == 2
    table = house.anne.ask("GET", f"{PATH}.csv").text
    assert "Remise" in table
    assert house.chief.ask("DELETE", where).status_code == 204
    assert house.chief.ask("DELETE", where).status_code == 404


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-03-02T12:00", None),
        ("2027-03-04T07:59", None),
        ("2027-03-04T08:00", 3),  # Monday the eighth is a holiday
        ("2027-03-08T08:00", 3),
        ("2027-03-09T08:00", 1),
        ("2027-03-10T23:59", 1),
        ("2027-03-11T00:00", None),
    ],
)
def test_the_nearest_reminder_counts_working_days(now: str, expected: int | None) -> None:
    at = int(datetime.fromisoformat(now).replace(tzinfo=NOUMEA).timestamp())
    assert nearest(date(2027, 3, 10), (3, 1), HOLIDAY, NOUMEA, at) == expected


def test_a_mail_reminds_once_and_not_of_what_is_done(house: House) -> None:
    first = house.added(reminders=[5])["id"]
    _, told = ask(house.anne, "PATCH", f"{PATH}/{first}", {"reminders": [1, 3]})
    assert told["reminders"] == [3, 1]
    done = house.added(label="Faite")["id"]
    ask(house.anne, "PATCH", f"{PATH}/{done}", {"state": "done"})

    def run(text: str) -> int:
        now = int(datetime.fromisoformat(text).replace(tzinfo=NOUMEA).timestamp())
        database = house.server.service.database
        return remind_of_deadlines(database, Post(NOUMEA, Language.FRENCH), now=now)

    queued = [run(one) for one in ("2027-03-02T08:00", "2027-03-03T08:00", "2027-03-03T08:01",
                                 "2027-03-05T09:00", "2027-03-09T09:00")]  # fmt: skip
    assert queued == [0, 1, 0, 1, 0]
    assert letters(house) == [("due", "director")] * 2


@pytest.mark.rule("TIM-10")
def test_a_day_that_is_closed_later_moves_nothing_by_itself(house: House) -> None:
    made = house.added()["id"]
    house.added(label="Plus tard", day="2027-06-01")
    database, post = house.server.service.database, Post(NOUMEA, Language.FRENCH)
    now = int(datetime(2027, 2, 1, 9, tzinfo=NOUMEA).timestamp())
    with database.transaction() as db:
        bridge = DecidedDay(date(2027, 3, 8), DayKind.CLOSURE, "Pont")
        decide_day(db, CONSOLE, bridge, today=date(2027, 2, 1), now=now)
    assert [follow_days(database, post, now=now) for _ in range(2)] == [1, 0]
    assert letters(house) == [("days", "director")]
    found = ask(house.director, "GET", f"{PATH}/{made}")[1]
    assert (found["due"], found["proposed"]["due"]) == ("2027-03-08", "2027-03-09")
    moved = move(house.director, made, found["proposed"]["day"])
    assert [one["due"] for one in moved["items"]] == ["2027-03-09"]
    assert ask(house.director, "GET", f"{PATH}/{made}")[1]["proposed"] is None
    assert len(letters(house)) == 1


def test_a_chain_at_the_console(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    assert len(niaouli("deadline", "templates", "--json").json) == 2
    roles = [f"--owner={role}=anne" for role in ("secretariat", "service", "direction")]
    made = niaouli("deadline", "chain", "anne", "MARCHE", "--day", "2027-03-01", *roles, "--json")
    assert len(made.json) == 10
    assert niaouli("deadline", "list", "anne", "--csv").out.count("ouverte") == 10
    niaouli("deadline", "chain", "anne", "MARCHE", "--day", "2027-03-01", *roles[1:], fails=1)
    assert niaouli("deadline", "gaps", "anne", "--month", "2026-11", "--json").json == []
    niaouli("deadline", "gaps", "anne", "--month", "novembre", fails=2)
    shape = ("--day", "2027-03-01", "--count", "5", "--json")
    [added] = niaouli("deadline", "add", "anne", "Réponse au courrier", *shape).json
    assert (added["due"], added["reminders"]) == ("2027-03-08", [2])
    there = ("deadline", "move", "anne", str(added["id"]), "--day", "2027-03-02", "--json")
    assert [one["due"] for one in niaouli(*there).json] == ["2027-03-09"]
    niaouli(*there, "--confirm", "--because", "Report")
    niaouli("deadline", "close", "anne", str(added["id"]))
    [told] = [one for one in niaouli("deadline", "list", "anne", "--json").json
              if one["id"] == added["id"]]  # fmt: skip
    assert (told["due"], told["state"]) == ("2027-03-09", "done")
    often = ("--rule", "FREQ=WEEKLY;BYDAY=MO", "--from", "2027-03-01")
    niaouli("deadline", "repeat", "anne", "Registre", *often)
    niaouli("deadline", "repeat", "anne", "Registre", *often, "--closed", "skip", fails=1)
    assert [one["label"] for one in niaouli("deadline", "repeated", "anne", "--json").json] == [
        "Registre"
    ]
