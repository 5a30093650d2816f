"""Real files are taken, hostile ones refused for the right reason (RFC 4791 §5.3.2.1)."""

from __future__ import annotations

import csv
import time
from io import BytesIO
from pathlib import Path

import pytest

from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import parse, serialize
from calendars.model.invalid import InvalidCalendarData
from calendars.model.split import split_stream

DATA = Path(__file__).parents[2] / "data"
VALID = DATA / "corpus" / "valid"
REFUSALS = DATA / "refusals"
DIARIES = DATA / "dpass" / "ics"


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def _expected(*verdicts: str) -> list[str]:
    return [row["file"] for row in _rows(VALID) if row["expect"] in verdicts]


def _objects(path: Path) -> list[CalendarObject]:
    return [CalendarObject.parse(part.body) for part in split_stream(BytesIO(path.read_bytes()))]


@pytest.mark.parametrize("name", _expected("accept", "accept-odd"))
def test_real_files_are_taken(name: str) -> None:
    objects = _objects(VALID / name)

    assert objects
    for read in objects:
        assert serialize(parse(read.text)) == serialize(read.calendar)
        assert read.visibility
        assert isinstance(read.floating, bool)


@pytest.mark.parametrize("name", _expected("invalid"))
def test_broken_files_are_refused_with_a_reason_or_taken(name: str) -> None:
    try:
        read = CalendarObject.parse((VALID / name).read_bytes())
    except InvalidInput as refusal:
        reason = str(refusal)
    else:
        reason = read.uid
    assert reason


@pytest.mark.parametrize("row", [pytest.param(row, id=row["attack"]) for row in _rows(REFUSALS)])
def test_hostile_objects_are_refused_for_what_they_are(row: dict[str, str]) -> None:
    body = (REFUSALS / row["file"]).read_bytes()
    started = time.process_time()
    refused = ""
    try:
        CalendarObject.parse(body)
    except InvalidInput as refusal:
        refused = type(refusal).__name__

    assert refused == row["refusal"]
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"{path.parent.name}-{path.stem}")
        for path in sorted(DIARIES.glob("*/*.ics"))
        if not path.name.startswith("broken-")
    ],
)
def test_the_diaries_of_a_year_are_taken(path: Path) -> None:
    events = path.read_text(encoding="utf-8").count("BEGIN:VEVENT")
    tasks = path.read_text(encoding="utf-8").count("BEGIN:VTODO")
    objects = _objects(path)

    assert sum(len(read.overrides) + (read.master is not None) for read in objects) == (
        events + tasks
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("broken-end-before-start", "DTEND before DTSTART"),
        ("broken-no-uid", "UID is missing"),
        ("broken-truncated", "END:VEVENT is missing"),
    ],
)
def test_a_broken_file_is_refused_in_clear_words(name: str, reason: str) -> None:
    path = DIARIES / "edge" / f"{name}.ics"

    with pytest.raises(InvalidInput, match=reason):
        CalendarObject.parse(path.read_bytes())
    with pytest.raises(InvalidInput, match=reason):
        _objects(path)


def test_a_file_that_was_cut_off_is_not_imported_by_half() -> None:
    whole = (DIARIES / "edge" / "infinite-series.ics").read_bytes()

    with pytest.raises(InvalidCalendarData, match="cut off"):
        next(split_stream(BytesIO(whole[: len(whole) // 2])))
