"""Two processes send from one PostgreSQL database: each mail leaves once, whoever takes it."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.storage import principals
from notifications import outbox
from notifications.channels.relay import Relay
from notifications.channels.smtp import Smtp
from tests.post_room import PostRoom, a_post_room
from tests.relays import RelayHandler, running_relay


def send_all(url: str, folder: Path, port: int, name: str) -> None:
    """What one process does: it sends what is due until nothing is."""
    smtp = Smtp(Relay("127.0.0.1", port, starttls=False), connections=2)
    with closing(Database(url)) as database, closing(smtp):
        with database.reading() as db:
            anne = principals.get(db, "anne")
        room = PostRoom(database, anne, smtp, folder / "templates")
        (folder / name).write_text(str(room.deliver()))


def no_mail_twice(url: str, folder: Path, mails: int) -> None:
    """So many mails, two processes that begin at once."""
    relay = RelayHandler()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.flows.test_two_post_offices"])
    with running_relay(relay) as (_, target), closing(Database(url)) as database:
        room = a_post_room(database, folder, Smtp(target))
        with database.transaction() as db:
            for number in range(mails):
                outbox.post(db, room.letter(str(number)), now=room.now)
        processes = [
            context.Process(target=send_all, args=(url, folder, target.port, name), daemon=True)
            for name in ("one", "other")
        ]
        try:
            for process in processes:
                process.start()
            for process in processes:
                process.join(500)
                assert process.exitcode == 0
        finally:
            for process in processes:
                process.kill()
        wanted = {one.key for one in room.queued()}
    assert Counter(relay.keys) == Counter(wanted)
    shares = [int((folder / name).read_text()) for name in ("one", "other")]
    assert sum(shares) == mails
    assert min(shares) > 0, shares


@pytest.mark.rule("NOT-1")
@pytest.mark.parametrize("engine", ["postgresql"])
def test_no_mail_leaves_twice(migrated_url: str, tmp_path: Path) -> None:
    no_mail_twice(migrated_url, tmp_path, 600)


@pytest.mark.interop
@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["postgresql"])
def test_none_of_ten_thousand_mails_leaves_twice(migrated_url: str, tmp_path: Path) -> None:
    no_mail_twice(migrated_url, tmp_path, 10_000)
