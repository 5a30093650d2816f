"""What a person wrote, without what is quoted and without what programs say of themselves."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.component import Component, parse
from notifications.imip.human_text import MAX_SIGNS, words_beside, words_of
from notifications.imip.mail import Mail, read_mail


def written(text: str, *, html: bool = False) -> Mail:
    message = EmailMessage()
    message["From"] = "juge@tribunal.example"
    message.set_content(text, subtype="html" if html else "plain")
    return read_mail(message.as_bytes())


QUOTE = "\n> Merci de venir.\n> Cordialement"


@pytest.mark.parametrize(
    "after",
    [
        f"Le 3 mars 2026 à 14:30, Rosalie Naouta a écrit :{QUOTE}",
        f"Le mar. 3 mars 2026 à 14:30, Rosalie Naouta <agenda+k3@dpass.example> a\nécrit :{QUOTE}",
        f"On Tue, Mar 3, 2026 at 2:30 PM Rosalie <a@b.example> wrote:{QUOTE}",
        "-----Message d'origine-----\nDe : Rosalie\nMerci de venir.",
        "________________________________\nDe : Rosalie\nMerci de venir.",
        "De : Rosalie Naouta <a@b.example>\nEnvoyé : mardi 3 mars 2026 14:30\nMerci de venir.",
        "From: Rosalie\nSent: Tuesday\nTo: Judith\nMerci de venir.",
        "-----Original Appointment-----\nMerci de venir.",
    ],
    ids=[
        "French",
        "folded",
        "English",
        "Outlook",
        "rule",
        "Outlook fields",
        "English fields",
        "meeting",
    ],
)
def test_what_is_quoted_goes(after: str) -> None:
    assert (
        words_of(written(f"Bonjour,\n\nJe viens à deux.\n\n{after}"))
        == "Bonjour,\n\nJe viens à deux."
    )


def test_of_html_alone_its_words_are_read() -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body><p>Je viens&nbsp;à deux.</p>"
        "<div>Merci</div><blockquote>Merci de venir</blockquote></body></html>"
    )

    assert words_of(written(html, html=True)) == "Je viens à deux.\nMerci"


def test_words_that_are_too_long_are_cut() -> None:
    assert len(words_of(written("mot " * MAX_SIGNS))) <= MAX_SIGNS


def answer(prodid: str, comment: str = "") -> Component:
    said = f"COMMENT:{comment}\r\n" if comment else ""
    return parse(
        f"BEGIN:VCALENDAR\r\nPRODID:{prodid}\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:u\r\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\r\n{said}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


EXCHANGE, GOOGLE = "Microsoft Exchange Server 2010", "-//Google Inc//Google Calendar 70.9054//EN"
MOZILLA = "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN"


@pytest.mark.parametrize(
    ("prodid", "comment", "text", "words"),
    [
        (EXCHANGE, "", "\n\n", ""),
        (EXCHANGE, "\\n", "\n", ""),
        (EXCHANGE, "Je serai en retard.\\n", "Je serai en retard.\n", "Je serai en retard."),
        (EXCHANGE, "", "Je serai en retard.\n", "Je serai en retard."),
        (EXCHANGE, "", "Accepté : Réunion\nQuand : mardi 3 mars\nOù : Salle Corail\n", ""),
        (GOOGLE, "", "Judith Boyer has accepted this invitation.\n\nRéunion\nTuesday", ""),
        (GOOGLE, "Avec ma collègue", "Judith has accepted with a note", "Avec ma collègue"),
        (MOZILLA, "", "Judith Boyer a accepté votre invitation à l’évènement.", ""),
        ("-//X//EN", "", "Judith Boyer a accepté l'invitation.\nJe viens.", "Je viens."),
    ],
    ids=["blank", "no comment", "twice", "text", "facts", "Google", "note", "Mozilla", "other"],
)  # fmt: skip
def test_beside_an_answer_only_words_of_a_person_count(
    prodid: str, comment: str, text: str, words: str
) -> None:
    assert words_beside(written(text), answer(prodid, comment)) == words


@given(st.lists(st.text(max_size=60), max_size=30))
def test_no_text_raises_and_none_ends_a_header(lines: list[str]) -> None:
    octets = "\n".join(chain(["From: a@b.example", ""], lines)).encode("utf-8", "replace")
    found = words_of(read_mail(octets))

    assert "\r" not in found
    assert "\0" not in found
