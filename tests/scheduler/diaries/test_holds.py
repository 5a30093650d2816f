"""Options: several dates are held, one is confirmed, the others go (DIA-3, acceptance 7)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from calendars.kernel.database import Database, Db
from calendars.model.component import unescape
from calendars.model.language import Language
from calendars.model.principal import Rights
from calendars.services.deliver_itip import Dispatch
from calendars.storage import calendar_objects, principals
from notifications.imip.transport import MailQueue
from notifications.tables import outbox
from scheduler.demonstration.directorate import Directorate
from scheduler.demonstration.load import load
from scheduler.diaries.model import HoldState, WrongState
from scheduler.diaries.service import adopt_holds, confirm_hold, expire_holds
from scheduler.diary_requests.remind_of_options import remind_of_options
from scheduler.reminders.rules import SendingHours
from scheduler.working_time.rules import WorkingDays
from tests.builders import NOUMEA, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

THEN = int(datetime(2026, 3, 2, 8, 0, tzinfo=NOUMEA).timestamp())
"""When the options of the sample year were still to come."""
DISPATCH = Dispatch(MailQueue())
DIRECTOR, ASSISTANT, DEPUTY = "aurelien.cagou", "rosalie.frangipane", "hortense.niaouli"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    return server.add_person("anne")


@pytest.fixture
def paul(server: Server) -> Client:
    return server.add_person("paul")


def hold(client: Client, **more: object) -> dict[str, object]:
    wanted = {
        "ref": "VR-1",
        "title": "Convention",
        "slots": [
            {"start": f"2027-03-{day}T14:30:00+11:00", "end": f"2027-03-{day}T16:00:00+11:00"}
            for day in (16, 18, 19)
        ],
        "invited": ["paul@example.org", "sophie@partenaires.example"],
        **more,
    }
    answer = client.http.post(f"{client.base}/api/v1/diaries/anne/hold-groups", json=wanted)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def agenda(client: Client) -> list[str]:
    """Title and status of each event in an agenda."""
    found = client.propfind(client.agenda, "<D:getetag/>", depth="1")
    texts = [client.ask("GET", one.href).text for one in found if one.found]
    return sorted(f"{value(text, 'SUMMARY')} {value(text, 'STATUS')}" for text in texts)


def value(text: str, name: str) -> str:
    lines = text.replace("\r\n ", "").split("\r\n")
    found = [line.partition(":")[2] for line in lines if line.startswith(f"{name}:")]
    return unescape(found[-1]) if found else ""


def mails(server: Server) -> list[tuple[str, str]]:
    with server.service.database.reading() as db:
        return [(row.recipient, row.method) for row in db.execute(select(outbox))]


@pytest.mark.rule("DIA-3")
def test_dates_are_held_in_the_diaries_of_colleagues_and_nobody_outside_is_told(
    server: Server, anne: Client, paul: Client
) -> None:
    hold(anne)

    options = [f"[Option {number}/3] Convention TENTATIVE" for number in (1, 2, 3)]
    assert agenda(anne) == options
    assert agenda(paul) == options
    assert mails(server) == []


@pytest.mark.rule("DIA-3")
def test_one_is_confirmed_the_others_go_and_each_contact_hears_once(
    server: Server, anne: Client, paul: Client
) -> None:
    hold(anne)

    answer = anne.ask("POST", "/api/v1/diaries/anne/hold-groups/VR-1/holds/2/confirm")

    assert (answer.status_code, answer.json()["state"]) == (200, "retained")
    assert agenda(anne) == ["Convention CONFIRMED"]
    assert [one for one in agenda(paul) if "CANCELLED" not in one] == ["Convention CONFIRMED"]
    assert mails(server) == [("mailto:sophie@partenaires.example", "REQUEST")]
    again = anne.ask("POST", "/api/v1/diaries/anne/hold-groups/VR-1/holds/1/confirm")
    assert again.status_code == 409


@pytest.mark.rule("DIA-4")
def test_what_was_confirmed_meanwhile_wins(anne: Client, paul: Client) -> None:
    hold(anne)
    anne.put(
        anne.agenda + "other.ics",
        an_event(uid="other", start="20270318T040000Z", end="20270318T050000Z"),
    )

    answer = anne.ask("POST", "/api/v1/diaries/anne/hold-groups/VR-1/holds/2/confirm")

    assert answer.status_code == 409
    assert len(agenda(anne)) == 4


@pytest.mark.rule("DIA-4")
def test_of_many_who_confirm_at_once_one_does(server: Server, anne: Client) -> None:
    hold(anne, invited=[])

    def confirm(position: int) -> int:
        client = Client(server.base, "anne")
        path = f"/api/v1/diaries/anne/hold-groups/VR-1/holds/{position}/confirm"
        return client.ask("POST", path).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(confirm, [1, 2, 3] * 4))

    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}
    assert agenda(anne) == ["Convention CONFIRMED"]


@pytest.mark.rule("DIA-4")
@pytest.mark.rule("acceptance 8")
def test_of_twenty_assistants_who_want_one_hour_one_gets_it_and_nothing_is_half_booked(
    server: Server, anne: Client, paul: Client
) -> None:
    """Twenty groups of options share an hour of the director's and of a colleague's."""
    assistants = [server.add_person(f"assistant-{number}") for number in range(20)]
    shared = {"start": "2027-03-18T14:30:00+11:00", "end": "2027-03-18T16:00:00+11:00"}
    for number, assistant in enumerate(assistants):
        delegate(server, "anne", assistant.login, Rights.SCHEDULE)
        other = {"start": f"2027-04-{number + 1:02}T08:00:00+11:00"}
        other["end"] = other["start"].replace("T08", "T09")
        hold(anne, ref=f"VR-{number}", slots=[shared, other], invited=["paul@example.org"])

    def confirm(number: int) -> int:
        path = f"/api/v1/diaries/anne/hold-groups/VR-{number}/holds/1/confirm"
        return assistants[number].ask("POST", path).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(confirm, range(20)))

    assert sorted(statuses) == [200] + [409] * 19
    for diary in (anne, paul):
        found = [one for one in agenda(diary) if "CANCELLED" not in one]
        assert found.count("Convention CONFIRMED") == 1
        assert sum("TENTATIVE" in one for one in found) == 38


def statuses(db: Db, login: str, uids: list[str]) -> list[str]:
    """What stands in a diary under each UID; empty where nothing does."""
    owner = principals.get(db, login).id
    held = [calendar_objects.list_of_person(db, owner, uid) for uid in uids]
    return [value(one[0].data.decode(), "STATUS") if one else "" for one in held]


def test_a_stranger_sees_no_options(anne: Client, paul: Client) -> None:
    hold(anne)

    assert paul.ask("GET", "/api/v1/diaries/anne/hold-groups").status_code == 404
    path = "/api/v1/diaries/anne/hold-groups/VR-1/abandon"
    assert paul.ask("POST", path).status_code == 404
    assert anne.ask("POST", path).status_code == 200
    assert agenda(anne) == []


@pytest.mark.rule("DIA-3")
@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_reader_of_the_diary_knows_hidden_options_by_their_masks(
    server: Server, anne: Client, paul: Client
) -> None:
    delegate(server, "anne", "paul", Rights.READ)
    made = hold(anne, visibility="CONFIDENTIAL", invited=[])

    [told] = paul.http.get(f"{paul.base}/api/v1/diaries/anne/hold-groups").json()["items"]

    names = {one["object"] for one in told["holds"]}
    assert len(names) == 3
    assert names.isdisjoint(one["object"] for one in made["holds"])  # type: ignore[attr-defined]
    for name in names:
        seen = paul.ask("GET", f"/dav/calendars/anne/agenda/{name}")
        assert (seen.status_code, "SUMMARY:Occupé" in seen.text) == (200, True)


def test_dates_that_nobody_decides_on_are_free_again(server: Server, anne: Client) -> None:
    hold(anne, expires_at="2027-03-01T12:00:00+11:00")
    expiry = 1_803_862_800

    with server.service.database.transaction() as db:
        assert expire_holds(db, dispatch=DISPATCH, now=expiry - 1) == 0
        assert expire_holds(db, dispatch=DISPATCH, now=expiry) == 1
        assert expire_holds(db, dispatch=DISPATCH, now=expiry) == 0

    assert agenda(anne) == []
    [group] = anne.ask("GET", "/api/v1/diaries/anne/hold-groups?all=true").json()["items"]
    assert group["state"] == "expired"


@pytest.mark.rule("DIA-3")
@pytest.mark.rule("acceptance 7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_option_of_the_sample_year(database: Database) -> None:
    """Acceptance 7: option 2 of VR-2026-01 cancels the two others, the partner hears once."""
    load(database, Directorate(), timezone_id="Pacific/Noumea", now=THEN, watch=lambda *_: None)
    with database.transaction() as db:
        assistant, director = principals.get(db, ASSISTANT), principals.get(db, DIRECTOR)
        uids = [f"option-vr-{number}@dpass.example.org" for number in (1, 2, 3)]
        names = [calendar_objects.list_of_person(db, director.id, uid)[0].name for uid in uids]
        adopt_holds(
            db, assistant, DIRECTOR, "VR-2026-01", [("agenda", name) for name in names], now=THEN
        )

        group = confirm_hold(db, assistant, DIRECTOR, "VR-2026-01", 2, dispatch=DISPATCH, now=THEN)

        assert group.state is HoldState.RETAINED
        told = [(row.recipient, row.method) for row in db.execute(select(outbox))]
        assert told == [("mailto:sophie.mica@partenaires.example.org", "REQUEST")]
        assert [statuses(db, login, uids) for login in (DIRECTOR, DEPUTY)] == [
            ["", "CONFIRMED", ""], ["CANCELLED", "CONFIRMED", "CANCELLED"]
        ]  # fmt: skip
        with pytest.raises(WrongState):
            confirm_hold(db, assistant, DIRECTOR, "VR-2026-01", 1, dispatch=DISPATCH, now=THEN)


@pytest.mark.rule("DIA-3", "TIM-11")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_holds_dates_is_reminded_once_before_they_are_free_again(
    server: Server, anne: Client
) -> None:
    rose = server.add_person("rose")
    delegate(server, "anne", "rose", Rights.SCHEDULE)
    today = datetime.now(NOUMEA).replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = today + timedelta(days=13 - today.weekday())
    ends = int((sunday + timedelta(days=1)).timestamp())
    told = {"invited": [], "expires_at": datetime.fromtimestamp(ends, NOUMEA).isoformat()}
    for ref in ("VR-1", "Famille Dupont", "VR-3"):
        hold(rose, ref=ref, **told)
    rose.ask("POST", "/api/v1/diaries/anne/hold-groups/VR-3/abandon")

    def remind(now: int) -> int:
        with server.service.database.transaction() as db:
            return remind_of_options(db, hours, ahead=16, default=Language.FRENCH, now=now)

    hours = SendingHours(WorkingDays(), NOUMEA)
    # Sixteen hours before would be on Sunday: it is said on Friday, as late as letters leave.
    friday = int((sunday - timedelta(days=2)).timestamp()) + 19 * 3600
    assert [remind(friday - at) for at in (120, -3600)] == [0, 0]
    assert remind(ends - 16 * 3600) == 0
    assert remind(friday - 60) == 2
    assert remind(friday - 30) == 0
    rose.ask("POST", "/api/v1/diaries/anne/hold-groups/VR-1/holds/2/confirm")
    with server.service.database.reading() as db:
        letters = db.execute(select(outbox).where(outbox.c.kind == "hold-reminder")).all()
    assert {one.recipient for one in letters} == {"mailto:rose@example.org"}
    assert sorted(one.state for one in letters) == ["CANCELLED", "PENDING"]
    assert "Dupont" not in repr(letters)
    assert "Convention" not in repr(letters)
