"""Minutes: drawn up, validated by the chair or in his stead, sent, corrected (MTG-1, MTG-7)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select

from calendars.model.principal import Rights
from notifications.tables import outbox
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.meetings.conftest import OUTSIDER, Json, Office, rest
from tests.scheduler.meetings.test_meetings import copies, value
from tests.serving import Client

SECTIONS = [
    {
        "title": "Budget",
        "text": "Les demandes sont **présentées** ; <script>alert(1)</script>.\n\n- un\n- deux",
        "decisions": ["Les arbitrages sont *retenus*."],
        "actions": [
            {"label": "Transmettre les arbitrages", "owner": "other", "due": "2027-03-16"},
            {"label": "Envoyer la convention", "owner": OUTSIDER},
        ],
    }
]


def held(office: Office, by: Client | None = None, **more: object) -> str:
    ref: str = office.call(**more)["ref"]
    for state in ("agenda_set", "in_session", "held"):
        rest(by or office.assistant, "POST", f"/{ref}/state", {"state": state})
    return ref


def sent(office: Office, ref: str, sections: object = None) -> Json:
    rest(office.assistant, "PUT", f"/{ref}/minutes", {"sections": sections or SECTIONS})
    rest(office.assistant, "POST", f"/{ref}/minutes/submit")
    rest(office.director, "POST", f"/{ref}/minutes/validate")
    return rest(office.assistant, "POST", f"/{ref}/minutes/distribute")


def letters(office: Office) -> list[dict[str, Any]]:
    with office.server.service.database.reading() as db:
        rows = list(db.execute(select(outbox).where(outbox.c.kind == "minutes")).mappings())
    return [{**json.loads(row["body"]), "to": row["recipient"]} for row in rows]


def tasks(client: Client) -> dict[str, str]:
    """Path and text of each task by its title."""
    path = f"/dav/calendars/{client.login}/taches/"
    found = client.propfind(path, "<D:getetag/>", depth="1")
    texts = {one.href: client.ask("GET", one.href).text for one in found if one.href != path}
    return {value(text, "SUMMARY"): href for href, text in texts.items()}


def tick(client: Client, href: str) -> None:
    """As Thunderbird does it."""
    text = client.ask("GET", href).text
    done = "STATUS:COMPLETED\r\nCOMPLETED:20270312T010000Z\r\nPERCENT-COMPLETE:100"
    assert client.put(href, text.replace("STATUS:NEEDS-ACTION", done)).status_code == 204


@pytest.mark.rule("MTG-7")
def test_what_is_sent_reaches_diary_task_list_and_mail(office: Office) -> None:
    ref = held(office)
    rest(office.head, "GET", f"/{ref}/minutes", None, 404)

    steps = [(one["version"], one["state"]) for one in sent(office, ref)["steps"]]

    assert steps == [(1, "draft"), (2, "submitted"), (3, "validated"), (3, "distributed")]
    assert rest(office.head, "GET", f"/{ref}/minutes")["version"] == 3
    rest(office.stranger, "GET", f"/{ref}/minutes", None, 404)
    notes = [one for one in copies(office.head) if "BEGIN:VJOURNAL" in one]
    assert [value(one, "SUMMARY") for one in notes] == ["Compte rendu\u00a0: Comité de direction"]
    assert "arbitrages" not in notes[0]
    assert list(tasks(office.other)) == ["Transmettre les arbitrages"]
    told = {one["to"]: one for one in letters(office)}
    assert set(told) == {
        f"mailto:{OUTSIDER}",
        *(f"mailto:{one}@example.org" for one in ("director", "assistant", "head", "other")),
    }
    assert all(one["attached"] for one in told.values())
    assert [one["label"] for one in told[f"mailto:{OUTSIDER}"]["actions"]] == [
        "Envoyer la convention"
    ]


@pytest.mark.rule("MTG-7")
def test_ticked_in_a_client_the_action_is_done_and_the_reverse(office: Office) -> None:
    ref = held(office)
    sent(office, ref)
    [href] = tasks(office.other).values()

    def register(client: Client, query: str) -> list[tuple[str, str]]:
        answer = client.http.get(f"{client.base}/api/v1/actions?{query}")
        return [(one["label"], one["state"]) for one in answer.json()["items"]]

    one = ("Transmettre les arbitrages", "open")
    assert register(office.other, "person=other") == [one]
    assert register(office.stranger, "person=other") == []
    tick(office.other, href)
    assert register(office.head, f"meeting={ref}&state=done") == [(one[0], "done")]

    again = office.other.http.patch(
        f"{office.other.base}/api/v1/actions/{_ref(office)}", json={"state": "under_way"}
    )
    assert again.json()["state"] == "under_way"
    text = office.other.ask("GET", href).text
    assert "STATUS:IN-PROCESS" in text
    assert "COMPLETED:" not in text
    refused = office.head.http.patch(
        f"{office.other.base}/api/v1/actions/{_ref(office)}", json={"state": "done"}
    )
    assert refused.status_code == 403


def _ref(office: Office) -> str:
    answer = office.other.http.get(f"{office.other.base}/api/v1/actions?person=other")
    ref: str = answer.json()["items"][0]["ref"]
    return ref


@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_correction_says_what_changed_and_the_former_version_is_kept(office: Office) -> None:
    ref = held(office)
    first = sent(office, ref)
    kept = [
        {"label": "Transmettre les arbitrages", "owner": "other", "due": "2027-04-16",
         "ref": first["sections"][0]["actions"][0]["ref"]},
    ]  # fmt: skip
    corrected = [{**SECTIONS[0], "text": "Le 16 avril.", "actions": kept}]
    wanted = {"sections": corrected, "reason": "erreur de date au point 1"}

    rest(office.assistant, "POST", f"/{ref}/minutes/correct", wanted)
    assert rest(office.head, "GET", f"/{ref}/minutes")["version"] == 3
    told = rest(office.assistant, "POST", f"/{ref}/minutes/distribute")

    last = [(one["version"], one["state"], one["replaces"]) for one in told["steps"][-2:]]
    assert last == [(4, "corrected", 3), (4, "redistributed", None)]
    assert "présentées" in rest(office.head, "GET", f"/{ref}/minutes/3")["sections"][0]["text"]
    [letter] = [
        one for one in letters(office)
        if one["version"] == 4 and one["to"] == "mailto:head@example.org"
    ]  # fmt: skip
    assert letter["reason"] == "erreur de date au point 1"
    assert letter["former"]
    [href] = tasks(office.other).values()
    assert "20270416" in office.other.ask("GET", href).text
    items = office.assistant.http.get(f"{office.head.base}/api/v1/actions?meeting={ref}").json()
    assert {one["label"]: one["state"] for one in items["items"]} == {
        "Transmettre les arbitrages": "open", "Envoyer la convention": "abandoned",
    }  # fmt: skip


@pytest.mark.rule("DIR-3")
def test_only_the_chair_validates_or_who_takes_the_interim(office: Office) -> None:
    ref = held(office)
    rest(office.assistant, "PUT", f"/{ref}/minutes", {})
    rest(office.assistant, "POST", f"/{ref}/minutes/submit")
    told = rest(office.assistant, "POST", f"/{ref}/minutes/validate", None, 403)
    assert told["title"] == "Réservé à la présidence de la réunion"
    assert told["detail"].startswith("La présidence valide et renvoie")
    told = rest(office.assistant, "POST", f"/{ref}/minutes/distribute", None, 409)
    assert told["title"] == "Cette étape n'est pas possible à présent"
    assert told["detail"] == (
        "De « soumis », on ne passe pas à « diffusé » ; de là, on passe à « renvoyé », « validé »."
    )
    rest(office.head, "POST", f"/{ref}/minutes/validate", None, 403)
    delegate(office.server, "director", "head", Rights.ACT_FOR)

    done = rest(office.head, "POST", f"/{ref}/minutes/validate")

    assert done["steps"][-1]["on_behalf_of"] == "director"
    text = office.assistant.http.get(
        f"{office.head.base}/api/v1/meetings/{ref}/minutes/3.md"
    ).text.replace("\u00a0", " ")
    assert "par Solange Vanille, pour le directeur, par intérim." in text


@pytest.mark.rule("MTG-7")
@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_confidential_leaves_as_a_link_and_is_read_on_record(office: Office) -> None:
    ref = held(office, by=office.other, visibility="CONFIDENTIAL", secretary="other")
    rest(office.other, "PUT", f"/{ref}/minutes", {"sections": SECTIONS})
    rest(office.other, "POST", f"/{ref}/minutes/submit")
    rest(office.director, "POST", f"/{ref}/minutes/validate")
    rest(office.other, "POST", f"/{ref}/minutes/distribute")

    for one in letters(office):
        assert not one["attached"]
        assert one["title"] == ""
        assert ("/r/" in one["link"]) is (one["to"] == f"mailto:{OUTSIDER}")
    [note] = [one for one in copies(office.head) if "BEGIN:VJOURNAL" in one]
    assert "CLASS:CONFIDENTIAL" in note
    assert value(note, "SUMMARY") == f"Compte rendu, réf. {ref}"
    rest(office.assistant, "GET", f"/{ref}/minutes", None, 404)
    rest(office.head, "GET", f"/{ref}/minutes")
    lines = office.head.http.get(f"{office.head.base}/api/v1/me/audit").json()["items"]
    assert any(one["deed"] == "read" for one in lines)


@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_next_meeting_takes_up_what_was_left(office: Office) -> None:
    first = office.call()
    ref = first["ref"]
    for title in ("Budget", "Locaux"):
        rest(office.assistant, "POST", f"/{ref}/agenda", {"title": title}, 201)
    item = rest(office.assistant, "GET", f"/{ref}/agenda")["items"][1]["id"]
    rest(office.assistant, "PATCH", f"/{ref}/agenda/{item}", {"state": "postponed"})
    for state in ("agenda_set", "in_session", "held"):
        rest(office.assistant, "POST", f"/{ref}/state", {"state": state})
    draft = rest(office.assistant, "PUT", f"/{ref}/minutes", {})
    assert [one["text"] for one in draft["sections"]] == [
        "", "Point reporté à la prochaine réunion.",
    ]  # fmt: skip
    sent(office, ref)

    after = office.call(start="2027-03-16T08:00:00+11:00")["ref"]

    def titles() -> list[str]:
        shown = rest(office.assistant, "GET", f"/{after}/agenda")
        return [one["title"] for one in shown["items"]]

    taken_up = ["Approbation du compte rendu précédent", "Suivi des actions", "Locaux"]
    assert titles() == taken_up
    rest(office.assistant, "POST", f"/{after}/agenda/carry")
    assert titles() == taken_up


@pytest.mark.rule("MTG-7")
@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_still_to_be_done_is_told_to_those_who_may_know_it(office: Office) -> None:
    for day, visibility, label, required in (
        ("08", "CONFIDENTIAL", "Écrire au juge", ["head"]),
        ("09", "PUBLIC", "Commander", ["head", "other"]),
    ):
        start = f"2027-03-{day}T08:00:00+11:00"
        ref = office.call(visibility=visibility, required=required, start=start)["ref"]
        rest(office.assistant, "POST", f"/{ref}/actions", {"label": label, "owner": "head"}, 201)
    after = office.call(start="2027-03-16T08:00:00+11:00", required=["head", "other"])["ref"]
    own = {"kind": "CODIR", "title": "Mien", "series": "codir",
           "start": "2027-03-17T08:00:00+11:00"}  # fmt: skip
    alike = rest(office.stranger, "POST", "", own, 201)["ref"]

    def left(client: Client, ref: str) -> list[str]:
        told = rest(client, "GET", f"/{ref}/agenda/actions")["items"]
        labels = [one["label"] for one in told]
        pdf = client.http.get(f"{client.base}/api/v1/meetings/{ref}/agenda.pdf").content
        printed = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert [one for one in ("Écrire au juge", "Commander") if one in printed] == labels
        return labels

    assert left(office.head, after) == left(office.assistant, after) == [
        "Écrire au juge", "Commander"
    ]  # fmt: skip
    assert left(office.other, after) == ["Commander"]
    assert left(office.stranger, alike) == [], "a series that is called alike is another one"
    assert rest(office.stranger, "GET", f"/{alike}/agenda")["items"] == []
    rest(office.stranger, "GET", f"/{after}/agenda/actions", None, 404)


@pytest.mark.rule("MTG-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_documents_can_be_read_by_programs(office: Office) -> None:
    ref = held(office)
    sent(office, ref)
    base = f"{office.head.base}/api/v1/meetings/{ref}"

    pdf = office.head.http.get(f"{base}/minutes/3.pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert office.head.http.get(f"{base}/minutes/3.pdf").content == pdf.content
    assert office.head.http.get(f"{base}/agenda.pdf").content[:5] == b"%PDF-"
    assert office.assistant.http.get(f"{base}/attendance.pdf").content[:5] == b"%PDF-"
    assert office.head.http.get(f"{base}/attendance.pdf").status_code == 403
    assert office.stranger.http.get(f"{base}/minutes/3.pdf").status_code == 404

    document = Document(io.BytesIO(office.head.http.get(f"{base}/minutes/3.docx").content))
    words = "\n".join(one.text for one in document.paragraphs)
    assert "Les demandes sont présentées" in words
    assert "<script>" in words
    assert document.tables[-1].rows[1].cells[1].text == "Transmettre les arbitrages"
    register = office.head.http.get(f"{office.head.base}/api/v1/actions.csv?meeting={ref}").text
    assert "Transmettre les arbitrages;Olivier Dugong;16/03/2027;" in register
