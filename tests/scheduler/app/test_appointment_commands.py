"""`niaouli request`, `option`, `poll`, `phone-message`: what REST does, at the console."""

from __future__ import annotations

import csv
import io

import pytest

from tests.command_line import CommandLine

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])


def rows(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))


@pytest.fixture
def people(niaouli: CommandLine) -> CommandLine:
    """Anne, whose diary Solange keeps, and Paul."""
    for login in ("anne", "solange", "paul"):
        niaouli.add_person(login)
    niaouli("delegate", "anne", "solange", "--rights", "schedule")
    return niaouli


@ONE_ENGINE
@pytest.mark.rule("DIA-2")
def test_a_request_goes_its_way_at_the_console(people: CommandLine) -> None:
    made = people(
        "request", "make", "anne", "--as", "solange", "--subject", "=Convention", "--due",
        "2097-03-01", "--requester", "Sophie Mica", "--email", "sophie@example.org", "--json",
    ).json  # fmt: skip
    ref = made["ref"]
    early = people("request", "hold", "anne", ref, "--slot", "2097-03-05T08:00/09:00", fails=1)
    assert early.err == "niaouli : la demande en est à « reçue » : prenez-la d'abord en charge\n"
    people("request", "take", "anne", ref, "--as", "solange")
    held = people(
        "request", "hold", "anne", ref, "--as", "solange", "--json",
        "--slot", "2097-03-05T08:00/09:00", "--slot", "2097-03-06T08:00/2097-03-06T09:00",
    ).json  # fmt: skip
    assert held["state"] == "held"

    heading, first, second = rows(people("option", "list", "anne", "--csv").out)
    assert heading[:5] == ["Référence", "Titre", "État", "Option", "Début"]
    assert first[:5] == [held["options"], "'=Convention", "en attente", "1", "05/03/2097 08:00"]
    assert second[3:5] == ["2", "06/03/2097 08:00"]

    placed = people("request", "place", "anne", ref, "--as", "solange", "--option", "2", "--json")
    assert placed.json["state"] == "planned"
    assert people("request", "list", "anne", "--json").json == []
    shown = people("request", "list", "anne", "--state", "planned", "--csv").out
    assert rows(shown)[1][:3] == [ref, "anne", "planifiée"]
    assert "planifiée" in people("request", "show", "anne", ref).err
    people("request", "list", "anne", "--as", "paul", fails=1)
    assert "choisissez" in people("request", "list", "anne", "--state", "x", fails=2).err


@ONE_ENGINE
@pytest.mark.rule("MTG-3")
def test_a_poll_is_opened_and_decided_at_the_console(people: CommandLine) -> None:
    refused = people(
        "option", "hold", "anne", "VR-1", "--title", "Revue", "--slot", "demain", fails=2
    )
    assert "« demain » n'est pas un instant" in refused.err
    people(
        "option", "hold", "anne", "VR-1", "--title", "Revue", "--visibility", "PRIVATE",
        "--slot", "2097-03-05T08:00/09:00", "--slot", "2097-03-06T08:00/09:00",
    )  # fmt: skip
    asked = people(
        "poll", "open", "anne", "VR-1", "--as", "solange", "--required", "paul@example.org",
        "--optional", "outside@example.net", "--json",
    ).json  # fmt: skip
    assert {one["email"] for one in asked["voters"]} == {"outside@example.net", "paul@example.org"}
    [listed] = people("poll", "list", "anne", "--json").json
    assert (listed["ref"], listed["title"], len(listed["options"])) == ("VR-1", "Revue", 2)
    [masked] = people("poll", "list", "anne", "--as", "solange", "--json").json
    assert masked["title"] == "Rendez-vous"
    people("poll", "list", "anne", "--as", "paul", fails=1)
    assert rows(people("poll", "show", "anne", "VR-1", "--csv").out)[1][:2] == [
        "1", "05/03/2097 08:00",
    ]  # fmt: skip
    assert "Relancées : 2" in people("poll", "remind", "anne", "VR-1").err

    people("poll", "confirm", "anne", "VR-1", "2")
    assert people("poll", "list", "anne", "--json").json == []
    [decided] = people("poll", "list", "anne", "--all", "--json").json
    assert decided["state"] == "retained"
    assert "déjà décidées" in people("poll", "close", "anne", "VR-1", fails=1).err


@ONE_ENGINE
@pytest.mark.rule("RDV-1")
def test_a_phone_message_is_noted_and_done_at_the_console(people: CommandLine) -> None:
    people("phone-message", "add", "anne", "--as", "paul", "--caller", "Mairie", "--urgent")
    people("phone-message", "add", "anne", "--as", "paul", "--caller", "M. X", "--confidential")
    [seen] = people("phone-message", "list", "anne", "--as", "solange", "--json").json
    assert (seen["caller"], seen["urgency"]) == ("Mairie", "urgent")
    people("phone-message", "list", "anne", "--as", "paul", fails=1)
    people("phone-message", "done", "anne", str(seen["id"]), "--as", "solange")
    left = people("phone-message", "list", "anne", "--undone", "--csv").out
    assert [row[4] for row in rows(left)[1:]] == ["M. X"]


@ONE_ENGINE
def test_other_programs_are_declared_at_the_console(niaouli: CommandLine) -> None:
    secret = niaouli(
        "webhook", "add", "https://archives.example.org/n", "--kind", "meeting.moved"
    ).out
    [made] = niaouli("webhook", "list", "--json").json
    assert made["kinds"] == ["meeting.moved"]
    assert secret.strip() not in niaouli("webhook", "list", "--csv").out

    number = str(made["id"])
    niaouli("webhook", "ping", number)
    [sent] = niaouli("webhook", "deliveries", number, "--json").json
    assert (sent["kind"], sent["state"]) == ("ping", "pending")
    niaouli("webhook", "retry", number, str(sent["id"]), fails=1)
    niaouli("webhook", "ping", "99", fails=1)
    niaouli("webhook", "add", "http://10.0.0.1/", fails=1)
    niaouli("webhook", "add", "https://a.example.org/", "--kind", "x", fails=2)
    niaouli("webhook", "remove", number)
    assert niaouli("webhook", "list", "--json").json == []
