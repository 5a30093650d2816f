"""The service is killed while it decides and sends mails: none is lost, none leaves twice.

`kill -9` strikes again and again, and each time the service is started anew on the same store, some
hours later. The relay says yes, later or never, takes its time, or hangs up. What it had taken when
the service was killed and could not note it any more may come again, under the same Message-ID:
SMTP has no way around that. Everything else comes exactly once.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.model.calendar_object import CalendarObject
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import PutObject, put_object
from calendars.storage import principals
from notifications import outbox, queued
from notifications.channels.relay import Relay
from notifications.channels.smtp import Smtp
from notifications.delivery import deliver_due
from notifications.imip.transport import MailQueue
from notifications.message import State
from tests.builders import START, an_event
from tests.post_room import PostRoom, a_post_room
from tests.relays import HANG_UP, LATER, NEVER, OK, RelayHandler, Taken, running_relay
from tests.stores import NOW, object_path

DECIDED_AT_ONCE = 15
"""So many at the beginning of a life, the others one by one: most lives have some to decide."""
BETWEEN_LIVES = 5 * 3600
"""More than any lease and any distance between two tries."""
DISPATCH = Dispatch(MailQueue(0))


@dataclass
class Moody:
    """What the relay says depends on the mail, and on how often it came."""

    tries: Counter[str] = field(default_factory=Counter)

    def answer(self, taken: Taken) -> str:
        self.tries[taken.key] += 1
        mood, first = _mood_of(taken.recipient), self.tries[taken.key] <= 2
        if mood == "never":
            return NEVER
        if first and mood in {"later", "cut"}:
            return LATER if mood == "later" else HANG_UP
        return OK

    def slowness(self, taken: Taken) -> float:
        return random.uniform(0, 0.04) if _mood_of(taken.recipient) == "slow" else 0.0


MOODS = ("good", "slow", "later", "good", "cut", "slow", "good", "never", "good", "slow")


def _mood_of(address: str) -> str:
    return MOODS[int(address.removeprefix("mailto:").partition("@")[0][1:]) % len(MOODS)]


def live(url: str, folder: Path, port: int, life: int, mails: int) -> None:
    """One life of the service: it decides a few mails more, and sends what is due until killed."""
    database = Database(url)
    with database.reading() as db:
        anne = principals.get(db, "anne")
    channel = Smtp(Relay("127.0.0.1", port, starttls=False), connections=3)
    room = PostRoom(database, anne, channel, folder / "templates", NOW + life * BETWEEN_LIVES)
    threading.Thread(target=_decide, args=(room, mails), daemon=True).start()
    office = replace(room.office(), batch=5)
    while True:
        deliver_due(office)
        time.sleep(0.005)


def _decide(room: PostRoom, mails: int) -> None:
    """Letters and invitations, each in one transaction with what it comes from; the last ones that
    are known are decided once more, as a job does that was killed."""
    known = len(room.queued())
    for number in range(max(0, known - 3), mails):
        if number >= known + DECIDED_AT_ONCE:
            time.sleep(0.03)
        with room.database.transaction() as db:
            address = f"p{number}@example.net"
            if number % 3:
                letter = room.letter(str(number), recipient=f"mailto:{address}", about="")
                outbox.post(db, letter, now=room.now)
                continue
            text = an_event(
                uid=f"m{number}", organizer="anne@example.org", attendees=[address],
                start=START + timedelta(days=365), stamp=datetime(2026, 3, 2, tzinfo=UTC),
            )  # fmt: skip
            path = object_path(room.anne, f"m{number}.ics")
            put = PutObject(path, CalendarObject.parse(text.encode()), text.encode())
            put_object(db, room.anne, put, dispatch=DISPATCH, now=room.now)


@dataclass
class Lives:
    """The service in processes that are killed one after the other."""

    url: str
    folder: Path
    port: int
    mails: int
    count: int = 0

    def __post_init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.flows.test_mail_kill"])
        self._process: ForkServerProcess | None = None

    def begin(self) -> None:
        """The next one."""
        arguments = (self.url, self.folder, self.port, self.count, self.mails)
        self._process = self._context.Process(target=live, args=arguments, daemon=True)
        self._process.start()
        self.count += 1

    def kill(self) -> None:
        """No warning, no clean-up."""
        if self._process is not None:
            assert self._process.is_alive(), "the service ended by itself"
            self._process.kill()
            self._process.join()
            assert self._process.exitcode == -signal.SIGKILL
            self._process = None


def wait_until(relay: RelayHandler, tried: int, *, seconds: float) -> None:
    """So many mails came, or nothing more comes."""
    deadline = time.monotonic() + seconds
    while relay.tried < tried and time.monotonic() < deadline:
        time.sleep(0.001)


def wait_until_idle(room: PostRoom, lives: Lives) -> None:
    """All is decided, and nothing is due by the clock of that life."""
    deadline, now = time.monotonic() + 500, NOW + (lives.count - 1) * BETWEEN_LIVES
    while time.monotonic() < deadline:
        known = room.queued()
        due = [one for one in known if one.state is State.PENDING and one.due_at <= now]
        if not due and len(known) == lives.mails:
            return
        time.sleep(0.2)
    raise AssertionError("what is due does not leave")


def in_between(database: Database, relay: RelayHandler) -> set[str]:
    """What the relay has taken and nobody could note."""
    deadline = time.monotonic() + 20
    while relay.connected and time.monotonic() < deadline:
        time.sleep(0.001)
    assert not relay.connected
    with database.reading() as db:
        pending = {one.key for one in queued.list_of(db, states=["PENDING"], limit=100_000)}
    return pending & set(relay.keys)


def strike_again_and_again(url: str, folder: Path, *, mails: int, kills: int) -> str:
    """The story on one store; in one line, what came of it."""
    database, moody = Database(url), Moody()
    relay = RelayHandler(moody.answer, slowness=moody.slowness)
    gaps: Counter[str] = Counter()
    with closing(database), running_relay(relay) as (_, target):
        room = a_post_room(database, folder, Smtp(target))
        lives = Lives(url, folder, target.port, mails)
        try:
            for _ in range(kills):
                before = relay.tried
                lives.begin()
                wait_until(relay, before + random.randrange(2 * mails // kills), seconds=0.5)
                time.sleep(random.uniform(0, 0.02))
                lives.kill()
                gaps.update(in_between(database, relay))
            killed_with = len([one for one in room.queued() if one.state is State.SENT])
            for _ in range(8):  # what is left, undisturbed
                if len(room.queued()) == mails and not _pending(room):
                    break
                lives.begin()
                wait_until_idle(room, lives)
                lives.kill()
                gaps.update(in_between(database, relay))
        finally:
            lives.kill()
        return _judged(room, relay, gaps, f"{kills} kills, {killed_with} sent between them")


def _pending(room: PostRoom) -> bool:
    return any(one.state is State.PENDING for one in room.queued())


def _judged(room: PostRoom, relay: RelayHandler, gaps: Counter[str], story: str) -> str:
    messages = {one.key: one for one in room.queued()}
    came = Counter(relay.keys)
    never = {key for key, one in messages.items() if _mood_of(one.recipient) == "never"}
    assert {key for key, one in messages.items() if one.state is State.FAILED} == never
    assert set(came) == set(messages) - never, "a mail is lost"
    doubled = {key: count - 1 for key, count in came.items() if count > 1}
    assert [key for key, more in doubled.items() if more > gaps[key]] == [], "a mail left twice"
    invited = [one for one in messages.values() if one.kind == "imip"]
    assert len(invited) == len(range(0, len(messages), 3))
    return (
        f"{len(messages)} mails, {story}; taken just before a kill: {sum(gaps.values())}, "
        f"of which repeated under the same Message-ID: {sum(doubled.values())}"
    )


@pytest.mark.rule("NOT-1")
@pytest.mark.rule("acceptance 11")
@pytest.mark.timeout(120)
def test_no_mail_is_lost_or_doubled(migrated_url: str, tmp_path: Path) -> None:
    strike_again_and_again(migrated_url, tmp_path, mails=40, kills=10)


@pytest.mark.interop
@pytest.mark.timeout(1_500)
def test_no_mail_is_lost_or_doubled_in_two_hundred_kills(
    migrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = strike_again_and_again(migrated_url, tmp_path, mails=1_000, kills=200)
    with capsys.disabled():
        print(f"\n{told}")
