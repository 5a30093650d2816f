"""`niaouli resource …`: how a resource answers, when it is out of service, the list (RES-1)."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import NOUMEA, an_event
from tests.command_line import CommandLine


@pytest.fixture
def ocre(niaouli: CommandLine) -> CommandLine:
    niaouli("resource", "add", "salle-ocre", "--kind", "room", "--name", "Salle Ocre",
            "--capacity", "10", "--email", "salle-ocre@example.org")  # fmt: skip
    return niaouli


@pytest.mark.rule("RES-1")
def test_a_policy_changes_in_what_is_said_of_it(ocre: CommandLine) -> None:
    ocre.add_person("anne")
    ocre("resource", "policy", "salle-ocre", "--mode", "approval", "--approver", "anne",
         "--hours", "LU-VE 07:30-16:00", "--hours", "SA 08:00-12:00", "--max-ahead", "365",
         "--feature", "écran", "--site", "SIEGE")  # fmt: skip

    told = ocre("resource", "policy", "salle-ocre", "--max-ahead", "0", "--json").json

    assert (told["mode"], told["approvers"], told["site"]) == ("approval", ["anne"], "SIEGE")
    assert told["hours"] == ["lu ma me je ve 07:30-16:00", "sa 08:00-12:00"]
    assert (told["max_ahead"], told["max_attendees"], told["features"]) == (None, 10, ["écran"])
    assert "approval" in ocre("resource", "policy", "salle-ocre").out
    ocre("resource", "policy", "salle-ocre", "--hours", "always", "--approver", "keepers")
    told = ocre("resource", "policy", "salle-ocre", "--json").json
    assert (told["hours"], told["approvers"]) == ([], [])


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--mode", "sometimes"], 2),
        (["--hours", "lundi matin"], 2),
        (["--approver", "personne"], 1),
        (["--max-ahead", "1", "--min-notice", "4000"], 1),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_one_line(
    ocre: CommandLine, options: list[str], status: int
) -> None:
    written = ocre("resource", "policy", "salle-ocre", *options, fails=status)

    assert written.err.startswith("niaouli : ")
    assert written.err.count("\n") == 1


@pytest.mark.rule("RES-1")
def test_out_of_service_and_in_service_again(ocre: CommandLine) -> None:
    period = ["--from", "2096-03-09T07:30", "--to", "2096-03-09T16:00", "--reason", "peinture"]
    [told] = ocre("resource", "out-of-service", "salle-ocre", *period, "--json").json

    assert told == {
        "id": told["id"],
        "from": "2096-03-09T07:30+11:00",
        "to": "2096-03-09T16:00+11:00",
        "reason": "peinture",
    }
    number = str(told["id"])
    assert ocre("resource", "out-of-service", "salle-ocre", "--remove", number, "--json").json == []
    ocre("resource", "out-of-service", "salle-ocre", "--from", "2096-03-09T07:30", fails=2)


@pytest.mark.rule("RES-1")
def test_what_waits_for_a_person_is_listed(ocre: CommandLine, tmp_path: Path) -> None:
    ocre("resource", "policy", "salle-ocre", "--mode", "approval")
    text = an_event(
        uid="a", start=datetime(2097, 3, 3, 14, 30, tzinfo=NOUMEA),
        organizer="anne@example.org", attendees=["salle-ocre@example.org"],
    )  # fmt: skip
    file = tmp_path / "a.ics"
    file.write_text(text, encoding="utf-8")
    ocre("import", "salle-ocre", str(file))

    [told] = ocre("resource", "approvals", "--json").json

    assert (told["resource"], told["organizer"]) == ("salle-ocre", "anne@example.org")
    assert told["from"] == "2097-03-03T14:30+11:00"
    assert ocre("resource", "approvals", "salle-ocre").out.count("salle-ocre") == 1


@pytest.mark.rule("RES-1")
def test_the_list_opens_in_a_spreadsheet(ocre: CommandLine) -> None:
    ocre("resource", "add", "veh-01", "--kind", "vehicle", "--name", "=1+1")

    [heading, room, vehicle] = csv.reader(
        io.StringIO(ocre("resource", "list", "--csv").out.removeprefix("\ufeff")), delimiter=";"
    )

    assert heading[:4] == ["Identifiant", "Type", "Genre", "Nom"]
    assert room[:4] == ["salle-ocre", "ROOM", "room", "Salle Ocre"]
    assert vehicle[:4] == ["veh-01", "RESOURCE", "vehicle", "'=1+1"]
