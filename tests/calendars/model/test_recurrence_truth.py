"""The recurrence truth table: what several independent engines agree on (RFC 5545 §3.8.5)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypedDict

import pytest

from calendars.model.component import parse
from calendars.model.instances import TimedInstance, instances
from calendars.model.recurrence import Budget
from calendars.model.time_zones import local_to_epoch
from calendars.model.values import parse_date_or_datetime
from calendars.model.window import Window

TABLE = Path(__file__).parents[2] / "data" / "recurrence" / "truth.json"


class Case(TypedDict):
    id: str
    ics: str
    window: dict[str, str]
    expected: list[dict[str, str]]


CASES: list[Case] = json.loads(TABLE.read_text())["table"]


def instant(text: str) -> int:
    moment = parse_date_or_datetime(text)
    return local_to_epoch(datetime(*moment.timetuple()[:6]), UTC)  # noqa: DTZ001 - wall clock


def written(moment: date | datetime | None) -> str:
    assert moment is not None
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    if moment.tzinfo is None:
        return f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def row(instance: TimedInstance) -> dict[str, str]:
    found = {
        "recurrence_id": written(instance.original),
        "start": written(instance.dtstart),
        "end": written(instance.dtend),
    }
    summary = instance.component.value("SUMMARY") or ""
    return found if summary == "master" else {**found, "summary": summary}


def test_the_table_is_whole() -> None:
    assert len(CASES) == 140


@pytest.mark.rfc("5545 §3.8.5")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_instances_of_the_truth_table(case: Case) -> None:
    window = Window(instant(case["window"]["start"]), instant(case["window"]["end"]))
    found = instances(parse(case["ics"]), window, zone=UTC, budget=Budget())
    assert [row(instance) for instance in found] == case["expected"]
