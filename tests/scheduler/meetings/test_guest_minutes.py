"""Minutes for those without an account: a page of their own, and nothing of reserved points."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.notifications.guests import Browser, words_of
from tests.scheduler.meetings.conftest import OUTSIDER, Json, Office, rest
from tests.scheduler.meetings.test_minutes import letters

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
JUDGE = "juge@tribunal.example"


def sections(ref: str, office: Office, text: str) -> list[Json]:
    items = rest(office.assistant, "GET", f"/{ref}/agenda")["items"]
    said = {"Budget": text, "Situation IS-2027-0421": "Mesure levée.", "Convention": "Signée."}
    return [{"title": one["title"], "item": one["id"], "text": said[one["title"]]} for one in items]


def distributed(office: Office, ref: str, text: str) -> None:
    rest(office.assistant, "PUT", f"/{ref}/minutes", {"sections": sections(ref, office, text)})
    rest(office.assistant, "POST", f"/{ref}/minutes/submit")
    rest(office.director, "POST", f"/{ref}/minutes/validate")
    rest(office.assistant, "POST", f"/{ref}/minutes/distribute")


def path_for(office: Office, address: str) -> str:
    last = [one for one in letters(office) if one["to"] == f"mailto:{address}"][-1]
    assert last["guest"]
    path: str = last["link"].removeprefix(office.server.service.settings.url)
    return path


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def a_meeting(office: Office, **more: Any) -> str:
    points = [
        {"title": "Budget"},
        {"title": "Situation IS-2027-0421", "visibility": "CONFIDENTIAL"},
        {"title": "Convention", "visibility": "CONFIDENTIAL", "presenter": JUDGE},
    ]
    ref: str = office.call(required=["head", OUTSIDER, JUDGE], **more)["ref"]
    for point in points:
        rest(office.assistant, "POST", f"/{ref}/agenda", point, 201)
    for state in ("agenda_set", "in_session", "held"):
        rest(office.assistant, "POST", f"/{ref}/state", {"state": state})
    return ref


@pytest.mark.rule("MTG-7")
@pytest.mark.rule("MTG-8")
@pytest.mark.rule("SEC-7")
def test_somebody_outside_reads_what_he_was_sent_and_nothing_reserved(office: Office) -> None:
    ref = a_meeting(office)
    browser = Browser(office.server.base)
    distributed(office, ref, "Arbitrages présentés.")
    sophie, judge = path_for(office, OUTSIDER), path_for(office, JUDGE)

    page = browser.open(sophie)
    assert page.status_code == 200
    words = words_of(page.text)
    assert "Compte rendu" in words
    assert "points réservés ne figure pas" in words
    assert "Version N° 3, du" in words
    read = browser.open(f"{sophie}/v3.pdf")
    assert read.headers["Content-Disposition"] == f'attachment; filename="{ref}-v3.pdf"'
    text = text_of(read.content)
    assert "Arbitrages présentés." in text
    assert "Point réservé" in text
    assert "0421" not in text
    assert "Mesure levée" not in text
    assert "Convention" not in text
    # Who presents a reserved point reads that one.
    assert "Signée." in text_of(browser.open(f"{judge}/v3.pdf").content)
    assert "Minutes" in words_of(browser.open(f"{sophie}?lang=en").text)
    for step in ("v2.pdf", "v1.pdf", "v4.pdf", "v3.docx", "x"):
        assert browser.open(f"{sophie}/{step}").status_code == 404, step

    lines = office.director.http.get(f"{office.server.base}/api/v1/me/audit?limit=50").json()
    reads = [one for one in lines["items"] if one["deed"] == "read" and one["face"] == "link"]
    assert len(reads) == 2  # what was read, not what was looked at
    numbers = {
        one["number"]: one["person"]["email"]
        for one in rest(office.assistant, "GET", f"/{ref}/minutes/readers")["items"]
    }
    assert {numbers[one["details"]["given"]] for one in reads} == {OUTSIDER, JUDGE}
    rest(office.head, "GET", f"/{ref}/minutes/readers", None, 403)
    rest(office.stranger, "GET", f"/{ref}/minutes/readers", None, 404)


@SQLITE
@pytest.mark.rule("MTG-7")
def test_a_correction_shows_the_newest_and_says_what_changed(office: Office) -> None:
    ref = a_meeting(office)
    browser = Browser(office.server.base)
    distributed(office, ref, "Le 12 avril.")
    path = path_for(office, OUTSIDER)

    def correct(reason: str, text: str, **more: str) -> None:
        said = [{**one, **({"text": more["secret"]} if "IS-" in one["title"] and more else {})}
                for one in sections(ref, office, text)]  # fmt: skip
        wanted = {"sections": said, "reason": reason}
        rest(office.assistant, "POST", f"/{ref}/minutes/correct", wanted)
        rest(office.assistant, "POST", f"/{ref}/minutes/distribute")

    correct("erreur de date au point 1", "Le 16 avril.")
    assert path_for(office, OUTSIDER) == path
    words = words_of(browser.open(path).text)
    assert "Version N° 4, du" in words
    assert "Modification : erreur de date au point 1." in words
    assert "Versions antérieures N° 3, du" in words
    assert "Le 12 avril." in text_of(browser.open(f"{path}/v3.pdf").content)
    newest = text_of(browser.open(f"{path}/v4.pdf").content)
    assert "Le 16 avril." in newest
    assert "erreur de date au point 1" in newest
    # Of a change in what is not for him he learns no more than that.
    correct("la mesure n’est pas levée", "Le 16 avril.", secret="Mesure maintenue.")
    words = words_of(browser.open(path).text)
    assert "Modification : un point réservé a été rectifié." in words
    assert "mesure" not in words
    assert "mesure" not in text_of(browser.open(f"{path}/v5.pdf").content)
    assert letters(office)[-1]["reason"] in {"", "la mesure n’est pas levée"}
    assert [one["reason"] for one in letters(office) if one["to"] == f"mailto:{OUTSIDER}"][-1] == ""

    rest(office.head, "POST", f"/{ref}/minutes/links/revoke", {"person": OUTSIDER}, 403)
    gone = rest(office.assistant, "POST", f"/{ref}/minutes/links/revoke", {"person": OUTSIDER})
    assert gone == {"revoked": 1}
    assert browser.open(path).status_code == 404
    assert browser.open(f"{path}/v3.pdf").status_code == 404
