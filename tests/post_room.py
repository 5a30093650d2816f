"""Somebody who posts letters, the post office that hands them over, a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from calendars.kernel.clock import FixedClock
from calendars.kernel.database import Database
from calendars.model.principal import Principal
from notifications import outbox, queued
from notifications.channels.signer import Signer
from notifications.compose import Composers
from notifications.delivery import Channel, PostOffice, deliver_due
from notifications.post import Post
from notifications.queued import Queued
from tests.builders import NOUMEA
from tests.stores import NOW, a_person

MAILBOX = "agenda@dpass.example.org"
OTHER = "mailto:famille@example.net"


@dataclass
class PostRoom:
    """Letters of anne's; each delivery is of a process that was started anew."""

    database: Database
    anne: Principal
    channel: Channel
    own: Path
    """The templates of the house."""
    now: int = NOW
    per_minute: int = 0
    signer: Signer | None = None

    def post(self, occasion: str = "first", *, due_at: int | None = None, **parts: object) -> bool:
        """Queue one letter."""
        with self.database.transaction() as db:
            return outbox.post(db, self.letter(occasion, **parts), now=self.now, due_at=due_at)

    def letter(self, occasion: str, **parts: object) -> Post:
        """A letter that says what occasion it was written on."""
        facts = {"heading": "Rappel", "title": occasion}
        said = {
            "kind": "reminder", "template": "test", "language": "fr", "facts": facts,
            "owner_id": self.anne.id, "actor_id": self.anne.id, "recipient": OTHER, "about": "m",
        }  # fmt: skip
        return Post(occasion=occasion, **{**said, **parts})  # type: ignore[arg-type]

    def withdraw(self, *kinds: str) -> int:
        """Letters of these kinds are not wanted any more."""
        with self.database.transaction() as db:
            return outbox.withdraw(db, about="m", kinds=kinds, now=self.now)

    def office(self) -> PostOffice:
        """What a process that is started now works with."""
        clock = FixedClock(datetime.fromtimestamp(self.now, UTC))
        composers = Composers(NOUMEA, "DPASS", own=self.own)
        return PostOffice(
            self.database, clock, self.channel, composers, MAILBOX, NOUMEA,
            per_minute=self.per_minute, signer=self.signer,
        )  # fmt: skip

    def deliver(self, *, after: int = 0) -> int:
        """How many left."""
        self.now += after
        return deliver_due(self.office())

    def queued(self) -> list[Queued]:
        """All that was posted, the oldest first."""
        with self.database.reading() as db:
            return queued.list_of(db, limit=100_000)[::-1]


def a_post_room(database: Database, folder: Path, channel: Channel) -> PostRoom:
    """With a template of its own, below the folder."""
    own = folder / "templates"
    for language, words in {"fr": "Rappel : {{ title }}", "en": "Reminder: {{ title }}"}.items():
        place = own / language / "test"
        place.mkdir(parents=True)
        for part in ("subject.txt", "body.txt", "body.html"):
            (place / part).write_text(words)
    with database.transaction() as db:
        anne = a_person(db)
    return PostRoom(database, anne, channel, own)
