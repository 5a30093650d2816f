"""`niaouli campaign` and `appointment`: prepared, chosen, booked and marked at the console."""

from __future__ import annotations

import pytest

from tests.command_line import CommandLine

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def people(niaouli: CommandLine) -> CommandLine:
    """Claire, who appraises Paul; Solange keeps her diary."""
    for login in ("claire", "solange", "paul", "anne"):
        niaouli.add_person(login)
    niaouli("delegate", "claire", "solange", "--rights", "schedule", "--private")
    return niaouli


@pytest.mark.rule("RDV-3")
def test_a_campaign_goes_its_way_at_the_console(people: CommandLine) -> None:
    period = ("--from", "2097-03-04", "--to", "2097-03-08")
    wrong = people("campaign", "new", "claire", *period, "--evaluator", "paul", fails=2)
    assert "écrivez par exemple claire=paul,anne" in wrong.err
    [made] = people(
        "campaign", "new", "claire", *period, "--evaluator", "claire=paul", "--evaluator",
        "anne=claire", "--as", "solange", "--json",
    ).json  # fmt: skip
    number = str(made["id"])
    people("campaign", "agree", "anne", number)
    people("campaign", "open", "claire", number)
    [invited] = people("campaign", "own", "paul", "--json").json
    free = people("campaign", "slots", "paul", str(invited["id"]), "--json").json
    people("campaign", "choose", "paul", str(invited["id"]), free[0]["start"])
    [line] = people("campaign", "people", "claire", number, "--json").json
    assert (line["login"], line["state"], line["start"]) == ("paul", "chosen", free[0]["start"])
    assert people("campaign", "people", "claire", number, "--remaining", "--json").json == []
    assert people("campaign", "list", "claire", "--json").json[0]["evaluators"][1]["agreed"]


@pytest.mark.rule("RDV-1")
def test_slots_are_opened_and_booked_at_the_console(people: CommandLine) -> None:
    [opened] = people(
        "appointment", "open", "claire", "--label", "Évaluations", "--motive", "EVAL=Évaluation",
        "--window", "LU-VE 08:00-11:00", "--minutes", "60", "--as", "solange", "--json",
    ).json  # fmt: skip
    assert opened["windows"] == [{"weekdays": [0, 1, 2, 3, 4], "start": "08:00", "end": "11:00"}]
    number = str(opened["id"])
    start = people("appointment", "slots", "paul", number, "--json").json[0]["start"]
    wanted = (number, "--motive", "EVAL", "--reference", "IS-2026-0421", "--json")
    [booked] = people("appointment", "book", "paul", *wanted, "--start", start).json
    assert (booked["state"], booked["start"]) == ("planned", start)
    people("appointment", "book", "paul", *wanted, "--start", start, fails=1)
    outside = ("--contact", "sophie@example.org")
    people("appointment", "book", "paul", *wanted, *outside, fails=1)
    [offered] = people("appointment", "book", "solange", *wanted, *outside).json
    assert (offered["state"], offered["start"]) == ("offered", None)
    people("appointment", "mark", "claire", str(booked["id"]), "lost", fails=2)
    [gone] = people("appointment", "mark", "claire", str(booked["id"]), "cancelled", "--json").json
    assert gone["state"] == "cancelled"
