"""`niaouli feed`: links are made, listed without their secrets, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.builders import an_event
from tests.command_line import PASSWORD, CommandLine
from tests.serving import Client, running_server


@pytest.mark.rule("SEC-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_link_is_made_used_listed_and_taken_back(niaouli: CommandLine, tmp_path: Path) -> None:
    niaouli.set(BASE_URL="https://agenda.example.org")
    niaouli.add_person("anne")
    made = niaouli("feed", "create", "anne", "agenda", "--level", "full", "--label", "Mobile")
    calendar, busy = made.out.split()
    assert calendar.startswith("https://agenda.example.org/feeds/")
    assert busy.endswith(".ifb")
    assert "ne sera plus dit" in made.err

    with running_server(niaouli.url, tmp_path) as server:
        anne = Client(server.base, "anne", PASSWORD)
        anne.put(f"{anne.agenda}a.ics", an_event(start="20261203T020000Z", end="20261203T030000Z"))
        path = calendar.removeprefix("https://agenda.example.org")
        told = requests.get(server.base + path, timeout=30)
        assert "X-WR-CALNAME:Mobile" in told.text
        assert "BEGIN:VEVENT" in told.text

        [listed] = niaouli("feed", "list", "anne", "--json").json
        assert (listed["label"], listed["calendars"]) == ("Mobile", "anne/agenda")
        assert listed["last_used"]
        assert path[7:-4] not in str(listed)

        niaouli("feed", "revoke", "anne", str(listed["id"]))
        assert requests.get(server.base + path, timeout=30).status_code == 404
    assert niaouli("feed", "list", "anne", "--json").json == []


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("create", "anne", "agenda", "--level", "everything"), 2),
        (("create", "anne", "agenda", "--until", "demain"), 2),
        (("create", "anne", "paul/agenda"), 1),
        (("create", "nobody"), 1),
        (("revoke", "anne", "7"), 1),
    ],
)
def test_what_cannot_be_is_refused(
    niaouli: CommandLine, arguments: tuple[str, ...], status: int
) -> None:
    niaouli.add_person("anne")

    niaouli("feed", *arguments, fails=status)
