"""Lists for a spreadsheet say what the lists say, to those who may read them."""

from __future__ import annotations

import csv
import io

import pytest

from tests.scheduler.meetings.conftest import Office
from tests.serving import Client


@pytest.fixture
def engine() -> str:
    return "sqlite"


def table(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.http.get(f"{client.base}/api/v1{path}", timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_meetings(office: Office) -> None:
    office.call(title="=1+1")
    path = "/meetings.csv?from=2027-03-01T00:00:00Z&to=2027-04-01T00:00:00Z"

    [row] = table(office.assistant, path)

    assert (row["Référence"], row["Titre"]) == ("CODIR-2027-01", "'=1+1")
    assert (row["État"], row["Début"]) == ("planifié", "09/03/2027 08:00")
    assert table(office.stranger, path) == []


def test_presence_requests_and_mails(office: Office) -> None:
    [row] = table(office.assistant, "/presence.csv?login=head&day=2027-03-09")
    assert (row["Jour"], row["Nom"]) == ("09/03/2027", "Solange Vanille")
    assert row["Présence"] in {"présent", "inconnu"}

    asked = {"subject": "Budget", "minutes": 30}
    made = office.head.http.post(
        f"{office.head.base}/api/v1/diaries/director/requests", json=asked, timeout=30
    )
    assert made.status_code == 201, made.text
    [row] = table(office.assistant, "/diaries/director/requests.csv")
    assert (row["État"], row["Objet"], row["Durée (min)"]) == ("reçue", "Budget", "30")
    assert table(office.assistant, "/principals/director/mail-decisions.csv") == []

    for path in ("/diaries/director/requests.csv", "/principals/director/mail-decisions.csv"):
        refused = office.stranger.http.get(f"{office.stranger.base}/api/v1{path}", timeout=30)
        assert refused.status_code in {403, 404}
