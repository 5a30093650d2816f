"""Without a relay every mail is a file: what would have gone out can be looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from notifications.channels.wire import Mail
from notifications.message import Fate, State


class Folder:
    """Writes `.eml` files, each whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mails: Sequence[Mail]) -> Iterator[list[tuple[str, Fate]]]:
        """One file for each mail, named by its id: a mail that is repeated is one file."""
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield [(mail.key, self._write(mail)) for mail in mails]

    def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, mail: Mail) -> Fate:
        target = self._path / f"{mail.key}.eml"
        partial = target.with_suffix(".part")
        with partial.open("wb") as stream:
            stream.write(mail.octets)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        return Fate(State.SENT, "written to the folder")
