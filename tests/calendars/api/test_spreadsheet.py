"""A spreadsheet opens our lists as they are, and runs nothing of them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.http.spreadsheet import Cell, table_of


def read(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+687 25 00 00", "'+687 25 00 00"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a; b", "a; b"),
        (12, "12"),
        (None, ""),
        (date(2027, 3, 9), "09/03/2027"),
        (datetime(2027, 3, 9, 8, 5, tzinfo=UTC), "09/03/2027 08:05"),
        (["=a", "b"], "'=a, b"),
        ([], ""),
    ],
)
def test_a_cell(cell: Cell, shown: str) -> None:
    assert read(table_of(["Été"], [[cell]])) == [["Été"], [shown]]


@given(st.text(alphabet=st.characters(blacklist_characters="\r\0", blacklist_categories=["Cs"])))
def test_whatever_is_in_it_comes_back_and_is_no_formula(said: str) -> None:
    [_, [back, other]] = read(table_of(["a", "b"], [[said, "x"]]))

    assert back in {said, f"'{said}"}
    assert not back.startswith(("=", "+", "-", "@", "\t"))
    assert other == "x"
