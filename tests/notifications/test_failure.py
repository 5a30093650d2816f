"""What does not arrive is seen by the organizer, and by whoever schedules for him."""

from __future__ import annotations

from datetime import UTC

import pytest

from calendars.kernel.database import Database
from calendars.model.component import decode
from calendars.model.principal import Principal, Rights
from calendars.services.delegate import DelegationDraft, delegate
from calendars.storage import calendar_objects, collections
from notifications import bounces, queued
from notifications.failure import failed, try_again
from notifications.queued import Queued
from tests.notifications.test_mail_leaves import JUDGE, House, anne, folder, house
from tests.stores import NOW, a_person

__all__ = ["anne", "folder", "house"]  # fixtures

WHY = "550 5.1.1 unknown user"


@pytest.fixture
def assistant(database: Database, anne: Principal) -> Principal:
    """Who schedules for anne."""
    with database.transaction() as db:
        person = a_person(db, "rosalie")
        delegate(db, "anne", "rosalie", DelegationDraft(Rights.SCHEDULE), zone=UTC, now=NOW)
    return person


def last_message(house: House) -> Queued:
    with house.database.reading() as db:
        return queued.list_of(db, limit=1)[0]


def fail(house: House, why: str = WHY) -> bool:
    message = last_message(house)
    with house.database.transaction() as db:
        return failed(db, message, why, now=house.now)


def tasks_of(house: House, person: Principal) -> list[str]:
    with house.database.reading() as db:
        tasks = collections.find(db, person.login, "taches")
        assert tasks is not None
        found = [decode(one.data) for one in calendar_objects.each_of(db, tasks.id)]
    return [one.replace("\r\n ", "") for one in found]


@pytest.mark.rule("NOT-1")
@pytest.mark.rfc("6638 §3.2.9")
def test_the_organizer_sees_it_and_the_secretary_has_one_task(
    house: House, assistant: Principal
) -> None:
    house.invite(summary="Audience CANARI")
    house.deliver()
    assert fail(house)
    assert not fail(house)  # the same bounce twice

    assert house.status() == "5.1"
    assert tasks_of(house, house.anne) == []
    [task] = tasks_of(house, assistant)
    assert f"Courriel non remis à {JUDGE} (mardi 3 mars 2026 à 14\u00a0h\u00a030)" in task
    assert "L’invitation n’est pas arrivée" in task
    assert WHY in task
    assert "CANARI" not in task

    # What fails after it is told in the same task; what arrives at last takes it away.
    house.invite(summary="Audience CANARI", location="Salle Turquoise")
    house.deliver()
    assert tasks_of(house, assistant) == []
    assert house.status() == "1.1"


def test_without_an_assistant_the_owner_has_the_task(house: House) -> None:
    house.invite()
    house.deliver()
    fail(house)
    assert len(tasks_of(house, house.anne)) == 1


@pytest.mark.rule("SEC-2")
def test_whoever_may_not_see_the_meeting_does_not_learn_who_is_invited(
    house: House, assistant: Principal
) -> None:
    house.invite(visibility="CONFIDENTIAL")
    house.deliver()
    fail(house)
    assert tasks_of(house, assistant) == []
    [task] = tasks_of(house, house.anne)
    assert "CLASS:CONFIDENTIAL" in task


def test_what_left_has_left_even_where_nobody_can_be_told_of_it(house: House) -> None:
    """A text in the store that cannot be read must not make mails leave again and again."""
    house.invite()
    with house.database.transaction() as db:
        db.exec_driver_sql("UPDATE calendar_objects SET data = 'unreadable'")
    assert house.deliver() == 1
    assert house.deliver(after=3600) == 0
    assert last_message(house).state == "SENT"


def test_a_bounce_finds_its_message_by_a_mark_that_nobody_can_forge(house: House) -> None:
    house.invite()
    message = last_message(house)
    with house.database.transaction() as db:
        token = bounces.bounce_token(db, message.id, now=NOW)
        address = bounces.bounce_address("agenda@dpass.example.org", token)
        assert bounces.token_in(f"<{address.upper()}>") == token

        assert bounces.find_by_bounce(db, token=token) == message
        assert bounces.find_by_bounce(db, message_id=f"<{message.key}@x>") == message
        forged = token[:-1] + ("a" if token[-1] != "a" else "b")
        for wrong in (forged, token[:13] + "a" * 13, "7" * 26, "", "é"):
            assert bounces.find_by_bounce(db, token=wrong) is None


def test_what_failed_is_sent_again_when_somebody_asks(house: House) -> None:
    house.invite()
    house.deliver()
    fail(house)
    with house.database.transaction() as db:
        try_again(db, last_message(house), now=house.now)
        with pytest.raises(queued.NotFailed):
            try_again(db, last_message(house), now=house.now)
    assert tasks_of(house, house.anne) == []
    assert house.deliver() == 1
    assert house.status() == "1.1"
