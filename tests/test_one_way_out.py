"""One way out to readers: a face never holds a stored object (conventions, section 1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "calendars"
FACES = sorted(path for face in ("dav", "api", "http") for path in (ROOT / face).rglob("*.py"))


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_face_holds_no_stored_object(path: Path) -> None:
    source = path.read_text()

    assert "StoredObject" not in source
    assert not re.search(r"\bcalendar_objects\b", source)


@pytest.mark.rule("SEC-3")
def test_one_module_makes_what_faces_hold() -> None:
    makers = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if re.search(r"\bVisibleObject(\(|\._make|\._replace)", path.read_text())
    }

    assert makers == {"model/visibility.py"}
