"""Requests for an appointment: one assistant takes each on, and the principal has the last word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from calendars.model.principal import Rights
from notifications.tables import outbox
from scheduler.diary_requests.follow_up import close_past, follow_meetings
from scheduler.diary_requests.habits import Habits
from scheduler.diary_requests.model import (
    ClaimedByAnother,
    DiaryRequest,
    DiaryRequestId,
    NotTheClaimer,
    Requester,
    RequestState,
    Wish,
    WrongRequestState,
)
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.diaries.test_holds import agenda, mails
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("DIA-2")
NOW = int(time.time())
PATH = "/api/v1/diaries/director/requests"
WISH = {"subject": "Convention", "minutes": 90, "attendees": ["paul@example.org"]}
PARTNER = {"name": "Sophie Mica", "email": "sophie@partenaires.example"}


class House:
    """A director, two assistants who speak in her name, and a colleague."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.director = server.add_person("director")
        self.anne, self.rose = server.add_person("anne"), server.add_person("rose")
        self.paul = server.add_person("paul")
        for assistant in ("anne", "rose"):
            delegate(server, "director", assistant, Rights.SCHEDULE)

    def received(self, client: Client | None = None, **more: object) -> str:
        who = client or self.anne
        answer = who.http.post(f"{who.base}{PATH}", json={**WISH, **more})
        assert answer.status_code == 201, answer.text
        return f"{PATH}/{answer.json()['ref']}"


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running)


def do(client: Client, path: str, deed: str, body: object = None) -> tuple[int, dict[str, object]]:
    answer = client.http.post(f"{client.base}{path}/{deed}", json=body)
    return answer.status_code, answer.json()


def slot(day: int, hours: tuple[str, str] = ("14:30", "16:00")) -> dict[str, str]:
    start, end = hours
    return {"start": f"2027-03-{day}T{start}:00+11:00", "end": f"2027-03-{day}T{end}:00+11:00"}


def test_a_partners_request_becomes_the_appointment_that_he_is_invited_to_once(
    house: House,
) -> None:
    path = house.received(requester=PARTNER)

    assert do(house.anne, path, "claim")[1]["claimed_by"] == "anne"
    status, told = do(house.anne, path, "options", {"slots": [slot(16), slot(18)]})
    assert (status, told["state"]) == (200, "held")
    assert agenda(house.director) == [
        f"[Option {number}/2] Convention TENTATIVE" for number in (1, 2)
    ]
    assert mails(house.server) == []
    assert do(house.anne, path, "propose")[1]["state"] == "proposed"
    assert do(house.anne, path, "accept")[1]["state"] == "accepted"
    status, told = do(house.anne, path, "place", {"option": 2})

    assert (status, told["state"]) == (200, "planned")
    assert agenda(house.director) == ["Convention CONFIRMED"]
    assert mails(house.server) == [("mailto:sophie@partenaires.example", "REQUEST")]
    steps: list[dict[str, str]] = told["steps"]  # type: ignore[assignment]
    assert [one["state"] for one in steps] == [
        "received", "claimed", "held", "proposed", "accepted", "planned",
    ]  # fmt: skip


def test_only_one_of_two_assistants_has_it_until_her_time_is_over(house: House) -> None:
    path = house.received(house.paul)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda who: do(who, path, "claim")[0], [house.anne, house.rose]))
    assert sorted(answers) == [200, 409]

    taken, other = (house.anne, house.rose) if answers[0] == 200 else (house.rose, house.anne)
    assert do(other, path, "place", {"slot": slot(16)})[0] == 403
    assert do(taken, path, "release")[0] == 200
    assert do(other, path, "claim")[0] == 200
    assert do(other, path, "place", {"slot": slot(16)})[0] == 200
    assert agenda(house.director) == ["Convention "]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_principals_refusal_beats_all(house: House) -> None:
    path = house.received(requester=PARTNER)
    do(house.anne, path, "claim")
    do(house.anne, path, "place", {"slot": slot(16)})
    assert do(house.anne, path, "refuse", {"because": "non"})[0] == 403

    status, told = do(house.director, path, "refuse", {"because": "Pas avant juin"})

    assert (status, told["state"], told["because"]) == (200, "refused", "Pas avant juin")
    assert agenda(house.director) == []
    with house.server.service.database.reading() as db:
        waiting = db.execute(select(outbox).where(outbox.c.state == "PENDING")).all()
    assert waiting == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_after_it_was_postponed_other_dates_are_held(house: House) -> None:
    path = house.received(requester=PARTNER)
    do(house.anne, path, "claim")
    first = do(house.anne, path, "options", {"slots": [slot(16)]})[1]["options"]
    do(house.anne, path, "leave", {"outcome": "postponed", "until": "2027-03-17"})
    assert agenda(house.director) == []

    assert do(house.rose, path, "claim")[1]["state"] == "claimed"
    status, told = do(house.rose, path, "options", {"slots": [slot(18), slot(19)]})

    assert (status, told["state"]) == (200, "held")
    assert told["options"] != first
    assert len(agenda(house.director)) == 2


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_asks_follows_his_own_request_and_may_withdraw_it(house: House) -> None:
    path = house.received(house.paul)
    do(house.anne, path, "claim")
    do(house.anne, path, "options", {"slots": [slot(16), slot(18)]})

    assert house.paul.ask("GET", PATH).status_code == 404
    [own] = house.paul.ask("GET", "/api/v1/me/diary-requests").json()["items"]
    assert own["state"] == "held"
    assert do(house.paul, path, "claim")[0] == 404
    assert do(house.paul, path, "leave", {"outcome": "cancelled"})[0] == 200
    assert agenda(house.director) == []
    assert do(house.anne, path, "place", {"option": 1})[0] == 409


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_colleague_notes_nothing_for_others_and_confidential_words_stay_hidden(
    house: House,
) -> None:
    answer = house.paul.http.post(f"{house.paul.base}{PATH}", json={**WISH, "requester": PARTNER})
    assert answer.status_code == 403
    path = house.received(house.paul, subject="IS-2026-0421", visibility="CONFIDENTIAL")

    [seen] = house.anne.ask("GET", PATH).json()["items"]

    assert (seen["subject"], seen["attendees"], seen["requester"]) == ("Rendez-vous", [], "")
    assert house.director.ask("GET", path).json()["subject"] == "IS-2026-0421"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_diary_says_when_it_took_place(house: House) -> None:
    moved, removed, later = (house.received(house.paul, attendees=[]) for _ in range(3))
    for path, day in ((moved, 16), (removed, 17), (later, 18)):
        do(house.anne, path, "claim")
        assert do(house.anne, path, "place", {"slot": slot(day)})[0] == 200
    event = house.anne.ask("GET", moved).json()["object"]
    href = f"/dav/calendars/director/agenda/{event}"
    text = house.director.ask("GET", href).text
    # A program puts it into another calendar of hers, on another day.
    house.director.ask("DELETE", href)
    assert house.director.ask("MKCALENDAR", "/dav/calendars/director/autre/").status_code == 201
    elsewhere = f"/dav/calendars/director/autre/{event}"
    house.director.put(elsewhere, text.replace("20270316", "20270320"))
    gone = house.anne.ask("GET", removed).json()["object"]
    house.director.ask("DELETE", f"/dav/calendars/director/agenda/{gone}")

    def states_at(day: int) -> list[str]:
        now = int(datetime(2027, 3, day, 12, tzinfo=UTC).timestamp())
        with house.server.service.database.transaction() as db:
            close_past(db, now=now)
        return [house.anne.ask("GET", path).json()["state"] for path in (moved, removed, later)]

    assert states_at(19) == ["planned", "cancelled", "took-place"]
    assert states_at(20) == ["took-place", "cancelled", "took-place"]


@pytest.mark.rule("DIA-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_was_held_is_free_when_the_meeting_gets_its_date_elsewhere(house: House) -> None:
    path = house.received(meeting="COPIL")
    do(house.anne, path, "claim")
    told = do(house.anne, path, "options", {"slots": [slot(16), slot(18)]})[1]
    url = f"{house.anne.base}/api/v1/meetings/{told['meeting']}"
    change = {"start": "2027-03-22T08:00:00+11:00", "required": ["paul"]}
    assert house.anne.http.patch(url, json=change).status_code == 200

    service = house.server.service
    assert follow_meetings(service.database, service.dispatch, now=NOW) == 1

    assert len(agenda(house.director)) == 1
    assert house.anne.ask("GET", path).json()["state"] == "planned"
    assert follow_meetings(service.database, service.dispatch, now=NOW) == 0


def test_a_claim_ends_by_itself() -> None:
    request = DiaryRequest(DiaryRequestId(1), "d", "r", "p", 0, Requester("P"), Wish("S", 60))
    request.claim("anne", now=0, seconds=7_200)
    with pytest.raises(ClaimedByAnother):
        request.claim("rose", now=7_199, seconds=7_200)
    with pytest.raises(NotTheClaimer):
        request.hold("anne", "r", now=7_200)
    request.claim("rose", now=7_200, seconds=7_200)
    request.hold("rose", "r", now=7_201)
    with pytest.raises(WrongRequestState):
        request.accept("rose", now=7_202)
    request.leave("rose", RequestState.POSTPONED, now=7_203)
    request.claim("anne", now=7_204, seconds=10)
    assert request.state is RequestState.CLAIMED


def test_options_last_so_many_working_days() -> None:
    """Thursday 7 May 2026: Friday the 8th is a holiday, the week of Ascension has another."""
    zone = datetime.fromisoformat("2026-05-07T09:00:00+11:00")

    expiry = Habits(120, 5, "FR", "NC").hold_expiry(int(zone.timestamp()), zone.tzinfo)  # type: ignore[arg-type]

    assert datetime.fromtimestamp(expiry, zone.tzinfo).isoformat() == "2026-05-19T00:00:00+11:00"


def meeting(house: House, told: dict[str, object]) -> dict[str, object]:
    answer = house.anne.http.get(f"{house.anne.base}/api/v1/meetings/{told['meeting']}")
    found: dict[str, object] = answer.json()
    return found


@pytest.mark.rule("MTG-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_request_for_a_meeting_is_the_meeting_from_the_start(house: House) -> None:
    path = house.received(house.paul, meeting="COPIL", papers=["DOC-1", "Note n° 3"])
    told = house.paul.http.get(f"{house.paul.base}{path}").json()
    assert told["meeting"].startswith("COPIL-")
    found = meeting(house, told)
    assert (found["state"], found["title"], found["request"]) == (
        "requested", "Convention", told["ref"],
    )  # fmt: skip
    # Who only asks for it keeps no meeting.
    assert house.paul.http.get(
        f"{house.paul.base}/api/v1/meetings/{told['meeting']}"
    ).status_code == 404  # fmt: skip
    agenda_path = f"{house.anne.base}/api/v1/meetings/{told['meeting']}/agenda"
    expected = house.anne.http.get(agenda_path).json()["papers"]
    assert [(one["ref"], one["missing"]) for one in expected] == [
        ("DOC-1", True), ("Note-n-3", True),
    ]  # fmt: skip

    do(house.anne, path, "claim")
    do(house.anne, path, "options", {"slots": [slot(16), slot(18)]})
    assert meeting(house, told)["state"] == "searching"
    status, placed = do(house.anne, path, "place", {"option": 2})

    assert status == 200, placed
    found = meeting(house, told)
    assert (found["state"], found["start"]) == ("planned", "2027-03-18T14:30:00+11:00")
    assert agenda(house.director) == ["Convention CONFIRMED"]
    assert found["event"]["object"] == placed["object"]  # type: ignore[index]
    assert {one["address"] for one in found["people"]} >= {"mailto:paul@example.org"}  # type: ignore[attr-defined]
    hand_in = house.anne.http.put(
        f"{house.anne.base}/api/v1/meetings/{told['meeting']}/papers/DOC-1?filename=n.pdf",
        data=b"x",
    )
    assert hand_in.json()["on_event"]

    assert do(house.anne, path, "leave", {"outcome": "postponed"})[0] == 200
    assert meeting(house, told)["state"] == "postponed"
    assert do(house.anne, path, "claim")[1]["state"] == "claimed"
    assert meeting(house, told)["state"] == "searching"
    assert house.anne.http.get(f"{house.anne.base}{path}").json()["state"] == "claimed"


@pytest.mark.rule("MTG-1")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_done_to_the_meeting_is_done_to_its_request(house: House) -> None:
    path = house.received()
    assert do(house.paul, path, "meeting", {"kind": "COPIL"})[0] == 404
    status, told = do(house.anne, path, "meeting", {"kind": "COPIL"})
    assert status == 201, told
    assert do(house.anne, path, "meeting", {"kind": "COPIL"})[0] == 409
    url = f"{house.anne.base}/api/v1/meetings/{told['meeting']}"

    change = {"start": "2027-03-16T08:00:00+11:00", "required": ["paul"]}
    assert house.anne.http.patch(url, json=change).status_code == 200

    seen = house.anne.http.get(f"{house.anne.base}{path}").json()
    assert (seen["state"], seen["object"] is not None) == ("planned", True)
    service = house.server.service
    assert follow_meetings(service.database, service.dispatch, now=NOW) == 1
    assert house.anne.http.post(f"{url}/state", json={"state": "cancelled"}).status_code == 200
    seen = house.anne.http.get(f"{house.anne.base}{path}").json()
    assert (seen["state"], seen["object"]) == ("cancelled", None)
    # The principal's word beats all: the meeting is off with the request.
    path = house.received(meeting="COPIL")
    told = do(house.director, path, "refuse", {})[1]
    assert meeting(house, told)["state"] == "cancelled"
