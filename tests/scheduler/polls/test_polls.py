"""Polls of dates: who is asked, how the dates stand, and one act that decides (MTG-3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendars.model.principal import Rights
from notifications.links import Link, Purpose
from notifications.tables import outbox
from scheduler.polls.model import Option, Poll, PollId, Vote, Voter, tally
from scheduler.polls.service import answer, poll_of_link
from tests.calendars.dav.test_delegation import delegate
from tests.notifications.guests import Browser, words_of
from tests.scheduler.diaries.test_holds import agenda, hold
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("MTG-3")
PATH = "/api/v1/diaries/anne/hold-groups/VR-1"
SOPHIE = "mailto:sophie@partenaires.example"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


def post(client: Client, path: str, body: object = None) -> tuple[int, dict[str, object]]:
    answered = client.http.post(f"{client.base}{path}", json=body)
    return answered.status_code, answered.json()


def vote(server: Server, address: str, votes: dict[int, Vote], comment: str = "") -> None:
    with server.service.database.transaction() as db:
        owner = db.execute(select(outbox.c.owner_id)).scalars().first()
        link = Link(Purpose.POLL, owner, address, "1")  # type: ignore[arg-type]
        shown, voter, _ = poll_of_link(db, link, now=1)
        answer(db, shown, voter, votes, comment, now=1)


def test_insiders_and_outsiders_are_asked_and_one_act_confirms(server: Server) -> None:
    anne, paul = server.add_person("anne"), server.add_person("paul")
    hold(anne)

    status, told = post(anne, PATH + "/poll", {"message": "Merci d'avance"})

    assert (status, told["state"]) == (201, "open")
    with server.service.database.reading() as db:
        letters = db.execute(select(outbox.c.recipient, outbox.c.kind)).all()
    assert {tuple(one) for one in letters} == {
        ("mailto:paul@example.org", "poll"), (SOPHIE, "poll"),
    }  # fmt: skip
    vote(server, SOPHIE, {1: Vote.NO, 2: Vote.IF_NEEDED, 3: Vote.YES}, "Plutôt vendredi")
    vote(server, "mailto:paul@example.org", {1: Vote.YES, 2: Vote.YES, 3: Vote.IF_NEEDED})
    seen = anne.ask("GET", PATH + "/poll").json()
    assert [one["position"] for one in seen["options"]] == [2, 3, 1]
    assert seen["options"][2]["missing"] == ["sophie@partenaires.example"]
    assert {one["comment"] for one in seen["voters"]} == {"", "Plutôt vendredi"}

    assert anne.ask("POST", PATH + "/holds/2/confirm").status_code == 200

    assert agenda(anne) == ["Convention CONFIRMED"]
    assert anne.ask("GET", PATH + "/poll").json()["state"] == "retained"
    assert post(anne, PATH + "/poll/remind")[0] == 409
    assert [one for one in agenda(paul) if "CANCELLED" not in one] == ["Convention CONFIRMED"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_assistant_runs_it_and_those_who_are_silent_are_asked_again_once_a_day(
    server: Server,
) -> None:
    anne, rose, paul = (server.add_person(login) for login in ("anne", "rose", "paul"))
    delegate(server, "anne", "rose", Rights.SCHEDULE)
    hold(anne)

    assert post(paul, PATH + "/poll", {})[0] == 404
    assert post(rose, PATH + "/poll", {"required": ["sophie@partenaires.example"]})[0] == 201
    assert post(rose, PATH + "/poll", {})[0] == 409
    assert paul.ask("GET", PATH + "/poll").status_code == 404

    assert post(rose, PATH + "/poll/remind")[1] == {"asked": 1}
    assert post(rose, PATH + "/poll/remind")[1] == {"asked": 1}
    with server.service.database.reading() as db:
        letters = db.execute(select(outbox.c.recipient, outbox.c.actor_id, outbox.c.owner_id)).all()
    assert len(letters) == 2
    assert all(one.actor_id != one.owner_id for one in letters)
    vote(server, SOPHIE, dict.fromkeys((1, 2, 3), Vote.YES))
    assert post(rose, PATH + "/poll/remind")[1] == {"asked": 0}


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_of_whom_a_confidential_poll_is_only_those_know_who_see_that_class(server: Server) -> None:
    anne, rose = (server.add_person(login) for login in ("anne", "rose"))
    delegate(server, "anne", "rose", Rights.SCHEDULE)
    hold(anne, visibility="CONFIDENTIAL")
    assert post(anne, PATH + "/poll", {"required": ["sophie@partenaires.example"]})[0] == 201
    vote(server, SOPHIE, dict.fromkeys((1, 2, 3), Vote.YES), "Avec la famille")

    seen = rose.ask("GET", PATH + "/poll")

    assert seen.json()["voters"][0]["name"] == "Personne 1"
    assert seen.json()["options"][0]["yes"] == ["Personne 1"]
    assert not any(word in seen.text.lower() for word in ("sophie", "famille", "convention"))
    assert "sophie" in anne.ask("GET", PATH + "/poll").text


@pytest.mark.rule("SEC-7")
def test_the_page_of_a_poll(server: Server) -> None:
    """Seen by its holder alone, answered, changed, and told when the date is set."""
    anne, browser = server.add_person("anne", name="Anne Kauri"), Browser(server.base)
    hold(anne)
    post(anne, PATH + "/poll", {"required": ["sophie@partenaires.example", "luc@ong.example"]})
    path = link_of(server, SOPHIE)
    page = words_of(browser.open(path).text)
    assert "Anne Kauri souhaite fixer avec vous la date de cette réunion" in page
    assert "mardi 16 mars 2027 à 14 h 30 (1 h 30)" in page
    assert "luc@" not in page
    assert "[Option" not in page

    slip = browser.send(path, {"date-1": "yes", "date-2": "perhaps"})
    assert slip.status_code == 422
    assert words_of(slip.text).count("Dites si cette date vous convient") == 4
    choice = {"date-1": "no", "date-2": "if-needed", "date-3": "yes", "comment": "Le matin"}
    assert browser.send(path, choice).headers["Location"] == f"{path}?done=voted"
    assert browser.send(path, {**choice, "date-1": "yes"}).status_code == 303

    told = anne.ask("GET", PATH + "/poll").json()
    assert [one["yes"] for one in sorted(told["options"], key=lambda one: one["position"])] == [
        ["sophie@partenaires.example"], [], ["sophie@partenaires.example"],
    ]  # fmt: skip
    anne.ask("POST", PATH + "/holds/3/confirm")
    decided = words_of(browser.open(path).text)
    assert "La date est fixée." in decided
    assert "vendredi 19 mars 2027 à 14 h 30" in decided
    assert "16 mars" not in decided


def link_of(server: Server, recipient: str) -> str:
    with server.service.database.reading() as db:
        query = select(outbox.c.body).where(outbox.c.recipient == recipient)
        [body] = db.execute(query).scalars()
    found = re.search(rb"/r/[a-z2-7]{26}", body)
    assert found is not None
    return found[0].decode()


VOTES = st.sampled_from([*Vote, None])


@given(st.lists(st.tuples(st.booleans(), st.lists(VOTES, min_size=3, max_size=3)), max_size=8))
def test_no_date_before_the_first_suits_better(
    people: list[tuple[bool, list[Vote | None]]],
) -> None:
    voters = [
        Voter(f"mailto:{number}@example.org", required=required, votes=dict(_given(votes)))
        for number, (required, votes) in enumerate(people)
    ]
    poll = Poll(PollId(1), "anne", "r", "", "", "", "PUBLIC", None, voters=voters)

    ranked = tally(poll, [Option(number, number, number + 1) for number in range(3)])

    for better, worse in pairwise(ranked):
        assert len(better.required_missing) <= len(worse.required_missing)
        if len(better.required_missing) == len(worse.required_missing):
            assert len(better.no) <= len(worse.no)
    for one in ranked:
        assert len(one.yes + one.if_needed + one.no + one.silent) == len(voters)


def _given(votes: list[Vote | None]) -> Iterator[tuple[int, Vote]]:
    return ((number, vote) for number, vote in enumerate(votes) if vote is not None)
