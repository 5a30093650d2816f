"""Who asks, who can be found, and signing in."""

from __future__ import annotations

import base64

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Rights
from calendars.services.disable_account import disable_account
from tests.calendars.api.conftest import Asker, Join


def test_one_learns_who_one_is_and_whose_diaries_are_open(anne: Asker, paul: Asker) -> None:
    paul.entrust(anne, Rights.WRITE)

    me = anne.get("/me").json()

    assert (me["login"], me["name"], me["role"]) == ("anne", "Anne Kaori", "agent")
    assert me["addresses"][0] == "mailto:anne@example.org"
    assert me["diaries"] == [{"login": "paul", "rights": "write"}]


def test_people_and_rooms_are_found_by_a_part_of_their_names(anne: Asker, join: Join) -> None:
    join("salle-niaouli", "Salle Niaouli", kind=PrincipalKind.ROOM)

    [found] = anne.get("/principals", search=" niaou ").json()["items"]

    assert (found["login"], found["kind"]) == ("salle-niaouli", "ROOM")
    assert anne.get("/principals/salle-niaouli").json() == found


@pytest.mark.parametrize("search", ["", "an", "  an  ", "%%%", "___"])
def test_the_directory_is_not_told_as_a_whole(anne: Asker, paul: Asker, search: str) -> None:
    answer = anne.get("/principals", search=search)

    assert answer.status_code == 422 or answer.json()["items"] == []


def test_who_is_not_there_and_who_has_left_look_alike(anne: Asker, paul: Asker) -> None:
    with anne.service.database.transaction() as db:
        disable_account(db, "paul", by=CONSOLE, now=0)

    assert anne.get("/principals/paul").status_code == 404
    assert anne.get("/principals/paul").content == anne.get("/principals/nobody").content


@pytest.mark.rfc("9110 §11.6.1")
@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="none"),
        pytest.param("Basic", id="empty"),
        pytest.param("Basic ???", id="not base64"),
        pytest.param("Bearer nothing", id="made-up token"),
        pytest.param("Digest x", id="another scheme"),
        pytest.param("Basic " + base64.b64encode(b"anne:wrong").decode(), id="wrong password"),
        pytest.param("Basic " + base64.b64encode(b"nobody:wrong").decode(), id="unknown login"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_does_not_sign_in_is_asked_to(anne: Asker, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = anne.client.get("/api/v1/me", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:niaouli:problem:sign-in"
    challenges = answer.headers.get_list("WWW-Authenticate")
    assert [challenge.split()[0] for challenge in challenges] == ["Basic", "Bearer"]


def test_every_request_signs_in_for_itself(anne: Asker) -> None:
    assert anne.get("/me").status_code == 200
    assert anne.client.get("/api/v1/me").status_code == 401


@pytest.mark.rfc("6585 §4")
def test_who_guesses_too_often_has_to_wait(anne: Asker) -> None:
    answers = [anne.raw("GET", "/api/v1/me", auth=("paul", "guess")) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "900"
    assert answers[-1].json()["type"] == "urn:niaouli:problem:too-many-tries"


def test_a_disabled_account_is_out_at_once(anne: Asker) -> None:
    assert anne.get("/me").status_code == 200
    with anne.service.database.transaction() as db:
        disable_account(db, "anne", by=CONSOLE, now=0)

    assert anne.get("/me").status_code == 401


@pytest.mark.rule("NOT-2")
def test_one_chooses_the_language_of_ones_messages(anne: Asker, paul: Asker) -> None:
    assert anne.get("/me").json()["language"] is None
    assert anne.patch("/me", {"language": "en"}).json()["language"] == "en"
    assert anne.get("/me").json()["language"] == "en"
    assert paul.get("/me").json()["language"] is None
    assert anne.patch("/me", {"language": "de"}).status_code == 422

    wanted = {"address": "judge@court.example", "language": "en"}
    assert anne.put("/correspondents", wanted).status_code == 204
    assert anne.put("/correspondents", {**wanted, "address": "no address"}).status_code == 422
    assert anne.put("/correspondents", {**wanted, "address": "paul@example.org"}).status_code == 409
