"""French dates and hours, with the spaces that hold them together (FR-1)."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from calendars.model.french_dates import hour, lasting, long_date, moment
from tests.builders import NOUMEA

ORACLE = Path(__file__).parents[2] / "data/dpass/expected/french_dates.csv"
NBSP = "\u00a0"


@pytest.mark.rule("FR-1")
@pytest.mark.rule("acceptance 6")
@pytest.mark.shows("french_dates.csv")
@pytest.mark.parametrize(
    ("iso", "text"),
    [
        (row["iso"], row["text"])
        for row in csv.DictReader(ORACLE.read_text(encoding="utf-8").splitlines())
    ],
)
def test_a_long_date(iso: str, text: str) -> None:
    assert long_date(date.fromisoformat(iso)) == text


@pytest.mark.rule("FR-1")
def test_hours_keep_their_figures_together() -> None:
    half_past_two = datetime(2026, 3, 3, 14, 30, tzinfo=NOUMEA)
    instant = int(half_past_two.timestamp())

    assert moment(instant, NOUMEA) == f"mardi 3 mars 2026 à 14{NBSP}h{NBSP}30"
    assert hour(half_past_two.replace(minute=0)) == f"14{NBSP}h"
    assert hour(half_past_two.replace(hour=8, minute=5)) == f"8{NBSP}h{NBSP}05"


@pytest.mark.rule("FR-1")
@pytest.mark.parametrize(
    ("minutes", "text"),
    [(45, "45 min"), (60, "1 h"), (150, "2 h 30"), (1440, "1 jour"), (4320, "3 jours")],
)
def test_how_long_something_lasts(minutes: int, text: str) -> None:
    assert lasting(minutes).replace(NBSP, " ") == text
