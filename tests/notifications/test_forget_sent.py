"""What was sent is kept for a time: words and papers go, what proves the sending stays longer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from calendars.kernel.database import Database
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.storage.tables import audit_lines
from notifications import claims, held, outbox, papers, queued
from notifications.forget_sent import DAY, Retention, forget_sent
from notifications.imip.reply_address import reply_address, thread_of
from notifications.message import Fate, State
from notifications.outbox import Outgoing
from notifications.post import Paper, Post
from notifications.queued import WordsGone
from notifications.tables import outbox as rows
from scheduler.app.checks import State as Checked
from scheduler.app.checks import examine
from scheduler.app.settings import Settings
from scheduler.app.web import create_app
from scheduler.app.wiring import assemble
from tests.builders import NOUMEA, START, an_event
from tests.post_room import MAILBOX, OTHER
from tests.stores import NOW, a_person

RETENTION = Retention(30, 3_653, NOUMEA)
CANARY = "canari-du-courrier"
LATER = NOW + 40 * DAY
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
FILE = Paper("Canari.pdf", "application/pdf", f"%PDF {CANARY} ".encode() * 2_000)


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db)


def tell(
    database: Database, anne: Principal, uid: str, *, method: str = "REQUEST", **parts: object
) -> None:
    """A message about a meeting to somebody outside, queued and sent."""
    body = an_event(uid=uid, summary=CANARY, **parts)  # type: ignore[arg-type]
    own = "mailto:anne@example.org"
    message = Outgoing("imip", anne.id, anne.id, own, None, OTHER, uid, method, body.encode())
    with database.transaction() as db:
        assert outbox.add(db, message, now=NOW)
        reply_address(db, MAILBOX, (anne.id, uid, OTHER), now=NOW)


def write(database: Database, anne: Principal, occasion: str) -> None:
    """A letter with a paper."""
    letter = Post(
        occasion=occasion, kind="reminder", template="test", language="fr",
        facts={"title": CANARY}, owner_id=anne.id, actor_id=anne.id, recipient=OTHER,
        about="letter", papers=(FILE,),
    )  # fmt: skip
    with database.transaction() as db:
        assert outbox.post(db, letter, now=NOW)


def finish(database: Database, state: State = State.SENT) -> None:
    """What waits is handed over, or refused."""
    with database.transaction() as db:
        for one in claims.claim_due(db, now=NOW, limit=100):
            claims.mark(db, one, Fate(state, "250 2.0.0 Ok"), now=NOW)


def bodies(database: Database) -> dict[str, tuple[bytes, str | None]]:
    """What is kept of each, by its object."""
    query = select(rows.c.uid, rows.c.body, rows.c.body_digest).order_by(rows.c.id)
    with database.reading() as db:
        return {row[0]: (bytes(row[1]), row[2]) for row in db.execute(query)}


def kept(database: Database) -> set[str]:
    return {uid for uid, (body, _) in bodies(database).items() if body}


@pytest.mark.rule("SEC-10")
def test_words_and_papers_go_and_the_proof_of_sending_stays(
    database: Database, anne: Principal
) -> None:
    tell(database, anne, "over")
    tell(database, anne, "ahead", start=START + timedelta(days=200))
    write(database, anne, "first")
    finish(database)

    assert forget_sent(database, RETENTION, now=NOW + 29 * DAY) == 0
    assert forget_sent(database, RETENTION, now=LATER) == 3  # two messages, one paper
    assert forget_sent(database, RETENTION, now=LATER) == 0

    found = bodies(database)
    assert kept(database) == {"ahead"}
    assert all(len(found[uid][1] or "") == 64 for uid in ("over", "letter"))
    with database.reading() as db:
        proof = {one.uid: one for one in queued.list_of(db, limit=9)}["over"]
        assert (proof.recipient, proof.state, proof.done_at) == (OTHER, State.SENT, NOW)
        assert proof.answer == "250 2.0.0 Ok"
        letter = next(one for one in queued.list_of(db, limit=9) if one.uid == "letter")
        assert papers.digests_of(db, [letter.id]) == {FILE.digest}
        assert papers.papers_of(db, letter.id) == ()
        [details] = db.execute(
            select(audit_lines.c.details).where(audit_lines.c.deed == "purge")
        ).scalars()
    assert '"messages":2' in str(details).replace(" ", "")

    assert forget_sent(database, RETENTION, now=NOW + 3_660 * DAY) == 4
    assert bodies(database) == {}


@SQLITE
@pytest.mark.rule("SEC-10")
def test_nothing_of_it_is_found_in_the_file_of_the_store(
    database: Database, anne: Principal, tmp_path: Path
) -> None:
    tell(database, anne, "over")
    write(database, anne, "first")
    finish(database)
    forget_sent(database, RETENTION, now=LATER)
    with database.engine.connect() as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    files = [path for path in tmp_path.iterdir() if path.name.startswith("niaouli.sqlite")]
    assert files
    for path in files:
        assert CANARY.encode() not in path.read_bytes()
        assert b"Canari.pdf" not in path.read_bytes()


@SQLITE
@pytest.mark.rule("SEC-10")
def test_a_series_without_end_keeps_its_newest_words_until_it_is_called_off(
    database: Database, anne: Principal
) -> None:
    for summary in ("Un", "Deux"):
        tell(database, anne, "series", rrule="FREQ=WEEKLY", location=summary)
        finish(database)
    forget_sent(database, RETENTION, now=LATER)
    with database.reading() as db:
        numbers = list(db.execute(select(rows.c.body_digest).order_by(rows.c.id)).scalars())
    assert [digest is None for digest in numbers] == [False, True]
    with database.reading() as db:
        token = db.execute(text("SELECT count(*) FROM reply_addresses")).scalar_one()
    assert token == 1  # answers to it still find their way

    tell(database, anne, "series", method="CANCEL", rrule="FREQ=WEEKLY")
    finish(database)
    for days in (80, 120):
        forget_sent(database, RETENTION, now=NOW + days * DAY)
    assert kept(database) == set()


@SQLITE
@pytest.mark.rule("SEC-10")
def test_what_waits_for_somebody_is_kept_and_what_failed_is_sent_again_only_with_its_words(
    database: Database, anne: Principal, migrated_url: str, tmp_path: Path
) -> None:
    tell(database, anne, "failed")
    finish(database, State.FAILED)
    tell(database, anne, "waiting")
    with database.transaction() as db:
        [number] = [one.id for one in queued.list_of(db, states=[State.PENDING], limit=9)]
        claimed = claims.claim_due(db, now=NOW, limit=1)
        held.note(db, number, ["word:summary"], now=NOW)
        claims.mark(db, claimed[0], Fate(State.HELD, "the guard has stopped it"), now=NOW)
        counts = queued.count_by_state(db)
    assert counts == {State.PENDING: 0, State.HELD: 1, State.FAILED: 1}
    settings = Settings.model_validate({"data": tmp_path, "database_url": migrated_url})
    [said] = [one for one in examine(settings) if one.check == "Messages"]
    assert said.state is Checked.WARNING
    assert "1 retenu" in said.text
    assert "1 en échec" in said.text
    with TestClient(create_app(assemble(settings)), client=("127.0.0.1", 1)) as client:
        assert 'niaouli_messages{state="held"} 1.0' in client.get("/metrics").text

    forget_sent(database, RETENTION, now=NOW + 900 * DAY)
    assert kept(database) == {"waiting"}
    with database.transaction() as db:
        [failed] = queued.list_of(db, states=[State.FAILED], limit=9)
        with pytest.raises(WordsGone):
            queued.retry(db, failed.id, now=LATER)


@SQLITE
@pytest.mark.rule("SEC-10")
def test_a_letter_that_is_posted_anew_has_its_words_again(
    database: Database, anne: Principal
) -> None:
    write(database, anne, "first")
    with database.transaction() as db:
        outbox.withdraw(db, about="letter", kinds=["reminder"], now=NOW)
    forget_sent(database, RETENTION, now=LATER)
    write(database, anne, "first")
    assert kept(database) == {"letter"}
    with database.reading() as db:
        [one] = queued.list_of(db, limit=9)
        assert papers.papers_of(db, one.id) == (FILE,)
        assert db.execute(select(func.count()).select_from(rows)).scalar_one() == 1


@SQLITE
@pytest.mark.rule("SEC-10")
def test_an_address_for_answers_goes_with_the_last_of_what_it_was_for(
    database: Database, anne: Principal
) -> None:
    tell(database, anne, "over")
    finish(database)
    with database.transaction() as db:
        address = reply_address(db, MAILBOX, (PrincipalId(anne.id), "over", OTHER), now=NOW)
    token = address.partition("+")[2].partition("@")[0]
    with database.reading() as db:
        assert thread_of(db, token) is not None
    forget_sent(database, RETENTION, now=LATER)
    with database.reading() as db:
        assert thread_of(db, token) is None
