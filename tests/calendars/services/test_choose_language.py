"""In which language people are written to, here and outside."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.language import Language
from calendars.services.choose_language import (
    ChoosesAlone,
    choose_language,
    language_of,
    languages_of,
    remember_language,
)
from tests.stores import NOW, a_person

FR, EN = Language.FRENCH, Language.ENGLISH
JUDGE = "mailto:judge@court.example"


@pytest.mark.rule("NOT-2")
def test_each_is_written_to_in_his_language_and_others_in_the_organisations(db: Db) -> None:
    anne, paul = a_person(db, "anne"), a_person(db, "paul")
    choose_language(db, anne, EN, by=anne, now=NOW)
    remember_language(db, "Judge@Court.example", EN, by=paul, now=NOW)

    asked = ["mailto:anne@example.org", "mailto:paul@example.org", JUDGE, "mailto:x@example.net"]
    assert [*languages_of(db, asked, default=FR).values()] == [EN, FR, EN, FR]
    assert language_of(db, "MAILTO:judge@COURT.example", default=FR) is EN
    assert language_of(db, "mailto:paul@example.org", default=EN) is EN

    choose_language(db, anne, None, by=anne, now=NOW)
    remember_language(db, JUDGE, None, by=paul, now=NOW)
    assert {*languages_of(db, asked, default=FR).values()} == {FR}


def test_nobody_chooses_for_who_has_an_account(db: Db) -> None:
    remember_language(db, JUDGE, EN, by=a_person(db, "anne"), now=NOW)
    judge = a_person(db, "judge")
    with pytest.raises(ChoosesAlone):
        remember_language(db, "mailto:judge@example.org", EN, by=judge, now=NOW)
