"""The scheduling stories of RFC 6638 appendix B and RFC 5546 §4, and those of real clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calendars.itip.dialogue import DIALOGUES, Play
from tests.calendars.itip.pure_stage import PureStage


@pytest.mark.rfc("6638 B")
@pytest.mark.rfc("5546 §4")
@pytest.mark.parametrize("path", DIALOGUES, ids=[path.stem for path in DIALOGUES])
def test_the_dialogue_goes_as_it_is_written(path: Path) -> None:
    Play(PureStage(), path.read_text(encoding="utf-8").splitlines()).play()
