"""What the samples and the acceptance list ask for, as figures: `python tools/figures.py`.

Runs the tests that carry `@pytest.mark.shows("overlaps_2026.csv")` or
`@pytest.mark.rule("acceptance 7")`, and says how many of each passed, and how much of the sample
they compare.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "tests" / "data" / "dpass"
_ACCEPTANCE = "acceptance "


class Shown:
    """A pytest plugin that runs what shows something, and keeps what came of it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {}
        """By test: the rows that it shows."""
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out what shows nothing, or drives programs that this machine may not have."""
        for item in items:
            rows = [row for mark in item.iter_markers("shows") for row in mark.args]
            rules = [rule for mark in item.iter_markers("rule") for rule in mark.args]
            rows += [rule for rule in rules if rule.startswith(_ACCEPTANCE)]
            if rows and item.get_closest_marker("interop") is None:
                self.rows[item.nodeid] = rows
        config.hook.pytest_deselected(items=[one for one in items if one.nodeid not in self.rows])
        items[:] = [one for one in items if one.nodeid in self.rows]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Passed is what passed in each of its phases."""
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome

    def table(self) -> list[tuple[str, str, int, int]]:
        """Row, size of the sample, tests, tests that passed."""
        outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        for test, rows in self.rows.items():
            for row in rows:
                outcomes[row][self.outcomes.get(test, "not run")] += 1
        return [
            (row, size_of(row), found.total(), found["passed"])
            for row, found in sorted(outcomes.items(), key=lambda one: _in_order(one[0]))
        ]


def size_of(row: str) -> str:
    """How much a sample holds: lines of a table, values of a document."""
    found = next(SAMPLES.rglob(row), None)
    if found is None:
        return ""
    text = found.read_text(encoding="utf-8")
    if found.suffix == ".json":
        return f"{_values(json.loads(text))} values"
    return f"{sum(1 for _ in csv.DictReader(text.splitlines()))} rows"


def _values(content: object) -> int:
    if isinstance(content, dict):
        return sum(map(_values, content.values()))
    return sum(map(_values, content)) if isinstance(content, list) else 1


def _in_order(row: str) -> tuple[bool, list[str]]:
    """Samples first; 10 comes after 9."""
    return row.startswith(_ACCEPTANCE), [one.zfill(3) for one in re.findall(r"\d+|\D+", row)]


def main(arguments: Sequence[str]) -> int:
    """Print the table; fails where a test did."""
    shown = Shown()
    with redirect_stdout(StringIO()) as said:
        status = pytest.main(["-p", "no:xdist", "tests", *arguments], plugins=[shown])
    for row, size, tests, passed in shown.table():
        verdict = ("exact" if size else "holds") if passed == tests else "DIFFERS"
        print(f"{row:26} {size:>12} {passed:5} of {tests:3} tests passed   {verdict}")
    if status != pytest.ExitCode.OK:
        print(said.getvalue(), file=sys.stderr)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
