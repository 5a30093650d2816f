"""Without a relay every mail is a file: what would have gone out can be looked at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from notifications.message import Fate, State


class Folder:
    """Writes `.eml` files, each whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, mails: Sequence[tuple[str, EmailMessage]]) -> list[Fate]:
        """One file for each mail, named by its id: a mail that is repeated is one file."""
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [self._write(name, mail) for name, mail in mails]

    def _write(self, name: str, mail: EmailMessage) -> Fate:
        target = self._path / f"{name}.eml"
        partial = target.with_suffix(".part")
        with partial.open("wb") as stream:
            stream.write(mail.as_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        return Fate(State.SENT, "written to the folder")
