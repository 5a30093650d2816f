"""Lists of absences as they are written in France, read line by line (DIA-7, DIR-5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.french_dates import long_date
from calendars.model.written_days import read_day
from scheduler.absences.model import Absence, absence_of
from scheduler.absences.table_rules import BadTable, Fault, Line, read_table
from tests.builders import NOUMEA

TODAY = date(2025, 6, 20)
A_DAY = st.dates(date(1950, 1, 1), date(2100, 1, 1))


@pytest.mark.rule("DIR-5")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-06-27", date(2025, 6, 27)),
        ("27/06/2025", date(2025, 6, 27)),
        ("27 juin 2025", date(2025, 6, 27)),
        ("Vendredi 27 juin 2025", date(2025, 6, 27)),
        ("04 juillet", date(2025, 7, 4)),
        ("1er août 2025", date(2025, 8, 1)),
        (" 1ER  AOUT\u00a02025 ", date(2025, 8, 1)),
        ("31 décembre", date(2025, 12, 31)),
        ("2 janvier", date(2026, 1, 2)),
        ("2 mai", date(2025, 5, 2)),
        ("29 février", date(2028, 2, 29)),
        ("jeudi 27 juin 2025", None),
        ("31/06/2025", None),
        ("27 junio 2025", None),
        ("27/06/25", None),
        ("31/12/9999", None),
        ("0001-01-01", None),
        ("٢٧/٠٦/٢٠٢٥", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert read_day(text, near=TODAY) == day


@given(A_DAY)
def test_what_letters_write_is_read_again(day: date) -> None:
    assert read_day(long_date(day), near=TODAY) == day
    without = long_date(day).rsplit(" ", 1)[0].split(" ", 1)[1]
    assert read_day(without, near=day) == day


@given(A_DAY, st.integers(0, 900), st.booleans(), st.booleans())
def test_an_absence_is_what_its_window_says(
    first: date, days: int, from_noon: bool, until_noon: bool
) -> None:
    absence = Absence(first, first + timedelta(days=days), from_noon, until_noon)
    if not days and from_noon and until_noon:
        return

    assert absence_of(absence.checked().window(NOUMEA), NOUMEA) == absence


def lines(text: str, encoding: str = "utf-8") -> list[Line]:
    return read_table(text.encode(encoding), today=TODAY).lines


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_from_a_spreadsheet_is_understood(encoding: str) -> None:
    text = (
        "Identifiant;Du;Au;Référence;Motif\r\n"
        "anne;30/06/2025;4 juillet;CG-1;Maladie\r\n"
        'paul@example.org;"1er août 2025 après-midi";04/08/2025 matin;;Congé d\'été\r\n'
        ";;;;\r\n"
        "rose;27/06/2025;;;\r\n"
    )
    table = read_table(text.encode(encoding), today=TODAY)

    assert table.lines == [
        Line(2, "anne", "CG-1", Absence(date(2025, 6, 30), date(2025, 7, 4))),
        Line(3, "paul@example.org", "", Absence(date(2025, 8, 1), date(2025, 8, 4), True, True)),
        Line(5, "rose", "", Absence(date(2025, 6, 27), date(2025, 6, 27))),
    ]
    assert table.reasons == ("Motif",)
    assert "Maladie" not in repr(table)


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize(
    ("line", "fault", "field"),
    [
        (";2025-07-01;2025-07-02", Fault.EMPTY, "person"),
        ("anne;;2025-07-02", Fault.EMPTY, "first"),
        ("anne;demain;2025-07-02", Fault.BAD_DAY, "first"),
        ("anne;31/12/9999", Fault.BAD_DAY, "first"),
        ("anne;2025-07-01;2025-07-32", Fault.BAD_DAY, "last"),
        ("anne;2025-07-02;2025-07-01", Fault.BACKWARDS, "last"),
        ("anne;2025-07-01 pm;2025-07-01 am", Fault.BACKWARDS, "last"),
        ("anne;2020-07-01;2025-07-01", Fault.BACKWARDS, "last"),
        ("anne", Fault.EMPTY, "first"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(line: str, fault: Fault, field: str) -> None:
    [found] = lines(f"login;from;until\n{line}\n")

    assert (found.absence, found.fault, found.field) == (None, fault, field)


@pytest.mark.parametrize("text", ["", "Identifiant;Au\nanne;2025-07-01\n", "a\nb\n"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(BadTable):
        lines(text)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    head = b"login;du;au\n"
    for text in (content, head + content):
        try:
            read_table(text, today=TODAY)
        except BadTable:
            continue
