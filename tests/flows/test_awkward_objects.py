"""Awkward calendar objects: taken with the right meaning, or refused and told why (acceptance 3).

The whole way over HTTP: PUT, then what the calendar shows of the object in some window.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import CALDAV, Client, precondition, responses, running_server

EDGE = Path(__file__).parents[1] / "data" / "dpass" / "ics" / "edge"
LONG = 2.0
"""Seconds that no answer takes, on a busy machine either."""

SHOWN = {  # by file: a window, and start and end (or length) of what is in it
    "all-day-three-days": ("2026-09", ["20260922-20260925"]),
    "duration-only": ("2026-03", ["20260304T220000Z-PT1H30M"]),
    "escapes-and-folding": ("2026-03", ["20260304T220000Z-20260304T230000Z"]),
    "floating-time": ("2026-03", ["20260305T090000-20260305T100000"]),
    "infinite-series": ("2071-03", [f"207103{day:02}T200000Z-207103{day:02}T203000Z"
                                    for day in range(1, 32)]),
    "late-evening-crosses-utc-day": ("2025-12", ["20251231T210000Z-20251231T220000Z"]),
    "no-end": ("2026-09", ["20260924-"]),
    "override-outside-series-order": (
        "2026-03",
        ["20260308T220000Z-20260308T230000Z", "20260310T000000Z-20260310T010000Z",
         "20260315T220000Z-20260315T230000Z"],
    ),
    "series-29-february": ("2072-02", ["20720229-"]),
    "series-count-exdate": (
        "2026-03",
        [f"202603{day}T220000Z-202603{day}T230000Z" for day in ("01", "04", "11", "15", "18")],
    ),
    "series-last-friday": ("2026-02", ["20260227T030000Z-20260227T040000Z"]),
    "utc-time": ("2026-03", ["20260304T220000Z-20260304T230000Z"]),
    "windows-timezone-no-definition": ("2026-03", ["20260304T220000Z-20260304T230000Z"]),
}  # fmt: skip
REFUSED = {
    "broken-end-before-start": "valid-calendar-data",
    "broken-no-uid": "valid-calendar-object-resource",
    "broken-truncated": "valid-calendar-data",
}


@pytest.fixture
def anne(migrated_url: str, tmp_path: Path) -> Iterator[Client]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running.add_person("anne")


def _shown(client: Client, path: str, month: str) -> list[str]:
    """What the calendar shows of an object in a month of the universal clock, by start."""
    year, number = map(int, month.split("-"))
    after = f"{year + number // 12}{number % 12 + 1:02}"
    window = f'start="{year}{number:02}01T000000Z" end="{after}01T000000Z"'
    answer = client.report(
        path,
        "<C:calendar-query><D:prop><C:calendar-data>"
        f"<C:expand {window}/></C:calendar-data></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f"<C:time-range {window}/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        depth="0",
    )
    assert answer.status_code == 207, answer.text
    [response] = responses(answer)
    return sorted(map(_times, response.data.split("BEGIN:VEVENT")[1:]))


def _times(event: str) -> str:
    start = re.search(r"^DTSTART\S*?:(\S+)$", event, re.MULTILINE)
    end = re.search(r"^(?:DTEND|DURATION)\S*?:(\S+)$", event, re.MULTILINE)
    assert start is not None
    return f"{start[1]}-{end[1] if end else ''}"


def test_every_file_is_one_of_these() -> None:
    assert {path.stem for path in EDGE.glob("*.ics")} == SHOWN.keys() | REFUSED.keys()


@pytest.mark.rule("acceptance 3")
def test_each_is_taken_with_the_right_meaning(anne: Client) -> None:
    for name, (month, wanted) in SHOWN.items():
        path, body = f"{anne.agenda}{name}.ics", (EDGE / f"{name}.ics").read_bytes()
        started = time.monotonic()
        stored = anne.put(path, body)
        assert stored.status_code == 201, (name, stored.text)
        assert anne.ask("GET", path).content == body, name
        assert _shown(anne, path, month) == wanted, name
        assert time.monotonic() - started < LONG, name


@pytest.mark.rule("TIM-2")
def test_a_floating_time_takes_the_time_of_the_owner_s_clock(anne: Client) -> None:
    anne.put(f"{anne.agenda}f.ics", (EDGE / "floating-time.ics").read_bytes())
    busy = anne.report(
        anne.agenda,
        '<C:free-busy-query><C:time-range start="20260304T000000Z" end="20260306T000000Z"/>'
        "</C:free-busy-query>",
    )
    assert "FREEBUSY;FBTYPE=BUSY:20260304T220000Z/20260304T230000Z" in busy.text


@pytest.mark.rule("acceptance 3")
def test_what_is_broken_is_refused_and_told_why(anne: Client) -> None:
    for name, condition in REFUSED.items():
        path = f"{anne.agenda}{name}.ics"
        answer = anne.put(path, (EDGE / f"{name}.ics").read_bytes())
        assert answer.status_code == 403, (name, answer.text)
        assert precondition(answer) == f"{CALDAV}{condition}", name
        assert anne.ask("GET", path).status_code == 404, name
