"""The main password, and one for each program."""

from __future__ import annotations

from typing import Any

from tests.calendars.api.conftest import PASSWORD, Answer, Asker

ISSUED = "/me/app-passwords"


def issued(asker: Asker, **members: str) -> dict[str, Any]:
    """A new application password."""
    answer = asker.post(ISSUED, {"label": "Thunderbird", **members})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def by(
    asker: Asker, secret: str, method: str, path: str, json: dict[str, str] | None = None
) -> Answer:
    """The same person, signed in by another secret."""
    return asker.ask(method, path, auth=(asker.login, secret), json=json)


def test_an_application_password_signs_in_on_both_faces_until_it_is_withdrawn(
    anne: Asker,
) -> None:
    made = issued(anne)
    secret = made["secret"]
    dav = "/dav/calendars/anne/agenda/"

    assert by(anne, secret, "GET", "/me").status_code == 200
    assert anne.raw("OPTIONS", dav, auth=("anne", secret)).status_code == 200
    assert anne.delete(f"{ISSUED}/{made['id']}").status_code == 204
    assert by(anne, secret, "GET", "/me").status_code == 401
    assert anne.raw("OPTIONS", dav, auth=("anne", secret)).status_code == 401


def test_a_secret_is_told_once(anne: Asker) -> None:
    made = issued(anne)

    [listed] = anne.get(ISSUED).json()["items"]

    assert "secret" not in listed
    assert made["secret"] not in anne.get(ISSUED).text
    assert (listed["label"], listed["kind"]) == ("Thunderbird", "application")
    assert listed["last_used_at"] is None


def test_a_token_signs_in_as_a_bearer(anne: Asker) -> None:
    made = issued(anne, kind="token")
    headers = {"Authorization": f"Bearer {made['secret']}"}

    answer = anne.client.get("/api/v1/me", headers=headers)

    assert answer.json()["login"] == "anne"


def test_a_lost_telephone_makes_no_passwords_that_outlive_its_own(anne: Asker) -> None:
    first, second = issued(anne), issued(anne)
    secret = first["secret"]

    made = by(anne, secret, "POST", ISSUED, json={"label": "x"})
    other = by(anne, secret, "DELETE", f"{ISSUED}/{second['id']}")
    own = by(anne, secret, "DELETE", f"{ISSUED}/{first['id']}")

    assert (made.status_code, other.status_code, own.status_code) == (403, 403, 204)
    assert made.json()["type"] == "urn:niaouli:problem:main-password-needed"


def test_passwords_of_others_are_not_there(anne: Asker, paul: Asker) -> None:
    made = issued(anne)

    assert paul.get(ISSUED).json()["items"] == []
    assert paul.delete(f"{ISSUED}/{made['id']}").status_code == 404
    assert by(anne, made["secret"], "GET", "/me").status_code == 200


def test_the_main_password_is_not_withdrawn_here(anne: Asker) -> None:
    assert {anne.delete(f"{ISSUED}/{number}").status_code for number in range(1, 5)} == {404}
    assert anne.get("/me").status_code == 200


def test_a_new_password_takes_the_place_of_the_old_one_at_once(anne: Asker) -> None:
    app = issued(anne)
    change = {"old": PASSWORD, "new": "une phrase plus longue"}

    assert anne.post("/me/password", change).status_code == 204

    assert anne.get("/me").status_code == 401
    assert by(anne, "une phrase plus longue", "GET", "/me").status_code == 200
    assert by(anne, app["secret"], "GET", "/me").status_code == 200


def test_a_new_password_needs_the_old_one_not_that_of_a_program(anne: Asker) -> None:
    app = issued(anne)

    for old in ("wrong", app["secret"], ""):
        answer = anne.post("/me/password", {"old": old, "new": "une phrase plus longue"})
        assert answer.status_code in {403, 422}
    assert anne.post("/me/password", {"old": PASSWORD, "new": "court"}).status_code == 422
    assert anne.get("/me").status_code == 200


def test_guessing_the_old_password_is_slowed_down(anne: Asker) -> None:
    body = {"old": "guess", "new": "une phrase plus longue"}

    statuses = [anne.post("/me/password", body).status_code for _ in range(31)]

    assert statuses[0] == 403
    assert statuses[-1] == 429
