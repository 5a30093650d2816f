"""No name of a child or a family leaves in a title, a subject or a file name (SEC-6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from calendars.kernel.database import Db
from calendars.model.principal import Role
from notifications import claims, held, outbox
from notifications.guard import check, lists
from notifications.guard.rules import entries_in, entry_of, has_birth_date, tokens
from notifications.hold_back import tend_held
from notifications.post import Paper, Post
from tests.builders import an_event
from tests.notifications.guests import JUDGE, NEXT_WEEK, diary, posted, put
from tests.serving import Client, Server, running_server
from tests.stores import NOW, a_person

TODAY = date(2026, 3, 2)
REFERENCE = "IS-2026-0421"
CHILD = "Capucine Wamytan"
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    ("text", "entry"),
    [
        pytest.param("Évaluation de Capucine WAMYTAN", CHILD, id="capitals"),
        pytest.param("WAMYTAN, Capucine : point", CHILD, id="the other way round"),
        pytest.param("Compte-rendu_capucine-wamytan.pdf", CHILD, id="a file name"),
        pytest.param("CompteRenduCapucineWamytan.pdf", CHILD, id="a file name without spaces"),
        pytest.param("Situation d’Éloïse Nœmi", "ELOISE NOEMI", id="accents and elision"),
        pytest.param("Capu\u200bcine Wamytan", CHILD, id="signs that cannot be seen"),
        pytest.param("C\u0327a va, Capucine\u00a0Wamytan", CHILD, id="other spaces"),
    ],
)
def test_a_name_is_known_however_it_is_written(text: str, entry: str) -> None:
    assert entry_of(tokens(entry)) in set(entries_in(text))


@pytest.mark.rule("SEC-6")
def test_a_name_is_no_part_of_a_word_and_not_scattered() -> None:
    for text in ("Wamytanais de Capucines", "Capucine et Marie Wamytan", "Réunion IS-2026-0421"):
        assert entry_of(tokens(CHILD)) not in set(entries_in(text))


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Audience de C., née le 03/03/2019", True),
        ("C. W. 2019-03-03", True),
        ("enfant du 1er mars 2014", True),
        ("nourrisson né le 12 février 2026", True),
        ("DDN : 12.02.2026", True),
        ("Compte rendu du 12 février 2026", False),
        ("[DPASS] Convocation : 03/03/2026", False),
        ("Point 3134-25-0973/SR et IS-2026-0421", False),
        ("Convention 2015-2019, 3 volets", False),
        ("Version 1.2.2010", False),
        ("Mise à jour v1.2.2010", False),
        ("Art. 3.4.1985 du code", False),
        ("N° 3.4.1985", False),
        ("Version du 1.2.2010", True),
        ("Version 12.02.2010", True),
        ("Article 3, née le 1.2.2010", True),
        ("Enfant v. 1/2/2010", True),
        ("le 31/02/2015", False),
        ("séance du 14/07/2027", False),
    ],
)
def test_a_birth_date_is_told_from_the_date_of_a_meeting(text: str, *, found: bool) -> None:
    assert has_birth_date(text, TODAY) is found


@pytest.fixture
def guarded(db: Db) -> Db:
    lists.add_name(db, REFERENCE, CHILD, by=None, now=NOW)
    lists.add_word(db, "tamanou", by=None, now=NOW)
    return db


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    ("title", "visibility", "found"),
    [
        ("Évaluation IS-2026-0421", "CONFIDENTIAL", []),
        ("Évaluation Wamytan Capucine", "CONFIDENTIAL", ["name:summary"]),
        ("Évaluation Wamytan Capucine", "PUBLIC", []),
        ("IS-2026-0421 : Capucine Wamytan", "PUBLIC", ["name:summary"]),
        ("Opération Tamanou", "PUBLIC", ["word:summary"]),
        ("Enfant née le 03/03/2019", "CONFIDENTIAL", ["birth-date:summary"]),
        ("Enfant née le 03/03/2019", "PRIVATE", []),
    ],
)
def test_what_stops_a_message_depends_on_its_class(
    guarded: Db, title: str, visibility: str, found: list[str]
) -> None:
    text = an_event(summary=title, visibility=visibility, location="Nouméa")
    seen = check.in_scheduling(text.encode(), "REQUEST")

    assert [str(flaw) for flaw in check.flaws(guarded, seen, now=NOW)] == found


@pytest.mark.rule("SEC-6")
def test_a_letter_with_a_name_in_its_papers_waits_and_names_are_kept_by_nobody(guarded: Db) -> None:
    anne = a_person(guarded, "anne")
    letter = Post(
        "minutes", "minutes", "fr", {"title": "Synthèse", "visibility": "CONFIDENTIAL"},
        anne.id, anne.id, f"mailto:{JUDGE}", "1",
        papers=(Paper("Synthese_WAMYTAN_Capucine.pdf", "application/pdf", b"%PDF"),),
    )  # fmt: skip

    assert outbox.post(guarded, letter, now=NOW)

    [waiting] = held.list_all(guarded)
    assert waiting.flaws == ("name:file",)
    assert claims.claim_due(guarded, now=NOW + 60, limit=9) == []
    assert [one.reference for one in lists.list_references(guarded)] == [REFERENCE]
    kept = guarded.exec_driver_sql("SELECT * FROM guarded WHERE kind = 'name'").all()
    assert "wamytan" not in repr(kept).lower()
    assert lists.remove_names(guarded, REFERENCE, "wamytan CAPUCINE", now=NOW) == 1
    assert outbox.post(guarded, letter._replace(occasion="2"), now=NOW)
    assert len(claims.claim_due(guarded, now=NOW + 60, limit=9)) == 1


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data", mail_delay_seconds=0) as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    return server.add_person("anne", role=Role.DIRECTOR)


@pytest.fixture
def rose(server: Server, anne: Client) -> Client:
    """The assistant, who reads what is confidential too."""
    rose = server.add_person("rose", role=Role.ASSISTANT)
    given = anne.ask(
        "PUT", "/api/v1/principals/anne/delegations/rose",
        '{"rights": "schedule", "seesPrivate": true}', {"Content-Type": "application/json"},
    )  # fmt: skip
    assert given.status_code in (200, 201), given.text
    return rose


def send(client: Client, method: str, path: str, body: str = "") -> int:
    answer = client.ask(method, f"/api/v1{path}", body, {"Content-Type": "application/json"})
    return answer.status_code


def meeting(title: str) -> str:
    return an_event(
        summary=title, visibility="CONFIDENTIAL", start=NEXT_WEEK, organizer="anne@example.org",
        attendees=[JUDGE],
    )  # fmt: skip


def tasks(server: Server, client: Client) -> list[str]:
    tend_held(server.service.database, now=NOW)
    listed = client.propfind(f"/dav/calendars/{client.login}/taches/", "<D:getetag/>", "1")
    names = [one.href for one in listed if "message-retenu" in one.href]
    return [client.ask("GET", name).text.replace("\r\n ", "") for name in names]


@pytest.mark.rule("SEC-6")
def test_a_name_in_a_title_is_held_corrected_and_then_leaves(server: Server, anne: Client) -> None:
    named = f'{{"reference": "{REFERENCE}", "name": "{CHILD}"}}'
    assert send(anne, "POST", "/guarded-names", named) == 201

    put(anne, meeting(f"Évaluation {CHILD}"))

    assert posted(server) == []
    assert "SCHEDULE-STATUS=5.1" in diary(server, anne)
    [task] = tasks(server, anne)
    assert "le titre contient un nom lié à un dossier" in task
    assert "Wamytan" not in task
    [waiting] = anne.ask("GET", "/api/v1/held-mails").json()["items"]
    assert waiting["found"] == ["name:summary"]
    assert "Wamytan" not in repr(waiting)
    listed = anne.ask("GET", "/api/v1/guarded-names").json()["items"]
    assert listed == [{"reference": REFERENCE, "names": 1}]

    put(anne, meeting(f"Évaluation {REFERENCE}"))

    [mail] = posted(server)
    assert b"Wamytan" not in mail.read_bytes()
    assert REFERENCE.encode() not in mail.read_bytes()
    assert tasks(server, anne) == []
    assert anne.ask("GET", "/api/v1/held-mails").json()["items"] == []


@SQLITE
@pytest.mark.rule("SEC-6")
def test_who_lets_a_message_go_gives_his_name_and_a_reason(server: Server, anne: Client) -> None:
    paul = server.add_person("paul", role=Role.ASSISTANT)
    named = f'{{"reference": "{REFERENCE}", "name": "{CHILD}"}}'
    send(anne, "POST", "/guarded-names", named)
    put(anne, meeting(CHILD))
    [waiting] = anne.ask("GET", "/api/v1/held-mails").json()["items"]
    there, why = f"/held-mails/{waiting['id']}/release", '{"reason": "Demandé par le parquet"}'

    # Who has nothing to say for her does not even learn that something waits.
    assert paul.ask("GET", "/api/v1/held-mails").json()["items"] == []
    assert send(paul, "POST", there, why) == 404
    assert send(anne, "POST", there, '{"reason": "x"}') == 422
    assert send(anne, "POST", there, '{"reason": "          "}') in (400, 422)
    assert posted(server) == []

    assert send(anne, "POST", there, why) == 200

    [mail] = posted(server)
    assert "Wamytan" not in mail.read_text()  # of what is confidential no title ever leaves
    assert send(anne, "POST", there, why) == 404
    audit = anne.ask("GET", "/api/v1/me/audit?limit=50").json()["items"]
    assert "release" in [line["deed"] for line in audit]
    assert "parquet" not in repr(audit)


@SQLITE
@pytest.mark.rule("SEC-5")
def test_the_lists_are_kept_by_those_whose_work_it_is(server: Server, anne: Client) -> None:
    paul = server.add_person("paul")
    boss = server.add_person("boss", role=Role.ADMIN)
    named = f'{{"reference": "{REFERENCE}", "name": "{CHILD}"}}'

    assert send(paul, "POST", "/guarded-names", named) == 403
    assert send(paul, "GET", "/guarded-names") == 403
    assert send(anne, "POST", "/denied-words", '{"text": "tamanou"}') == 403
    assert send(boss, "POST", "/denied-words", '{"text": "tamanou"}') == 201
    [word] = boss.ask("GET", "/api/v1/denied-words").json()["items"]
    assert send(anne, "DELETE", f"/denied-words/{word['id']}") == 403
    assert send(boss, "DELETE", f"/denied-words/{word['id']}") == 204
    assert send(boss, "POST", "/denied-words", '{"text": "!!"}') in (400, 422)
    assert send(anne, "POST", "/guarded-names", named) == 201
    assert send(anne, "DELETE", f"/guarded-names?reference={REFERENCE}") == 200
    assert send(anne, "DELETE", f"/guarded-names?reference={REFERENCE}") == 404
