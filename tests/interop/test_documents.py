"""Papers of meetings, as they come over HTTP: archivable, readable aloud, one page, looked at.

veraPDF cannot be had from the registries that the tests install from. In its stead: typst's own
export checks of PDF/A-2a and PDF/UA-1, the objects of the file by what ISO 19005-2 asks, and the
checkpoints of the Matterhorn protocol (PDF/UA) by an independent program.
`PICTURES=docs/pictures` writes the pages as pictures.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.interop.programs import program
from tests.interop.third_party import BIN, PROGRAMS, checks_of, installed, run
from tests.scheduler.meetings.conftest import Office, rest
from tests.serving import Server, running_server

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

VALIDATED = datetime(2027, 3, 11, 11, 10, tzinfo=ZoneInfo("Pacific/Noumea"))
REF = "CODIR-2027-01"
PAPERS = {
    "meeting-agenda": "agenda.pdf",
    "meeting-attendance": "attendance.pdf",
    "meeting-minutes": "minutes/3.pdf",
}
ITEMS: tuple[tuple[str, str, int, str, list[str]], ...] = (
    ("Approbation du compte rendu précédent", "approval", 5, "director", []),
    ("Budget supplémentaire : arbitrages", "decision", 40, "other", ["DOC-2027-031"]),
    ("Commissions d'agrément : calendrier du 2e trimestre", "information", 20, "head", []),
    ("Réorganisation des bureaux : premières pistes", "debate", 30, "head", ["DOC-2027-034"]),
    ("Questions diverses", "other", 10, "director", []),
)
TEXTS = (
    "Le compte rendu du 2 mars est relu ; aucune observation n'est formulée.",
    """Les demandes des pôles dépassent de **2,4 %** l'enveloppe notifiée. Trois scénarios sont
présentés :

- maintien des crédits de formation, report de deux véhicules ;
- étalement sur deux exercices ;
- demande de rallonge au secrétariat général.

Le premier recueille l'accord de tous.""",
    "Le calendrier proposé tient compte des vacances scolaires et de la semaine sans réunion.",
    "Un premier échange a lieu. Un groupe de travail « locaux » se réunit avant toute décision.",
    "Néant.",
)
DECISIONS: tuple[list[str], ...] = (
    ["Le compte rendu de la réunion du 2 mars 2027 est approuvé."],
    ["Le premier scénario est retenu ; deux véhicules sont reportés à l'exercice 2028."],
    ["Le calendrier des commissions du 2e trimestre est arrêté."],
    [],
    [],
)
ACTIONS: tuple[list[tuple[str, str, str]], ...] = (
    [],
    [("Transmettre les arbitrages au secrétariat général", "other", "2027-03-16")],
    [("Diffuser le calendrier des commissions du 2e trimestre", "head", "2027-03-19")],
    [("Réunir le groupe de travail « locaux »", "head", "2027-04-02")],
    [],
)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The three papers of one meeting, made and fetched over HTTP."""
    folder = tmp_path_factory.mktemp("papers")
    url = f"sqlite:///{folder / 'store.sqlite'}"
    house = "DPASS – Direction provinciale de l'action sanitaire et sociale"
    with (
        running_server(url, folder / "data", organisation=house) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(type(server.service.clock), "now", lambda _: VALIDATED)
        office = a_meeting_held(server)
        found = {}
        for name, path in PAPERS.items():
            answer = office.assistant.http.get(
                f"{server.base}/api/v1/meetings/{REF}/{path}", timeout=30
            )
            assert answer.status_code == 200, answer.text
            found[name] = folder / f"{name}.pdf"
            found[name].write_bytes(answer.content)
        yield found


def a_meeting_held(server: Server) -> Office:
    office = Office(server)
    office.call(required=["head", "other", "stranger", "Sophie Mica <sophie@partenaires.example>"])
    for title, kind, minutes, presenter, expected in ITEMS:
        item = {"title": title, "kind": kind, "minutes": minutes, "presenter": presenter,
                "papers": expected}  # fmt: skip
        rest(office.assistant, "POST", f"/{REF}/agenda", item, 201)
    for state in ("agenda_set", "in_session"):
        rest(office.assistant, "POST", f"/{REF}/state", {"state": state})
    rest(office.assistant, "PUT", f"/{REF}/attendance", {"items": [
        {"person": "head", "presence": "present", "civility": "Mme"},
        {"person": "other", "presence": "remote"},
        {"person": "stranger", "presence": "represented", "represented_by": "Franck Bulime"},
        {"person": "sophie@partenaires.example", "presence": "excused", "civility": "Mme"},
    ]})  # fmt: skip
    rest(office.assistant, "POST", f"/{REF}/state", {"state": "held"})
    shown = rest(office.assistant, "GET", f"/{REF}/agenda")["items"]
    sections = [
        {
            "title": item["title"], "item": item["id"], "text": text, "decisions": decided,
            "actions": [
                {"label": label, "owner": owner, "due": due} for label, owner, due in noted
            ],
        }
        for item, text, decided, noted in zip(shown, TEXTS, DECISIONS, ACTIONS, strict=True)
    ]  # fmt: skip
    rest(office.assistant, "PUT", f"/{REF}/minutes", {"sections": sections})
    rest(office.assistant, "POST", f"/{REF}/minutes/submit")
    rest(office.director, "POST", f"/{REF}/minutes/validate")
    rest(office.assistant, "POST", f"/{REF}/minutes/distribute")
    return office


@pytest.mark.rule("NOT-2")
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_can_be_archived(papers: dict[str, Path], name: str) -> None:
    installed()
    ran = run([BIN / "python", PROGRAMS / "pdf_archive.py", papers[name]], seconds=60)

    outcome = checks_of(ran)

    assert outcome.failures == {}, ran.text
    assert outcome.passed == 15


@pytest.mark.rule("NOT-2")
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_can_be_read_aloud(papers: dict[str, Path], name: str) -> None:
    installed()
    report = papers[name].with_suffix(".json")
    run([BIN / "outloud", papers[name], "--json", report], seconds=120)

    [result] = json.loads(report.read_text(encoding="utf-8"))["results"]

    assert result["verdict"] == "pass", result["findings"]
    assert result["counts"]["error"] == result["counts"]["warning"] == 0


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_one_page_that_can_be_looked_at(papers: dict[str, Path], name: str) -> None:
    folder = Path(os.environ.get("PICTURES") or papers[name].parent)
    command = [program("pdftoppm"), "-r", "80", "-png", papers[name], papers[name].parent / name]
    subprocess.run([str(word) for word in command], check=True, timeout=60)

    pages = sorted(papers[name].parent.glob(f"{name}-*.png"))

    assert [page.name for page in pages] == [f"{name}-1.png"]
    (folder / f"{name}.png").write_bytes(pages[0].read_bytes())
