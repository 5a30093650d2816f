"""`niaouli meeting`, `agenda`, `minutes`, `action`: the life of a meeting at the console."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.command_line import CommandLine


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


@pytest.mark.rule("MTG-1")
@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_life_of_a_meeting_at_the_console(niaouli: CommandLine, tmp_path: Path) -> None:
    for login in ("anne", "solange", "paul", "lucas"):
        niaouli.add_person(login)
    niaouli("delegate", "anne", "solange", "--rights", "schedule")
    called = niaouli(
        "meeting", "call", "solange", "--for", "anne", "--kind", "CODIR",
        "--start", "2097-03-05T08:00", "--minutes", "30", "--required", "paul", "--chair",
        "anne", "--json",
    ).json  # fmt: skip
    ref = called["ref"]
    assert called["start"] == "2097-03-05T08:00:00+11:00"

    niaouli("agenda", "add", "solange", ref, "--title", "Budget", "--kind", "decision",
            "--minutes", "40", "--paper", "DOC-1")  # fmt: skip
    (tmp_path / "note.txt").write_text("Une note.")
    niaouli("agenda", "hand-in", "solange", ref, "DOC-1", str(tmp_path / "note.txt"))
    niaouli("agenda", "fetch", "paul", ref, "DOC-1", str(tmp_path / "lue.txt"))
    assert (tmp_path / "lue.txt").read_text() == "Une note."
    shown = niaouli("agenda", "show", "paul", ref)
    assert "Budget" in shown.out
    assert "dépasse la durée de la réunion de 10 minutes" in shown.err
    assert _rows(niaouli("agenda", "show", "paul", ref, "--csv").out)[1][2:6] == [
        "08:00", "08:40", "Budget", "décision",
    ]  # fmt: skip
    niaouli("agenda", "show", "lucas", ref, fails=1)

    niaouli("meeting", "change", "solange", ref, "--start", "2097-03-06T09:00")
    niaouli("meeting", "change", "solange", ref, "--start", "hier", fails=2)
    assert niaouli("meeting", "list", "paul", "--days", "1", "--json").json == []
    for state in ("agenda_set", "in_session", "held"):
        niaouli("meeting", "state", "solange", ref, state)
    niaouli("meeting", "state", "solange", ref, "requested", fails=1)
    noted = niaouli("meeting", "attendance", "solange", ref, "--note", "paul=excused", "--csv")
    assert ["paul@example.org", "excusée"] in [[row[1], row[4]] for row in _rows(noted.out)]

    _minutes_of(niaouli, ref, tmp_path)


def _minutes_of(niaouli: CommandLine, ref: str, tmp_path: Path) -> None:
    niaouli("minutes", "draft", "solange", ref)
    text = json.loads(niaouli("minutes", "show", "solange", ref, "--sections").out)
    text["sections"][0]["decisions"] = ["Retenu."]
    text["sections"][0]["actions"] = [{"label": "Relire", "owner": "paul", "due": "2097-03-20"}]
    edited = tmp_path / "compte-rendu.json"
    edited.write_text(json.dumps(text))
    niaouli("minutes", "draft", "solange", ref, "--from", str(edited))
    niaouli("minutes", "submit", "solange", ref)
    niaouli("minutes", "validate", "solange", ref, fails=1)
    niaouli("minutes", "return", "anne", ref, "--reason", "Une date")
    niaouli("minutes", "draft", "solange", ref, "--from", str(edited))
    niaouli("minutes", "submit", "solange", ref)
    niaouli("minutes", "validate", "anne", ref)
    niaouli("minutes", "distribute", "solange", ref)
    assert "Retenu." in niaouli("minutes", "show", "paul", ref).out

    [owed] = niaouli("action", "list", "paul", "--json").json
    assert (owed["label"], owed["state"], owed["overdue"]) == ("Relire", "open", False)
    assert niaouli("action", "list", "paul", "--overdue", "--json").json == []
    niaouli("action", "done", "paul", owed["ref"])
    [row] = _rows(niaouli("action", "list", "solange", "--meeting", ref, "--csv").out)[1:]
    assert row[5] == "fait"
    niaouli("action", "add", "solange", ref, "--label", "Relire encore", "--owner", "paul")
    again = tmp_path / "encore.json"
    again.write_text(niaouli("minutes", "show", "solange", ref, "--sections").out)
    niaouli("minutes", "correct", "solange", ref, "--reason", "Date", "--from", str(again))
    again.write_text("[]")
    niaouli("minutes", "correct", "solange", ref, "--reason", "Date", "--from", str(again), fails=2)

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
