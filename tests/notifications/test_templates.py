"""Every letter exists in both languages, finds its facts, and keeps the rules of writing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from calendars.model.language import Language
from notifications import compose
from notifications.compose import PARTS, Composers, Words, kinds
from tests.builders import NOUMEA

TEMPLATES = Path(compose.__file__).with_name("templates")
KINDS = kinds()
BOTH = [(language, kind) for language in Language for kind in KINDS]
COMPOSERS = Composers(NOUMEA, "DPASS")

_STATES: list[dict[str, object]] = [
    {"moved": True}, {"moved": True, "earlier": True}, {"relocated": True}, {"repeats": True},
    {"moved": True, "repeats": True}, {"occurrence": True}, {"renamed": True, "former_title": "x"},
    {"title": "", "description": "", "location": "", "people": []}, {"start": None, "end": None},
    {"start": "2026-04-06", "end": "2026-04-11", "former_start": "2026-04-06"}, {"abroad": True},
    {"single_until": "2026-12-31"},
    {"full": True}, {"attached": ["a.pdf", "b.pdf"]}, {"attached": [], "papers_elsewhere": True},
    {"what": "cancelled", "start": "2026-03-03T03:30:00+00:00"}, {"what": "cancelled"},
    {"what": "again"}, {"change_until": None, "former_start": None}, {"case": "appointment"},
    {"answer_url": "https://a.nc/r/x"},
    {"answer_by": None, "answer_url": "", "assistant": ""},
]  # fmt: skip


def sample(kind: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((TEMPLATES / "samples" / f"{kind}.json").read_text())
    return found


class Page(HTMLParser):
    """What people read of a page, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self.fetched: list[str] = []
        self.lang = ""
        self._skipped = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._skipped += tag in {"style", "head"}
        self.lang = found.get("lang") or self.lang
        self.fetched += [value for name, value in attrs if name in {"src", "background"} and value]

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in {"style", "head"}

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.read.append(data)


@pytest.mark.rule("NOT-2")
def test_both_languages_have_the_same_letters_and_each_a_sample() -> None:
    def files(language: str) -> set[str]:
        root = TEMPLATES / language
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    assert files("fr") == files("en")
    assert all(f"{kind}/{part}" in files("fr") for kind in KINDS for part in PARTS)
    assert {path.stem for path in (TEMPLATES / "samples").glob("*.json")} == set(KINDS)


def _check(words: Words, language: Language) -> None:
    page = Page(words.html)
    read = "".join(page.read)
    assert page.lang == language
    assert not page.fetched
    for text in (words.subject, words.text, read):
        assert "None" not in text
        assert "{{" not in text
        assert " ." not in text
        assert " ," not in text
        assert not re.search(r"\w  \w", text)
        if language is Language.FRENCH:
            assert "!" not in text
            assert not re.search(r"[^\u00a0\u202f\s](?<!https)[;:?»](?!//)(?=\s|$)", text)
            assert not re.search(r" [;:?!»]|« ", text)
            assert "'" not in text
    assert "\n\n\n" not in words.text.replace("\r", "")
    assert "\n" not in words.subject
    assert words.subject.startswith("[DPASS] ")


@pytest.mark.rule("FR-2")
@pytest.mark.parametrize(("language", "kind"), BOTH, ids=str)
def test_each_letter_says_its_sample_by_the_rules(language: Language, kind: str) -> None:
    facts = sample(kind)
    _check(COMPOSERS.of(language).words(kind, facts), language)
    for state in _STATES:
        changed = {name: value for name, value in state.items() if name in facts}
        _check(COMPOSERS.of(language).words(kind, facts | changed), language)


@pytest.mark.rule("FR-1")
def test_french_is_written_as_the_directorate_writes() -> None:
    words = COMPOSERS.of("fr").words("invitation", sample("invitation"))

    assert words.subject == "[DPASS] Invitation\u00a0: 03/03/2026"
    assert words.text == (
        "Madame, Monsieur,\n\n"
        "Rosalie Naouta vous invite à la réunion «\u00a0Réunion de service\u00a0», le mardi 3 mars "
        "2026 à 14\u00a0h\u00a030 (durée prévue\u00a0: 1\u00a0h\u00a030), Salle Turquoise, centre "
        "administratif.\n"
        "Participants\u00a0: Rosalie Naouta, Aurélien Kaori et Anne Martin.\n\n"
        "Ordre du jour\u00a0:\n1. Bilan du trimestre\n2. Planning des congés\n"
        "3. Questions diverses\n\nPièce jointe\u00a0: convocation.pdf.\n\n"
        "Merci de répondre avant le vendredi 27 février 2026, avec les boutons de votre messagerie "
        "ou sur cette page (ce lien vous est personnel, ne le transmettez pas)\u00a0:\n"
        "https://agenda.example.nc/r/4mV2n8kQ7r\n\n"
        "Message envoyé par Anne Martin pour le compte de Rosalie Naouta.\n"
    )


MOVES = {
    "later": (
        {"moved": True},
        "prévue le mardi 3 mars 2026 à 14 h 30 est reportée au vendredi 6 mars 2026 à 9 h",
    ),
    "earlier": (
        {"moved": True, "earlier": True},
        "est déplacée du mardi 3 mars 2026 à 14 h 30 au vendredi 6 mars 2026 à 9 h",
    ),
    "series": (
        {"moved": True, "repeats": True},
        "prévues à partir du mardi 3 mars 2026 à 14 h 30 ont lieu désormais à partir du vendredi",
    ),
    "elsewhere": (
        {"moved": False, "relocated": True},
        "Lieu : Salle Corail, centre administratif, au lieu de : Salle Turquoise, centre",
    ),
    "people": ({"joined": ["Anne", "Paul"], "left": ["Judith"]}, "Ne participe plus : Judith."),
}


@pytest.mark.rule("FR-1")
@pytest.mark.parametrize(("state", "said"), MOVES.values(), ids=MOVES)
def test_what_is_different_is_told(state: dict[str, object], said: str) -> None:
    text = COMPOSERS.of("fr").words("changed", sample("changed") | state).text
    assert said in text.replace("\u00a0", " ")


@pytest.mark.rule("FR-1")
def test_who_has_other_clocks_reads_whose_hour_it_is() -> None:
    facts = sample("invitation") | {"abroad": True}
    text = COMPOSERS.of("fr").words("invitation", facts).text
    assert "14\u00a0h\u00a030 (heure de Nouméa, UTC+11\u00a0; durée prévue" in text
    assert "(Nouméa time, UTC+11; expected" in COMPOSERS.of("en").words("invitation", facts).text


def test_what_people_write_stays_text() -> None:
    canary = "<img src=x onerror=a>\"&'{{ 7*7 }}"
    facts = {
        name: canary if isinstance(value, str) and name in {"title", "location", "description"}
        else value
        for name, value in sample("invitation").items()
    }  # fmt: skip
    words = COMPOSERS.of("fr").words("invitation", facts)
    assert "<img" not in words.html
    assert "49" not in words.html
    assert canary in words.text


# --- an administrator's own words ----------------------------------------------------------------


def _own(tmp_path: Path, text: str, part: str = "fr/invitation/subject.txt") -> Composers:
    path = tmp_path / part
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return Composers(NOUMEA, "DPASS", own=tmp_path)


@pytest.mark.rule("NOT-2")
def test_a_file_of_the_administrators_comes_before_ours(tmp_path: Path) -> None:
    composers = _own(tmp_path, "Convocation du {{ start|long_date }}")
    facts = sample("invitation")
    assert (
        composers.of("fr").words("invitation", facts).subject == "Convocation du mardi 3 mars 2026"
    )
    assert composers.of("en").words("invitation", facts).subject == "[DPASS] Invitation: 3 Mar 2026"


@pytest.mark.parametrize("text", ["{% if %}", "{{ unknown }}", "{{ start|nothing }}", "{{ 1/0 }}"])
def test_where_it_fails_ours_says_it(tmp_path: Path, text: str) -> None:
    words = _own(tmp_path, text).of("fr").words("invitation", sample("invitation"))
    assert words.subject == "[DPASS] Invitation\u00a0: 03/03/2026"
