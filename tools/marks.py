"""Counts the tests of each RFC section or business rule: `python tools/marks.py rfc|rule`.

The marks are read where they stand, `@pytest.mark.rfc("4791 §7.8")`, and a test counts once
however many cases it has; no test is run.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import pytest


class Marks:
    """A pytest plugin that looks at what was collected."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: set[tuple[str, str]] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which test function carries which mark."""
        for item in session.items:
            function = item.nodeid.split("[")[0]
            for mark in item.iter_markers(self._name):
                self._seen.update((str(subject), function) for subject in mark.args)

    def counts(self) -> Counter[str]:
        """Tests by section or rule."""
        return Counter(subject for subject, _ in self._seen)


def main(name: str) -> int:
    """Print the table; fails where the tests cannot be collected."""
    marks = Marks(name)
    with redirect_stdout(StringIO()) as said:
        status = pytest.main(["--collect-only"], plugins=[marks])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(said.getvalue(), file=sys.stderr)
        return int(status)
    counts = marks.counts()
    for subject in sorted(counts, key=_in_order):
        print(f"{counts[subject]:5}  {subject}")
    print(f"{sum(counts.values()):5}  in all")
    return 0


def _in_order(subject: str) -> list[tuple[int, str]]:
    """§9.10 comes after §9.9."""
    parts: list[str] = re.findall(r"\d+|\D+", subject)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


if __name__ == "__main__":
    if sys.argv[1:] not in (["rfc"], ["rule"]):
        sys.exit("usage: marks.py rfc|rule")
    sys.exit(main(sys.argv[1]))
