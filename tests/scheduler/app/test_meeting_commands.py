"""`niaouli meeting`: what somebody takes part in, what he owes, and papers as files."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.command_line import PASSWORD, CommandLine
from tests.scheduler.meetings.conftest import rest
from tests.serving import Client, running_server

NOUMEA = ZoneInfo("Pacific/Noumea")


@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_meetings_actions_and_papers(niaouli: CommandLine, tmp_path: Path) -> None:
    for login in ("anne", "paul", "lucas"):
        niaouli.add_person(login)
    start = (datetime.now(NOUMEA) + timedelta(days=7)).replace(microsecond=0, second=0)
    with running_server(niaouli.url, tmp_path) as server:
        anne = Client(server.base, "anne", PASSWORD)
        wanted = {"kind": "CODIR", "start": start.isoformat(), "required": ["paul"]}
        ref = rest(anne, "POST", "", wanted, 201)["ref"]
        rest(anne, "POST", f"/{ref}/actions", {"label": "Relire", "owner": "paul"}, 201)

    listed = niaouli("meeting", "list", "paul", "--days", "366", "--json").json
    assert [(one["ref"], one["start"]) for one in listed] == [
        (ref, start.isoformat(timespec="minutes"))
    ]
    assert niaouli("meeting", "list", "lucas", "--days", "366", "--json").json == []
    [owed] = json.loads(niaouli("meeting", "actions", "paul", "--json").out)
    assert (owed["label"], owed["state"]) == ("Relire", "ouvert")
    assert niaouli("meeting", "actions", "paul", "--overdue", "--json").json == []
    target = tmp_path / "ordre.pdf"
    niaouli("meeting", "paper", "paul", ref, "agenda", str(target))
    assert target.read_bytes().startswith(b"%PDF-")
    niaouli("meeting", "paper", "lucas", ref, "agenda", str(tmp_path / "x.pdf"), fails=1)
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.rule("MTG-2")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_series_says_what_closed_days_make_of_it(niaouli: CommandLine) -> None:
    for login in ("anne", "paul"):
        niaouli.add_person(login)
    shape = ("--rule", "FREQ=WEEKLY;BYDAY=MO", "--start", "08:30", "--from", "2027-03-22",
             "--to", "2027-04-05", "--required", "paul", "--item", "Divers", "--closed", "skip",
             "--json")  # fmt: skip
    told = niaouli("series", "new", "anne", "codir", "--kind", "CODIR", "--title", "CODIR", *shape)
    assert [(one["nominal"], one["day"]) for one in told.json] == [
        ("2027-03-22", "2027-03-22"), ("2027-03-29", None), ("2027-04-05", "2027-04-05"),
    ]  # fmt: skip
    assert [one["code"] for one in niaouli("series", "list", "anne", "--json").json] == ["codir"]
    niaouli("series", "dates", "paul", "codir", fails=1)
